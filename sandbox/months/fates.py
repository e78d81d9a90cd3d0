"""What befalls one deduction: a hostile personality per scenario. 扣款命运."""

from enum import StrEnum

from sandbox.world.chance import Chance, Seed


class Fate(StrEnum):
    """What the bank, the borrower and the branch's people do about one instalment."""

    TAKEN = "taken"  # B01
    PARTLY = "partly"  # B07 partial deduction, where the borrower agreed to it
    INSUFFICIENT = "insufficient"  # B09, taken on a later attempt
    CLOSED = "closed"  # B12
    NAME_REFUSED = "name_refused"  # B11
    REVOKED = "revoked"  # B13
    COMBINED = "combined"  # B29 the bank served its own part of the loan first
    UNKNOWN_TAKEN = "unknown_taken"  # B20, found out on the next night: taken
    UNKNOWN_FAILED = "unknown_failed"  # B20, found out on the next night: not taken
    NO_LINE = "no_line"  # taken, but the result file leaves it out; the next version has it
    DOUBLE = "double"  # B21 taken twice, the second time on a line nobody asked for
    TRANSPOSED = "transposed"  # B08 two digits of the amount change places
    RENAMED = "renamed"  # taken from an account of another name
    OTHER_CARD = "other_card"  # taken, the line says from another account
    STRANGE_CODE = "strange_code"  # a code nobody agreed on
    REVERSED = "reversed"  # B25 taken, taken back after midnight
    SETTLED = "settled"  # paid off at the core's counter after the batch was sent, and still taken
    ACCOUNT_CHANGED = "account_changed"  # B27 the account is changed after the batch was sent
    OFFSET = "offset"  # paid out of the fund account 冲还贷, never asked for
    OFFSET_OFF = "offset_off"  # the same, but the fund account says another amount
    COUNTER_CONTRACT = "counter_contract"  # fails; paid by transfer, contract number in the remark
    COUNTER_ODD = "counter_odd"  # fails; the transfer names the contract, the amount is no due
    COUNTER_CARD = "counter_card"  # fails; transfer from the own registered account, no number
    COUNTER_EITHER = "counter_either"  # B28 the same, the card pays two loans, both failed
    COUNTER_SPOUSE = "counter_spouse"  # fails; transfer from an unknown account, the own name
    COUNTER_NOBODY = "counter_nobody"  # fails; a transfer with nothing to know it by


# one loan of every bank has each of these on its first instalment, so that no month lacks them
ROLES = tuple(fate for fate in Fate if fate not in (Fate.TAKEN, Fate.REVOKED, Fate.COUNTER_EITHER))
_CURED = {
    Fate.CLOSED: 2,
    Fate.NAME_REFUSED: 2,
    Fate.REVOKED: 2,
    Fate.INSUFFICIENT: 1,
    Fate.COMBINED: 1,
}
_PER_MILLE = (
    *((Fate.INSUFFICIENT, 60), (Fate.PARTLY, 10), (Fate.CLOSED, 8), (Fate.NAME_REFUSED, 8)),
    *((Fate.REVOKED, 8), (Fate.UNKNOWN_TAKEN, 6), (Fate.UNKNOWN_FAILED, 6), (Fate.REVERSED, 4)),
    *((Fate.COUNTER_CONTRACT, 8), (Fate.COUNTER_CARD, 8), (Fate.DOUBLE, 3)),
)
OFFSETS = frozenset({Fate.OFFSET, Fate.OFFSET_OFF})


def fate_of(seed: Seed, loan_no: str, instalment: int, role: Fate | None) -> Fate:
    """Return what befalls an instalment when it is first asked for; a role is kept."""
    return role or _drawn(Chance(seed, "fate", loan_no, instalment))


def on_attempt(fate: Fate, attempt: int) -> Fate:
    """Return what befalls the attempt (from 1): a failure ends when people have cured it."""
    if attempt == 1:
        return fate
    return fate if attempt <= _CURED.get(fate, 0) else Fate.TAKEN


def _drawn(chance: Chance) -> Fate:
    drawn = chance.below(1000)
    for fate, weight in _PER_MILLE:
        if drawn < weight:
            return fate
        drawn -= weight
    return Fate.TAKEN
