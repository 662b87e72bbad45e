"""Mutations of the terms of orders: lines, money, charges, addresses and shipments."""

from typing import Final

from tests.contract.documents import GONE, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import ordering, updating

_SCHEMAS: Final = "/components/schemas"
_PRICE: Final = {"amount": "9.99", "currency": "USD"}
_PRICED: Final = {"productId": "p", "quantity": 2, "unitPrice": _PRICE}
_ADDRESS: Final = {"name": "Ann", "line1": "Street", "city": "Town", "postalCode": "1", "country": "US"}

TERMS: Final[tuple[Mutation, ...]] = (
    driven(
        "two of a product are too many",
        openapi(f"{_SCHEMAS}/Quantity/maximum", 2),
        openapi("/paths/~1orders/post/requestBody/content/application~1json/examples/priced", GONE),
        openapi("/paths/~1orders~1{id}/put/requestBody/content/application~1json/examples/lines", GONE),
        probe=ordering(lines=[{"productId": "p", "quantity": 3}]),
        before=201,
        after=400,
    ),
    driven(
        "an order has at most one line",
        openapi(f"{_SCHEMAS}/NewOrder/properties/lines/maxItems", 1),
        openapi("/paths/~1orders/post/requestBody/content/application~1json/examples/priced", GONE),
        probe=ordering(lines=[_PRICED, _PRICED]),
        before=201,
        after=400,
    ),
    driven(
        "an order may have items and lines",
        openapi(f"{_SCHEMAS}/NewOrder/then", GONE),
        probe=ordering(items=["a"], lines=[_PRICED]),
        before=400,
        after=201,
    ),
    driven(
        "dollars have two decimals, always",
        openapi(f"{_SCHEMAS}/Money/else/else/else/properties/amount/pattern", r"^[^.]*\.[^.]{2}$"),
        openapi("/paths/~1orders/post/requestBody/content/application~1json/examples/priced", GONE),
        probe=ordering(lines=[{**_PRICED, "unitPrice": {**_PRICE, "amount": "5"}}]),
        before=201,
        after=400,
    ),
    refused(
        "an order may be of nothing",
        openapi(f"{_SCHEMAS}/NewOrder/else", GONE),
        naming="items must contain at least 1",
    ),
    refused(
        "an address needs an email",
        openapi(f"{_SCHEMAS}/Address/required/-", "email"),
        naming="Address has not the contract's shape",
    ),
    driven(
        "countries have three letters",
        openapi(f"{_SCHEMAS}/Address/properties/country/pattern", "^[A-Z]{2,3}$"),
        probe=ordering(lines=[_PRICED], shippingAddress={**_ADDRESS, "country": "USA"}),
        before=400,
        after=201,
    ),
    driven(
        "tracking numbers are short",
        openapi(f"{_SCHEMAS}/TrackingNumber/maxLength", 20),
        probe=updating(trackingNumber="x" * 21),
        before=200,
        after=400,
    ),
    driven(
        "a carrier alone is enough",
        openapi(f"{_SCHEMAS}/OrderUpdate/dependentRequired", GONE),
        probe=updating(carrier="UPS"),
        before=400,
        after=200,
    ),
    driven(
        "ways of shipping are short",
        openapi(f"{_SCHEMAS}/Method/maxLength", 8),
        probe=ordering(items=["a"], shippingMethod="overnight"),
        before=201,
        after=400,
    ),
    refused(
        "an order tells nothing of its lines",
        openapi(f"{_SCHEMAS}/Order/properties/lines", GONE),
        naming="Order has not the contract's shape",
    ),
    refused(
        "totals have no tax",
        openapi(f"{_SCHEMAS}/Totals/properties/tax", GONE),
        openapi(f"{_SCHEMAS}/Totals/required", ["subtotal", "discount", "shipping", "total"]),
        naming="Totals has not the contract's shape",
    ),
    refused(
        "money is a number",
        openapi(f"{_SCHEMAS}/Money/properties/amount", {"type": "number"}),
        naming="an example",
    ),
    refused(
        "yen have decimals",
        openapi(f"{_SCHEMAS}/Money/if/properties/currency/pattern", "^(USD|JPY)$"),
        naming="an example",
    ),
    refused(
        "a shipment has a weight",
        openapi(f"{_SCHEMAS}/Shipment/properties/weight", {"type": "integer"}),
        naming="Shipment has not the contract's shape",
    ),
    refused(
        "a carrier's number is longer than any",
        openapi(f"{_SCHEMAS}/Shipment/properties/trackingNumber", {"type": "string", "minLength": 2}),
        naming="trackingNumber",
    ),
    refused(
        "an address is a text",
        openapi(f"{_SCHEMAS}/Order/properties/shippingAddress", {"type": "string"}),
        naming="Order has not the contract's shape",
    ),
    refused("an order has no line", openapi(f"{_SCHEMAS}/Order/properties/lines/maxItems", 0), naming="lines"),
)
