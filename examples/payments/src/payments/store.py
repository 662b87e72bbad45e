"""The rows of payments and refunds: every statement that reads or writes them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from payments.payment import Money, Payment, Wish
from service_standard.binding.pages import Place
from service_standard.database import Database, Row, Transaction, Value, inserting, padded, parameters, updating
from service_standard.writes.counts import Kind, counts

_COLUMNS: Final = (
    "id, order_id, amount, currency, method, causation, status, reason, refunded, deadline, traceparent, "
    "created_at, updated_at"
)
_PAYMENTS: Final = f"SELECT {_COLUMNS} FROM payments"  # noqa: S608 constants only
INSERT_PAYMENT: Final = inserting("payments", _COLUMNS)
UPDATE_PAYMENT: Final = updating("payments", "id", "status, reason, refunded, deadline, updated_at")
_REFUND: Final = "id, payment_id, amount, currency, reason, created_at"
_REFUNDS: Final = f"SELECT {_REFUND} FROM refunds"  # noqa: S608 constants only
INSERT_REFUND: Final = inserting("refunds", _REFUND)
PAYMENTS: Final = Kind("payments", "all")
MOST_OVERDUE: Final = 100


@dataclass(frozen=True, slots=True)
class Refund:
    """What was given back of a payment, and when."""

    id: str
    payment_id: str
    amount: Money
    reason: str | None
    created_at: str


def payment_row(payment: Payment) -> Row:
    """The values for INSERT_PAYMENT."""
    wish = payment.wish
    asked = (payment.id, wish.order_id, str(wish.amount.amount), wish.amount.currency, wish.method, wish.causation)
    return (*asked, *update_row(payment)[1:5], payment.traceparent, payment.created_at, payment.updated_at)


def update_row(payment: Payment) -> Row:
    """The values for UPDATE_PAYMENT."""
    refunded = str(payment.refunded.amount) if payment.refunded else None
    return (payment.id, payment.status, payment.reason, refunded, payment.deadline, payment.updated_at)


def refund_row(refund: Refund) -> Row:
    """The values for INSERT_REFUND."""
    money = (str(refund.amount.amount), refund.amount.currency)
    return (refund.id, refund.payment_id, *money, refund.reason, refund.created_at)


def _payment(row: Row) -> Payment:
    values = cast("list[str]", [*row])
    return Payment(
        id=values[0],
        wish=Wish(values[1], Money(Decimal(values[2]), values[3]), values[4], values[5]),
        status=values[6],
        reason=values[7],
        refunded=Money(Decimal(values[8]), values[3]) if values[8] else None,
        deadline=values[9],
        traceparent=values[10],
        created_at=values[11],
        updated_at=values[12],
    )


def _refund(row: Row) -> Refund:
    found, payment_id, amount, currency, reason, created_at = cast("list[str]", [*row])
    return Refund(found, payment_id, Money(Decimal(amount), currency), reason, created_at)


class Store:
    """Reads payments. They are written by the changes that the write queue commits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, payment_id: str) -> Payment | None:
        rows = await self._database.fetch(f"{_PAYMENTS} WHERE id = $1", payment_id)
        return _payment(rows[0]) if rows else None

    async def locked(self, transaction: Transaction, ids: list[str]) -> dict[str, Payment]:
        """The payments with these ids, locked until the transaction ends, in the order of their ids: no deadlocks."""
        values = padded([*ids])
        chosen = f"{_PAYMENTS} WHERE id IN ({parameters(len(values))}) ORDER BY id{self._database.row_lock}"
        rows = await transaction.fetch(chosen, *values)
        return {payment.id: payment for payment in map(_payment, rows)}

    async def page(self, order_id: str | None, place: Place) -> tuple[Sequence[Payment], int]:
        """At most `limit` payments, oldest first, and how many there are in all: of one order, or of all."""
        rows, total = await asyncio.gather(self._rows(order_id, place), self._total(order_id))
        return [_payment(row) for row in rows], total

    async def refunds(self, payment_id: str, place: Place) -> tuple[Sequence[Refund], int]:
        """At most `limit` refunds of a payment, oldest first, and how many there are in all."""
        page = f"{_REFUNDS} WHERE payment_id = $1 ORDER BY id LIMIT $2 OFFSET $3"
        rows, total = await asyncio.gather(
            self._database.fetch(page, payment_id, place.limit, place.offset),
            self._database.fetch("SELECT count(*) FROM refunds WHERE payment_id = $1", payment_id),
        )
        return [_refund(row) for row in rows], cast("int", total[0][0])

    async def overdue(self, at: str) -> Sequence[Payment]:
        """Pending payments whose deadline has passed, those first that wait longest."""
        overdue = f"{_PAYMENTS} WHERE deadline <= $1 ORDER BY deadline LIMIT $2"
        return [_payment(row) for row in await self._database.fetch(overdue, at, MOST_OVERDUE)]

    async def _rows(self, order_id: str | None, place: Place) -> Sequence[Row]:
        wished = (("order_id =", order_id), ("id >", place.after))
        conditions = [(condition, value) for condition, value in wished if value is not None]
        where = " AND ".join(f"{condition} ${number}" for number, (condition, _) in enumerate(conditions, 1))
        values: list[Value] = [value for _, value in conditions]
        bounds = f"LIMIT ${len(values) + 1} OFFSET ${len(values) + 2}"
        page = f"{_PAYMENTS}{' WHERE ' if where else ''}{where} ORDER BY id {bounds}"
        return await self._database.fetch(page, *values, place.limit, place.offset)

    async def _total(self, order_id: str | None) -> int:
        if order_id is None:
            return (await counts(self._database, PAYMENTS.name)).get(PAYMENTS.kind, 0)
        found = await self._database.fetch("SELECT count(*) FROM payments WHERE order_id = $1", order_id)
        return cast("int", found[0][0])
