"""The check before anything is installed: one sentence, on any Python. 运行环境检查"""

import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from gateway.launcher import preflight

PROGRAM = preflight.__file__
OTHERS = ("2.7", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.14", "3.15")


def run(interpreter, **environ):
    """Its exit code and the lines it said."""
    done = subprocess.run(
        [interpreter, PROGRAM], env={**os.environ, **environ}, capture_output=True, timeout=30
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8").splitlines()


def test_this_machine_will_do_and_nothing_is_said():
    assert preflight.reason() is None
    assert run(sys.executable) == (0, [])


def other_pythons():
    """Every Python of this machine that is not for us, with the variables that choose it."""
    for version in OTHERS:
        # a shim of pyenv's starts the interpreter this variable names
        chosen = {"PYENV_VERSION": version}
        interpreter = shutil.which(f"python{version}")
        asked = [interpreter or "false", "-c", "print(1)"]
        if not subprocess.run(asked, env={**os.environ, **chosen}, capture_output=True).returncode:
            yield version, interpreter, chosen


def test_every_other_python_of_this_machine_is_told_in_one_sentence_which_is_needed():
    """Bug: Python 2.7 could not even read the file."""
    for version, interpreter, chosen in other_pythons():
        code, said = run(interpreter, **chosen, PYTHONIOENCODING="utf-8")
        assert (code, len(said)) == (1, 1)
        assert "3.11" in said[0]
        assert f"this is {version}" in said[0]
        assert run(interpreter, **chosen, LC_ALL="C")[0] == 1, "where no Chinese is known"


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 99), (3, 14, 0), (4, 0, 0)])
def test_a_python_that_is_too_old_or_too_new_is_refused(version, monkeypatch):
    monkeypatch.setattr(sys, "version_info", version)
    assert preflight.reason().endswith(f"this is {version[0]}.{version[1]}.")


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 99)])
def test_the_pythons_we_are_made_for_are_taken(version, monkeypatch):
    monkeypatch.setattr(sys, "version_info", version)
    assert preflight.reason() is None


@pytest.mark.parametrize("platform", ["darwin", "win32", "cygwin"])
def test_another_system_is_told_in_one_sentence(platform, monkeypatch):
    monkeypatch.setattr(sys, "platform", platform)
    assert preflight.reason().endswith(f"this is {platform}.")


def test_a_missing_libcrypto_is_told_in_one_sentence(tmp_path):
    (tmp_path / "libcrypto.so.3").touch()
    code, said = run(sys.executable, LD_LIBRARY_PATH=str(tmp_path), PYTHONIOENCODING="utf-8")
    assert (code, len(said)) == (1, 1)
    assert "libcrypto.so.3" in said[0]


@pytest.mark.parametrize(
    "library",
    [SimpleNamespace(OpenSSL_version_num=lambda: 0x1010117F), SimpleNamespace()],
    ids=["1.1.1", "something else"],
)
def test_a_libcrypto_that_is_too_old_or_no_libcrypto_is_told(library, monkeypatch):
    monkeypatch.setattr(preflight.ctypes, "CDLL", lambda _name: library)
    assert "OpenSSL ≥ 3.0" in preflight.reason()
