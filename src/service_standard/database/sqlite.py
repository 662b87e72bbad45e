"""SQLite in WAL mode, called directly: one thread writes, a few threads read."""

import asyncio
import re
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import Final, TypeVar, cast

from service_standard.database.statements import (
    CheckViolation,
    Connections,
    DatabaseUnavailable,
    NoSuchTable,
    Result,
    Transaction,
    UniqueViolation,
)
from service_standard.database.writing import Batch, Row, Statement, Value

READERS: Final = 4
KEPT_STATEMENTS: Final = 256
Returned = TypeVar("Returned")


class SQLite:
    """A database file; commits are durable before they are acknowledged (`synchronous=FULL`)."""

    system: Final = "sqlite"
    row_lock: Final = ""
    commits_out_of_order: Final = False

    def __init__(self, path: str, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._used: set[sqlite3.Connection] = set()

    @property
    def connections(self) -> Connections:
        used = len(self._used)
        return Connections(len(self._opened) - used, used, 1 + READERS)

    async def start(self) -> None:
        """Opens the file, which is made if it is not there."""
        await self._on(self._writer, self._connection)

    async def aclose(self) -> None:
        """Waits for what is running, then closes every connection."""
        await asyncio.to_thread(self._shut)

    async def fetch(self, statement: str, *values: Value) -> list[Row]:
        return await self._on(self._readers, lambda: self._fetch(statement, values))

    async def transact(self, work: Callable[[Transaction], Awaitable[Result]], *, locks: bool = True) -> Result:
        del locks  # A transaction costs no round trip here.
        return await self._on(self._writer, lambda: self._transact(work))

    async def notify(self) -> None:
        """SQLite cannot tell other processes; a relay in another one polls."""

    async def listen(self, heard: Callable[[], None]) -> None:
        """Nothing will ever be heard."""

    def _fetch(self, statement: str, values: Row) -> list[Row]:
        with self._using() as connection:
            return _fetch(connection, statement, values)

    def _transact(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        with self._using() as connection:
            return _transact(connection, work)

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, known to be used meanwhile."""
        connection = self._connection()
        self._used.add(connection)
        try:
            yield connection
        finally:
            self._used.discard(connection)

    async def _on(self, threads: ThreadPoolExecutor, work: Callable[[], Returned]) -> Returned:
        running = asyncio.get_running_loop().run_in_executor(threads, work)
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.shield(running)
        except asyncio.CancelledError:
            running.add_done_callback(_unheard)
            raise
        except TimeoutError as error:
            running.add_done_callback(_unheard)
            raise DatabaseUnavailable("SQLite did not answer in time") from error
        except sqlite3.IntegrityError as error:
            raise _violation(error) from error
        except sqlite3.DatabaseError as error:
            if str(error).startswith("no such table"):
                raise NoSuchTable(str(error)) from error
            if isinstance(error, sqlite3.ProgrammingError | sqlite3.DataError) or _is_of_the_statement(error):
                raise
            raise DatabaseUnavailable(f"SQLite: {error}") from error

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            self._opened.append(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            isolation_level=None,
            cached_statements=KEPT_STATEMENTS,
            # The writer waits for another process a little less than its caller waits for the writer.
            timeout=self._timeout * 0.9,
            check_same_thread=False,
        )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    def _shut(self) -> None:
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        while self._opened:
            self._opened.pop().close()


class _SQLiteTransaction:
    """Statements run in the writer's thread, so nothing here waits in the sense of asyncio."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, statement: str, *values: Value) -> list[Row]:
        return _fetch(self._connection, statement, values)

    async def write(self, *batches: Batch) -> None:
        for statement, rows in chain.from_iterable(batches):
            self._connection.executemany(_row_by_row(statement), rows)


def _transact(connection: sqlite3.Connection, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = _completed(cast("Coroutine[None, None, Result]", work(_SQLiteTransaction(connection))))
        connection.execute("COMMIT")
    except BaseException:
        # A COMMIT that failed for want of space has already rolled back.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _unheard(done: asyncio.Future[Returned]) -> None:
    """Takes the error of work whose caller is gone, of which the loop would complain otherwise."""
    if not done.cancelled():
        done.exception()


def _fetch(connection: sqlite3.Connection, statement: str, values: Row) -> list[Row]:
    return connection.execute(_numbered(statement), values).fetchall()


@lru_cache(maxsize=KEPT_STATEMENTS)
def _numbered(statement: str) -> str:
    """SQLite's way to number parameters."""
    return re.sub(r"\$(\d+)", r"?\1", statement)


@lru_cache(maxsize=KEPT_STATEMENTS)
def _row_by_row(statement: Statement) -> str:
    """The statement with its parameters as the one row that it is given."""
    return statement.reading(f"SELECT {', '.join(f'?{n} AS {name}' for n, name in enumerate(statement.names, 1))}")


def _completed(work: Coroutine[None, None, Result]) -> Result:
    """The result of a coroutine that never has to wait."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast("Result", done.value)
    work.close()
    raise RuntimeError("the work of a transaction waited for something else than its statements")


def _is_of_the_statement(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite refuses what it was told, as a table that is not there; anything else is its own state.

    An error that Python's module found by itself has no code.
    """
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR


def _violation(error: sqlite3.IntegrityError) -> Exception:
    message = str(error)
    if error.sqlite_errorname in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"):
        return UniqueViolation(message.partition(": ")[2])
    if error.sqlite_errorname == "SQLITE_CONSTRAINT_CHECK":
        return CheckViolation(message.partition(": ")[2])
    return error
