"""The core system's connector, put together for whoever goes through all. 核心系统连接器"""

from connectors.core_system.flows import KIND
from connectors.core_system.verdicts import RESULTS, SUCCESS
from gateway.ports import Connector

CONNECTOR = Connector(
    name="core_system",
    title="核心系统",
    kinds=(KIND,),
    reasons={code: reason for code, (_, reason) in RESULTS.items()},
    success=SUCCESS,
    duplicates=("10",),
    schemas=("core_system/interface.json",),
)
