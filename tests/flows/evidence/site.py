"""A night's evidence as a site with a seal and a time-stamping authority exports it. 证据包夹具"""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.documents.timeline import Asked
from gateway.errors import Code, GatewayError
from gateway.flows.anchoring import HOLDER as JOURNAL
from gateway.flows.anchoring import Anchoring
from gateway.flows.evidence import HOLDER, Evidence, Exported, check_evidence, export
from gateway.flows.evidence.pack import MIMES
from gateway.flows.stamping import Stamping
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import chain_of_pem, request_for
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.primitives.algorithms import load_verifier
from gateway.signing.seals.cms import seal_of
from gateway.signing.seals.packages import Document, write_package
from gateway.store.publication import Publication
from gateway.wiring import Gateway
from sandbox.keys.authority import issue, prepare_authority
from sandbox.tsa import authority
from sandbox.tsa.credentials import credentials_of
from tests.signing.pairs import pair_of, signer_of, verifier_of

WINDOW = timedelta(days=300)


@dataclass(frozen=True)
class LocalAuthority:
    """The sandbox's time-stamping authority, asked without a wire."""

    root: Path

    def ask(self, request: bytes) -> bytes:
        own = credentials_of(self.root)
        return authority.reply(request, own, datetime.now(UTC), None)


def own_key(kid: str, holder: str, purpose: Purpose, algorithm: Algorithm, at) -> Key:
    """A key of ours without a certificate."""
    number = 1 + list(Purpose).index(purpose)
    return Key(
        kid, holder, purpose, verifier_of(algorithm, number), at - WINDOW, at + WINDOW,
        at + WINDOW, signer=replace(signer_of(algorithm, number), kid=kid),
        public_pem=pair_of(algorithm, number).public_pem,
    )  # fmt: skip


def certified(key: Key, root: Path, at: datetime) -> Key:
    """The key with a certificate of the sandbox's authority."""
    prepare_authority(root)
    request = request_for(key.signer, key.public_pem, "沙箱管理部 证据签章")
    chain = issue(root, request, "seal", at - timedelta(days=1), 365)
    return replace(key, chain=chain_of_pem(chain))


def authority_key(root: Path, at: datetime) -> Key:
    """The time-stamping authority as the ring knows it."""
    credentials_of(root)
    place, kid = root / "public", "tsa-test"
    public = (place / "tsa.pem").read_bytes()
    verifier = load_verifier(kid, Algorithm.ECDSA_P256_SHA256, public)
    chain = chain_of_pem((place / "ca" / "tsa.chain.pem").read_bytes())
    return Key(
        kid, "tsa", Purpose.TIME_STAMP, verifier, at - WINDOW, at + WINDOW, at + WINDOW,
        chain=chain, public_pem=public,
    )  # fmt: skip


def ring_of(gateway: Gateway, root: Path, at: datetime) -> KeyRing:
    """The branch's ring with a key for heads, a seal, and the authority's."""
    head = own_key("head-test", JOURNAL, Purpose.JOURNAL_HEAD, Algorithm.SM2_SM3, at)
    seal = own_key(
        "seal-test", HOLDER, Purpose.DOCUMENT_SEAL, Algorithm.ECDSA_P256_SHA256, at
    )  # fmt: skip
    added = {Purpose.JOURNAL_HEAD, Purpose.DOCUMENT_SEAL, Purpose.TIME_STAMP}
    held = gateway.ring.keys()
    kept = [key for key in held if key.purpose not in added]
    return KeyRing([*kept, head, certified(seal, root, at), authority_key(root, at)])


@dataclass(frozen=True)
class Pack:
    """A package that was exported, and what a test asks of it."""

    evidence: Evidence
    asked: Asked
    made: Exported
    path: Path
    tsa_root: Path
    seal_root: Path

    def members(self) -> dict[str, bytes]:
        """Every member but those the package makes itself."""
        with zipfile.ZipFile(self.path) as archive:
            names = [name for name in archive.namelist() if not name.startswith("META-INF/")]
            return {name: archive.read(name) for name in names if name != "mimetype"}

    def unpack(self, place: Path) -> Path:
        """The package as `unzip` unpacks it."""
        shutil.unpack_archive(self.path, place, "zip")
        return place

    def resealed(self, place: Path, members: Mapping[str, bytes], ring: KeyRing | None = None):
        """Another package, sealed as ours are: by our own key unless another ring is given.

        Its sums are made anew: whoever holds the seal would not forget them.
        """
        sums = "".join(
            f"{hashlib.sha256(data).hexdigest()}  {name}\n"
            for name, data in members.items()
            if name != "SHA256SUMS"
        )
        members = {**members, "SHA256SUMS": sums.encode()}
        target = place / f"resealed-{len(list(place.iterdir()))}.asice"
        documents = [
            Document(name, MIMES.get(Path(name).suffix, "application/octet-stream"), data)
            for name, data in members.items()
        ]
        seal = seal_of(ring or self.evidence.ring, HOLDER, self.asked.at)
        write_package(target, documents, seal, self.asked.at)
        return target

    def verb(self, path: Path) -> Code | None:
        """The code `gateway evidence verify` ends with; None when the package holds."""
        try:
            check_evidence(self.evidence.ring, path, self.asked.at)
        except GatewayError as error:
            return error.code
        return None

    def script(self, path: Path, *words: object) -> tuple[int, str]:
        """The package's own script, as on a machine that has nothing of ours."""
        scripts = path.parent / "scripts"
        if not scripts.exists():
            self.unpack(scripts)
        done = subprocess.run(
            [sys.executable, "-I", "-S", scripts / "verify.py", path, *map(str, words)],
            capture_output=True, text=True, timeout=60, cwd="/",
        )  # fmt: skip
        assert not done.stderr, done.stderr
        return done.returncode, done.stdout


Export = Callable[..., Pack]


def exporter(gateway: Gateway, case_id: str, place: Path) -> Export:
    """Exports a case, with or without an authority that answers."""
    at = gateway.clock.now()
    ring = ring_of(gateway, place / "sandbox", at)
    stamping = Stamping(gateway.store, ring, LocalAuthority(place / "sandbox"))
    anchoring = Anchoring(gateway.store, ring, Publication(place / "public"), stamping)

    def run(name: str, wanted: str = case_id, *, stamped: bool = True) -> Pack:
        answers = stamping if stamped else None
        evidence = Evidence(gateway.store, ring, anchoring, "沙箱管理部", answers)
        asked = Asked("auditor", gateway.clock.now(), "审计抽查第七号")
        path = place / f"{name}.asice"
        made = export(evidence, wanted, asked, path)
        root = place / "sandbox"
        seal_root = place / "seal-root.pem"
        seal_root.write_bytes((root / "public" / "ca" / "root.pem").read_bytes())
        return Pack(evidence, asked, made, path, seal_root, seal_root)

    return run


def altered(index: bytes, change: Callable[[dict], object]) -> bytes:
    """An index with one thing changed, written as we write it."""
    told = json.loads(index)
    change(told)
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
