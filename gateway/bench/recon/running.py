"""One candidate, once, in a process of its own; its figures as JSON. 单次运行

`python -m gateway.bench.recon.running CANDIDATE WORLDS LINES URL SCRATCH SCHEMAS`
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

from gateway.bench.measuring import peak_mib
from gateway.bench.recon.world import world_of

# Which module runs whom; pandas is imported where it is measured and nowhere else.
CANDIDATES = {
    name: f"gateway.bench.recon.{module}"
    for name, module in {
        "floor": "floor", "ours": "ours", "orm": "orm", "pandas": "pandas_way",
    }.items()
}  # fmt: skip


def main(candidate: str, worlds: str, lines: str, url: str, *places: str) -> str:
    """Run it; the time is of the work alone, without the imports."""
    run = import_module(CANDIDATES[candidate]).run
    world, (scratch, schemas) = world_of(Path(worlds), int(lines)), map(Path, places)
    begun, spent = time.perf_counter(), time.process_time()
    stages = run(world, url, scratch, schemas)
    return json.dumps(
        {
            "seconds": time.perf_counter() - begun,
            "client_cpu": time.process_time() - spent,
            "peak_rss_mib": peak_mib(),
            "stages": stages,
        }
    )


if __name__ == "__main__":
    sys.stdout.write(main(*sys.argv[1:]) + "\n")
