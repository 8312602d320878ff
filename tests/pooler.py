"""A pooler in transaction mode: a client has a session of the server for one transaction, each time any free one."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select

START = 196_608


class Session:
    """A session of the server, whoever uses it at the moment."""

    def __init__(self, at: tuple[str, int], startup: bytes) -> None:
        self.socket = socket.create_connection(at)
        self.socket.sendall(startup)
        self.greeting = b"".join(self.messages())

    def messages(self) -> Iterator[bytes]:
        """What the server says until no transaction is open and it waits for the next statement."""
        message = b""
        while message[:1] != b"Z" or message[-1:] != b"I":
            head = _read(self.socket, 5)
            message = head + _read(self.socket, struct.unpack("!i", head[1:])[0] - 4)
            yield message


@contextmanager
def transaction_pooler(host: str, port: int) -> Iterator[int]:
    """Pool the server at host and port, which asks nobody for a password; gives the port to connect to."""
    free: dict[bytes, list[Session]] = {}

    def serve(client: socket.socket) -> None:
        with client, suppress(OSError):
            startup = b""
            while startup[4:8] != struct.pack("!i", START):
                # before: requests for encryption, which we have not
                if startup:
                    client.sendall(b"N")
                head = _read(client, 4)
                startup = head + _read(client, struct.unpack("!i", head)[0] - 4)
            sessions = free.setdefault(startup, [])
            sessions.append(Session((host, port), startup))
            client.sendall(sessions[-1].greeting)
            while (data := client.recv(65536)) and data[:1] != b"X":
                session = sessions.pop()
                # notified while nobody used it: lost
                while select([session.socket], [], [], 0)[0]:
                    session.socket.recv(65536)
                session.socket.sendall(data)
                for message in session.messages():
                    client.sendall(message)
                sessions.append(session)

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for session in [session for sessions in free.values() for session in sessions]:
            session.socket.close()


def _read(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = source.recv(size - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data
