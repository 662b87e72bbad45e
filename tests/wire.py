"""A served app on a thread of the test's process, and the answers that it gives over a socket."""

import socket
from threading import Event, Thread
from typing import IO, Final

from service_standard.http.edge import Edge
from service_standard.http.server import Server, server_config
from tests.edge_app import Answer, settings

DEADLINE: Final = 10.0
GET: Final = b"GET /orders HTTP/1.1\r\nHost: orders.test\r\n\r\n"


class Running:
    """A served app on a thread of this process."""

    def __init__(self, app: Edge) -> None:
        self._up = Event()
        self._server = Announcing(self._up, app)
        self._thread = Thread(target=self._server.run, daemon=True)
        self._thread.start()
        assert self._up.wait(DEADLINE)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(DEADLINE)


class Announcing(Server):
    def __init__(self, up: Event, app: Edge) -> None:
        super().__init__(server_config(lambda: app, settings()))
        self._up = up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up.set()


def read_answer(stream: IO[bytes]) -> Answer | None:
    """The next answer on a connection, None at its end."""
    line = stream.readline()
    if not line:
        return None
    headers = []
    while (field := stream.readline()) != b"\r\n":
        name, _, value = field.decode().partition(":")
        headers.append((name.lower(), value.strip()))
    length = int(dict(headers)["content-length"])
    return Answer(int(line.split()[1]), headers, stream.read(length))
