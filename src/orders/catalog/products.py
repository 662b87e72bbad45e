"""The operations on products."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from orders import models
from orders.catalog.product import Product
from orders.catalog.shelf import Shelf
from orders.models import NewProduct, ProductFacts, ProductPage
from orders.models import Product as ShownProduct
from orders.money import Money, minor_units, written
from service_standard.binding.gate import Caller
from service_standard.binding.handler import Handler
from service_standard.binding.members import given, present
from service_standard.binding.pages import Place
from service_standard.binding.reply import Reply, reply
from service_standard.identity import new_id, now_ns, timestamp
from service_standard.problems import CONFLICT, NOT_FOUND, PRECONDITION_FAILED, SentHeader
from service_standard.writes.versions import ETAG, etag, require_version

LOCATION: Final = SentHeader("Location", "/products/laptop")
_THEN: Final = "2026-11-21T09:30:00.000Z"
SPECIMENS: Final = (
    Product("laptop", "Laptop", "With 14 inches", 99999, "USD", 50, 1, _THEN, _THEN),
    Product("mouse", "Mouse", None, 2999, "JPY", None, 2**53, _THEN, _THEN, _THEN),
)


class ProductHandlers:
    """One function for each operation; whoever has the scope may do it with every product."""

    def __init__(self, shelf: Shelf[Product]) -> None:
        self._shelf = shelf

    def all(self) -> Iterator[Handler]:
        """The handlers with their operations."""
        some = tuple(map(_reply, SPECIMENS))
        page = (reply(_page(SPECIMENS, 2**53, Place(1, 0))),)
        yield Handler("createProduct", self.create_product, ShownProduct, (LOCATION, ETAG), (CONFLICT,), some)
        yield Handler("listProducts", self.list_products, ProductPage, (), (), page)
        yield Handler("getProduct", self.get_product, ShownProduct, (ETAG,), (NOT_FOUND,), some)
        refused = (NOT_FOUND, PRECONDITION_FAILED)
        yield Handler("replaceProduct", self.replace_product, ShownProduct, (ETAG,), refused, some)
        yield Handler("archiveProduct", self.archive_product, ShownProduct, (ETAG,), (NOT_FOUND,), some)

    async def create_product(self, caller: Caller, body: NewProduct) -> Reply:
        product = new_product(body)
        await self._shelf.add(product)
        return _reply(product, Location=f"/products/{product.id}")

    async def list_products(self, caller: Caller, limit: int, offset: int) -> Reply:
        place = Place(limit, offset)
        products, total = await self._shelf.page(place)
        return reply(_page(products, total, place))

    async def get_product(self, caller: Caller, id: str) -> Reply:
        return _reply(await self._shelf.get(id))

    async def replace_product(self, caller: Caller, id: str, body: ProductFacts, if_match: str | None) -> Reply:
        return _reply(await self._shelf.change(id, partial(_replaced, body, if_match)))

    async def archive_product(self, caller: Caller, id: str) -> Reply:
        return _reply(await self._shelf.change(id, Product.archived))


def new_product(body: NewProduct) -> Product:
    """The product that the body describes, as it begins."""
    at_ns = now_ns()
    at = timestamp(at_ns)
    empty = Product(present(body.id) or new_id(at_ns), "", None, 0, "", None, 1, at, at)
    return _with(empty, body)


def _replaced(body: ProductFacts, if_match: str | None, product: Product) -> Product:
    require_version(product.version, if_match)
    at = max(timestamp(now_ns()), product.updated_at)
    return _with(product._replace(version=product.version + 1, updated_at=at, archived_at=None), body)


def _with(product: Product, body: NewProduct | ProductFacts) -> Product:
    """The product with all that the body says, and nothing else."""
    return product._replace(
        name=body.name,
        description=present(body.description),
        price=minor_units(Money(body.price.amount, body.price.currency)),
        currency=body.price.currency,
        stock=present(body.stock),
    )


def _reply(product: Product, **headers: str) -> Reply:
    return reply(_shown(product), {**headers, "ETag": etag(product.version)})


def _shown(product: Product) -> ShownProduct:
    return ShownProduct(
        id=product.id,
        name=product.name,
        description=given(product.description),
        price=models.Money(**written(product.price, product.currency)._asdict()),
        stock=given(product.stock),
        version=product.version,
        createdAt=product.created_at,
        updatedAt=product.updated_at,
        archivedAt=given(product.archived_at),
    )


def _page(products: Sequence[Product], total: int, place: Place) -> ProductPage:
    return ProductPage(items=list(map(_shown, products)), total=total, limit=place.limit, offset=place.offset)
