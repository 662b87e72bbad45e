"""Faults: clients who let the service wait: for a head, for a body, for anything, or with their answers unread."""

import select
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from time import monotonic
from typing import Final

import pytest

from tests.faults.prober import probing
from tests.figures import Proof
from tests.process import Process, authorization, served

pytestmark = pytest.mark.fault

EACH: Final = 50
LONGEST: Final = 12.0
PROBE_SECONDS: Final = 0.1
SMALL: Final = 4096
GET: Final = b"GET /openapi.json HTTP/1.1\r\nHost: orders.test\r\n\r\n"
POST: Final = (
    b"POST /orders HTTP/1.1\r\nHost: orders.test\r\nContent-Type: application/json\r\nAuthorization: %b\r\n"
    b"Content-Length: 64\r\n\r\n{"
)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Process]:
    with served(f"sqlite:///{tmp_path}/orders.db") as started:
        yield started


class Client:
    """Sends `begin`, then `drop` every second, and reads only if it `reads`."""

    def __init__(self, port: int, begin: bytes, drop: bytes, *, reads: bool) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        self.socket.connect(("127.0.0.1", port))
        self.began = monotonic()
        self.lasted = 0.0
        self.socket.sendall(begin)
        self.watched = select.POLLIN if reads else 0
        self._drop = drop

    def drip(self) -> None:
        if not self.lasted and self._drop:
            self.socket.send(self._drop, socket.MSG_NOSIGNAL)

    def look(self, events: int) -> None:
        """Reads what there is, and notes when that is the end."""
        if events & (select.POLLHUP | select.POLLERR) or not self.socket.recv(SMALL):
            self.lasted = monotonic() - self.began


# How many of each, what they begin with and go on with, and whether they read.
KINDS: Final = {
    "slow head": (EACH, b"GET /orders HTTP/1.1\r\nX: ", b"x", True),
    "slow body": (EACH, POST, b" ", True),
    "idle": (EACH, b"", b"", True),
    # What the kernel takes for each of these keeps the service busy for a while: only then it has to wait for them.
    "not reading": (EACH // 10, GET * 100, b"", False),
}


def test_whoever_lets_the_service_wait_is_left_and_nobody_else_notices(service: Process, proof: Proof) -> None:
    port, token = service.serving["port"], authorization()["Authorization"].encode()
    with probing(service, "/healthz") as liveness:
        clients = {
            kind: [Client(port, begin.replace(b"%b", token), drop, reads=reads) for _ in range(number)]
            for kind, (number, begin, drop, reads) in KINDS.items()
        }
        wait_for_all([*chain.from_iterable(clients.values())])
    lasted = {kind: max(client.lasted for client in group) for kind, group in clients.items()}
    assert max(lasted.values()) <= LONGEST
    assert liveness.statuses == {200}
    slowest = max(told.seconds for told in liveness.told)
    assert slowest < PROBE_SECONDS
    figures = ", ".join(f"{len(clients[kind])} {kind} {seconds:.1f} s" for kind, seconds in lasted.items())
    proof(f"slow clients, and when the last was left: {figures}; healthz at most {1000 * slowest:.0f} ms")


def wait_for_all(clients: list[Client]) -> None:
    """Until each has been left, or should have been long ago."""
    waiting = {client.socket.fileno(): client for client in clients}
    poll = select.poll()
    for number, client in waiting.items():
        poll.register(number, client.watched)
    until, drips = monotonic() + 2 * LONGEST, count(monotonic() + 1)
    drip_at = next(drips)
    while waiting and monotonic() < until:
        for number, events in poll.poll(1000 * max(drip_at - monotonic(), 0)):
            waiting[number].look(events)
        for number in [number for number, client in waiting.items() if client.lasted]:
            poll.unregister(number)
            waiting.pop(number).socket.close()
        if monotonic() >= drip_at:
            drip_at = next(drips)
            drip(waiting.values())
    assert not waiting, f"{len(waiting)} are still waited for"


def drip(clients: Iterable[Client]) -> None:
    for client in clients:
        with suppress(ConnectionError):
            client.drip()
