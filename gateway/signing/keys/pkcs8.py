"""Private keys at rest: PKCS#8 under PBES2 (RFC 8018), one way for every algorithm. 私钥加密"""

import secrets

from asn1crypto import algos, core, keys, pem
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

# Both libraries would take 2,048 of their own accord. Every start opens every key of ours, which is
# why it is not more; against guessing the passphrase has its length (see the key ring's check).
ITERATIONS = 100_000
_SALT_BYTES = 16
_BLOCK_BITS = 128
_KEY_BYTES = 32


def encrypted_pem(plain: bytes, passphrase: bytes) -> bytes:
    """PKCS#8 DER as ENCRYPTED PRIVATE KEY PEM: PBKDF2-HMAC-SHA256, AES-256-CBC."""
    salt, vector = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_BLOCK_BITS // 8)
    key = PBKDF2HMAC(hashes.SHA256(), _KEY_BYTES, salt, ITERATIONS).derive(passphrase)
    pad = padding.PKCS7(_BLOCK_BITS).padder()
    padded = pad.update(plain) + pad.finalize()
    engine = Cipher(AES256(key), CBC(vector)).encryptor()
    sealed = {
        "encryption_algorithm": _scheme(salt, vector),
        "encrypted_data": engine.update(padded) + engine.finalize(),
    }
    return bytes(pem.armor("ENCRYPTED PRIVATE KEY", keys.EncryptedPrivateKeyInfo(sealed).dump()))


def _scheme(salt: bytes, vector: bytes) -> dict[str, object]:
    derived = {
        "salt": algos.Pbkdf2Salt(name="specified", value=core.OctetString(salt)),
        "iteration_count": ITERATIONS,
        "prf": {"algorithm": "sha256", "parameters": None},
    }
    return {
        "algorithm": "pbes2",
        "parameters": {
            "key_derivation_func": {"algorithm": "pbkdf2", "parameters": derived},
            "encryption_scheme": {"algorithm": "aes256_cbc", "parameters": vector},
        },
    }
