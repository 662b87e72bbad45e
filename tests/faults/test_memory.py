"""Faults: floods of bytes and of requests, which must not stay in memory."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Final

import pytest

from tests.figures import Proof
from tests.process import DEADLINE_SECONDS, WISH, Process, authorization, served

pytestmark = [pytest.mark.anyio, pytest.mark.fault]

BODIES = 20
CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
CHUNKS = 20 * 1024 * 1024 // 0x10000
REQUESTS = 100_000
WARM_UP = 10_000
CONNECTIONS = 20
LONGEST_FLOOD = 180
MOST_GROWTH = 5.0

_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Process]:
    with served(f"sqlite:///{tmp_path}/orders.db") as started:
        yield started


async def test_large_bodies_are_refused_and_not_kept(service: Process, proof: Proof) -> None:
    head = request("POST", "/orders", "Content-Type: application/json", "Transfer-Encoding: chunked")
    port = service.serving["port"]
    await asyncio.gather(*(body(port, head) for _ in range(BODIES)))  # What is allocated only once.
    before = resident(service)
    forget_peak(service)
    told = await asyncio.gather(*(body(port, head) for _ in range(BODIES)))
    growth = peak(service) - before
    assert Counter(told) == {413: BODIES}
    assert growth <= MOST_GROWTH
    proof(f"large bodies: {BODIES} x 20 MB chunked, peak RSS {before:.0f} MB + {growth:.1f} MB")


async def body(port: int, head: bytes) -> int:
    """The status that answers a body of 20 MB, of which nothing says in advance how long it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sending = asyncio.create_task(send(writer, head))
    async with asyncio.timeout(DEADLINE_SECONDS):
        status = int((await reader.readline()).split()[1])
        with suppress(ConnectionError):
            await reader.read()
    await sending
    return status


async def send(writer: asyncio.StreamWriter, head: bytes) -> None:
    writer.write(head)
    with suppress(ConnectionError):
        for _ in range(CHUNKS):
            writer.write(CHUNK)
            await writer.drain()
    writer.close()


async def test_many_requests_leave_nothing_behind(service: Process, proof: Proof) -> None:
    with service.caller() as caller:
        order = caller.post("/orders", json=WISH).json()["id"]
    wish = json.dumps(WISH).encode()
    batch = [
        *[request("GET", "/healthz")] * 46,
        *[request("GET", f"/orders/{order}")] * 2,
        request("GET", "/orders/unknown"),
        request("POST", "/orders", "Content-Type: application/json", f"Content-Length: {len(wish)}") + wish,
    ]
    await flood(service, batch, WARM_UP)
    before = resident(service)
    began = monotonic()
    told = await flood(service, batch, REQUESTS)
    seconds = monotonic() - began
    growth = resident(service) - before
    share = REQUESTS // len(batch)
    assert told == {b"200": 48 * share, b"404": share, b"201": share}
    assert growth < MOST_GROWTH
    proof(f"{REQUESTS:,} requests: in {seconds:.0f} s, {share:,} of them creates, RSS {before:.0f} MB {growth:+.1f} MB")


async def flood(service: Process, batch: Sequence[bytes], count: int) -> Counter[bytes]:
    """The statuses of so many requests, the same batch again and again, on connections that are kept."""
    told: Counter[bytes] = Counter()
    rounds = count // CONNECTIONS // len(batch)
    async with asyncio.timeout(LONGEST_FLOOD):
        await asyncio.gather(*(kept(service.serving["port"], batch, rounds, told) for _ in range(CONNECTIONS)))
    return told


async def kept(port: int, batch: Sequence[bytes], rounds: int, told: Counter[bytes]) -> None:
    """Counts the statuses on one connection, on which a batch is sent at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(rounds):
        writer.write(b"".join(batch))
        for _ in batch:
            told[await answer(reader)] += 1
    writer.close()
    await writer.wait_closed()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The status of an answer that has been read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    assert length
    await reader.readexactly(int(length[1]))
    return head[9:12]


def request(method: str, path: str, *headers: str) -> bytes:
    """The head of a request that is allowed everything."""
    token = f"Authorization: {authorization()['Authorization']}"
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: orders.test", token, *headers, "", ""]).encode()


def resident(service: Process) -> float:
    """The MB that it holds in memory."""
    return _status(service, "VmRSS")


def peak(service: Process) -> float:
    """The most MB that it has held since that was forgotten."""
    return _status(service, "VmHWM")


def forget_peak(service: Process) -> None:
    Path(f"/proc/{service.popen.pid}/clear_refs").write_text("5")


def _status(service: Process, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{service.popen.pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024
