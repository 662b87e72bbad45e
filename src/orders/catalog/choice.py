"""Which catalogue stands beside the orders, as `CATALOG` chooses."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from pydantic import BaseModel

from orders.catalog.customers import Customer, CustomerHandlers
from orders.catalog.pricing import Look, Offer, Offers, Wanted, products_of
from orders.catalog.product import Product
from orders.catalog.products import ProductHandlers
from orders.catalog.rehearsal import rehearse_catalog
from orders.catalog.shelf import Announcements, Shelf
from orders.law import SENT_BY_CATALOG
from orders.models import NewOrder
from orders.money import written
from orders.settings import OrdersSettings
from service_standard.binding.handler import Handler
from service_standard.database import Database
from service_standard.events.event import Event
from service_standard.law import Law
from service_standard.lifecycle.parts import Part


class Catalog(NamedTuple):
    """A catalogue, which may be none at all: then orders say what they cost, and nothing is looked up.

    `has_stock` says that the stock is in the service's own database, so that an order can take from it.
    `sent` are the events of its own, some of which were `rehearsed`, with the `faults` that came out.
    """

    look: Look | None = None
    has_stock: bool = False
    handlers: Sequence[Handler] = ()
    parts: Sequence[Part] = ()
    sent: Mapping[str, type[BaseModel]] = {}
    rehearsed: Sequence[Event] = ()
    faults: Sequence[str] = ()

    async def wanted(self, body: NewOrder) -> Wanted:
        """The order that the body asks for, with what is on offer of it."""
        if self.look is None:
            return Wanted(body)
        return Wanted(body, await self.look(products_of(body)), self.has_stock)


def catalog_of(settings: OrdersSettings, law: Law, database: Database, announcements: Announcements) -> Catalog:
    """The catalogue that the settings choose."""
    if settings.catalog == "none":
        return Catalog()
    if settings.catalog == "http":
        return _elsewhere(settings)
    products, customers = products_in(database, announcements), customers_in(database, announcements)
    rehearsed, faults = rehearse_catalog(law)
    return Catalog(
        look=partial(_offers, products),
        has_stock=True,
        handlers=[*ProductHandlers(products).all(), *CustomerHandlers(customers).all()],
        sent=SENT_BY_CATALOG,
        rehearsed=rehearsed,
        faults=faults,
    )


def _elsewhere(settings: OrdersSettings) -> Catalog:
    from orders.catalog.client import CatalogClient  # noqa: PLC0415 only who asks over HTTP has the client in memory

    token = settings.catalog_token
    client = CatalogClient(settings.catalog_url or "", token.get_secret_value() if token else None)
    return Catalog(client.offers, parts=[client])


def products_in(database: Database, announcements: Announcements) -> Shelf[Product]:
    """The products of the embedded catalogue."""
    types = dict.fromkeys(("price", "stock", "version"), "bigint")
    return Shelf(database, announcements, "products", Product, "archived_at IS NULL", **types)


def customers_in(database: Database, announcements: Announcements) -> Shelf[Customer]:
    """The customers of the embedded catalogue."""
    return Shelf(database, announcements, "customers", Customer, "true", version="bigint")


async def _offers(products: Shelf[Product], ids: Sequence[str]) -> Offers:
    return {product.id: _offer(product) for product in await products.several(ids)}


def _offer(product: Product) -> Offer:
    return Offer(product.name, written(product.price, product.currency), product.stock, not product.is_shown)
