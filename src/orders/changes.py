"""The changes of an order: what each writes and announces, all of it decided before anything is written."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from pydantic import BaseModel

from orders.catalog.stock import moves
from orders.counts import counted
from orders.order import Order, Wish, new_number
from orders.payments.account import FAILURE, OVERRIDE, PAYMENT, REFUND, RETURNED, Told
from orders.payments.requests import payment_requests, refund_requests
from orders.rows import (
    ARCHIVE_ORDER,
    INSERT_ORDER,
    INSERT_ORDER_WITH_SAGA,
    REWRITE_ORDER,
    UPDATE_ORDER,
    archived_row,
    order_row,
    order_row_with_saga,
    product_writes,
    rewritten_row,
    update_row,
)
from orders.saga.progress import abandoned, begun, followed
from orders.store import INSERT_HISTORY, HistoryEntry
from orders.terms import Parcel
from orders.wire import created_data, shown_order, updated_data
from orders.workflow import Workflow
from service_standard.binding.reply import reply
from service_standard.database import Row, Statement
from service_standard.events.event import EventBuilder, Fact
from service_standard.identity import new_id, now_ns, timestamp
from service_standard.problems import Problem
from service_standard.telemetry.spans import trace_id
from service_standard.writes.queue import Decision
from service_standard.writes.versions import etag

# The attribute of events by which those of one change are known; its value is the order's version.
ORDER_VERSION: Final = "orderversion"


class Cause(NamedTuple):
    """Who asked for a change, by which event, if one did, and which other event tells of it, whatever the status."""

    by: str
    causation: str | None = None
    told_by: str | None = None


class _Deed(NamedTuple):
    """What a change is called in the history, and how the order is written after it."""

    action: str
    statement: Statement
    row: Callable[[Order], Row]


_CREATED: Final = _Deed("created", INSERT_ORDER, order_row)
_BEGUN: Final = _Deed("created", INSERT_ORDER_WITH_SAGA, order_row_with_saga)
_ADVANCED: Final = _Deed("advanced", UPDATE_ORDER, update_row)
_CANCELLED: Final = _Deed("cancelled", UPDATE_ORDER, update_row)
_EDITED: Final = _Deed("edited", REWRITE_ORDER, rewritten_row)
_ABANDONED: Final = _Deed("abandoned", UPDATE_ORDER, update_row)
_ARCHIVED: Final = _Deed("archived", ARCHIVE_ORDER, archived_row)
# What was done is what the newest entry of the account is.
_SETTLED: Final = {
    PAYMENT: _Deed("payment_succeeded", UPDATE_ORDER, update_row),
    FAILURE: _Deed("payment_failed", UPDATE_ORDER, update_row),
    REFUND: _Deed("payment_refunded", UPDATE_ORDER, update_row),
    OVERRIDE: _Deed("payment_overridden", UPDATE_ORDER, update_row),
    RETURNED: _Deed("payment_returned", UPDATE_ORDER, update_row),
}
_DONE: Final = (_CREATED, _ADVANCED, _CANCELLED, _EDITED, _ABANDONED, _ARCHIVED, *(_SETTLED[kind] for kind in _SETTLED))
ACTIONS: Final = tuple(deed.action for deed in _DONE)


class Changes:
    """Decides changes; orders begin under one workflow, and the current trace is the one that a change tells of.

    With `every_event`, the events of status and cause tell of a change besides the one that every change has. With
    `payment_seconds`, the payment of a new order is asked for, and waited for so long.
    """

    def __init__(
        self,
        workflow: Workflow,
        events: EventBuilder,
        *,
        every_event: bool = False,
        payment_seconds: float | None = None,
    ) -> None:
        self._workflow = workflow
        self._events = events
        self._every_event = every_event
        self._payment_ns = None if payment_seconds is None else int(payment_seconds * 1_000_000_000)

    def creation(self, wish: Wish, cause: Cause) -> Decision[Order]:
        """A new order, in the workflow's first status."""
        at_ns = now_ns()
        at = timestamp(at_ns)
        order = Order(
            id=new_id(at_ns),
            number=new_number(),
            workflow=self._workflow,
            status=self._workflow.initial,
            customer_id=wish.customer_id,
            items=wish.items,
            external_id=wish.external_id,
            metadata=wish.metadata,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=cause.by,
            terms=wish.terms,
        )
        if self._payment_ns is not None:
            order = begun(order, timestamp(at_ns + self._payment_ns))
        return self._decision(_BEGUN if order.saga else _CREATED, order, None, None, cause)

    def advance(
        self, order: Order, to: str, reason: str | None, cause: Cause, parcel: Parcel | None = None
    ) -> Decision[Order]:
        """The order in another status, and what was sent of it.

        Raises:
            Problem: 409, its workflow does not lead there.
        """
        deed = _CANCELLED if to == order.workflow.cancelled else _ADVANCED
        at = timestamp(now_ns())
        advanced = order.advanced(to, at).sent(parcel).settled_by_status(Told(cause.by, at, reason))
        return self._decision(deed, advanced, order, reason, cause)

    def cancel(self, order: Order, reason: str | None, cause: Cause) -> Decision[Order]:
        """The order, no longer wanted; what was paid of it is given back.

        Raises:
            Problem: 409, it cannot be cancelled any more.
        """
        return self._cancellation(order, order, reason, cause)

    def give_up(self, order: Order, before: Order, reason: str, cause: Cause) -> Decision[Order]:
        """The order, which nobody pays: cancelled, and what was paid of it given back."""
        try:
            return self._cancellation(order, before, reason, cause)
        except Problem as problem:
            why = f"{reason}, and the order is left as it is: {problem.detail}"
            return self._decision(_ABANDONED, abandoned(order, timestamp(now_ns()), why), before, reason, cause)

    def _cancellation(self, order: Order, before: Order, reason: str | None, cause: Cause) -> Decision[Order]:
        at = timestamp(now_ns())
        cancelled = order.cancelled(at).settled_by_status(Told(cause.by, at, reason))
        return self._decision(_CANCELLED, cancelled, before, reason, cause)

    def edit(self, order: Order, wish: Wish, cause: Cause) -> Decision[Order]:
        """The order as somebody wants it now.

        Raises:
            Problem: 409, it cannot be edited any more, or not into this.
        """
        return self._decision(_EDITED, order.edited(wish, timestamp(now_ns())), order, None, cause)

    def archive(self, order: Order, cause: Cause) -> Decision[Order]:
        """The order, which nobody is to see any more.

        Raises:
            Problem: 409, something is still to come of it.
        """
        return self._decision(_ARCHIVED, order.archived(timestamp(now_ns())), order, None, cause)

    def settle(self, order: Order, before: Order, reason: str | None, cause: Cause) -> Decision[Order]:
        """The order as one more payment, or refund, has made it."""
        return self._decision(_SETTLED[order.payments[-1].kind], order, before, reason, cause)

    def _decision(
        self, deed: _Deed, order: Order, before: Order | None, reason: str | None, cause: Cause
    ) -> Decision[Order]:
        """What a change from `before` (None: from nothing) to `order` writes, announces and replies."""
        order = followed(order, before, reason) if before else order
        facts = _facts(order, before, cause, every=self._every_event)
        events = [self._events.build(new_id(now_ns()), fact) for fact in facts]
        entry = HistoryEntry(
            version=order.version,
            changed_at=order.updated_at,
            changed_by=cause.by,
            from_status=before.status if before else None,
            to_status=order.status,
            reason=reason,
            trace_id=trace_id(),
            event_id=events[0].id,
            action=deed.action,
        )
        return Decision(
            what="order updated" if before else "order created",
            key=order.id,
            before=before,
            state=order,
            writes=[
                (deed.statement, deed.row(order)),
                (INSERT_HISTORY, (order.id, *entry)),
                *product_writes(order, before),
                *moves(order, before),
            ],
            events=events,
            reply=reply(shown_order(order), _headers(order, before)),
            at=order.updated_at,
            causation=cause.causation,
            counted=counted(order, before),
        )


def _facts(order: Order, before: Order | None, cause: Cause, *, every: bool) -> Iterator[Fact]:
    """What is told of a change; its history names the first of them."""
    if before is None:
        yield _fact("order.created", order, created_data(order), cause)
        yield from (_fact("order.payment_requested", order, asked, cause) for asked in payment_requests(order))
        return
    data = updated_data(order, before.status)
    yield _fact("order.updated", order, data, cause)
    if every:
        yield from (_fact(event, order, data, cause) for event in _others(order, before, cause))
    yield from (_fact("order.refund_requested", order, asked, cause) for asked in refund_requests(order, before))


def _others(order: Order, before: Order, cause: Cause) -> Iterable[str]:
    """The events that tell of a change besides; the status and the cause may have the same."""
    reached = order.workflow.event_of(order.status) if order.status != before.status else None
    return dict.fromkeys(event for event in (reached, cause.told_by) if event)


def _fact(event: str, order: Order, data: BaseModel, cause: Cause) -> Fact:
    return Fact(
        type=event,
        subject=f"orders/{order.id}",
        key=order.id,
        time=order.updated_at,
        data=data,
        causation=cause.causation,
        extensions={ORDER_VERSION: str(order.version)},
    )


def _headers(order: Order, before: Order | None) -> dict[str, str]:
    location = {} if before else {"Location": f"/orders/{order.id}"}
    return {**location, "ETag": etag(order.version)}
