"""Mutations of the operation that creates many orders."""

from typing import Final

from tests.contract.documents import Moved, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import bulking

_SCHEMAS: Final = "/components/schemas"
_RESULT: Final = f"{_SCHEMAS}/BulkResult"
_OPERATION: Final = "/paths/~1orders~1bulk/post"

BULK: Final[tuple[Mutation, ...]] = (
    driven(
        "at most two orders are created together",
        openapi(f"{_SCHEMAS}/NewOrders/properties/orders/maxItems", 2),
        probe=bulking("a", "b", "c"),
        before=[207, [201, 201, 201]],
        after=[400, []],
    ),
    driven(
        "the key of an order has forty characters",
        openapi(f"{_SCHEMAS}/BulkOrder/properties/idempotencyKey/maxLength", 40),
        probe=bulking("x" * 41),
        before=[207, [201]],
        after=[400, []],
    ),
    driven(
        "an answer about many orders is an ordinary one",
        openapi(f"{_OPERATION}/responses/200", Moved(f"{_OPERATION}/responses/207")),
        probe=bulking("d"),
        before=[207, [201]],
        after=[200, [201]],
    ),
    refused(
        "the key of an order may be left out",
        openapi(f"{_SCHEMAS}/BulkOrder/required", ["order"]),
        naming="BulkOrder has not the contract's shape",
    ),
    refused(
        "a result always says whether it is a replay",
        openapi(f"{_RESULT}/required/-", "replayed"),
        naming="BulkResult has not the contract's shape",
    ),
    refused(
        "a refused order is told too",
        openapi(f"{_RESULT}/else", {"required": ["order"]}),
        naming="order is required",
    ),
    refused(
        "no order was there before",
        openapi(f"{_RESULT}/properties/replayed", {"const": False}),
        naming="BulkResult has not",
    ),
    refused("a result is below 400", openapi(f"{_RESULT}/properties/status/maximum", 399), naming="status must"),
    refused(
        "there are fewer results than orders",
        openapi(f"{_SCHEMAS}/BulkResults/properties/results/maxItems", 499),
        naming="must contain at most 499",
    ),
    refused(
        "many orders have one key in a header",
        openapi(f"{_OPERATION}/parameters", [{"$ref": "#/components/parameters/IdempotencyKey"}]),
        naming="createOrders: idempotency_key",
    ),
)
