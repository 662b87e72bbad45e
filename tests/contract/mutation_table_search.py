"""Mutations of the search and of the statistics: filters, sorts, cursors, and what is told of totals."""

from typing import Final

from tests.contract.documents import GONE, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import faults, getting

_LIST: Final = "/paths/~1orders/get/parameters"
_PRODUCT: Final = f"{_LIST}/6"
_FROM: Final = f"{_LIST}/7"
_TEXT: Final = f"{_LIST}/9"
_SCHEMAS: Final = "/components/schemas"
_STATS: Final = "/paths/~1stats~1orders/get"

SEARCH: Final[tuple[Mutation, ...]] = (
    refused("no product is searched", openapi(_PRODUCT, GONE), naming="listOrders: product_id"),
    refused("a product must be searched", openapi(f"{_PRODUCT}/required", value=True), naming="listOrders: product_id"),
    driven(
        "a product is searched by fifteen characters at the most",
        openapi(f"{_PRODUCT}/schema", {"type": "string", "maxLength": 15}),
        probe=getting(f"/orders?productId={'x' * 16}"),
        before=[200],
        after=[400],
    ),
    driven(
        "a time is any text",
        openapi(f"{_FROM}/schema", {"type": "string"}),
        probe=faults("/orders?createdFrom=x"),
        before=["must be a valid date-time"],
        after=["is not a time"],
    ),
    driven(
        "one letter is enough to search",
        openapi(f"{_TEXT}/schema/minLength", 1),
        probe=getting("/orders?q=x"),
        before=[400],
        after=[200],
    ),
    refused(
        "orders are sorted by customers", openapi(f"{_SCHEMAS}/OrderSort/enum/-", "customerId"), naming="OrderSort"
    ),
    refused("orders are never sorted backwards", openapi(f"{_SCHEMAS}/OrderSort/enum/3", GONE), naming="OrderSort"),
    refused("any text is a sort", openapi(f"{_SCHEMAS}/OrderSort/enum", GONE), naming="OrderSort"),
    refused(
        "a cursor has no time",
        openapi(f"{_SCHEMAS}/Cursor/pattern", "^[A-Za-z0-9_-]{22}$"),
        naming="listOrders: response 200: what the handler replies",
    ),
    refused(
        "a total is always exact", openapi(f"{_SCHEMAS}/OrderPage/properties/totalIsAtLeast", GONE), naming="shape"
    ),
    refused(
        "a total is never exact", openapi(f"{_SCHEMAS}/OrderPage/required/-", "totalIsAtLeast"), naming="OrderPage"
    ),
)
STATS: Final[tuple[Mutation, ...]] = (
    refused("statistics have no first day", openapi(f"{_STATS}/parameters/0", GONE), naming="getOrderStats: from_"),
    driven(
        "a day is any text",
        openapi(f"{_STATS}/parameters/1/schema", {"type": "string"}),
        probe=faults("/stats/orders?to=x", "orders.admin"),
        before=["must be a valid date"],
        after=["is not a day"],
    ),
    refused(
        "orders are grouped by customers",
        openapi(f"{_SCHEMAS}/OrderGrouping/enum/-", "customer"),
        naming="OrderGrouping",
    ),
    refused(
        "a group has a thousand orders at the most",
        openapi(f"{_SCHEMAS}/OrderGroup/properties/orders/maximum", 1000),
        naming="getOrderStats: response 200: what the handler replies",
    ),
    refused(
        "a sum has ten characters", openapi(f"{_SCHEMAS}/Sum/properties/amount/maxLength", 10), naming="getOrderStats"
    ),
    refused("a sum has no currency", openapi(f"{_SCHEMAS}/Sum/required/1", GONE), naming="Sum has not"),
)
