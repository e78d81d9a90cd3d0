"""The only module that builds everything from the settings. 组装"""

from gateway.wiring.build import Gateway, archive_of, build, build_keys, site
from gateway.wiring.places import Places

__all__ = ["Gateway", "Places", "archive_of", "build", "build_keys", "site"]
