"""Orders on the wire: from the rules' values to the contract's models and back."""

from collections.abc import Sequence

from orders import event_models, models
from orders.order import Order, Wish
from orders.store import HistoryEntry
from orders.wire_terms import shown_address, shown_lines, shown_shipments, shown_sum, shown_totals, terms_of
from orders.workflow import Workflow
from service_standard.binding.members import given, present
from service_standard.binding.pages import Place


def wish_of(body: models.NewOrder, owner: str | None) -> Wish:
    """What the body asks for; an owner, if there is one, orders for himself whatever the body says.

    Raises:
        Problem: 409, its amounts do not go together.
    """
    items = present(body.items) or [line.productId for line in present(body.lines) or ()]
    return Wish(
        customer_id=owner or body.customerId,
        items=tuple(items),
        external_id=present(body.externalId),
        metadata=present(body.metadata) or {},
        terms=terms_of(body),
    )


def shown_order(order: Order) -> models.Order:
    """The order as the contract shows it."""
    return models.Order(
        id=order.id,
        number=order.number,
        status=order.status,
        workflow=order.workflow.name,
        allowedTransitions=list(order.workflow.following(order.status)),
        customerId=order.customer_id,
        items=list(order.items),
        lines=shown_lines(order),
        totals=given(shown_totals(order)),
        shippingAddress=given(shown_address(order)),
        shippingMethod=given(order.terms.shipping_method),
        paymentMethod=given(order.terms.payment_method),
        shipments=given(shown_shipments(order)),
        paymentStatus=order.balance.status,
        paid=given(shown_sum(order, order.balance.paid)),
        refunded=given(shown_sum(order, order.balance.refunded)),
        externalId=given(order.external_id),
        metadata=dict(order.metadata),
        version=order.version,
        createdAt=order.created_at,
        updatedAt=order.updated_at,
        archivedAt=given(order.archived_at),
    )


def shown_workflow(workflow: Workflow) -> models.Workflow:
    """The workflow as the contract shows it."""
    statuses = [
        models.WorkflowStatus(
            status=name,
            next=list(status.following),
            cancellable=status.cancellable,
            editable=status.editable,
            refundable=status.refundable,
            final=status.final,
            reachedBy=given(status.reached_by),
            event=given(status.event),
        )
        for name, status in workflow.statuses.items()
    ]
    return models.Workflow(name=workflow.name, initial=workflow.initial, statuses=statuses)


def shown_entry(entry: HistoryEntry) -> models.OrderHistoryEntry:
    """A change as the contract shows it."""
    members = {
        "at": entry.changed_at,
        "by": entry.changed_by,
        "action": entry.action,
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
        paymentStatus=order.balance.status,
        version=order.version,
        archivedAt=given(order.archived_at),
    )


def order_page(orders: Sequence[Order], total: int, place: Place) -> models.OrderPage:
    """A page of orders, which were found with room for one more."""
    return models.OrderPage(
        items=[shown_order(order) for order in orders[: place.limit]],
        total=total,
        limit=place.limit,
        offset=place.offset,
        nextCursor=given(place.next_cursor([order.id for order in orders])),
    )
