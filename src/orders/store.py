"""The store: every statement that reads orders, and their history."""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple, cast

from orders.counts import ALL, of_customer
from orders.order import Order
from orders.rows import COLUMNS, order_of
from orders.search import LOOKED_AT, Filter, Query, Search, Sort, search_of
from orders.workflow import Workflows
from service_standard.binding.pages import Place
from service_standard.database import Database, Row, Transaction, inserting, padded, parameters
from service_standard.writes.counts import counts

_CHANGE: Final = "version, changed_at, changed_by, from_status, to_status, reason, trace_id, event_id, action"
MOST_OVERDUE: Final = 100
INSERT_HISTORY: Final = inserting("order_history", f"order_id, {_CHANGE}", version="bigint")


class HistoryEntry(NamedTuple):
    """One change of an order, as its row has it after the order's id.

    Who, when, from which status to which, why, in which trace, announced by which event, and what it is called.
    """

    version: int
    changed_at: str
    changed_by: str
    from_status: str | None
    to_status: str
    reason: str | None
    trace_id: str | None
    event_id: str
    action: str | None


class Found(NamedTuple):
    """A page of orders, with the cursor of the next one.

    `total` is how many there are in all; where they were not counted to the end, there are at least so many.
    """

    orders: Sequence[Order]
    total: int
    is_at_least: bool = False
    cursor: str | None = None


class Store:
    """Reads orders. They are written by the changes that the write queue commits."""

    def __init__(self, database: Database, workflows: Workflows) -> None:
        self._database = database
        self._workflows = workflows
        self._get = f"SELECT {COLUMNS} FROM orders WHERE id = $1"  # noqa: S608 constants only

    async def get(self, order_id: str, owner: str | None, *, archived: bool = False) -> Order | None:
        """The order, unless it is not there, another's, or archived and not asked for as that too."""
        rows = await self._database.fetch(self._get, order_id)
        order = self._order(rows[0]) if rows else None
        return order if order and (archived or order.is_there(owner)) else None

    def _order(self, row: Row) -> Order:
        return order_of(row, self._workflows)

    async def locked(self, transaction: Transaction, ids: list[str]) -> dict[str, Order]:
        """The orders with these ids, locked until the transaction ends, in the order of their ids: no deadlocks."""
        values = padded(ids)
        rows = await transaction.fetch(
            f"SELECT {COLUMNS} FROM orders WHERE id IN ({parameters(len(values))}) ORDER BY id"  # noqa: S608 placeholders only
            + self._database.row_lock,
            *values,
        )
        return {order.id: order for order in map(self._order, rows)}

    async def overdue(self, at: str) -> Sequence[Order]:
        """Orders with a saga whose deadline has passed, those first that wait longest."""
        overdue = f"SELECT {COLUMNS} FROM orders WHERE saga_deadline <= $1 ORDER BY saga_deadline LIMIT $2"  # noqa: S608 constants only
        return [self._order(row) for row in await self._database.fetch(overdue, at, MOST_OVERDUE)]

    async def page(self, chosen: Filter, sort: Sort, place: Place) -> Found:
        """At most `limit` orders."""
        if len(chosen.customers) > 1:
            return Found((), 0)
        search = search_of(chosen, sort, are_few=sort.by_time and await self._are_few(chosen))
        rows, (total, is_at_least) = await asyncio.gather(
            self._read(search.page(place.with_one_more)), self._total(chosen, search)
        )
        orders = [self._order(row) for row in rows]
        return Found(orders[: place.limit], total, is_at_least, await self._next(search, place, orders))

    async def _are_few(self, chosen: Filter) -> bool:
        """Whether the customer, or else the status, has so few orders that all of them can be looked at."""
        if chosen.customers:
            return sum((await counts(self._database, of_customer(*chosen.customers))).values()) < LOOKED_AT
        return chosen.status is not None and (await counts(self._database, ALL)).get(chosen.status, 0) < LOOKED_AT

    async def _total(self, chosen: Filter, search: Search) -> tuple[int, bool]:
        """How many orders there are in all, and whether there may be more."""
        if chosen.is_counted:
            by_status = await counts(self._database, of_customer(*chosen.customers) if chosen.customers else ALL)
            return sum(by_status.values()) if chosen.status is None else by_status.get(chosen.status, 0), False
        rows = await self._read(search.total())
        listed, looked_at = cast("tuple[int, int]", rows[0])
        return listed, looked_at >= LOOKED_AT

    async def _next(self, search: Search, place: Place, found: Sequence[Order]) -> str | None:
        """The cursor behind the last order of the page, or behind the last that was looked at for it."""
        if len(found) > place.limit:
            last = found[place.limit - 1]
            return search.cursor(last.id, last.updated_at)
        if not search.may_stop_early:
            return None
        rows = await self._read(search.last_looked_at(place))
        return search.cursor(*cast("tuple[str, str]", rows[0])) if rows else None

    async def _read(self, query: Query) -> Sequence[Row]:
        return await self._database.fetch(query.statement, *query.values)

    async def history(self, order_id: str, place: Place) -> tuple[Sequence[HistoryEntry], int]:
        """At most `limit` changes of an order, oldest first, and how many there are in all."""
        page = self._database.fetch(
            f"SELECT {_CHANGE} FROM order_history WHERE order_id = $1 ORDER BY version LIMIT $2 OFFSET $3",  # noqa: S608 constants only
            order_id,
            place.limit,
            place.offset,
        )
        counting = self._database.fetch("SELECT count(*) FROM order_history WHERE order_id = $1", order_id)
        rows, total = await asyncio.gather(page, counting)
        return [HistoryEntry(*row) for row in rows], cast("int", total[0][0])  # type: ignore[arg-type] # the columns above
