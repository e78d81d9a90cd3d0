"""A page that cannot be shown says why and what to do; it shows no traceback. 出错页"""

import json
import shutil

import pytest

from gateway.errors import Code
from gateway.wiring import Places
from gateway.wiring.archives import KEYS_FILE, TOKEN_FILE
from gateway.wiring.connections import DESK, FILE
from plugins.exchange_desk.labels import night_path
from tests.desk.test_access import HEADERS, carried
from tests.desk.world import PROVED

INTERNALS = ("Traceback", "psycopg", "sqlalchemy", "/plugins/", "Error(")


@pytest.fixture
def look_at(app):
    """Points the desk at another secrets directory."""
    from plugins.exchange_desk.desk import open_desk, the_desk

    def pointed(places: Places) -> None:
        app.dependency_overrides[the_desk] = lambda: open_desk(places)

    return pointed


@pytest.fixture
def copied(site, tmp_path):
    """A copy of the site's settings that a test may spoil."""
    for name in ("settings.json", FILE, KEYS_FILE, TOKEN_FILE):
        shutil.copy(site.places.secrets / name, tmp_path / name)
    return tmp_path


def connection(copied, **changes) -> None:
    path = copied / FILE
    told = json.loads(path.read_text(encoding="utf-8"))
    told[DESK] |= changes
    path.write_text(json.dumps(told), encoding="utf-8")


def require_failed(answer, code: Code) -> None:
    """The page names the code, what it means and what to do, and nothing of the inside."""
    assert code.name in answer.text
    assert code.value.zh in answer.text
    assert code.value.act in answer.text
    assert not [word for word in INTERNALS if word in answer.text]
    assert carried(answer) == HEADERS


@pytest.mark.parametrize("path", ["/", night_path(PROVED), f"/things/{PROVED.night_id}"])
def test_without_its_database_a_page_says_so(get, look_at, copied, path):
    connection(copied, host=str(copied))
    look_at(Places(copied))
    require_failed(get(path, 503), Code.DATABASE_UNREACHABLE)


def test_without_a_database_the_codes_can_still_be_read(get, look_at, copied):
    connection(copied, host=str(copied))
    look_at(Places(copied))
    get("/codes/DATABASE_UNREACHABLE")


def test_a_database_of_another_version_is_named(get, look_at, copied):
    connection(copied, schema="postgres")
    look_at(Places(copied))
    require_failed(get("/", 503), Code.MIGRATION_NEEDED)


def test_missing_settings_are_named(get, look_at, tmp_path):
    look_at(Places(tmp_path))
    require_failed(get("/", 503), Code.SETTING_MISSING)


def test_a_damaged_archive_is_named(get, look_at, copied):
    settings = json.loads((copied / "settings.json").read_text(encoding="utf-8"))
    settings["archive"] = str(copied / "nowhere")
    (copied / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    look_at(Places(copied))
    require_failed(get(night_path(PROVED), 500), Code.ARCHIVE_DAMAGED)


def test_a_fault_of_our_own_shows_nothing_of_the_inside(get, app):
    from plugins.exchange_desk.desk import the_desk

    def broken():
        raise RuntimeError("secret inside")

    app.dependency_overrides[the_desk] = broken
    answer = get("/", 500)
    assert "secret inside" not in answer.text
    assert "页面出错" in answer.text
    assert carried(answer) == HEADERS
