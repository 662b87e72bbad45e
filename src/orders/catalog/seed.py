"""`orders seed`: puts sample data into the embedded catalogue."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from opentelemetry.trace import NoOpTracer

from orders.catalog.choice import customers_in, products_in
from orders.catalog.customers import new_customer
from orders.catalog.products import new_product
from orders.catalog.shelf import Announcements, Kept, Shelf
from orders.law import law_of
from orders.models import NewCustomer, NewProduct
from orders.settings import OrdersSettings
from service_standard.command_line.preparation import no_more, prepare
from service_standard.command_line.program import Program
from service_standard.database import Database, database_of
from service_standard.events.event import EventBuilder
from service_standard.problems import Problem
from service_standard.settings import Settings, SettingsError

log = logging.getLogger(__name__)

CUSTOMERS: Final = (
    {"id": "customer-1", "name": "Ada Moss", "email": "ada@example.com", "phone": "+1 617 555 0100"},
    {"id": "customer-2", "name": "Ben Reed", "email": "ben@example.com", "phone": "+1 617 555 0101"},
)
PRODUCTS: Final = (
    {"id": "laptop", "name": "Laptop", "price": {"amount": "999.99", "currency": "USD"}, "stock": 50},
    {"id": "mouse", "name": "Mouse", "price": {"amount": "29.99", "currency": "USD"}, "stock": 200},
    {"id": "office-chair", "name": "Office Chair", "price": {"amount": "199.99", "currency": "USD"}, "stock": 25},
)


def run(program: Program, settings: Settings, arguments: Sequence[str]) -> None:
    """Adds what is not there yet; what is there stays as it is.

    Raises:
        SettingsError: the service has no catalogue of its own, or its database lacks migrations.
        ContractError: the contracts cannot be read.
        DatabaseUnavailable: the database does not let us in.
    """
    no_more(arguments)
    if not isinstance(settings, OrdersSettings) or settings.catalog != "embedded":
        raise SettingsError("CATALOG: must be embedded, else there is nothing to put sample data into")
    prepare(program, settings)
    asyncio.run(_seed(settings, EventBuilder(law_of(settings).events, NoOpTracer())))


async def _seed(settings: Settings, events: EventBuilder) -> None:
    database = database_of(settings)
    await database.start()
    try:
        log.info("sample data added", extra=await _stocked(database, events))
        await database.notify()
    finally:
        await database.aclose()


async def _stocked(database: Database, events: EventBuilder) -> dict[str, int]:
    """How many of each kind were added; a running service is told once, at the end."""
    announcements = Announcements(events, lambda: None)
    customers = [new_customer(NewCustomer.model_validate(each)) for each in CUSTOMERS]
    products = [new_product(NewProduct.model_validate(each)) for each in PRODUCTS]
    return {
        "customers": await _added(customers_in(database, announcements), customers),
        "products": await _added(products_in(database, announcements), products),
    }


async def _added(shelf: Shelf[Kept], things: Sequence[Kept]) -> int:
    """How many of them were not there."""
    return sum([await _is_new(shelf, thing) for thing in things])


async def _is_new(shelf: Shelf[Kept], thing: Kept) -> bool:
    try:
        await shelf.add(thing)
    except Problem:
        return False
    return True
