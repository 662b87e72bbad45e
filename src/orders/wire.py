"""Orders on the wire: from the rules' values to the contract's models and back."""

import base64
from collections.abc import Sequence
from typing import Final, TypeVar
from uuid import UUID

from pydantic import MISSING

from orders import event_models, models
from orders.order import Order, Wish
from orders.store import HistoryEntry, Place
from service_standard.problems import FieldError, validation_problem

Given = TypeVar("Given")
_PADDING: Final = "=="


def present(value: Given | MISSING) -> Given | None:
    """The value of an optional member, None if it is absent."""
    return None if value is MISSING else value


def given(value: Given | None) -> Given | MISSING:
    """An optional member, absent if the value is None."""
    return MISSING if value is None else value


def wish_of(body: models.NewOrder, owner: str | None) -> Wish:
    """What the body asks for; an owner, if there is one, orders for himself whatever the body says."""
    return Wish(
        customer_id=owner or body.customerId,
        items=tuple(body.items),
        external_id=present(body.externalId),
        metadata=present(body.metadata) or {},
    )


def shown_order(order: Order) -> models.Order:
    """The order as the contract shows it."""
    return models.Order(
        id=order.id,
        number=order.number,
        status=order.status,
        customerId=order.customer_id,
        items=list(order.items),
        externalId=given(order.external_id),
        metadata=dict(order.metadata),
        version=order.version,
        createdAt=order.created_at,
        updatedAt=order.updated_at,
    )


def shown_entry(entry: HistoryEntry) -> models.OrderHistoryEntry:
    """A change as the contract shows it."""
    members = {
        "at": entry.changed_at,
        "by": entry.changed_by,
        "from": entry.from_status,
        "to": entry.to_status,
        "version": entry.version,
        "reason": entry.reason,
        "traceId": entry.trace_id,
        "eventId": entry.event_id,
    }
    return models.OrderHistoryEntry.model_validate(
        {name: value for name, value in members.items() if value is not None}
    )


def created_data(order: Order) -> event_models.OrderCreatedData:
    """What `order.created` tells."""
    return event_models.OrderCreatedData(
        id=order.id,
        number=order.number,
        customerId=order.customer_id,
        items=list(order.items),
        status=order.status,
        version=order.version,
    )


def updated_data(order: Order, previous_status: str) -> event_models.OrderUpdatedData:
    """What `order.updated` tells."""
    return event_models.OrderUpdatedData(
        id=order.id,
        number=order.number,
        customerId=order.customer_id,
        status=order.status,
        previousStatus=previous_status,
        version=order.version,
    )


def order_page(orders: Sequence[Order], total: int, place: Place) -> models.OrderPage:
    """A page of orders; `nextCursor` is there as long as a page after this one may be."""
    more = len(orders) > place.limit
    shown = orders[: place.limit]
    return models.OrderPage(
        items=[shown_order(order) for order in shown],
        total=total,
        limit=place.limit,
        offset=place.offset,
        nextCursor=_cursor(shown[-1].id) if more else MISSING,
    )


def _cursor(order_id: str) -> str:
    """The place after an order: its UUID in base64url, so that every text of the cursor's form is a place."""
    return base64.urlsafe_b64encode(UUID(order_id).bytes).decode().removesuffix(_PADDING)


def place_after(cursor: str) -> str:
    """The id that a cursor stands for.

    Raises:
        Problem: 400, it stands for none.
    """
    try:
        return str(UUID(bytes=base64.urlsafe_b64decode(cursor + _PADDING)))
    except ValueError:
        raise validation_problem([FieldError("query:cursor", "is not a cursor that this service gave")]) from None
