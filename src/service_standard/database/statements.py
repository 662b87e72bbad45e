"""What the rest of the service knows of a database: statements, transactions, and the ways to fail.

DatabaseUnavailable    it did not do what it was asked
└── RolledBack         it undid a transaction because of another one
NoSuchTable            its schema lacks what a statement names
Violation              its schema does not let a row stand
├── UniqueViolation    it has such a row already
└── CheckViolation     a value is one that may not be
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from service_standard.database.writing import Batch, Row, Value

Result = TypeVar("Result")


class DatabaseUnavailable(Exception):
    """The database did not do what it was asked, in time or at all; whether a commit happened is open."""


class RolledBack(DatabaseUnavailable):
    """Two transactions waited for each other, and the database undid this one: it may be tried again at once."""


class NoSuchTable(Exception):
    """A statement names a table that the schema does not have."""


class Violation(Exception):
    """A row cannot stand; `rule` is what the schema says against it."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class UniqueViolation(Violation):
    """A row stands already; the rule is the table and its unique columns, as `orders.number`."""


class CheckViolation(Violation):
    """A value is one that may not be; the rule is the name of the check."""


class Connections(NamedTuple):
    """How many there are that do nothing, how many that are at work, and how many there may be."""

    idle: int
    used: int
    most: int


class Transaction(Protocol):
    """An open transaction. Its statements are prepared once and kept."""

    async def fetch(self, statement: str, *values: Value) -> list[Row]:
        """The rows of one statement."""
        ...

    async def write(self, *batches: Batch) -> None:
        """Writes all of it or nothing; a batch is one round trip, and sees what the ones before it wrote."""
        ...


class Database(Protocol):
    """A database that is up, or says within its time-out that it is not.

    `system` is its name in telemetry. `row_lock` ends a SELECT whose rows the transaction is about to change.
    `commits_out_of_order` says that an id may become visible after a greater one has.
    """

    @property
    def system(self) -> str: ...

    @property
    def commits_out_of_order(self) -> bool: ...

    @property
    def row_lock(self) -> str: ...

    @property
    def connections(self) -> Connections:
        """Those of this moment; may be asked for in any thread."""
        ...

    async def start(self) -> None: ...
    async def aclose(self) -> None: ...

    async def fetch(self, statement: str, *values: Value) -> list[Row]:
        """The rows of one reading statement."""
        ...

    async def transact(self, work: Callable[[Transaction], Awaitable[Result]], *, locks: bool = True) -> Result:
        """What `work` returns, after a durable commit; any exception of its rolls everything back.

        `work` may wait for statements of its transaction and for nothing else. Without `locks` it promises to lock
        nothing and to write once, at its end: that is the transaction, and needs none around it.
        """
        ...

    async def notify(self) -> None:
        """Tells the other processes on this database that there is something new in the outbox."""
        ...

    async def listen(self, heard: Callable[[], None]) -> None:
        """Calls `heard` whenever another process notifies; on a database that cannot tell, never."""
        ...


def parameters(count: int, first: int = 1) -> str:
    """Placeholders for `IN (…)`. Round `count` up with `padded`, so that few statements are prepared."""
    return ", ".join(f"${number}" for number in range(first, first + count))


def padded(values: Sequence[Value]) -> list[Value]:
    """The values with the last one repeated until their number is a power of two."""
    size = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (size - len(values))]
