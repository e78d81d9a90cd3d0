"""SSH keys for our log-in at counterparties. SSH 登录密钥"""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from gateway.signing.primitives.algorithms import KeyPair


def new_ssh_key(passphrase: bytes, comment: str) -> KeyPair:
    """A new Ed25519 key: encrypted OpenSSH private key, and the line for authorized_keys."""
    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.BestAvailableEncryption(passphrase),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return KeyPair(private, public + f" {comment}\n".encode())
