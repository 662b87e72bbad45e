"""The rehearsal of payments: what is replied and announced of them, which the contracts have to allow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from orders.changes import Changes
from orders.money import MOST
from orders.order import Order
from orders.payments.account import KINDS, REFUND, STATUSES, Balance, Entry, Returned, Told
from orders.payments.wire import payment_page
from orders.rehearsal import CAUSE, TRACE_ID, UNLIMITED, places, sized
from service_standard.binding.pages import Place
from service_standard.binding.reply import Reply, reply
from service_standard.contract import Contract
from service_standard.events.event import EventRefused
from service_standard.telemetry.spans import in_trace
from service_standard.writes.queue import Decision


@dataclass(frozen=True, slots=True)
class RehearsedPayments:
    """What was replied, which the contract has to allow."""

    changed: tuple[Reply, ...] = ()
    pages: tuple[Reply, ...] = ()


def rehearse_payments(
    contract: Contract, orders: Sequence[Order], changes: Changes
) -> tuple[RehearsedPayments, list[str]]:
    """What was replied, and what went wrong; one order with prices is enough, and one without."""
    chosen = {order.account.bill.currency: order for order in orders}.values()
    settled = [change for order in chosen for change in pairwise(_settled(order, _told(contract, order)))]
    try:
        with in_trace(TRACE_ID):
            decisions = [changes.settle(paid, before, "rehearsed", CAUSE) for before, paid in settled]
    except EventRefused as error:
        return RehearsedPayments(), [f"rehearsal: {error}"]
    return _rehearsed(contract, decisions), []


def _rehearsed(contract: Contract, decisions: Sequence[Decision[Order]]) -> RehearsedPayments:
    least, most = places(contract, "listOrderPayments")
    pages = [payment_page(decision.state, place) for decision in decisions for place in (least, Place(most.limit, 0))]
    return RehearsedPayments(
        changed=tuple(decision.reply for decision in decisions),
        pages=tuple(map(reply, pages)),
    )


def _settled(order: Order, told: Told) -> Iterator[Order]:
    """The order with entries of every kind that led to every status."""
    bill = order.account.bill
    returned = (Returned(bill.lines[0].product_id, bill.lines[0].quantity),)
    asked = told._replace(payment_id=None)
    entries = [
        Entry(kind, Balance(status, MOST, MOST), told if kind != REFUND else asked, MOST, returned)
        for status, kind in product(STATUSES, KINDS)
    ]
    yield from (order._replace(payments=tuple(entries[:number])) for number in range(len(entries) + 1))


def _told(contract: Contract, order: Order) -> Told:
    """As much as can be told."""
    schemas = contract.root["components"]["schemas"]
    reason, method, payment_id = (
        str(sized(schemas[name], "max", UNLIMITED)) for name in ("PaymentReason", "Method", "PaymentId")
    )
    return Told(f"urn:service:{CAUSE.by}"[: len(CAUSE.by)], order.created_at, reason, method, payment_id)
