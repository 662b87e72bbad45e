"""The database's schema, step by step: `migrate` takes a database to the newest."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, pool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from service_standard.database import DatabaseUnavailable

CONNECT_SECONDS: Final = 10
Result = TypeVar("Result")


def migrate(url: str) -> None:
    """Applies every step that the database (a SQLAlchemy URL) does not have yet; safe to run side by side.

    Raises:
        DatabaseUnavailable: it does not let us in.
    """
    command.upgrade(_config(url), "head")


def newest() -> str:
    """The step that this version of the service needs."""
    return str(ScriptDirectory.from_config(_config("")).get_current_head())


def missing_steps(url: str) -> str:
    """What the database lacks, in words; empty if nothing.

    A server that does not answer lacks nothing that is known: the service waits for it, as its readiness tells.

    Raises:
        DatabaseUnavailable: a file cannot be opened, which no waiting will mend.
    """
    try:
        present = connected(url, lambda connection: MigrationContext.configure(connection).get_current_revision())
    except DatabaseUnavailable:
        if _is_file(url):
            raise
        return ""
    return "" if present == newest() else f"the migrations from {present or 'none'} to {newest()}"


def connected(url: str, work: Callable[[Connection], Result]) -> Result:
    """What `work` returns, done and committed on a connection of its own; blocks.

    Raises:
        DatabaseUnavailable: there is no connection to be had.
    """
    if not _is_file(url):
        return asyncio.run(_connected(url, work))
    with _begun(create_engine(url, poolclass=pool.NullPool, connect_args={"isolation_level": None})) as connection:
        result = work(connection)
        connection.commit()
    return result


def _is_file(url: str) -> bool:
    return url.startswith("sqlite")


def _begun(engine: Engine) -> Connection:
    try:
        connection = engine.connect()
        # The driver by itself begins no transaction for a CREATE TABLE.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except DBAPIError as error:
        raise DatabaseUnavailable(f"SQLite: {error.orig}") from error
    return connection


async def _connected(url: str, work: Callable[[Connection], Result]) -> Result:
    # The driver reads the URL, as it does for the pool: SQLAlchemy would read `?sslmode=require` in another way.
    connect = partial(_connect, "postgresql:" + url.partition(":")[2])
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=pool.NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


async def _connect(dsn: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
        raise DatabaseUnavailable(f"PostgreSQL: {type(error).__name__}") from error


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    return config
