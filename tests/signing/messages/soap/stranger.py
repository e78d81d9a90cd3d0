"""The sandbox's SOAP peer and what we must know of it; it signs by other code. 沙箱对接方"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.ports import Algorithm
from gateway.signing.keys.certificates import (
    Usage,
    chain_of_pem,
    pem_of,
    public_pem_of,
    self_signed,
)
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.messages.soap import Peer, Sender
from gateway.signing.primitives.algorithms import load_verifier
from sandbox.soap.faults import FAULTS_FILE, SoapFault
from sandbox.soap.places import prepare
from tests.signing.pairs import pair_of, signer_of

HOLDER = "sandbox_soap"
DAY = timedelta(days=1)


class Stranger:
    """A prepared peer that knows our certificate, and whose certificate we have pinned."""

    def __init__(self, root: Path, algorithm: Algorithm) -> None:
        self.root, self.now = root, datetime.now(UTC)
        prepare(root, algorithm.value)
        (ours,) = chain_of_pem((root / "public/soap/own.pem").read_bytes())
        verifier = load_verifier("soap-01", algorithm, public_pem_of(ours))
        window = (self.now - DAY, self.now + DAY, self.now + DAY)
        key = Key("soap-01", HOLDER, Purpose.THEIR_MESSAGE, verifier, *window, chain=(ours,))
        self.peer = Peer(HOLDER, KeyRing([key]))
        self.sender = self._register(algorithm)

    def _register(self, algorithm: Algorithm) -> Sender:
        """Give the peer our certificate, as the two sides do once."""
        signer, public = signer_of(algorithm), pair_of(algorithm).public_pem
        begin, end = self.now - DAY, self.now + 9 * DAY
        der = self_signed(signer, public, "网关", begin, end, Usage.MESSAGE)
        place = self.root / "partners" / "soap"
        (place / "partner.pem").write_bytes(pem_of("CERTIFICATE", der))
        (place / "partner.json").write_text(json.dumps({"alg": algorithm.value}))
        return Sender(signer, der)

    def script(self, *faults: SoapFault | None) -> None:
        """Arm faults, one a reply."""
        (self.root / FAULTS_FILE).write_text(json.dumps(faults))
