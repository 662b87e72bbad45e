"""Processes that are killed and started anew, and callers who do not give up meanwhile."""

import asyncio
import random
import socket
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final
from uuid import uuid4

import httpx

from service_standard.database import Database
from service_standard.events.cursors import Cursors
from service_standard.events.outbox import Outbox
from tests.process import DEADLINE_SECONDS, ORDERS, WISH, Process, client

STATUSES: Final = ("paid", "shipped", "delivered")
PATIENCE: Final = 0.05


class Member:
    """A command that runs as a process, and runs again after each kill, in the same place."""

    def __init__(self, command: str, environ: dict[str, str]) -> None:
        self.command = command
        self._environ = {**environ, "ENVIRONMENT": "development", "HOST": "127.0.0.1", "PORT": _free_port()}
        self.process = Process((*ORDERS, command), self._environ)

    @property
    def url(self) -> str:
        """Where a service is, also while it is not up."""
        return f"http://127.0.0.1:{self._environ['PORT']}"

    async def says(self, message: str, times: int = 1) -> None:
        """Returns once the log of the process has a line so many times."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while self.said(message) < times:
            assert self.process.popen.poll() is None, self.process.end()
            assert time.monotonic() < deadline, (self.command, self.process.messages)
            await asyncio.sleep(PATIENCE)

    def said(self, message: str) -> int:
        """How many times the log has a line."""
        return self.process.messages.count(message)

    def kill(self) -> None:
        """SIGKILL, and the next process."""
        self.process.kill()
        self.process = Process((*ORDERS, self.command), self._environ)


@contextmanager
def members(*commands: str, environ: dict[str, str]) -> Iterator[list[Member]]:
    """A member for each command; none is left after the block."""
    started = [Member(command, environ) for command in commands]
    try:
        yield started
    finally:
        for member in started:
            member.process.kill()


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Callers:
    """Callers that create orders and move each on to its end; a request is repeated until it has its answer."""

    def __init__(self, services: Sequence[Member], count: int, pause: float) -> None:
        # The versions that a service has promised, by order.
        self.promised: dict[str, int] = {}
        # How many requests were answered only when they were repeated, since the first answer was lost.
        self.replayed = 0
        self._urls = [services[number % len(services)].url for number in range(count)]
        self._pause = pause
        self._is_over = False
        self._answers = asyncio.Semaphore(0)

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        """Callers at work; at the end of the block each finishes the order that it is about."""
        async with client() as http:
            tasks = [asyncio.create_task(self._call(http, url)) for url in self._urls]
            try:
                yield
            finally:
                self._is_over = True
                async with asyncio.timeout(DEADLINE_SECONDS):
                    await asyncio.gather(*tasks)

    async def answered(self, count: int) -> None:
        """Returns once so many more requests have been answered."""
        self._answers = asyncio.Semaphore(0)
        async with asyncio.timeout(DEADLINE_SECONDS):
            for _ in range(count):
                await self._answers.acquire()

    async def _call(self, http: httpx.AsyncClient, url: str) -> None:
        while not self._is_over:
            order = await self._insist(http, "POST", f"{url}/orders", {**WISH})
            for status in STATUSES:
                await asyncio.sleep(self._pause * random.random())
                await self._insist(http, "PATCH", f"{url}/orders/{order}", {"status": status})

    async def _insist(self, http: httpx.AsyncClient, method: str, url: str, body: dict[str, object]) -> str:
        key = {"Idempotency-Key": uuid4().hex}
        while True:
            with suppress(httpx.TransportError):
                answer = await http.request(method, url, json=body, headers=key)
                if answer.status_code < 500:
                    return self._noted(answer)
            await asyncio.sleep(PATIENCE)

    def _noted(self, answer: httpx.Response) -> str:
        assert answer.is_success, answer.text
        order = answer.json()
        self.promised[order["id"]] = order["version"]
        self.replayed += "idempotency-replayed" in answer.headers
        self._answers.release()
        return str(order["id"])


async def leader_of(database: Database, relays: Sequence[Member]) -> Member:
    """The relay whose process leads a sink, once one does."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            by_pid = {str(relay.process.popen.pid): relay for relay in relays}
            # An owner is a host, a process and a random word; the process may be dead.
            owners = [cursor.leader.split(":") for cursor in await Cursors(database).all() if cursor.leader]
            leaders = [by_pid[pid] for _, pid, _ in owners if pid in by_pid]
            if leaders:
                return leaders[0]
            await asyncio.sleep(PATIENCE)


async def drained(database: Database, sink: str) -> None:
    """Returns once everything that was committed has been delivered to a sink."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await is_drained(database, sink):  # noqa: ASYNC110 the database tells nobody
            await asyncio.sleep(PATIENCE)


async def is_drained(database: Database, sink: str) -> bool:
    """Whether a sink has everything that was committed."""
    backlog = await Outbox(database).backlog()
    positions = [cursor.position for cursor in await Cursors(database).all() if cursor.sink == sink]
    return backlog.unsequenced == 0 and positions == [backlog.head]
