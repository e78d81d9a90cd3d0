"""The key ring from the secrets directory: keyring.json and the PEM files it names. 密钥装载"""

from pathlib import Path

from gateway.signing.keys.keyring import KeyRing
from gateway.signing.keys.register import key_of, pems_of
from gateway.signing.primitives.selftest import require_sound_algorithms
from gateway.wiring.keyring_file import KeyringFile


def load_ring(secrets: Path) -> KeyRing:
    """The site's key ring.

    Raises NotConfigured for a key that is missing or does not fit, and when an algorithm does not
    give its known answer: no key is used before.
    """
    require_sound_algorithms()
    files = KeyringFile(secrets)
    passphrase = files.passphrase()
    return KeyRing(
        key_of(entry, pems_of(entry, files.read), passphrase) for entry in files.entries()
    )
