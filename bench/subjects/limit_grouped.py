"""The limit with group commit: what arrives while a transaction is under way shares the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bench.subjects.bare import Bare
from bench.subjects.rows import Row, rows_of_environment

Result = TypeVar("Result")


class Group(Generic[Result]):
    """Commits rows together; `commit` answers one result for each of them, in their order."""

    def __init__(self, commit: Callable[[Sequence[Row]], Awaitable[Sequence[Result]]]) -> None:
        self._commit = commit
        self._waiting: list[tuple[Row, asyncio.Future[Sequence[Result]]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def submit(self, row: Row) -> Sequence[Result]:
        done: asyncio.Future[Sequence[Result]] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await done

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            results = await self._commit([row for row, _ in group])
            for (_, done), result in zip(group, results, strict=True):
                done.set_result([result])


def create_app() -> Bare:
    rows = rows_of_environment()

    async def create(group: Sequence[Row]) -> Sequence[None]:
        await rows.create(group)
        return [None] * len(group)

    async def update(group: Sequence[Row]) -> Sequence[Row]:
        updated = {order[0]: order for order in await rows.update(group)}
        return [updated[row[0]] for row in group]

    return Bare(rows, Group(create).submit, Group(update).submit)
