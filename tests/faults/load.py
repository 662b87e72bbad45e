"""Load: callers who never stop, and what each of their requests came to."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final

import httpx

from tests.process import DEADLINE_SECONDS, WISH

CALLERS: Final = 8
PAUSE: Final = 0.02


@dataclass(frozen=True)
class Answer:
    """What a caller was told, and after how many seconds."""

    status: int
    seconds: float


class Load:
    """Callers who create an order, read it and move it on; who is refused begins anew."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.answers: list[Answer] = []
        self._http = http
        self._news = asyncio.Event()
        self._is_over = False

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        """Callers at work; at the end of the block each waits for the answer that it is owed."""
        tasks = [asyncio.create_task(self._call()) for _ in range(CALLERS)]
        try:
            yield
        finally:
            self._is_over = True
            async with asyncio.timeout(DEADLINE_SECONDS):
                await asyncio.gather(*tasks)

    async def answered(self, count: int, *statuses: int) -> None:
        """Returns once so many more requests have been answered so."""
        heard = len(self.answers)
        async with asyncio.timeout(DEADLINE_SECONDS):
            while sum(answer.status in statuses for answer in self.answers[heard:]) < count:
                self._news.clear()
                await self._news.wait()

    async def _call(self) -> None:
        while not self._is_over:
            await asyncio.sleep(PAUSE)
            created = await self._ask("POST", "/orders", json=WISH)
            if created.is_success:
                order = f"/orders/{created.json()['id']}"
                await self._ask("GET", order)
                await self._ask("GET", "/orders")
                await self._ask("PATCH", order, json={"status": "paid"}, headers={"If-Match": '"1"'})

    async def _ask(self, method: str, path: str, **request: object) -> httpx.Response:
        began = monotonic()
        answer = await self._http.request(method, path, **request)  # type: ignore[arg-type] # httpx's own
        self.answers.append(Answer(answer.status_code, monotonic() - began))
        self._news.set()
        return answer

    @property
    def slowest(self) -> float:
        """The seconds that somebody waited longest."""
        return max(answer.seconds for answer in self.answers)

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)

    def __str__(self) -> str:
        told = ", ".join(f"{count:,} x {status}" for status, count in sorted(self.statuses.items()))
        return f"{told}, slowest answer {self.slowest:.2f} s"


async def ready(http: httpx.AsyncClient, status: int) -> None:
    """Returns once `/readyz` answers so; a probe asks again and again."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while (await http.get("/readyz")).status_code != status:  # noqa: ASYNC110 nobody tells a probe
            await asyncio.sleep(PAUSE)
