"""The lines of files as frames: one column for each field of their value. 明细行的列"""

import polars as pl

from connectors.bank.model.books import Columns

RESULT_LINE: Columns = {
    "line": pl.Int32,
    "serial": pl.Int32,
    "batch_no": pl.String,
    "loan_no": pl.String,
    "instalment_no": pl.Int32,
    "payer_account": pl.String,
    "payer_name": pl.String,
    "asked_fen": pl.Int64,
    "taken_fen": pl.Int64,
    "full_flag": pl.String,
    "code": pl.String,
    "message": pl.String,
    "host_date": pl.Date,
    "host_serial": pl.String,
}
STATEMENT_LINE: Columns = {
    "line": pl.Int32,
    "serial": pl.Int32,
    "host_serial": pl.String,
    "direction": pl.String,
    "amount_fen": pl.Int64,
    "balance_fen": pl.Int64,
    "other_account": pl.String,
    "other_name": pl.String,
    "summary": pl.String,
    "reversal": pl.Boolean,
    "booked_time": pl.Time,
    "booked_on": pl.Date,
    "remark": pl.String,
    "original_serial": pl.String,
    "account_number": pl.String,
}
