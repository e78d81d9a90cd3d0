"""Where things lie: the program's root, its schemas, the site's secrets and archive. 目录"""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRETS_VARIABLE = "GATEWAY_SECRETS_DIR"


@dataclass(frozen=True, slots=True)
class Places:
    """The directories a gateway is built from."""

    secrets: Path
    schemas: Path = ROOT / "schemas"

    @classmethod
    def from_environment(cls) -> "Places":
        """The secrets directory GATEWAY_SECRETS_DIR names, else `var/secrets` of the checkout."""
        return cls(Path(os.environ.get(SECRETS_VARIABLE) or ROOT / "var" / "secrets"))
