"""Migrating: Alembic applies the steps that a database lacks."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, pool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from service_standard.database import DatabaseUnavailable, sqlalchemy_url
from service_standard.migrations.steps import newest
from service_standard.settings import Settings

CONNECT_SECONDS: Final = 10
Result = TypeVar("Result")


def migrate(settings: Settings, versions: Path) -> None:
    """Applies every step of a directory that the database does not have yet; safe to run side by side.

    Raises:
        DatabaseUnavailable: it does not let us in.
    """
    command.upgrade(_config(settings, versions), newest(versions))


def connected(settings: Settings, work: Callable[[Connection], Result]) -> Result:
    """What `work` returns, done and committed on a connection of its own; blocks.

    Raises:
        DatabaseUnavailable: there is no connection to be had.
    """
    url = sqlalchemy_url(settings)
    if not url.startswith("sqlite"):
        return asyncio.run(_connected(url, work))
    with _begun(create_engine(url, poolclass=pool.NullPool, connect_args={"isolation_level": None})) as connection:
        result = work(connection)
        connection.commit()
    return result


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


def _config(settings: Settings, versions: Path) -> Config:
    """`env.py` beside this file runs the steps; where they are is the service's affair."""
    config = Config()
    for name, value in (("script_location", Path(__file__).parent), ("version_locations", versions)):
        config.set_main_option(name, str(value).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["settings"] = settings
    return config
