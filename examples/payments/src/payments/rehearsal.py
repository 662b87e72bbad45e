"""The rehearsal: before the service starts, payments are made in each way, and given back.

What comes out - replies and events - is held to the contracts, so that one that refuses them is found at start and not
by the first caller.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from pydantic import ValidationError

from payments.changes import Changes
from payments.models import NewPayment, RefundPage
from payments.payment import PENDING, SUCCESSFUL, Payment, Wish
from payments.provider import REFUSALS, SILENCE
from payments.store import Refund
from payments.wire import payment_page, shown_payment, shown_refund, wish_of
from service_standard.binding.pages import Place
from service_standard.binding.reply import Reply, reply
from service_standard.contract import Contract
from service_standard.events.event import Event, EventRefused
from service_standard.telemetry.spans import in_trace
from service_standard.writes.queue import Decision

# The longest that an event's id may be.
LONGEST: Final = "x" * 255
# More than there will be, so that a contract that counts less far is found.
MANY: Final = 2**53


class Rehearsed(NamedTuple):
    """What was replied and announced, which the contracts have to allow."""

    made: tuple[Reply, ...] = ()
    shown: tuple[Reply, ...] = ()
    pages: tuple[Reply, ...] = ()
    refunds: tuple[Reply, ...] = ()
    refund_pages: tuple[Reply, ...] = ()
    events: tuple[Event, ...] = ()


class _Done(NamedTuple):
    """What was decided in the rehearsal."""

    made: Sequence[Decision[Payment]]
    timed_out: Sequence[Decision[Payment]]
    refunded: Sequence[Decision[Payment]]


def rehearse(contract: Contract, changes: Changes) -> tuple[Rehearsed, list[str]]:
    """What was replied and announced, and what went wrong."""
    operation = contract.operations.get("createPayment")
    if operation is None or not (operation.bodies and operation.bodies[0].examples):
        return Rehearsed(), ["createPayment: needs an example of its request body, to rehearse with"]
    try:
        wish = wish_of(NewPayment.model_validate(operation.bodies[0].examples[0]), LONGEST)
        reason = _longest_reason(contract)
        with in_trace(1):
            done = _done(wish, reason, changes)
    except (ValidationError, EventRefused) as error:
        return Rehearsed(), [f"rehearsal: {error}"]
    return _rehearsed(done, reason), []


def _longest_reason(contract: Contract) -> str:
    most = contract.root["components"]["schemas"]["Reason"].get("maxLength")
    return "x" * most if isinstance(most, int) else LONGEST


def _done(wish: Wish, reason: str, changes: Changes) -> _Done:
    made = [changes.creation(replace(wish, method=method)) for method in (None, *REFUSALS, SILENCE)]
    payments = [decision.state for decision in made]
    return _Done(
        made,
        [changes.timeout(payment) for payment in payments if payment.status == PENDING],
        [changes.refund(payment, None, reason, LONGEST) for payment in payments if payment.status == SUCCESSFUL],
    )


def _rehearsed(done: _Done, reason: str) -> Rehearsed:
    payments = [decision.state for decisions in done for decision in decisions]
    return Rehearsed(
        made=tuple(decision.reply for decision in done.made),
        shown=tuple(reply(shown_payment(payment)) for payment in payments),
        pages=tuple(_pages(payments)),
        refunds=tuple(decision.reply for decision in done.refunded),
        refund_pages=tuple(_refund_pages(payments[0], reason)),
        events=tuple(event for decisions in done for decision in decisions for event in decision.events),
    )


def _pages(payments: Sequence[Payment]) -> Iterator[Reply]:
    """A page of nothing, and one before the next."""
    yield reply(payment_page((), 0, Place(1, 0)))
    yield reply(payment_page(payments, MANY, Place(len(payments) - 1, 0)))


def _refund_pages(payment: Payment, reason: str) -> Iterator[Reply]:
    refund = shown_refund(Refund(payment.id, payment.id, payment.wish.amount, reason, payment.updated_at))
    yield reply(RefundPage(items=[], total=0, limit=1, offset=0))
    yield reply(RefundPage(items=[refund], total=MANY, limit=1, offset=0))
