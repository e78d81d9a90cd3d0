"""The archive and the tokens of a site, with the secrets they stand on. 归档与标记组装"""

from pathlib import Path

from gateway.signing.at_rest.tokens import Tokens
from gateway.signing.at_rest.wrapping import Wrapper, read_keys
from gateway.signing.primitives.ciphers import Cipher
from gateway.store.archive import Archive
from gateway.wiring.reading import read_secret

KEYS_FILE, TOKEN_FILE = "archive_keys.json", "token_key"


def open_archive(secrets: Path, root: Path, keys: Path | None, cipher: Cipher) -> Archive:
    """The archive at `root`; its data keys lie in `keys`, by default beside it.

    Raises NotConfigured when the site has no key-encryption key.
    """
    wrapper = Wrapper(read_keys(read_secret(secrets / KEYS_FILE)), cipher)
    return Archive(root, keys or root.with_name(f"{root.name}-keys"), wrapper)


def open_tokens(secrets: Path) -> Tokens:
    """What makes the site's tokens. Raises NotConfigured when the site has no secret for it."""
    return Tokens(read_secret(secrets / TOKEN_FILE))
