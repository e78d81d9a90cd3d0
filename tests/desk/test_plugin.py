"""The plugin as Airflow loads it: in every process, so with nothing heavy. 插件装载"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# As an Airflow process does it: by path, started elsewhere, without the checkout on its path.
LOAD = """
import json, sys
from airflow._shared.plugins_manager import _load_plugins_from_plugin_directory
plugins, errors = _load_plugins_from_plugin_directory(sys.argv[1])
early = sorted(m for m in sys.modules if m.startswith(("gateway", "connectors", "plugins.")))
plugin = plugins[0]
from starlette.applications import Starlette
from starlette.testclient import TestClient
airflow = Starlette()
for one in plugin.fastapi_apps:
    airflow.mount(one["url_prefix"], one["app"])
first, second = (TestClient(airflow).get("/exchange-desk/").status_code for _ in range(2))
print(json.dumps({
    "names": [p.name for p in plugins], "errors": errors, "early": early,
    "views": [(v["name"], v["destination"], v["href"]) for v in plugin.external_views],
    "answers": [first, second], "stray": sorted({"app", "words", "desk", "night"} & {*sys.modules}),
}))
"""


def test_airflow_loads_one_light_plugin_and_its_pages_at_the_first_visit(airflow_home, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(ROOT / "plugins")],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {
        "names": ["exchange_desk"],
        "errors": {},
        "early": [],
        "views": [
            ["对账台", "nav", "/exchange-desk/"],
            ["对账台", "dag_run", "/exchange-desk/runs?dag_id={DAG_ID}&run_id={RUN_ID}"],
        ],
        "answers": [401, 401],
        "stray": [],
    }


def test_every_role_of_the_branch_may_see_the_desk(airflow_home):
    from gateway.airflow_ext.roles import DESK, ROLES

    for permissions in ROLES.values():
        assert {("can_read", "Plugins"), ("can_read", DESK)} <= set(permissions)
