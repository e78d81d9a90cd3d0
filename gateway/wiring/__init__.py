"""The only module that builds everything from the settings. 组装"""

from gateway.wiring.build import Gateway, archive_of, build, build_keys
from gateway.wiring.places import Places
from gateway.wiring.settings import site

__all__ = ["Gateway", "Places", "archive_of", "build", "build_keys", "site"]
