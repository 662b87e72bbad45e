"""The orders' rows: their columns, and the way from an order to its row and back."""

from collections.abc import Iterator
from typing import Final, cast

from pydantic_core import from_json, to_json

from orders.bill import Bill, Charges, Line
from orders.order import Order
from orders.payments.account import Balance, Entry, Returned, Told
from orders.saga.saga import Saga, Step
from orders.terms import Parcel, Shipment, Terms
from orders.workflow import Workflows
from service_standard.database import Row, Statement, Value, Write, inserting, updating

_TERMS: Final = "bill, currency, total, shipping_address, shipping_method, payment_method"
_BEGINNING: Final = (
    "id, number, workflow, status, customer_id, items, external_id, metadata,"
    f" version, created_at, updated_at, created_by, {_TERMS}, shipments, archived_at"
)
# Nothing was paid of a new order, as these columns say by themselves; nor has one a saga that does not begin with it.
COLUMNS: Final = f"{_BEGINNING}, payments, saga"
_SAGA: Final = "saga, saga_deadline"
INSERT_ORDER: Final = inserting("orders", _BEGINNING, version="bigint", total="bigint")
INSERT_ORDER_WITH_SAGA: Final = inserting("orders", f"{_BEGINNING}, {_SAGA}", version="bigint", total="bigint")
INSERT_PRODUCT: Final = inserting("order_lines", "product_id, order_id")
DELETE_PRODUCT: Final = Statement(
    "DELETE FROM order_lines WHERE (product_id, order_id) IN (SELECT product_id, order_id FROM given)",
    "product_id, order_id",
)
UPDATE_ORDER: Final = updating(
    "orders", "id", f"status, version, updated_at, shipments, payment_status, payments, {_SAGA}", version="bigint"
)
REWRITE_ORDER: Final = updating(
    "orders", "id", f"version, updated_at, items, metadata, {_TERMS}", version="bigint", total="bigint"
)

ARCHIVE_ORDER: Final = updating("orders", "id", "version, updated_at, archived_at", version="bigint")


def order_row(order: Order) -> Row:
    """The values for INSERT_ORDER."""
    return (
        order.id,
        order.number,
        order.workflow.name,
        order.status,
        order.customer_id,
        to_json(order.items).decode(),
        order.external_id,
        to_json(order.metadata).decode(),
        order.version,
        order.created_at,
        order.updated_at,
        order.created_by,
        *_terms_row(order.terms),
        _shipments_row(order),
        order.archived_at,
    )


def product_writes(order: Order, before: Order | None) -> Iterator[Write]:
    """What makes an order be found by its products, and no more by those that it does not have any more."""
    found, before_found = _found_by(order), _found_by(before) if before else ()
    if found == before_found:
        return
    products, earlier = set(found), set(before_found)
    yield from ((DELETE_PRODUCT, (product, order.id)) for product in sorted(earlier - products))
    yield from ((INSERT_PRODUCT, (product, order.id)) for product in sorted(products - earlier))


def _found_by(order: Order) -> tuple[str, ...]:
    return () if order.archived_at else order.items


def order_row_with_saga(order: Order) -> Row:
    """The values for INSERT_ORDER_WITH_SAGA."""
    return (*order_row(order), *_saga_row(order.saga))


def update_row(order: Order) -> Row:
    """The values for UPDATE_ORDER."""
    return (
        order.id,
        order.status,
        order.version,
        order.updated_at,
        _shipments_row(order),
        order.balance.status,
        _payments_row(order),
        *_saga_row(order.saga),
    )


def rewritten_row(order: Order) -> Row:
    """The values for REWRITE_ORDER."""
    return (
        order.id,
        order.version,
        order.updated_at,
        to_json(order.items).decode(),
        to_json(order.metadata).decode(),
        *_terms_row(order.terms),
    )


def archived_row(order: Order) -> Row:
    """The values for ARCHIVE_ORDER."""
    return (order.id, order.version, order.updated_at, order.archived_at)


def order_of(row: Row, workflows: Workflows) -> Order:
    """The order that a row of COLUMNS holds."""
    values = cast("list[str]", [*row])
    return Order(
        id=values[0],
        number=values[1],
        workflow=workflows.of(values[2]),
        status=values[3],
        customer_id=values[4],
        items=tuple(from_json(values[5])),
        external_id=values[6],
        metadata=from_json(values[7]),
        version=int(values[8]),
        created_at=values[9],
        updated_at=values[10],
        created_by=values[11],
        terms=_terms(values[12], values[15], values[16], values[17]),
        shipments=_shipments(values[18]),
        archived_at=values[19],
        payments=_payments(values[20]),
        saga=_saga(values[21]),
    )


def _terms_row(terms: Terms) -> tuple[Value, ...]:
    """Currency and total stand in columns of their own too, for whoever searches and counts."""
    bill, address = terms.bill, terms.shipping_address
    totals = bill.totals if bill else None
    return (
        _bill_text(bill) if bill else None,
        bill.currency if bill else None,
        totals.total if totals else None,
        to_json(address).decode() if address else None,
        terms.shipping_method,
        terms.payment_method,
    )


def _bill_text(bill: Bill) -> str:
    lines = [line._asdict() for line in bill.lines]
    facts = {
        "currency": bill.currency,
        "charges": bill.charges._asdict(),
        "lines": lines,
        "from_stock": bill.from_stock,
    }
    return to_json(facts).decode()


def _terms(bill: str | None, address: str | None, shipping_method: str | None, payment_method: str | None) -> Terms:
    return Terms(
        _bill(from_json(bill)) if bill else None,
        from_json(address) if address else None,
        shipping_method,
        payment_method,
    )


def _bill(facts: dict[str, object]) -> Bill:
    lines = cast("list[dict[str, object]]", facts["lines"])
    charges = cast("dict[str, int]", facts["charges"])
    return Bill(
        tuple(Line(**line) for line in lines),  # type: ignore[arg-type] # as _bill_text wrote them
        cast("str | None", facts["currency"]),
        Charges(**charges),
        # Bills from before there was a catalogue do not say it.
        facts.get("from_stock") is True,
    )


def _shipments_row(order: Order) -> Value:
    written = [[*shipment.parcel, shipment.shipped_at] for shipment in order.shipments]
    return to_json(written).decode() if written else None


def _shipments(text: str | None) -> tuple[Shipment, ...]:
    return tuple(Shipment(Parcel(number, carrier), at) for number, carrier, at in from_json(text)) if text else ()


def _payments_row(order: Order) -> Value:
    return to_json(order.payments).decode() if order.payments else None


def _payments(text: str | None) -> tuple[Entry, ...]:
    return tuple(map(_entry, from_json(text))) if text else ()


def _entry(facts: list[object]) -> Entry:
    kind, balance, told, amount, lines = cast("tuple[str, list[object], list[object], int | None, list[object]]", facts)
    returned = tuple(Returned(*line) for line in cast("list[tuple[str, int]]", lines))
    return Entry(kind, Balance(*balance), Told(*told), amount, returned)  # type: ignore[arg-type] # as _payments_row wrote them


def _saga_row(saga: Saga | None) -> tuple[Value, Value]:
    """The deadline stands in a column of its own as long as it matters, for whoever looks after it."""
    return (to_json(saga).decode(), saga.deadline if saga.is_running else None) if saga else (None, None)


def _saga(text: str | None) -> Saga | None:
    if text is None:
        return None
    state, deadline, steps, trace = from_json(text)
    return Saga(state, deadline, tuple(Step(*step) for step in steps), trace)
