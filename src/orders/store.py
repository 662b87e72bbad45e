"""The store: every statement that reads orders, and their history."""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple, cast

from orders.counts import ALL, of_customer
from orders.order import Order
from orders.rows import COLUMNS, order_of
from orders.workflow import Workflows
from service_standard.binding.pages import Place
from service_standard.database import Database, Row, Transaction, Value, inserting, padded, parameters
from service_standard.writes.counts import counts

_CHANGE: Final = "version, changed_at, changed_by, from_status, to_status, reason, trace_id, event_id, action"
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


class Filter(NamedTuple):
    """Which orders to list; what is None does not restrict. `owner` is the caller's bound."""

    owner: str | None
    customer_id: str | None
    status: str | None


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

    async def page(self, chosen: Filter, place: Place) -> tuple[Sequence[Order], int]:
        """At most `limit` orders, oldest first, and how many the filter lets through in all."""
        rows, total = await asyncio.gather(self._rows(*_where(chosen), place), self._total(chosen))
        return [self._order(row) for row in rows], total

    async def _total(self, chosen: Filter) -> int:
        customers = {customer for customer in (chosen.owner, chosen.customer_id) if customer is not None}
        if len(customers) > 1:
            return 0
        by_status = await counts(self._database, of_customer(*customers) if customers else ALL)
        return sum(by_status.values()) if chosen.status is None else by_status.get(chosen.status, 0)

    async def _rows(self, where: str, values: Sequence[Value], place: Place) -> Sequence[Row]:
        values = [*values]
        if place.after is not None:
            values.append(place.after)
            where += f" AND id > ${len(values)}"
        page = f"SELECT {COLUMNS} FROM orders{where} ORDER BY id LIMIT ${len(values) + 1} OFFSET ${len(values) + 2}"  # noqa: S608 constants only
        return await self._database.fetch(page, *values, place.limit, place.offset)

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


def _where(chosen: Filter) -> tuple[str, list[Value]]:
    wished = (("customer_id", chosen.owner), ("customer_id", chosen.customer_id), ("status", chosen.status))
    conditions = [(column, value) for column, value in wished if value is not None]
    clause = "".join(f" AND {column} = ${number}" for number, (column, _) in enumerate(conditions, 1))
    return f" WHERE archived_at IS NULL{clause}", [value for _, value in conditions]
