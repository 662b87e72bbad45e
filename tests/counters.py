"""Counters, whose changes the tests of the write queue submit."""

import asyncio
from collections.abc import Callable, Sequence

from opentelemetry.trace import NoOpTracer

from service_standard.binding.reply import Reply
from service_standard.database import (
    Database,
    Row,
    Statement,
    Transaction,
    Write,
    inserting,
    padded,
    parameters,
    updating,
)
from service_standard.identity import now_ns, timestamp
from service_standard.problems import CONFLICT, Problem
from service_standard.writes.queue import Change, Decision, WriteQueue

DEADLINE_SECONDS = 20
TABLE = "CREATE TABLE counters (id TEXT PRIMARY KEY, n INTEGER NOT NULL, label TEXT UNIQUE)"
INSERT = inserting("counters", "id, n, label", n="integer")
UPDATE = updating("counters", "id", "n", n="integer")
ADD = Statement(
    "UPDATE counters SET n = counters.n + given.n FROM given WHERE counters.id = given.id", "id, n", {"n": "integer"}
)
Wish = Change[int]


class Counters:
    """A queue of changes to counters, the transactions that it committed, and the decisions that it asked for."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commits = 0
        self.decisions = 0
        self.happened: list[Decision[int]] = []
        self.queue: WriteQueue[int] = WriteQueue(
            database, self.load, self._committed, self.happened.append, NoOpTracer()
        )

    async def submit(self, changes: Sequence[Wish]) -> list[Reply | BaseException]:
        """The outcomes of changes that are submitted at once."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await asyncio.gather(*map(self.queue.submit, changes), return_exceptions=True)

    async def rows(self) -> list[Row]:
        found = await self.database.fetch("SELECT id, n, label FROM counters ORDER BY id")
        return [tuple(row) for row in found]

    def new(self, key: str, label: Callable[[], str | None] = lambda: None, **facts: object) -> Wish:
        """A change that inserts a counter."""

        def decide(_: int | None) -> Decision[int]:
            self.decisions += 1
            return decision(key, 0, (INSERT, (key, 0, label())))

        return Change(decide, **facts)  # type: ignore[arg-type] # the fields of Change

    def increment(self, key: str) -> Wish:
        """A change that adds one to a counter."""

        def decide(n: int | None) -> Decision[int]:
            self.decisions += 1
            if n is None:
                raise Problem(CONFLICT, "there is no such counter")
            return decision(key, n + 1, (UPDATE, (key, n + 1)))

        return Change(decide, key=key)

    async def load(self, transaction: Transaction, keys: list[str]) -> dict[str, int]:
        values = padded(keys)
        found = await transaction.fetch(
            f"SELECT id, n FROM counters WHERE id IN ({parameters(len(values))}) ORDER BY id{self.database.row_lock}",
            *values,
        )
        return {str(row[0]): int(row[1] or 0) for row in found}

    def _committed(self, _: int) -> None:
        self.commits += 1


def decision(key: str, n: int, write: Write) -> Decision[int]:
    return Decision("counted", key, None, n, [write], [], Reply(f"{key} {n}".encode()), timestamp(now_ns()))
