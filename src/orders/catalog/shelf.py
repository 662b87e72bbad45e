"""Shelves: the rows of one kind of thing, which are read and changed each by itself; each change has its event."""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from typing import Final, Generic, NamedTuple, Protocol, TypeVar, cast

from service_standard.binding.pages import Place
from service_standard.database import (
    Batch,
    Database,
    Row,
    Statement,
    Transaction,
    UniqueViolation,
    Value,
    inserting,
    padded,
    parameters,
    updating,
)
from service_standard.events.event import Event, EventBuilder, Fact
from service_standard.events.outbox import INSERT as ENTER
from service_standard.events.outbox import entry
from service_standard.identity import new_id, now_ns, timestamp
from service_standard.problems import CONFLICT, NOT_FOUND, FieldError, Problem
from service_standard.writes.counts import ADD, counts

CREATED: Final = "created"
UPDATED: Final = "updated"
_SHOWN: Final = "shown"
# Few change a catalogue, so that they need no slots to keep out of each other's way.
_SLOT: Final = 0


class Thing(Protocol):
    """What a shelf holds: a named tuple of the columns of its row, the first of which is `id`, and one `created_at`."""

    @property
    def updated_at(self) -> str: ...

    @property
    def is_shown(self) -> bool:
        """Whether lists show it."""
        ...

    def fact(self, what: str, at: str) -> Fact:
        """What an event tells, once this was created or updated."""
        ...


Kept = TypeVar("Kept", bound=Thing)


class Announcements(NamedTuple):
    """How changes are announced: by events that `events` builds; `committed` is called once they are in the outbox."""

    events: EventBuilder
    committed: Callable[[], None]


class _Made(NamedTuple, Generic[Kept]):
    """What a change made of a thing, and the event that was recorded with it; none if nothing changed."""

    thing: Kept
    event: Event | None


class Shelf(Generic[Kept]):
    """The things of one table. `shown` is the SQL of `is_shown`; `types` has the columns that are not text."""

    def __init__(
        self,
        database: Database,
        announcements: Announcements,
        table: str,
        kind: Callable[..., Kept],
        shown: str,
        **types: str,
    ) -> None:
        identity, *others = kind._fields  # type: ignore[attr-defined] # a named tuple's
        columns = ", ".join([identity, *others])
        self._database = database
        self._announcements = announcements
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
        context = copy_context()

        async def work(transaction: Transaction) -> _Made[Kept]:
            event = self._event(context, CREATED, thing, thing.updated_at)
            counted = self._counted(int(thing.is_shown))
            await transaction.write([(self._insert, [_row(thing)]), *counted, _entered(event, thing.updated_at)])
            return _Made(thing, event)

        try:
            await self._committed(work)
        except UniqueViolation as taken:
            raise Problem(CONFLICT, "This id is taken", errors=[FieldError("#/id", "must be another")]) from taken

    async def change(self, key: str, changed: Callable[[Kept], Kept]) -> Kept:
        """What `changed` makes of the thing, while nobody else can change it.

        Raises:
            Problem: 404, there is none; or what `changed` raises.
        """
        context = copy_context()

        async def work(transaction: Transaction) -> _Made[Kept]:
            before = self._only(await transaction.fetch(self._get + self._database.row_lock, key))
            after = changed(before)
            if after == before:
                return _Made(before, None)
            event = self._event(context, UPDATED, after, after.updated_at)
            counted = self._counted(after.is_shown - before.is_shown)
            await transaction.write([(self._update, [_row(after)]), *counted, _entered(event, after.updated_at)])
            return _Made(after, event)

        return await self._committed(work)

    async def take_away(self, key: str) -> Kept:
        """The thing as it was.

        Raises:
            Problem: 404, there is none.
        """
        context = copy_context()

        async def work(transaction: Transaction) -> _Made[Kept]:
            gone = self._only(await transaction.fetch(self._delete, key))
            at = max(timestamp(now_ns()), gone.updated_at)
            event = self._event(context, UPDATED, gone, at)
            await transaction.write([*self._counted(-int(gone.is_shown)), _entered(event, at)])
            return _Made(gone, event)

        return await self._committed(work)

    def _event(self, context: Context, what: str, thing: Kept, at: str) -> Event:
        """The event of a change, in the trace of whoever asked for it: a transaction may run in another thread."""
        return context.run(self._announcements.events.build, new_id(now_ns()), thing.fact(what, at))

    async def _committed(self, work: Callable[[Transaction], Awaitable[_Made[Kept]]]) -> Kept:
        """What the change made, once it is durable."""
        made = await self._database.transact(work)
        if made.event:
            made.event.span.end()
            self._announcements.committed()
        return made.thing

    def _only(self, rows: Sequence[Row]) -> Kept:
        if not rows:
            raise Problem(NOT_FOUND, "There is nothing with this id")
        return self._kind(*rows[0])

    def _counted(self, difference: int) -> Batch:
        return [(ADD, [(self._table, _SHOWN, _SLOT, difference)])] if difference else []


def _entered(event: Event, at: str) -> tuple[Statement, Sequence[Row]]:
    return ENTER, [entry(event, at)]


def _row(thing: Thing) -> Row:
    return cast("tuple[Value, ...]", thing)
