"""A crowd: many callers at once in a process of their own, each with a connection that it keeps."""

import asyncio
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from time import monotonic
from typing import Final

from tests.process import Process, authorization

BODY: Final = b'{"customerId": "customer-123", "items": ["item-1"]}'


@dataclass
class Outcome:
    """How many were answered with which status, and how many of those turned away were not told when to come again."""

    statuses: Counter[int] = field(default_factory=Counter)
    untold: int = 0

    def note(self, told: dict[str, str]) -> None:
        self.statuses[int(told["status"])] += 1
        self.untold += told["status"] == "503" and told.get("retry-after") != "1"


async def crowd(service: Process, callers: int, seconds: float) -> Outcome:
    """So many create orders, again as soon as they have their answers; who is turned away comes again as it is told."""
    token = authorization()["Authorization"].encode()
    request = (
        b"POST /orders HTTP/1.1\r\nHost: orders.test\r\nContent-Type: application/json\r\nAuthorization: %b\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (token, len(BODY), BODY)
    )
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        called = pool.submit(_called, service.serving["port"], request, callers, seconds)
        return await asyncio.wrap_future(called)


def _called(port: int, request: bytes, callers: int, seconds: float) -> Outcome:
    return asyncio.run(_call_all(port, request, callers, seconds))


async def _call_all(port: int, request: bytes, callers: int, seconds: float) -> Outcome:
    outcome, until = Outcome(), monotonic() + seconds
    async with asyncio.TaskGroup() as tasks:
        for _ in range(callers):
            tasks.create_task(_call(port, request, until, outcome))
    return outcome


async def _call(port: int, request: bytes, until: float, outcome: Outcome) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while monotonic() < until:
        writer.write(request)
        told = await _head(reader)
        outcome.note(told)
        await asyncio.sleep(random.uniform(1, 2) * float(told.get("retry-after", 0)))
    writer.close()
    await writer.wait_closed()


async def _head(reader: asyncio.StreamReader) -> dict[str, str]:
    """The next answer's status and headers."""
    line, *fields = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
    told = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields if field)}
    await reader.readexactly(int(told["content-length"]))
    return {**told, "status": line.split()[1]}
