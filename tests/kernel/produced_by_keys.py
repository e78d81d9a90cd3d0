"""Codes of keys, certificates and ciphers. 密钥与证书的错误"""

from gateway.errors import Code
from gateway.signing.certificates import read_certificate, verify_chain
from gateway.signing.ciphers import Cipher, unseal
from tests.kernel.ground import Ground, raised
from tests.signing.certificates import at, own


def ciphertext_wrong(ground: Ground) -> Code | None:
    return raised(lambda: unseal(Cipher.SM4_GCM, bytes(16), bytes(12), bytes(40), b""))


def certificate_unreadable(ground: Ground) -> Code | None:
    return raised(lambda: read_certificate(b"no certificate"))


def certificate_untrusted(ground: Ground) -> Code | None:
    """A certificate that nobody but its own key vouches for."""
    return raised(lambda: verify_chain([own("one")], [own("two")], at()))


PRODUCERS = {
    Code.CIPHERTEXT_WRONG: ciphertext_wrong,
    Code.CERTIFICATE_UNREADABLE: certificate_unreadable,
    Code.CERTIFICATE_UNTRUSTED: certificate_untrusted,
}
