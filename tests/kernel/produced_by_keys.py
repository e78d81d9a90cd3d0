"""Codes of keys, certificates and ciphers. 密钥与证书的错误"""

from datetime import timedelta

from gateway.errors import Code
from gateway.flows import key_acts
from gateway.flows.key_parts import Keys
from gateway.flows.keys import check_keys, watch_certificates
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import read_certificate, verify_chain
from gateway.signing.keys.keyring import Purpose
from gateway.signing.keys.register import Wanted
from gateway.signing.primitives.ciphers import Cipher, unseal
from gateway.wiring.keyring_file import KeyringFile
from gateway.wiring.keys import load_ring
from tests.kernel.ground import Ground, raised
from tests.signing.certificates import at, own


def ciphertext_wrong(ground: Ground) -> Code | None:
    return raised(lambda: unseal(Cipher.SM4_GCM, bytes(16), bytes(12), bytes(40), b""))


def certificate_unreadable(ground: Ground) -> Code | None:
    return raised(lambda: read_certificate(b"no certificate"))


def certificate_untrusted(ground: Ground) -> Code | None:
    """A certificate that nobody but its own key vouches for."""
    return raised(lambda: verify_chain([own("one")], [own("two")], at()))


def site_of_keys(ground: Ground, days: int = 10) -> Keys:
    """A ring with one key of ours that signs for some days."""
    files = KeyringFile(ground.place)
    files.write("key_passphrase", b"a passphrase that a machine has drawn")
    files.write("keyring.json", b"[]")
    keys = Keys(ground.store, files, "operator")
    use = ("990001", Purpose.OUR_MESSAGE, Algorithm.ED25519)
    signs = timedelta(days=days)
    key_acts.make(keys, Wanted("gw-1", *use, ground.now(), signs, signs))
    return keys


def key_in_use(ground: Ground) -> Code | None:
    """No other key would sign."""
    return raised(lambda: key_acts.retire(site_of_keys(ground), "gw-1"))


def key_gap(ground: Ground) -> Code | None:
    """The successor would begin a day after the old key's end."""
    keys, start = site_of_keys(ground), ground.now() + timedelta(days=11)
    return raised(lambda: key_acts.rotate(keys, "gw-1", start, timedelta(days=365)))


def secrets_exposed(ground: Ground) -> Code:
    keys = site_of_keys(ground)
    (ground.place / "keys" / "gw-1.key").chmod(0o644)
    (told,) = [result.detail for result in check_keys(keys) if not result.ok]
    return Code[told.split()[0]]


def certificate_expires(ground: Ground) -> Code:
    """Ten days are left."""
    site_of_keys(ground)
    watch_certificates(ground.store, load_ring(ground.place))
    (code,) = ground.rung()
    return code


def certificate_expired(ground: Ground) -> Code:
    """The last day has passed and nobody made another key."""
    site_of_keys(ground)
    ground.wait(timedelta(days=11).total_seconds())
    watch_certificates(ground.store, load_ring(ground.place))
    (code,) = ground.rung()
    return code


PRODUCERS = {
    Code.KEY_IN_USE: key_in_use,
    Code.KEY_GAP: key_gap,
    Code.SECRETS_EXPOSED: secrets_exposed,
    Code.CERTIFICATE_EXPIRES: certificate_expires,
    Code.CERTIFICATE_EXPIRED: certificate_expired,
    Code.CIPHERTEXT_WRONG: ciphertext_wrong,
    Code.CERTIFICATE_UNREADABLE: certificate_unreadable,
    Code.CERTIFICATE_UNTRUSTED: certificate_untrusted,
}
