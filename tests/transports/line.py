"""A line between two programs that a test can cut, freeze or watch. 可控线路"""

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread

CHUNK = 65_536


@dataclass
class Line:
    """Forwards every connection on a loopback port to a server; misbehaves when told.

    `cut_at` sees what the client says; when it says yes the line goes down, before or after the
    server has heard it. `silent_after` counts what the server says: after so many bytes nothing
    comes through any more, and nobody is told.
    """

    dial: Callable[[], socket.socket]
    host: str = "127.0.0.1"
    port: int = 0
    cut_at: Callable[[bytes], bool] | None = None
    server_hears: bool = False
    cut_after: int | None = None
    silent_after: int | None = None
    connections: int = 0
    ends: list[socket.socket] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def open(self) -> "Line":
        self._listener = socket.create_server((self.host, self.port))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()
        return self

    def close(self) -> None:
        self.over.set()
        self._listener.close()
        self._down(*self.ends)

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            server = self.dial()
            self.ends += [client, server]
            for end in (client, server):
                if end.family != socket.AF_UNIX:
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Thread(target=self._forth, args=(client, server), daemon=True).start()
            Thread(target=self._back, args=(server, client), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(CHUNK):
                if self.cut_at is not None and self.cut_at(data):
                    if self.server_hears:
                        server.sendall(data)
                        self._wait_for_answer(server)
                    break
                server.sendall(data)
        self._down(client, server)

    def _wait_for_answer(self, server: socket.socket) -> None:
        """The server has done it when it says something; the client will not hear it."""
        self.silent_after = 0
        server.settimeout(5)
        self.heard.wait(5)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        with suppress(OSError):
            while data := server.recv(CHUNK):
                passed += len(data)
                if self.cut_after is not None and passed > self.cut_after:
                    break
                if self.silent_after is not None and passed > self.silent_after:
                    self.heard.set()
                    continue
                client.sendall(data)
        self._down(client, server)

    heard: Event = field(default_factory=Event)

    @staticmethod
    def _down(*ends: socket.socket) -> None:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
