"""Which catalogue stands beside the orders, as `CATALOG` chooses."""

from collections.abc import Sequence
from typing import NamedTuple

from orders.catalog.customers import Customer, CustomerHandlers
from orders.catalog.product import Product
from orders.catalog.products import ProductHandlers
from orders.catalog.shelf import Shelf
from orders.settings import OrdersSettings
from service_standard.binding.handler import Handler
from service_standard.database import Database


class Catalog(NamedTuple):
    """What a catalogue adds to the service; nothing, where there is none."""

    handlers: Sequence[Handler] = ()


def catalog_of(settings: OrdersSettings, database: Database) -> Catalog:
    """The catalogue that the settings choose."""
    if settings.catalog == "none":
        return Catalog()
    return Catalog([*ProductHandlers(products_in(database)).all(), *CustomerHandlers(customers_in(database)).all()])


def products_in(database: Database) -> Shelf[Product]:
    """The products of the embedded catalogue."""
    return Shelf(database, "products", Product, "archived_at IS NULL", price="bigint", stock="bigint", version="bigint")


def customers_in(database: Database) -> Shelf[Customer]:
    """The customers of the embedded catalogue."""
    return Shelf(database, "customers", Customer, "true", version="bigint")
