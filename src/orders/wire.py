"""Orders on the wire: from the rules' values to the contract's models and back."""

from collections.abc import Mapping, Sequence

from orders import event_models, models
from orders.money import written
from orders.order import Order, Wish
from orders.search import Filter
from orders.stats import Days, Group
from orders.store import Found, HistoryEntry
from orders.wire_terms import shown_address, shown_lines, shown_shipments, shown_sum, shown_totals, terms_of
from orders.workflow import Workflow
from service_standard.binding.members import given, present
from service_standard.binding.pages import Place
from service_standard.identity import least_id
from service_standard.problems import FieldError, validation_problem


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


def shown_stats(days: Days, group_by: str, groups: Sequence[Group]) -> models.OrderStats:
    """Statistics as the contract shows them."""
    shown = [models.OrderGroup(key=key, orders=orders, totals=_shown_sums(totals)) for key, orders, totals in groups]
    return models.OrderStats.model_validate({"from": days.first, "to": days.last, "groupBy": group_by, "groups": shown})


def _shown_sums(totals: Mapping[str, int]) -> list[models.Sum]:
    sums = (written(units, currency) for currency, units in totals.items())
    return [models.Sum(amount=amount, currency=currency) for amount, currency in sums]


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


def filter_of(asked: Mapping[str, str | None], owner: str | None) -> Filter:
    """The filter that parameters ask for, which an owner is bound to besides.

    Raises:
        Problem: 400, a time is none, or nothing is created before what begins the range.
    """
    since, until = _least_id(asked, "createdFrom"), _least_id(asked, "createdTo")
    if since and until and since > until:
        raise validation_problem([FieldError("query:createdFrom", "must not be after createdTo")])
    return Filter(
        owner=owner,
        customer_id=asked["customerId"],
        status=asked["status"],
        payment_status=asked["paymentStatus"],
        product_id=asked["productId"],
        since=since,
        until=until,
        text=asked["q"],
        number=asked["number"],
        external_id=asked["externalId"],
    )


def _least_id(asked: Mapping[str, str | None], name: str) -> str | None:
    at = asked[name]
    try:
        return None if at is None else least_id(at)
    except ValueError:
        raise validation_problem([FieldError(f"query:{name}", "is not a time")]) from None


def order_page(found: Found, place: Place) -> models.OrderPage:
    """A page of orders."""
    return models.OrderPage(
        items=[shown_order(order) for order in found.orders],
        total=found.total,
        totalIsAtLeast=given(found.is_at_least or None),
        limit=place.limit,
        offset=place.offset,
        nextCursor=given(found.cursor),
    )
