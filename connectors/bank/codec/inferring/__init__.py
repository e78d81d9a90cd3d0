"""An unknown file → a proposed layout, with every doubt named; nothing is believed. 推断格式"""

from connectors.bank.codec.inferring.proposing import Proposal, infer
from connectors.bank.codec.inferring.sniffing import Unknowable

__all__ = ["Proposal", "Unknowable", "infer"]
