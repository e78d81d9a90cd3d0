"""Options: everything has a default, and what makes no sense is named. 启动选项"""

from itertools import combinations
from pathlib import Path

import pytest

from gateway.errors import Code, NotConfigured
from gateway.launcher.options import Options
from gateway.wiring.places import ROOT


def test_everything_has_a_default():
    options = Options.from_environment({})
    assert (options.var, options.ui_port, options.sftp_port) == (ROOT / "var", 8080, 2222)
    assert (options.database_url, bool(options.seed)) == ("", True)


def test_an_empty_variable_is_as_good_as_none():
    empty = dict.fromkeys(
        ("GATEWAY_VAR", "GATEWAY_UI_PORT", "GATEWAY_SFTP_PORT", "GATEWAY_SEED"), ""
    )
    assert Options.from_environment(empty) == Options.from_environment({})


def test_what_is_given_is_taken(tmp_path):
    options = Options.from_environment({
        "GATEWAY_VAR": str(tmp_path), "GATEWAY_UI_PORT": "1", "GATEWAY_SFTP_PORT": "65535",
        "GATEWAY_TSA_PORT": "2", "GATEWAY_SEED": "7", "GATEWAY_DATABASE_URL": "postgresql://db",
    })  # fmt: skip
    assert options == Options(tmp_path.resolve(), 1, 65535, "7", "postgresql://db", 2)


@pytest.mark.parametrize("variable", ["GATEWAY_UI_PORT", "GATEWAY_SFTP_PORT", "GATEWAY_TSA_PORT"])
@pytest.mark.parametrize("port", ["0", "65536", "-1", "80 80", "8080.0", "http", "0x50", "²", "²0"])
def test_a_port_that_is_none_is_refused_and_its_variable_named(port, variable):
    """Bug: a superscript digit passed for a digit and ended with an error of Python's."""
    with pytest.raises(NotConfigured) as raised:
        Options.from_environment({variable: port})
    assert (raised.value.code, raised.value.detail) == (Code.SETTING_INVALID, variable)


def test_a_relative_directory_becomes_absolute():
    assert Options.from_environment({"GATEWAY_VAR": "here"}).var == Path.cwd() / "here"


def test_everything_lies_under_var(tmp_path):
    options = Options.from_environment({"GATEWAY_VAR": str(tmp_path)})
    for place in (options.secrets, options.sandbox, options.run, options.logs):
        assert place.is_relative_to(tmp_path.resolve())


def test_two_ports_that_are_one_are_refused():
    for one, other in combinations(("GATEWAY_UI_PORT", "GATEWAY_SFTP_PORT", "GATEWAY_TSA_PORT"), 2):
        with pytest.raises(NotConfigured):
            Options.from_environment({one: "9000", other: "9000"})
