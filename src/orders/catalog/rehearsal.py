"""The rehearsal of the catalogue's events, which the event contract has to allow."""

from collections.abc import Iterator, Sequence

from opentelemetry.trace import NoOpTracer

from orders.catalog import customers, products
from orders.catalog.shelf import CREATED, UPDATED, Thing
from orders.money import MOST
from orders.rehearsal import TRACE_ID, UNLIMITED, sized
from service_standard.contract import Contract
from service_standard.events.event import Event, EventBuilder, EventRefused
from service_standard.identity import new_id, now_ns
from service_standard.law import Law
from service_standard.telemetry.spans import in_trace


def rehearse_catalog(law: Law) -> tuple[Sequence[Event], list[str]]:
    """What was announced of products and customers, and what went wrong."""
    builder = EventBuilder(law.events, NoOpTracer())
    facts = [thing.fact(what, thing.updated_at) for thing in _things(law.contract) for what in (CREATED, UPDATED)]
    try:
        with in_trace(TRACE_ID):
            return [builder.build(new_id(now_ns()), fact) for fact in facts], []
    except EventRefused as error:
        return [], [f"rehearsal: {error}"]


def _things(contract: Contract) -> Iterator[Thing]:
    """Those of which replies are rehearsed too, and the largest that the contract takes."""
    yield from products.SPECIMENS
    yield from customers.SPECIMENS
    schemas = contract.root["components"]["schemas"]
    key = str(sized(schemas["CatalogId"], "max", UNLIMITED))
    name = str(sized(schemas["NewProduct"]["properties"]["name"], "max", UNLIMITED))
    yield products.SPECIMENS[0]._replace(id=key, name=name, price=MOST)
    yield customers.SPECIMENS[0]._replace(id=key)
