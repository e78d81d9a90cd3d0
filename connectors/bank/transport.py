"""The wire to a bank: SFTP with a pinned host key, and nothing else. 银行文件传输"""

import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import paramiko

from gateway.errors import (
    Code,
    MalformedMessage,
    NotConfigured,
    OutcomeUnknown,
    SignatureInvalid,
    TransportError,
)
from gateway.retrying import smooth

_CONNECT_TIMEOUT_SECONDS = 10
_CALL_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class SftpAddress:
    """Where a bank's SFTP server is, who we are there, and which host keys are pinned.

    Two pins at most: the current key and the next one, for a rotation.
    """

    host: str
    port: int
    user: str
    private_key: Path = field(repr=False)
    passphrase: str = field(repr=False)
    host_keys: tuple[str, ...]


class SftpWire:
    """A bank's directories over SFTP; every call is one short session."""

    def __init__(self, address: SftpAddress, listing_max: int) -> None:
        self._address = address
        self._listing_max = listing_max

    def flagged(self, directory: str, suffix: str) -> Sequence[str]:
        """Names of the flag files in a directory, sorted; at most `listing_max` entries."""
        return smooth(lambda: self._flagged(directory, suffix))

    def _flagged(self, directory: str, suffix: str) -> Sequence[str]:
        with self._session() as sftp, _reading():
            names = []
            for number, entry in enumerate(sftp.listdir_iter(directory)):
                if number >= self._listing_max:
                    raise MalformedMessage(Code.TOO_MANY_LINES, detail=directory)
                if entry.filename.endswith(suffix) and stat.S_ISREG(entry.st_mode or 0):
                    names.append(entry.filename)
        return sorted(names)

    def read(self, directory: str, name: str, size_max: int) -> bytes | None:
        """One file's bytes, None when it is not there; MalformedMessage when it is larger."""
        return smooth(lambda: self._read(directory, name, size_max))

    def _read(self, directory: str, name: str, size_max: int) -> bytes | None:
        with self._session() as sftp, _reading():
            try:
                with sftp.open(f"{directory}/{name}", "rb") as file:
                    size = file.stat().st_size or 0
                    if size > size_max:
                        raise MalformedMessage(Code.FILE_TOO_LARGE, detail=name)
                    file.prefetch(size)
                    return _read_whole(file, size)
            except FileNotFoundError:
                return None

    def publish(self, directory: str, files: Sequence[tuple[str, bytes]]) -> None:
        """Put files there one after the other, each whole or not at all; the last is the flag.

        Raises TransportError for whatever goes wrong before the flag's renaming, the point of no
        return; from there on OutcomeUnknown.
        """
        with self._session() as sftp:
            for name, data in files[:-1]:
                with _writing():
                    _write_part(sftp, f"{directory}/{name}", data)
                    sftp.posix_rename(f"{directory}/{name}.part", f"{directory}/{name}")
            flag, data = files[-1]
            with _writing():
                _write_part(sftp, f"{directory}/{flag}", data)
            try:
                sftp.posix_rename(f"{directory}/{flag}.part", f"{directory}/{flag}")
            except (OSError, EOFError, paramiko.SSHException) as lost:
                raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN, detail=flag) from lost

    def check(self) -> str:
        """Log in, look at the root and out again."""
        with self._session() as sftp, _reading():
            return f"{self._address.host}:{self._address.port} {len(sftp.listdir('/'))} 个目录"

    @cached_property
    def _key(self) -> paramiko.PKey:
        """Our log-in key, opened once: its passphrase is stretched on purpose and slow to try."""
        return _private_key(self._address)

    @contextmanager
    def _session(self) -> Iterator[paramiko.SFTPClient]:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        for kind, key in _pins(self._address.host_keys):
            client.get_host_keys().add(f"[{self._address.host}]:{self._address.port}", kind, key)
        try:
            yield self._open(client)
        finally:
            client.close()

    def _open(self, client: paramiko.SSHClient) -> paramiko.SFTPClient:
        at = self._address
        try:
            client.connect(
                at.host,
                at.port,
                at.user,
                pkey=self._key,
                look_for_keys=False,
                allow_agent=False,
                timeout=_CONNECT_TIMEOUT_SECONDS,
                banner_timeout=_CONNECT_TIMEOUT_SECONDS,
                auth_timeout=_CONNECT_TIMEOUT_SECONDS,
            )
            sftp = client.open_sftp()
        except paramiko.AuthenticationException as refused:
            raise NotConfigured(Code.LOGIN_REFUSED, detail=f"{at.host}:{at.port}") from refused
        except paramiko.BadHostKeyException as wrong:
            raise SignatureInvalid(Code.HOST_KEY_DIFFERS, detail=f"{at.host}:{at.port}") from wrong
        except (OSError, EOFError, paramiko.SSHException) as failed:
            raise _no_session(at, failed) from failed
        channel = sftp.get_channel()
        if channel is not None:
            channel.settimeout(_CALL_TIMEOUT_SECONDS)
        return sftp


def _no_session(at: SftpAddress, failed: Exception) -> TransportError | SignatureInvalid:
    """A server whose key we do not know at all is refused by paramiko with a plain SSHException."""
    where = f"{at.host}:{at.port}"
    if "not found in known_hosts" in str(failed):
        return SignatureInvalid(Code.HOST_KEY_DIFFERS, detail=where)
    return TransportError(Code.NO_CONNECTION, detail=where)


def _private_key(at: SftpAddress) -> paramiko.PKey:
    try:
        # the stubs say str, the library wants bytes
        return paramiko.PKey.from_path(at.private_key, at.passphrase.encode())  # type: ignore[arg-type]
    except (OSError, paramiko.SSHException, ValueError) as missing:
        raise NotConfigured(Code.KEY_MISSING, detail=at.private_key.name) from missing


def _pins(lines: Sequence[str]) -> Iterator[tuple[str, paramiko.PKey]]:
    """Public key lines, `ssh-ed25519 AAAA…`, as keys."""
    for line in lines:
        kind, encoded = line.split()[:2]
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"pinned {kind} {encoded}")
        if entry is None or entry.key is None:
            raise NotConfigured(Code.SETTING_INVALID, detail="host_keys")
        yield kind, entry.key


@contextmanager
def _reading() -> Iterator[None]:
    """Reading has no effect: whatever goes wrong may be tried again."""
    try:
        yield
    except (PermissionError, FileNotFoundError) as refused:
        raise TransportError(Code.LISTING_REFUSED) from refused
    except (OSError, EOFError, paramiko.SSHException) as lost:
        raise TransportError(Code.CONNECTION_LOST) from lost


@contextmanager
def _writing() -> Iterator[None]:
    """Before the flag is renamed nothing has reached them, whatever went wrong."""
    try:
        yield
    except (OSError, EOFError, paramiko.SSHException) as failed:
        raise TransportError(Code.CONNECTION_LOST) from failed


def _read_whole(file: paramiko.SFTPFile, size: int) -> bytes:
    """Exactly the bytes that were there when we looked; a growing file is not read."""
    data = file.read(size)
    if len(data) != size or file.read(1):
        raise TransportError(Code.CONNECTION_LOST)
    return data


def _write_part(sftp: paramiko.SFTPClient, path: str, data: bytes) -> None:
    """Write `path.part` anew; what a dead attempt left there is removed first."""
    part = f"{path}.part"
    with suppress(FileNotFoundError):
        sftp.remove(part)
    with sftp.open(part, "wbx") as file:
        file.set_pipelined(True)
        file.write(data)
    if sftp.stat(part).st_size != len(data):
        raise TransportError(Code.CONNECTION_LOST)
