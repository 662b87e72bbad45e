"""How many orders there are: all, or one customer's, by status; by workflow; and of each day, with what they come to.

Of a day, `orders`, `units` and `billions` are counted by currency and status. A total is counted as its billions of
minor units and the rest: whatever totals orders have, no sum of them outgrows a number of the database.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from orders.order import Order
from service_standard.writes.counts import Counted, Kind

ALL: Final = "orders"
# The name under which the orders are counted by the workflow that each of them keeps.
WORKFLOWS: Final = "workflows"
ORDERS: Final = "orders"
# What one of each is worth, in minor units.
WORTH: Final = {"units": 1, "billions": 10**9}
# What ISO 4217 calls no currency.
NO_CURRENCY: Final = "XXX"


def of_customer(customer_id: str) -> str:
    """The name under which a customer's orders are counted."""
    return f"orders of {customer_id}"


def created_on(day: str) -> str:
    """The name under which the orders are counted that were created on a day, as `2026-11-21`."""
    return f"created on {day}"


def counted(order: Order, before: Order | None) -> Sequence[Counted]:
    """What a change from `before` (None: from nothing) to `order` adds and takes away."""
    was = [*_counted(before, -1)] if before else []
    return [*was, *_counted(order, 1), *_followed(order, before)]


def _followed(order: Order, before: Order | None) -> Iterator[Counted]:
    """One more of its workflow, or one less; nothing if the order was there before, since it keeps its workflow."""
    is_there, was_there = order.archived_at is None, before is not None and before.archived_at is None
    if is_there is not was_there:
        yield Kind(WORKFLOWS, order.workflow.name), 1 if is_there else -1


def _counted(order: Order, times: int) -> Iterator[Counted]:
    """What one order counts; an archived one counts no more."""
    if order.archived_at:
        return
    yield Kind(ALL, order.status), times
    yield Kind(of_customer(order.customer_id), order.status), times
    day, bill = created_on(order.created_at[:10]), order.terms.bill
    totals = bill.totals if bill else None
    currency = bill.currency if bill and totals else NO_CURRENCY
    yield Kind(day, f"{ORDERS} {currency} {order.status}"), times
    if totals:
        billions, units = divmod(totals.total, WORTH["billions"])
        yield Kind(day, f"units {currency} {order.status}"), units * times
        yield Kind(day, f"billions {currency} {order.status}"), billions * times
