"""Money: integer fen inside, yuan with two decimals at the edges. 金额（以分计）"""

import re
from decimal import Decimal

# 13 integer digits: more than any fund holds, and its fen fit 64 bits a thousand times over.
_YUAN = re.compile(r"(0|[1-9][0-9]{0,12})\.([0-9]{2})")
_SIGNED_YUAN = re.compile(r"-?(0|[1-9][0-9]{0,12})\.([0-9]{2})")


def parse_yuan(text: str) -> int:
    """Read `1234.50` as 123450 fen.

    Exactly two decimals, ASCII digits, no sign, no grouping, no leading zero (B35).
    Raises ValueError for everything else; the text is not repeated in the error.
    """
    if not text.isascii() or not _YUAN.fullmatch(text):
        raise ValueError("not yuan with exactly two decimals")
    return int(text.replace(".", ""))


def format_yuan(fen: int) -> str:
    """Write 123450 fen as `1234.50`; a negative amount keeps its sign in front."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def show_yuan(fen: int) -> str:
    """Write 123450 fen as `1,234.50`, for people only; never for a wire."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def fen_of(amount: Decimal) -> int:
    """Turn a `numeric(18,2)` of a database into fen; ValueError if it has a third decimal."""
    text = f"{amount:f}" if amount.as_tuple().exponent else f"{amount:f}.00"
    if not _SIGNED_YUAN.fullmatch(text):
        raise ValueError("not an amount with two decimals")
    return int(text.replace(".", ""))


def yuan_of(fen: int) -> Decimal:
    """Turn fen into the exact decimal of yuan that a `numeric(18,2)` column takes."""
    return Decimal(fen).scaleb(-2)
