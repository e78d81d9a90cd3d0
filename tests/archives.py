"""An archive for a test: real encryption under a key of this file's own. 测试归档"""

from pathlib import Path

from gateway.signing.at_rest.tokens import Tokens
from gateway.signing.at_rest.wrapping import EncryptionKey, Wrapper
from gateway.signing.primitives.ciphers import Cipher
from gateway.store.archive import Archive

KEY = EncryptionKey("test-1", bytes(range(32)))
TOKENS = Tokens("a secret of the tests that is long enough for it")


def new_archive(root: Path, cipher: Cipher = Cipher.AES_256_GCM, *keys: EncryptionKey) -> Archive:
    """An archive at `root`, its keys beside it."""
    return Archive(root, root.with_name(f"{root.name}-keys"), Wrapper(keys or (KEY,), cipher))
