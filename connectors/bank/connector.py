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
        "bank/any-camt.yaml",
        "bank/any-mt940.yaml",
        "bank/ebank-debit-credit.yaml",
        "bank/ebank-income-expense.yaml",
        "bank/ebank-indicator.yaml",
        "bank/ebank-signed.yaml",
        "bank/generic-fixed-request.yaml",
        "bank/generic-fixed-result.yaml",
        "bank/generic-fixed-statement.yaml",
        "bank/generic-pipe-receipt.yaml",
        "bank/generic-pipe-request.yaml",
        "bank/generic-pipe-result.yaml",
        "bank/generic-pipe-statement.yaml",
        "bank/iso-camt-details.yaml",
        "bank/iso-camt-statement.yaml",
        "bank/iso-pain-report.yaml",
        "bank/iso-pain-request-02.yaml",
        "bank/iso-pain-request-08.yaml",
        "bank/layout.schema.json",
        "bank/result-codes.json",
        "bank/settlement-105-cross.yaml",
        "bank/settlement-105-same.yaml",
        "bank/settlement-106.yaml",
        "bank/settlement-108-boc.yaml",
        "bank/settlement-108.yaml",
        "bank/settlement-113-icbc.yaml",
        "bank/settlement-113-long.yaml",
        "bank/settlement-113.yaml",
        "bank/swift-mt940-effect.yaml",
        "bank/swift-mt940.yaml",
        "bank/swift-mt942.yaml",
    ),
)
