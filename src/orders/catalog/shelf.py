"""Shelves: the rows of one kind of thing, which are read and changed each by itself, and counted as they change."""

from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar, cast

from service_standard.binding.pages import Place
from service_standard.database import (
    Batch,
    Database,
    Row,
    Transaction,
    UniqueViolation,
    Value,
    inserting,
    padded,
    parameters,
    updating,
)
from service_standard.problems import CONFLICT, NOT_FOUND, Problem
from service_standard.writes.counts import ADD, counts

_SHOWN: Final = "shown"
# Few change a catalogue, so that they need no slots to keep out of each other's way.
_SLOT: Final = 0


class Thing(Protocol):
    """What a shelf holds: a named tuple of the columns of its row, the first of which is `id`, and one `created_at`."""

    @property
    def is_shown(self) -> bool:
        """Whether lists show it."""
        ...


Kept = TypeVar("Kept", bound=Thing)


class Shelf(Generic[Kept]):
    """The things of one table. `shown` is the SQL of `is_shown`; `types` has the columns that are not text."""

    def __init__(self, database: Database, table: str, kind: Callable[..., Kept], shown: str, **types: str) -> None:
        identity, *others = kind._fields  # type: ignore[attr-defined] # a named tuple's
        columns = ", ".join([identity, *others])
        self._database = database
        self._table = table
        self._kind = kind
        self._all: Final = f"SELECT {columns} FROM {table}"  # noqa: S608 constants only
        self._get: Final = f"{self._all} WHERE id = $1"
        self._page: Final = f"{self._all} WHERE {shown} ORDER BY created_at, id LIMIT $1 OFFSET $2"
        self._insert: Final = inserting(table, columns, **types)
        self._update: Final = updating(table, identity, ", ".join(others), **types)
        self._delete: Final = f"DELETE FROM {table} WHERE id = $1 RETURNING {columns}"  # noqa: S608 constants only

    async def get(self, key: str) -> Kept:
        """The thing.

        Raises:
            Problem: 404, there is none.
        """
        return self._only(await self._database.fetch(self._get, key))

    async def several(self, keys: Sequence[str]) -> Sequence[Kept]:
        """Those of these ids that are there, shown or not."""
        values = padded(keys)
        places = parameters(len(values))
        rows = await self._database.fetch(f"{self._all} WHERE id IN ({places})", *values)
        return [self._kind(*row) for row in rows]

    async def page(self, place: Place) -> tuple[Sequence[Kept], int]:
        """At most `limit` of those that are shown, oldest first, and how many these are in all."""
        rows = await self._database.fetch(self._page, place.limit, place.offset)
        return [self._kind(*row) for row in rows], (await counts(self._database, self._table)).get(_SHOWN, 0)

    async def add(self, thing: Kept) -> None:
        """Puts one more there.

        Raises:
            Problem: 409, its id is taken.
        """
        batch: Batch = [(self._insert, [_row(thing)]), *self._counted(int(thing.is_shown))]
        try:
            await self._database.transact(lambda transaction: transaction.write(batch))
        except UniqueViolation as taken:
            raise Problem(CONFLICT, "This id is taken") from taken

    async def change(self, key: str, changed: Callable[[Kept], Kept]) -> Kept:
        """What `changed` makes of the thing, while nobody else can change it.

        Raises:
            Problem: 404, there is none; or what `changed` raises.
        """

        async def work(transaction: Transaction) -> Kept:
            before = self._only(await transaction.fetch(self._get + self._database.row_lock, key))
            after = changed(before)
            await transaction.write([(self._update, [_row(after)]), *self._counted(after.is_shown - before.is_shown)])
            return after

        return await self._database.transact(work)

    async def take_away(self, key: str) -> Kept:
        """The thing as it was.

        Raises:
            Problem: 404, there is none.
        """

        async def work(transaction: Transaction) -> Kept:
            gone = self._only(await transaction.fetch(self._delete, key))
            await transaction.write(self._counted(-int(gone.is_shown)))
            return gone

        return await self._database.transact(work)

    def _only(self, rows: Sequence[Row]) -> Kept:
        if not rows:
            raise Problem(NOT_FOUND, "There is nothing with this id")
        return self._kind(*rows[0])

    def _counted(self, difference: int) -> Batch:
        return [(ADD, [(self._table, _SHOWN, _SLOT, difference)])] if difference else []


def _row(thing: Thing) -> Row:
    return cast("tuple[Value, ...]", thing)
