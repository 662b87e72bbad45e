"""PostgreSQL through asyncpg, called directly, with a time-out that a frozen server cannot outlast."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Final, cast

import asyncpg
from pydantic_core import to_json

from service_standard.database.sessions import LOST, Sessions
from service_standard.database.statements import (
    CheckViolation,
    Connections,
    DatabaseUnavailable,
    NoSuchTable,
    Result,
    RolledBack,
    Transaction,
    UniqueViolation,
)
from service_standard.database.writing import Batch, Row, Statement, Value
from service_standard.telemetry.trouble import Trouble

log = logging.getLogger(__name__)

CONNECTIONS: Final = 8
KEPT_STATEMENTS: Final = 256
CHANNEL: Final = "outbox"
# SQLSTATE classes: connection, read-only, no entry, no such database, no resources, object in use, shut down, system.
_OUT_OF_SERVICE: Final = ("08", "25006", "28", "3D", "53", "55", "57", "58")
_SETTINGS: Final = {
    "synchronous_commit": "on",
    # A statement is planned once, maybe for a table that is small: reading the whole of it would cost less then, and
    # more with each row. All that the service asks for is found by an index.
    "enable_seqscan": "off",
    # A bitmap is made of all rows that a condition finds, however few of them a page wants: an index has them in order.
    "enable_bitmapscan": "off",
    # The other ways to join read a table or an index to its end, where a look at each of a few rows is wanted.
    "enable_mergejoin": "off",
    "enable_hashjoin": "off",
    # To the planner a table that has to be read nevertheless seems so costly that it would compile machine code.
    "jit": "off",
}
_ROLLED_BACK: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class PostgreSQL:
    """A few sessions that commit with `synchronous_commit=on`."""

    system: Final = "postgresql"
    # What refers to a locked row may still be written: nobody changes a key.
    row_lock: Final = " FOR NO KEY UPDATE"
    commits_out_of_order: Final = True

    def __init__(self, dsn: str, timeout: float, client: str) -> None:
        self._dsn = dsn
        self._timeout = timeout
        self._sessions = Sessions(dsn, CONNECTIONS, timeout, {**_SETTINGS, "application_name": client})
        self._is_open = False
        self._listening: asyncio.Task[None] | None = None
        # Without it polling goes on.
        self._deafness = Trouble(log, "listening for new events")

    @property
    def connections(self) -> Connections:
        return Connections(self._sessions.idle, self._sessions.used, CONNECTIONS)

    async def start(self) -> None:
        """Connects when it has to: a server that is down makes the service unready, not unable to start."""
        self._is_open = True

    async def aclose(self) -> None:
        """Closes what is idle, and what is not after the time-out too."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        self._is_open = False
        await self._sessions.aclose()

    async def fetch(self, statement: str, *values: Value) -> list[Row]:
        async with self._session() as session:
            return cast("list[Row]", await session.fetch(statement, *values))

    async def transact(self, work: Callable[[Transaction], Awaitable[Result]], *, locks: bool = True) -> Result:
        async with self._session() as session:
            if not locks:
                return await work(_PostgreSQLTransaction(session))
            async with session.transaction():
                return await work(_PostgreSQLTransaction(session))

    async def notify(self) -> None:
        async with self._session() as session:
            await session.execute(f"NOTIFY {CHANNEL}")

    async def listen(self, heard: Callable[[], None]) -> None:
        """Listens on a connection of its own; when that is lost, once more on a new one."""
        self._listening = asyncio.create_task(self._listen(heard))

    async def _listen(self, heard: Callable[[], None]) -> None:
        while True:
            try:
                await self._listen_until_lost(heard)
            except (asyncpg.PostgresError, *LOST) as error:
                self._deafness.is_out(type(error).__name__)
            await asyncio.sleep(self._timeout)

    async def _listen_until_lost(self, heard: Callable[[], None]) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=self._timeout)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, lambda *_: heard())
            self._deafness.over()
            await lost.wait()
        finally:
            connection.terminate()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[asyncpg.Connection]:
        if not self._is_open:
            raise DatabaseUnavailable("PostgreSQL is not open")
        try:
            async with self._sessions.one() as session:
                yield session
        except asyncpg.UniqueViolationError as error:
            raise UniqueViolation(_columns(error)) from error
        except asyncpg.CheckViolationError as error:
            raise CheckViolation(str(error.constraint_name)) from error
        except asyncpg.UndefinedTableError as error:
            raise NoSuchTable(str(error)) from error
        except _ROLLED_BACK as error:
            raise RolledBack(f"PostgreSQL: {type(error).__name__}") from error
        except (asyncpg.PostgresError, *LOST) as error:
            if isinstance(error, asyncpg.PostgresError) and not str(error.sqlstate).startswith(_OUT_OF_SERVICE):
                raise
            raise DatabaseUnavailable(f"PostgreSQL: {type(error).__name__}") from error


class _PostgreSQLTransaction:
    def __init__(self, session: asyncpg.Connection) -> None:
        self._session = session

    async def fetch(self, statement: str, *values: Value) -> list[Row]:
        return cast("list[Row]", await self._session.fetch(statement, *values))

    async def write(self, *batches: Batch) -> None:
        if len(batches) > 1 and not self._session.is_in_transaction():
            async with self._session.transaction():
                await self._write(batches)
        else:
            await self._write(batches)

    async def _write(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            rows = [_json(statement, rows) for statement, rows in batch]
            await self._session.execute(_together(tuple(statement for statement, _ in batch)), *rows)


def _json(statement: Statement, rows: Sequence[Row]) -> str:
    names = statement.names
    return to_json([dict(zip(names, row, strict=True)) for row in rows]).decode()


@lru_cache(maxsize=KEPT_STATEMENTS)
def _together(statements: Sequence[Statement]) -> str:
    """One statement that runs them all. Each waits for the one before it, so that rows are locked in this order."""
    parts = [_part(number, statement) for number, statement in enumerate(statements)]
    return f"WITH {', '.join(parts)} SELECT count(*) FROM s{len(parts) - 1}"  # noqa: S608 constants only


def _part(number: int, statement: Statement) -> str:
    columns = ", ".join(f"{name} {statement.types.get(name, 'text')}" for name in statement.names)
    after = f" WHERE (SELECT count(*) FROM s{number - 1}) >= 0" if number else ""  # noqa: S608 a number
    given = f"SELECT * FROM json_to_recordset(${number + 1}::json) AS given ({columns}){after}"  # noqa: S608 constants only
    for _ in range(2):
        # No limit at all; but of one that it does not know the planner expects a tenth of the rows, of which it takes
        # any JSON to have a hundred. With one left it looks by index, however small the table is when it plans.
        given = f"SELECT * FROM ({given}) AS given LIMIT (SELECT NULL::int)"  # noqa: S608 constants only
    return f"s{number} AS ({statement.reading(given)} RETURNING 1)"


def _columns(error: asyncpg.UniqueViolationError) -> str:
    """`orders.number` out of `Key (number)=(…) already exists.`: the form in which SQLite says it."""
    columns = str(error.detail).partition("(")[2].partition(")")[0]
    return ", ".join(f"{error.table_name}.{column}" for column in columns.split(", "))
