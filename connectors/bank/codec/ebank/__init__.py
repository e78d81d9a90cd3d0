"""Statement exports of corporate e-banking: CSV, XLS, XLSX by a profile. 企业网银明细"""

from connectors.bank.codec.ebank.options import EbankOptions, options_of
from connectors.bank.codec.ebank.reading import decode_all

__all__ = ["EbankOptions", "decode_all", "options_of"]
