"""The bank connector, put together for whoever goes through all connectors. 银行连接器"""

from connectors.bank.flows.receipts import KIND
from connectors.bank.verdicts import RESULT_CODES, CodeClass
from gateway.ports import Connector

CONNECTOR = Connector(
    name="bank",
    title="商业银行",
    kinds=(KIND,),
    reasons={code: result.reason for code, result in RESULT_CODES.items()},
    success="00000",
    duplicates=tuple(
        code for code, result in RESULT_CODES.items() if result.meaning is CodeClass.DUPLICATE
    ),
    schemas=(
        "bank/layout.schema.json",
        "bank/generic-pipe-result.yaml",
        "bank/generic-pipe-statement.yaml",
        "bank/generic-pipe-receipt.yaml",
        "bank/result-codes.json",
    ),
)
