"""ISO 20022 statements: camt.052, 053 and 054, versions 02 to 13. ISO 20022 对账单"""

from connectors.bank.codec.camt.options import CamtOptions, options_of
from connectors.bank.codec.camt.reading import decode_all

__all__ = ["CamtOptions", "decode_all", "options_of"]
