"""SWIFT statements: MT940 and MT942, bare or in their blocks. SWIFT 对账单"""

from connectors.bank.codec.mt940.options import MtOptions, Reversals, options_of
from connectors.bank.codec.mt940.reading import decode_all

__all__ = ["MtOptions", "Reversals", "decode_all", "options_of"]
