"""How a saga follows its order: whatever changes the one, by whomever, is a step of the other."""

from collections.abc import Iterator

from opentelemetry.trace import get_current_span

from orders.catalog.stock import held
from orders.order import Order
from orders.payments.account import PAID, RETURNED
from orders.saga.saga import (
    ABANDONED,
    COMPENSATED,
    COMPLETED,
    FAILED,
    ORDER_CANCELLED,
    ORDER_PAID,
    PAYMENT_REQUESTED,
    PAYMENT_RETURNED,
    RUNNING,
    STOCK_RESERVED,
    STOCK_RETURNED,
    Saga,
    Step,
)
from service_standard.telemetry.spans import traceparent


def begun(order: Order, deadline: str) -> Order:
    """The new order with its saga, if it costs something: else there is nothing to be paid."""
    totals = order.account.bill.totals
    if totals is None or totals.total == 0:
        return order
    names = (STOCK_RESERVED, PAYMENT_REQUESTED) if held(order) else (PAYMENT_REQUESTED,)
    steps = tuple(Step(name, order.created_at) for name in names)
    return order._replace(saga=Saga(RUNNING, deadline, steps, traceparent(get_current_span())))


def followed(order: Order, before: Order, reason: str | None) -> Order:
    """The order with the steps that its saga took with it from `before`."""
    if order.saga is None:
        return order
    steps = [*_steps(order, before, reason)]
    ends = {ORDER_PAID: COMPLETED, ORDER_CANCELLED: COMPENSATED}
    to = next((ends[step.name] for step in steps if step.name in ends), None)
    return order._replace(saga=order.saga.went(*steps, to=to))


def abandoned(order: Order, at: str, reason: str) -> Order:
    """The order that cannot be cancelled, with a saga that waits no longer: an operator has to decide."""
    saga = order.saga and order.saga.went(Step(ABANDONED, at, reason), to=FAILED)
    return order.noted(at)._replace(saga=saga)


def _steps(order: Order, before: Order, reason: str | None) -> Iterator[Step]:
    at = order.updated_at
    if len(order.payments) > len(before.payments) and order.payments[-1].kind == RETURNED:
        yield Step(PAYMENT_RETURNED, at, reason)
    if not order.awaits_payment:
        return
    if order.balance.status == PAID:
        yield Step(ORDER_PAID, at, reason)
    elif order.status == order.workflow.cancelled:
        yield Step(ORDER_CANCELLED, at, reason)
        yield from [Step(STOCK_RETURNED, at)] if held(before) else []
