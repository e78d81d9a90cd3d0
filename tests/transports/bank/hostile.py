"""An SFTP server that misbehaves on command: not broken lines but wrong answers. 不守约的服务端"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import asyncssh

from connectors.bank.transport import Patience, SftpAddress, SftpWire
from tests.transports.bank.servers import PASSPHRASE

RUBBISH = b"\xff" * 64
PATIENCE = Patience(connecting=1, logging_in=1, answering=1, reading=1, publishing=1)


class Polite(asyncssh.SFTPServer):
    """A server as it should be, in one directory."""

    root: Path

    def __init__(self, channel):
        super().__init__(channel, chroot=os.fsencode(self.root))


class RefusesFlags(Polite):
    """Renames everything but flags, and says so."""

    def posix_rename(self, oldpath, newpath):
        if newpath.endswith(b".ok"):
            raise asyncssh.SFTPPermissionDenied("no flags today")
        super().posix_rename(oldpath, newpath)


class AnswersFlagsWithRubbish(Polite):
    """Renames the flag, and then talks nonsense."""

    def posix_rename(self, oldpath, newpath):
        super().posix_rename(oldpath, newpath)
        if newpath.endswith(b".ok"):
            self.channel.write(RUBBISH)


class SaysNoAttributes(Polite):
    """Lists names and nothing else about them."""

    async def scandir(self, path):
        async for entry in super().scandir(path):
            yield asyncssh.SFTPName(entry.filename, entry.filename, asyncssh.SFTPAttrs())


class SaysTheWrongSize(Polite):
    """Says of every open file that it is empty."""

    def fstat(self, file_obj):
        return asyncssh.SFTPAttrs(size=0, permissions=0o100644)


class GreetsWithRubbish(Polite):
    """Talks nonsense before anything else."""

    def __init__(self, channel):
        super().__init__(channel)
        asyncio.get_running_loop().call_soon(channel.write, RUBBISH)


class AnswersWithRubbish(Polite):
    """Greets properly, and then talks nonsense."""

    async def open(self, path, pflags, attrs):
        return await self._nonsense()

    async def remove(self, path):
        return await self._nonsense()

    async def _nonsense(self):
        self.channel.write(RUBBISH)
        await asyncio.sleep(60)


@contextmanager
def hostile(place: Path, login: Path, behaviour) -> Iterator[SftpWire]:
    """A wire to a server that behaves like this, in a directory."""
    loop, host_key = asyncio.new_event_loop(), asyncssh.generate_private_key("ssh-ed25519")
    (place / "authorized_keys").write_bytes(login.with_suffix(".pub").read_bytes())
    factory = type("Here", (behaviour,), {"root": place})
    listening = asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[host_key], encoding=None,
        authorized_client_keys=str(place / "authorized_keys"), sftp_factory=factory,
    )  # fmt: skip
    acceptor = loop.run_until_complete(listening)
    thread = Thread(target=loop.run_forever)
    thread.start()
    public = host_key.export_public_key().decode().strip()
    address = SftpAddress("127.0.0.1", acceptor.get_port(), "me", login, PASSPHRASE, (public,))
    try:
        yield SftpWire(address, 50, PATIENCE)
    finally:
        asyncio.run_coroutine_threadsafe(_end(acceptor), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _end(acceptor: asyncssh.SSHAcceptor) -> None:
    acceptor.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
