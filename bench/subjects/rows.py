"""The statements of the limit: every row of a change in one statement on PostgreSQL, in one transaction on SQLite."""

import asyncio
import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, Protocol, TypeAlias, TypeVar, cast

import asyncpg

CONNECTIONS: Final = 8
Row: TypeAlias = tuple[object, ...]
Returned = TypeVar("Returned")

COLUMNS: Final = "id, number, status, customer_id, items, metadata, version, created_at, updated_at"
NEW: Final = (
    *("id", "number", "customer_id", "items", "metadata", "at", "subject"),
    *("event_id", "envelope", "claim", "fingerprint", "headers", "body"),
)
ADVANCE: Final = ("id", "status", "version", "at", "subject", "event_id", "envelope")

_ORDER: Final = (
    "INSERT INTO orders (id, number, status, customer_id, items, metadata, version, created_at, updated_at, created_by)"
    " SELECT id, number, 'pending', customer_id, items, metadata, 1, at, at, subject FROM r"
)
_HISTORY: Final = (
    "INSERT INTO order_history (order_id, version, changed_at, changed_by, to_status, event_id)"
    " SELECT id, 1, at, subject, 'pending', event_id FROM r"
)
_RECORD: Final = (
    "INSERT INTO idempotency (id, fingerprint, headers, body, created_at)"
    " SELECT claim, fingerprint, headers, body, at FROM r"
)
_EVENT: Final = (
    "INSERT INTO outbox (event_id, type, partition_key, envelope, recorded_at)"
    " SELECT event_id, 'order.created', id, envelope, at FROM r"
)
_INSERTS: Final = (_ORDER, _HISTORY, _RECORD, _EVENT)
_CREATE: Final = f", o AS ({_ORDER}), h AS ({_HISTORY}), i AS ({_RECORD}) {_EVENT}"
_UPDATE: Final = """
, u AS (
    UPDATE orders SET status = r.status, version = orders.version + 1, updated_at = r.at
    FROM r JOIN orders AS old ON old.id = r.id
    WHERE orders.id = old.id AND orders.version = r.version::bigint
    RETURNING orders.*, r.subject, r.event_id, r.envelope, old.status AS before
), h AS (
    INSERT INTO order_history (order_id, version, changed_at, changed_by, from_status, to_status, event_id)
    SELECT id, version, updated_at, subject, before, status, event_id FROM u
), e AS (
    INSERT INTO outbox (event_id, type, partition_key, envelope, recorded_at)
    SELECT event_id, 'order.updated', id, envelope || '"data":{"id":"' || id || '","number":"' || number
           || '","customerId":' || to_json(customer_id)::text || ',"status":"' || status
           || '","previousStatus":"' || before || '","version":' || version || '}}', updated_at
    FROM u
)
SELECT id, number, status, customer_id, items, metadata, version, created_at, updated_at FROM u
"""


class Rows(Protocol):
    """What the bare application asks of a database."""

    async def start(self) -> None: ...
    async def create(self, rows: Sequence[Row]) -> None: ...
    async def update(self, rows: Sequence[Row]) -> Sequence[Row]: ...
    async def fetch(self, statement: str, *values: object) -> Sequence[Row]: ...


def rows_of_environment() -> Rows:
    """The database that DATABASE_URL names."""
    url = os.environ["DATABASE_URL"]
    return SQLite(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else PostgreSQL(url)


class Unreset(asyncpg.Connection):
    """asyncpg resets a session, by a statement of its own, whenever it is given back; here none is ever changed."""

    def get_reset_query(self) -> str:
        return ""


class PostgreSQL:
    """One statement a call, which is its own transaction."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def start(self) -> None:
        self._pool = await asyncpg.create_pool(
            self._dsn, min_size=CONNECTIONS, max_size=CONNECTIONS, connection_class=Unreset
        )

    async def create(self, rows: Sequence[Row]) -> None:
        await self._write(NEW, _CREATE, rows)

    async def update(self, rows: Sequence[Row]) -> Sequence[Row]:
        return await self._write(ADVANCE, _UPDATE, rows)

    async def fetch(self, statement: str, *values: object) -> Sequence[Row]:
        return cast("Sequence[Row]", await self._pool.fetch(statement, *values))

    async def _write(self, columns: Sequence[str], rest: str, rows: Sequence[Row]) -> Sequence[Row]:
        if len(rows) == 1:
            return await self.fetch(_one(columns) + rest, *rows[0])
        return await self.fetch(_many(columns) + rest, *map(list, zip(*rows, strict=True)))


class SQLite:
    """WAL with `synchronous=FULL`; one thread writes, a few read."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def start(self) -> None:
        self._writer = ThreadPoolExecutor(1)
        self._reader = ThreadPoolExecutor(1)
        self._writing, self._reading = self._connect(), self._connect()

    async def create(self, rows: Sequence[Row]) -> None:
        await self._on(self._writer, lambda: self._transact(lambda: self._create(rows)))

    async def update(self, rows: Sequence[Row]) -> Sequence[Row]:
        return await self._on(self._writer, lambda: self._transact(lambda: [self._update(row) for row in rows]))

    async def fetch(self, statement: str, *values: object) -> Sequence[Row]:
        numbered = re.sub(r"\$(\d+)", r"?\1", statement)
        return await self._on(self._reader, lambda: self._reading.execute(numbered, values).fetchall())

    async def _on(self, thread: ThreadPoolExecutor, work: Callable[[], Returned]) -> Returned:
        return await asyncio.get_running_loop().run_in_executor(thread, work)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _transact(self, work: Callable[[], Returned]) -> Returned:
        self._writing.execute("BEGIN IMMEDIATE")
        done = work()
        self._writing.execute("COMMIT")
        return done

    def _create(self, rows: Sequence[Row]) -> None:
        for statement, taken in map(_sqlite, _INSERTS):
            self._writing.executemany(statement, [[row[number] for number in taken] for row in rows])

    def _update(self, row: Row) -> Row:
        order_id, status, version, at, subject, event_id, envelope = row
        before = self._writing.execute("SELECT status FROM orders WHERE id = ?", (order_id,)).fetchone()[0]
        change = "UPDATE orders SET status = ?, version = version + 1, updated_at = ? WHERE id = ? AND version = ?"
        order: Row = self._writing.execute(
            f"{change} RETURNING {COLUMNS}", (status, at, order_id, int(str(version)))
        ).fetchone()
        self._writing.execute(
            "INSERT INTO order_history (order_id, version, changed_at, changed_by, from_status, to_status, event_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (order_id, order[6], at, subject, before, status, event_id),
        )
        data = (
            f'"data":{{"id":"{order_id}","number":"{order[1]}","customerId":"{order[3]}","status":"{status}",'
            f'"previousStatus":"{before}","version":{order[6]}}}}}'
        )
        self._writing.execute(
            "INSERT INTO outbox (event_id, type, partition_key, envelope, recorded_at) VALUES (?, ?, ?, ?, ?)",
            (event_id, "order.updated", order_id, f"{envelope}{data}", at),
        )
        return order


def _one(columns: Sequence[str]) -> str:
    return f"WITH r AS (SELECT {', '.join(f'${n}::text AS {column}' for n, column in enumerate(columns, 1))})"


def _many(columns: Sequence[str]) -> str:
    arrays = ", ".join(f"${n}::text[]" for n in range(1, len(columns) + 1))
    return f"WITH r AS (SELECT * FROM unnest({arrays}) AS r ({', '.join(columns)}))"


@cache
def _sqlite(statement: str) -> tuple[str, Sequence[int]]:
    """`INSERT … SELECT id, … FROM r` as an insert of values, and which values of a row it takes."""
    head, _, chosen = statement.removesuffix(" FROM r").partition(" SELECT ")
    columns = chosen.split(", ")
    values = ["?" if each in NEW else each for each in columns]
    return f"{head} VALUES ({', '.join(values)})", [NEW.index(each) for each in columns if each in NEW]
