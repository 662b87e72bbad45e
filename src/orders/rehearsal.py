"""The rehearsal: before the service starts, orders are created and advanced, as requests would do it.

What comes out - replies and events - is held to the contract, so that a contract that refuses them is found at start
and not by the first caller. The orders are those of the contract's examples, the smallest and the largest.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, islice, product
from operator import attrgetter
from typing import Final, NamedTuple, cast

from pydantic import ValidationError

from orders.changes import ACTIONS, Cause, Changes
from orders.law import STAGES
from orders.models import NewOrder, OrderHistoryPage
from orders.order import Order, Wish
from orders.payments.account import PAYMENT, Balance, Entry, Told
from orders.store import Found, HistoryEntry
from orders.terms import Parcel
from orders.wire import order_page, shown_entry, wish_of
from orders.workflow import Status, Workflows
from service_standard.binding.pages import Place, cursor_of
from service_standard.binding.reply import Reply, reply
from service_standard.contract import Content, Contract, Json, Node, Object
from service_standard.events.event import Event, EventRefused
from service_standard.problems import Problem
from service_standard.telemetry.spans import in_trace
from service_standard.writes.queue import Decision

TRACE_ID: Final = 1
# The longest that a subject, or an event's id, may be.
LONGEST: Final = "x" * 255
CAUSE: Final = Cause(LONGEST, LONGEST)
# More changes than any order will see, so that a contract that counts less far is found.
_MANY: Final = 2**53
# How large a value is made that the contract does not limit.
UNLIMITED: Final = 4096


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was replied, which the contract has to allow, and the orders that it is about."""

    orders: tuple[Order, ...] = ()
    created: tuple[Reply, ...] = ()
    advanced: tuple[Reply, ...] = ()
    edited: tuple[Reply, ...] = ()
    archived: tuple[Reply, ...] = ()
    pages: tuple[Reply, ...] = ()
    histories: tuple[Reply, ...] = ()
    events: tuple[Event, ...] = ()


class _Done(NamedTuple):
    """What was decided in the rehearsal."""

    created: Sequence[Decision[Order]]
    advanced: Sequence[Decision[Order]]
    edited: Sequence[Decision[Order]]
    archived: Sequence[Decision[Order]]


def rehearse(contract: Contract, workflows: Workflows, changes: Changes) -> tuple[Rehearsed, list[str]]:
    """What was replied, and what went wrong."""
    operation = contract.operations.get("createOrder")
    if operation is None or not (operation.bodies and operation.bodies[0].examples):
        return Rehearsed(), ["createOrder: needs an example of its request body, to rehearse with"]
    faults = list(_pages_of_nothing(contract))
    if faults:
        return Rehearsed(), faults
    try:
        wishes = [wish_of(NewOrder.model_validate(body), None) for body in _bodies(contract, operation.bodies[0])]
        with in_trace(TRACE_ID):
            deeds = _done(wishes, workflows, changes)
    except (ValidationError, EventRefused, Problem) as error:
        return Rehearsed(), [f"rehearsal: {error}"]
    return _rehearsed(contract, deeds), []


def _pages_of_nothing(contract: Contract) -> Iterator[str]:
    for operation in contract.operations.values():
        least = [cast("int", parameter.minimum) for parameter in operation.parameters if parameter.name == "limit"]
        yield from (f"{operation.id}: limit must be at least 1, not {limit}" for limit in least if limit < 1)


def _bodies(contract: Contract, content: Content) -> Iterator[Object]:
    """The examples, and the first of them with each of its members left out, as small and as large as it may be."""
    examples = [example for example in content.examples if isinstance(example, dict)]
    yield from examples
    without = ({name: value for name, value in examples[0].items() if name != left} for left in examples[0])
    yield from filter(content.schema.allows, without)
    for name, schema in contract.root["components"]["schemas"]["NewOrder"]["properties"].items():
        bodies = ({**examples[0], name: value} for value in (sized(schema, "min", 0), sized(schema, "max", UNLIMITED)))
        yield from filter(content.schema.allows, bodies)


def sized(schema: Node, bound: str, otherwise: int) -> Json:
    """A value of the schema's smallest or largest size."""
    sizes = (schema.get(f"{bound}{what}") for what in ("Length", "Items", "Properties"))
    size = next((size for size in sizes if isinstance(size, int)), otherwise)
    values: Object = {
        "string": "x" * size,
        "array": cast("Json", ["x"] * size),
        "object": dict.fromkeys(map(str, range(size)), "x"),
    }
    return values.get(str(schema.get("type")))


def _advanced(orders: Sequence[Order], workflows: Workflows, changes: Changes) -> Iterator[Decision[Order]]:
    """Each step that a workflow allows, as the first change of an order and after many; each order takes one of them.

    What the contract says of a step and what it says of an order's other members are different rules: not every order
    has to take every step.
    """
    steps = [(workflow, *step) for workflow in workflows.by_name.values() for step in workflow.steps]
    occasions = list(product(steps, (orders[0].version, _MANY)))
    pairs = zip(cycle(orders), cycle(occasions), strict=False)
    for order, ((workflow, present, to), version) in islice(pairs, max(len(orders), len(occasions))):
        begun = order._replace(workflow=workflow, status=present, version=version)
        yield changes.advance(begun, to, "rehearsed", CAUSE, Parcel("x", "x"))


def _told(order: Order, changes: Changes) -> Iterator[Decision[Order]]:
    """A change for each event that may tell of one, whichever workflows there are."""
    paid = order._replace(payments=(Entry(PAYMENT, Balance(), Told(CAUSE.by, order.created_at)),))
    for event in STAGES:
        yield changes.settle(paid, order, "rehearsed", CAUSE._replace(told_by=event))


def _in_each(order: Order, workflows: Workflows, allows: Callable[[Status], bool]) -> Iterator[Order]:
    """The order in each status that allows something."""
    for workflow in workflows.by_name.values():
        allowing = (name for name, status in workflow.statuses.items() if allows(status))
        yield from (order._replace(workflow=workflow, status=name, version=_MANY) for name in allowing)


def _priced(wishes: Sequence[Wish]) -> Sequence[Wish]:
    """One that costs something, if there is one: its payment is asked for."""
    return [wish for wish in wishes if wish.terms.bill and wish.terms.bill.currency][:1]


def _done(wishes: Sequence[Wish], workflows: Workflows, changes: Changes) -> _Done:
    wishes = [*wishes, *(wish._replace(terms=wish.terms._replace(payment_method="x")) for wish in _priced(wishes))]
    created = [changes.creation(wish, CAUSE) for wish in wishes]
    orders = _before_anything(created)
    editable, final = attrgetter("editable"), attrgetter("final")
    return _Done(
        created,
        [*_advanced(orders, workflows, changes), *_told(orders[0], changes)],
        [
            changes.edit(each, wish, CAUSE)
            for order, wish in zip(orders, wishes, strict=True)
            for each in _in_each(order, workflows, editable)
        ],
        [changes.archive(each, CAUSE) for order in orders for each in _in_each(order, workflows, final)],
    )


def _before_anything(created: Sequence[Decision[Order]]) -> tuple[Order, ...]:
    """The orders as they are when nothing more is to come that would hold them up."""
    return tuple(decision.state._replace(saga=None) for decision in created)


def _rehearsed(contract: Contract, done: _Done) -> Rehearsed:
    orders = _before_anything(done.created)
    order = orders[0]
    events = tuple(event for decision in chain(*done) for event in decision.events)
    entries = [shown_entry(entry) for entry in _entries(contract, order)]
    pages = [
        order_page(found, place)
        for place in places(contract, "listOrders")
        for found in (Found((), 0), *_full_pages(order, place))
    ]
    histories = [
        OrderHistoryPage(
            items=list(islice(cycle(entries), place.limit)), total=_MANY, limit=place.limit, offset=place.offset
        )
        for place in places(contract, "listOrderHistory")
    ]
    return Rehearsed(
        orders=orders,
        created=_replies(done.created),
        advanced=_replies(done.advanced),
        edited=_replies(done.edited),
        archived=_replies(done.archived),
        pages=tuple(map(reply, pages)),
        histories=tuple(map(reply, histories)),
        events=events,
    )


def _full_pages(order: Order, place: Place) -> Iterator[Found]:
    """A page before the next one, by ids and by times."""
    for at in (None, order.updated_at):
        yield Found([order] * place.limit, _MANY, is_at_least=True, cursor=cursor_of(order.id, at))


def _replies(decisions: Sequence[Decision[Order]]) -> tuple[Reply, ...]:
    return tuple(decision.reply for decision in decisions)


def batch(contract: Contract, events: Sequence[Event]) -> Sequence[Event]:
    """As many of the events as the feed answers at the most, over and over if there are fewer."""
    return list(islice(cycle(events), max(0, *(place.limit for place in places(contract, "listEvents")))))


def places(contract: Contract, operation_id: str) -> tuple[Place, Place]:
    """The page with the least `limit` and `offset` that the contract allows, and that with the most."""
    operation = contract.operations.get(operation_id)
    bounds = {p.name: (p.minimum, p.maximum) for p in operation.parameters} if operation else {}
    (least, most), (first, last) = (bounds.get(name, (1, 1)) for name in ("limit", "offset"))
    return Place(cast("int", least), cast("int", first)), Place(cast("int", most), cast("int", last))


def _entries(contract: Contract, order: Order) -> Iterator[HistoryEntry]:
    """The least that a change tells, and the most, of each kind."""
    schemas = contract.root["components"]["schemas"]
    reasons = [schemas[name]["properties"]["reason"] for name in ("OrderUpdate", "Cancellation")]
    reason = max((str(sized(each, "max", UNLIMITED)) for each in reasons), key=len)
    least = HistoryEntry(1, order.created_at, "x", None, order.status, None, None, order.id, None)
    most = least._replace(
        version=_MANY, changed_by=LONGEST, from_status=order.status, reason=reason, trace_id=f"{TRACE_ID:032x}"
    )
    yield least
    yield from (most._replace(action=action) for action in ACTIONS)
