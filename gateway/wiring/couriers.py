"""A courier for every kind of message this site sends. 报文信使"""

from collections.abc import Mapping

from connectors.bank.flows.deducting import carrying, queueing, splitting
from connectors.bank.flows.deducting.carrying import DeductionFileCourier, PlatformCourier
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.platform import Platform
from connectors.bank.flows.receipts import KIND as RECEIPTS
from connectors.bank.flows.receipts import ReceiptCourier
from connectors.bank.model import FileKind
from connectors.bank.settings import PlatformTerms
from connectors.core_system.flows import KIND as POSTINGS
from connectors.core_system.flows import PostingCourier
from connectors.core_system.model import Ledger
from gateway.signing.keys.keyring import KeyRing
from gateway.store.outbox import Courier


def couriers(
    banks: Mapping[str, Bank], ledger: Ledger, ring: KeyRing, platform: Platform | None
) -> Mapping[str, Courier]:
    """By kind; those of the platform only where there is one."""
    wires = {code: (bank.wire, bank.profile.incoming) for code, bank in banks.items()}
    receipts = {code: bank.layouts[FileKind.FILE_RECEIPT] for code, bank in banks.items()}
    requests = {
        code: bank.layouts[FileKind.DEDUCTION_REQUEST]
        for code, bank in banks.items()
        if FileKind.DEDUCTION_REQUEST in bank.layouts
    }
    return {
        POSTINGS: PostingCourier(ledger),
        RECEIPTS: ReceiptCourier(wires, receipts, ring),
        queueing.FILE: DeductionFileCourier(wires, requests, ring),
        **_of_platform(banks, platform),
    }


def _of_platform(
    banks: Mapping[str, Bank], platform: Platform | None
) -> Mapping[str, PlatformCourier]:
    if platform is None:
        return {}
    terms = _terms(banks)
    names = {
        kind: bank.layouts[kind].file_name
        for bank in banks.values()
        for kind in (FileKind.DEDUCTION_REQUEST, FileKind.DEDUCTION_SPLIT)
        if bank.profile.code in terms and kind in bank.layouts
    }
    forms = (
        (queueing.REQUEST, carrying.DEDUCT, FileKind.DEDUCTION_REQUEST),
        (splitting.KIND, carrying.SPLIT, FileKind.DEDUCTION_SPLIT),
    )
    return {
        kind: PlatformCourier(platform, form, terms, names[of])
        for kind, form, of in forms
        if of in names
    }


def _terms(banks: Mapping[str, Bank]) -> Mapping[str, PlatformTerms]:
    agreed = {code: bank.profile.deductions for code, bank in banks.items()}
    return {code: of.platform for code, of in agreed.items() if of and of.platform}
