"""The wire to a bank: SFTP with a pinned host key, and nothing else. 银行文件传输"""

import base64
import socket
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Timer

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

# What paramiko raises when a line breaks, a server refuses or talks nonsense.
_WIRE_ERRORS = (OSError, EOFError, paramiko.SSHException, paramiko.SFTPError)


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

    @property
    def where(self) -> str:
        """Host and port, for a person."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds each part of a session may take, however slowly the bytes drip.

    Connecting, logging in and publishing together end before the lease on a message does.
    """

    connecting: float = 10
    logging_in: float = 15
    answering: float = 20
    reading: float = 300
    publishing: float = 20


class SftpWire:
    """A bank's directories over SFTP; every call is one short session."""

    def __init__(
        self, address: SftpAddress, listing_max: int, patience: Patience | None = None
    ) -> None:
        self._address = address
        self._listing_max = listing_max
        self._patience = patience or Patience()

    def flagged(self, directory: str, suffix: str) -> Sequence[str]:
        """Names of the flag files in a directory, sorted; at most `listing_max` entries.

        Raises MalformedMessage for a directory with more, or with a name that is not UTF-8.
        """
        return smooth(lambda: self._flagged(directory, suffix))

    def _flagged(self, directory: str, suffix: str) -> Sequence[str]:
        with self._session(self._patience.reading) as sftp, _without_effect(directory):
            names = []
            for number, entry in enumerate(sftp.listdir_iter(directory)):
                if number >= self._listing_max:
                    raise MalformedMessage(Code.TOO_MANY_LINES, detail=directory)
                if entry.filename.endswith(suffix) and _is_file(entry):
                    names.append(entry.filename)
        return sorted(names)

    def read(self, directory: str, name: str, size_max: int) -> bytes | None:
        """One file's bytes, None when it is not there.

        Raises MalformedMessage when it is larger, TransportError when its directory is not there.
        """
        return smooth(lambda: self._read(directory, name, size_max))

    def _read(self, directory: str, name: str, size_max: int) -> bytes | None:
        with self._session(self._patience.reading) as sftp, _without_effect(directory):
            try:
                with sftp.open(f"{directory}/{name}", "rb") as file:
                    size = file.stat().st_size or 0
                    if size > size_max:
                        raise MalformedMessage(Code.FILE_TOO_LARGE, detail=name)
                    file.prefetch(size)
                    return _read_whole(file, size)
            except FileNotFoundError:
                sftp.stat(directory)  # one that is not there says nothing of what was in it
                return None

    def publish(self, directory: str, files: Sequence[tuple[str, bytes]]) -> None:
        """Put files there one after the other, each whole or not at all; the last is the flag.

        Raises TransportError for whatever goes wrong before the flag's renaming, the point of no
        return; from there on OutcomeUnknown.
        """
        with self._session(self._patience.publishing) as sftp:
            for name, data in files[:-1]:
                with _without_effect(directory):
                    _write_part(sftp, f"{directory}/{name}", data)
                    sftp.posix_rename(f"{directory}/{name}.part", f"{directory}/{name}")
            flag, data = files[-1]
            with _without_effect(directory):
                _write_part(sftp, f"{directory}/{flag}", data)
            try:
                sftp.posix_rename(f"{directory}/{flag}.part", f"{directory}/{flag}")
            except PermissionError as refused:  # their answer: they did not rename it
                raise TransportError(Code.LISTING_REFUSED, detail=flag) from refused
            except _WIRE_ERRORS as lost:
                raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN, detail=flag) from lost

    def check(self) -> str:
        """Log in, look at the root and out again."""
        with self._session(self._patience.reading) as sftp, _without_effect("/"):
            return f"{self._address.where} {len(sftp.listdir('/'))} 个目录"

    @cached_property
    def _key(self) -> paramiko.PKey:
        """Our log-in key, opened once: its passphrase is stretched on purpose and slow to try."""
        return _private_key(self._address)

    @contextmanager
    def _session(self, seconds: float) -> Iterator[paramiko.SFTPClient]:
        """A session that is cut when its seconds are over; whatever waits on it then fails."""
        key, pins = self._key, _pins(self._address.host_keys)
        transport = self._connected()
        try:
            with _bounded(transport, self._patience.logging_in):
                sftp = self._logged_in(transport, key, pins)
            with _bounded(transport, seconds):
                yield sftp
        finally:
            transport.close()

    def _connected(self) -> paramiko.Transport:
        at = self._address
        try:
            line = socket.create_connection((at.host, at.port), self._patience.connecting)
            return paramiko.Transport(line)
        except _WIRE_ERRORS as failed:
            raise TransportError(Code.NO_CONNECTION, detail=at.where) from failed

    def _logged_in(
        self, transport: paramiko.Transport, key: paramiko.PKey, pins: Sequence[paramiko.PKey]
    ) -> paramiko.SFTPClient:
        # ours is the only limit: whoever is still waiting when it ends sees the line go down
        transport.auth_timeout = transport.channel_timeout = self._patience.logging_in * 2
        try:
            _prefer(transport, pins)
            transport.start_client()
            if transport.get_remote_server_key() not in pins:
                raise SignatureInvalid(Code.HOST_KEY_DIFFERS, detail=self._address.where)
            transport.auth_publickey(self._address.user, key)
            sftp = paramiko.SFTPClient.from_transport(transport)
        except paramiko.AuthenticationException as refused:
            if not transport.is_active():
                raise TransportError(Code.NO_CONNECTION, detail=self._address.where) from refused
            raise NotConfigured(Code.LOGIN_REFUSED, detail=self._address.where) from refused
        except _WIRE_ERRORS as failed:
            raise TransportError(Code.NO_CONNECTION, detail=self._address.where) from failed
        channel = sftp.get_channel() if sftp is not None else None
        if sftp is None or channel is None:
            raise TransportError(Code.NO_CONNECTION, detail=self._address.where)
        channel.settimeout(self._patience.answering)
        return sftp


@contextmanager
def _bounded(transport: paramiko.Transport, seconds: float) -> Iterator[None]:
    timer = Timer(seconds, transport.close)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _prefer(transport: paramiko.Transport, pins: Sequence[paramiko.PKey]) -> None:
    """Ask the server for a host key of a kind that is pinned, if it has several."""
    pinned = {pin.get_name() for pin in pins}
    options = transport.get_security_options()
    options.key_types = sorted(options.key_types, key=lambda kind: _family(kind) not in pinned)


def _family(algorithm: str) -> str:
    """The kind of key an algorithm signs with: RSA keys sign with several."""
    return "ssh-rsa" if algorithm.startswith("rsa-sha2-") else algorithm


def _private_key(at: SftpAddress) -> paramiko.PKey:
    try:
        # the stubs say str, the library wants bytes
        return paramiko.PKey.from_path(at.private_key, at.passphrase.encode())  # type: ignore[arg-type]
    except (OSError, paramiko.SSHException, ValueError, TypeError) as missing:
        raise NotConfigured(Code.KEY_MISSING, detail=at.private_key.name) from missing


def _pins(lines: Sequence[str]) -> Sequence[paramiko.PKey]:
    """Public key lines, `ssh-ed25519 AAAA…`, as keys."""
    return [_pin(line) for line in lines]


def _pin(line: str) -> paramiko.PKey:
    try:
        kind, encoded = line.split()[:2]
        return paramiko.PKey.from_type_string(kind, base64.b64decode(encoded, validate=True))
    except (ValueError, paramiko.SSHException) as wrong:
        raise NotConfigured(Code.SETTING_INVALID, detail="host_keys") from wrong


@contextmanager
def _without_effect(directory: str) -> Iterator[None]:
    """Reading, and writing before the flag is renamed: whatever went wrong may be tried again."""
    try:
        yield
    except (PermissionError, FileNotFoundError) as refused:
        raise TransportError(Code.LISTING_REFUSED, detail=directory) from refused
    except _WIRE_ERRORS as lost:
        raise TransportError(Code.CONNECTION_LOST, detail=directory) from lost
    except UnicodeDecodeError as foreign:
        raise MalformedMessage(Code.FILE_NAME_UNKNOWN, detail=directory) from foreign


def _is_file(entry: paramiko.SFTPAttributes) -> bool:
    """Whether an entry is a plain file; some servers do not say."""
    return entry.st_mode is None or stat.S_ISREG(entry.st_mode)


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
