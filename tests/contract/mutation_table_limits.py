"""Mutations of what a value may be: limits, patterns, formats and defaults."""

from typing import Final

from service_standard.contract import Object
from tests.contract.documents import GONE, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import created_under, creating, faults, getting, member, updating

_SCHEMAS: Final = "/components/schemas"
_ITEMS: Final = f"{_SCHEMAS}/OrderItems"
_CUSTOMER: Final = f"{_SCHEMAS}/CustomerId"
_EXTERNAL: Final = f"{_SCHEMAS}/ExternalId"
_METADATA: Final = f"{_SCHEMAS}/Metadata"
_REASON: Final = f"{_SCHEMAS}/Reason"
_PARAMETERS: Final = "/components/parameters"
_HISTORY: Final = "/paths/~1orders~1{id}~1history/get/parameters"
_FIVE: Final[Object] = {"type": "integer", "minimum": 1, "maximum": 5, "default": 5}
_FILTERS: Final = "/paths/~1orders/get/parameters"

LIMITS: Final[tuple[Mutation, ...]] = (
    driven(
        "an order has four items at the most",
        openapi(f"{_ITEMS}/maxItems", 4),
        probe=creating(items=["a"] * 5),
        before=201,
        after=400,
    ),
    driven(
        "an order may have 501 items",
        openapi(f"{_ITEMS}/maxItems", 501),
        probe=creating(items=["a"] * 501),
        before=400,
        after=201,
    ),
    driven(
        "an order has two items at the least",
        openapi(f"{_ITEMS}/minItems", 2),
        probe=creating(items=["a"]),
        before=201,
        after=400,
    ),
    driven(
        "an order may be empty", openapi(f"{_ITEMS}/minItems", GONE), probe=creating(items=[]), before=400, after=201
    ),
    driven(
        "an item has ten characters at the most",
        openapi(f"{_ITEMS}/items/maxLength", 10),
        probe=creating(items=["x" * 11]),
        before=201,
        after=400,
    ),
    driven(
        "an item has two characters at the least",
        openapi(f"{_ITEMS}/items/minLength", 2),
        probe=creating(items=["x"]),
        before=201,
        after=400,
    ),
    driven(
        "an item's id begins with item-",
        openapi(f"{_ITEMS}/items/pattern", "^item-"),
        probe=creating(items=["part-1"]),
        before=201,
        after=400,
    ),
    driven(
        "a customer's id has twenty characters at the most",
        openapi(f"{_CUSTOMER}/maxLength", 20),
        probe=creating(customerId="x" * 21),
        before=201,
        after=400,
    ),
    driven(
        "a customer's id has ten characters at the least",
        openapi(f"{_CUSTOMER}/minLength", 10),
        probe=creating(customerId="x" * 9),
        before=201,
        after=400,
    ),
    driven(
        "a customer's id begins with customer-",
        openapi(f"{_CUSTOMER}/pattern", "^customer-"),
        probe=creating(customerId="buyer-1"),
        before=201,
        after=400,
    ),
    driven(
        "a customer's id may have control characters",
        openapi(f"{_CUSTOMER}/pattern", GONE),
        probe=creating(customerId="a\u0001b"),
        before=400,
        after=201,
    ),
    driven(
        "a customer's id may have 300 characters",
        openapi(f"{_CUSTOMER}/maxLength", 300),
        probe=creating(customerId="x" * 300),
        before=400,
        after=201,
    ),
    driven(
        "an external id has twenty characters at the most",
        openapi(f"{_EXTERNAL}/maxLength", 20),
        probe=creating(externalId="x" * 21),
        before=201,
        after=400,
    ),
    driven(
        "an external id is a host name",
        openapi(f"{_EXTERNAL}/format", "hostname"),
        probe=creating(externalId="not a host"),
        before=201,
        after=400,
    ),
    driven(
        "metadata has two members at the most",
        openapi(f"{_METADATA}/maxProperties", 2),
        probe=creating(metadata={"a": "", "b": "", "c": ""}),
        before=201,
        after=400,
    ),
    driven(
        "a name in metadata has ten characters at the most",
        openapi(f"{_METADATA}/propertyNames/maxLength", 10),
        probe=creating(metadata={"x" * 11: ""}),
        before=201,
        after=400,
    ),
    driven(
        "a value in metadata has five characters at the most",
        openapi(f"{_METADATA}/additionalProperties/maxLength", 5),
        probe=creating(metadata={"a": "x" * 6}),
        before=201,
        after=400,
    ),
    driven(
        "an external id needs metadata",
        openapi(f"{_SCHEMAS}/NewOrder/dependentRequired", {"externalId": ["metadata"]}),
        probe=creating(externalId="without-metadata"),
        before=201,
        after=400,
    ),
    driven(
        "a reason has forty characters at the most",
        openapi(f"{_REASON}/maxLength", 40),
        probe=updating(reason="x" * 41),
        before=200,
        after=400,
    ),
    driven(
        "a reason may be empty", openapi(f"{_REASON}/minLength", GONE), probe=updating(reason=""), before=400, after=200
    ),
    driven(
        "a page has fifty orders at the most",
        openapi(f"{_PARAMETERS}/Limit/schema/maximum", 50),
        probe=getting("/orders?limit=60", "/orders/{id}/history?limit=60"),
        before=[200, 200],
        after=[400, 400],
    ),
    driven(
        "a page of the history has five changes at the most",
        openapi(f"{_HISTORY}/0", {"name": "limit", "in": "query", "schema": _FIVE}),
        probe=getting("/orders?limit=6", "/orders/{id}/history?limit=6"),
        before=[200, 200],
        after=[200, 400],
    ),
    driven(
        "a page has two orders at the least",
        openapi(f"{_PARAMETERS}/Limit/schema/minimum", 2),
        probe=getting("/orders?limit=1"),
        before=[200],
        after=[400],
    ),
    driven(
        "a page has five orders unless said otherwise",
        openapi(f"{_PARAMETERS}/Limit/schema/default", 5),
        probe=member("/orders", "limit"),
        before=10,
        after=5,
    ),
    driven(
        "three orders are passed over unless said otherwise",
        openapi(f"{_PARAMETERS}/Offset/schema/default", 3),
        probe=member("/orders", "offset"),
        before=0,
        after=3,
    ),
    driven(
        "fifty orders may be passed over at the most",
        openapi(f"{_PARAMETERS}/Offset/schema/maximum", 50),
        probe=getting("/orders?offset=51"),
        before=[200],
        after=[400],
    ),
    driven(
        "limits are even",
        openapi(f"{_PARAMETERS}/Limit/schema/multipleOf", 2),
        probe=getting("/orders?limit=3"),
        before=[200],
        after=[400],
    ),
    driven(
        "an idempotency key has forty characters at the most",
        openapi(f"{_PARAMETERS}/IdempotencyKey/schema/maxLength", 40),
        probe=created_under(Idempotency_Key="x" * 41),
        before=201,
        after=400,
    ),
    driven(
        "an idempotency key is hexadecimal",
        openapi(f"{_PARAMETERS}/IdempotencyKey/schema/pattern", "^[0-9a-f-]+$"),
        probe=created_under(Idempotency_Key="no hex"),
        before=201,
        after=400,
    ),
    driven(
        "an idempotency key is a UUID",
        openapi(f"{_PARAMETERS}/IdempotencyKey/schema/format", "uuid"),
        probe=created_under(Idempotency_Key="no uuid"),
        before=201,
        after=400,
    ),
    driven(
        "If-Match has ten characters at the most",
        openapi(f"{_SCHEMAS}/EntityTags/maxLength", 10),
        probe=updating(if_match='"1", "2", "3"'),
        before=200,
        after=400,
    ),
    driven(
        "a cursor may have any length",
        openapi(f"{_SCHEMAS}/Cursor/pattern", "^[A-Za-z0-9_-]+$"),
        probe=faults("/orders?cursor=abc"),
        before=["must match ^([A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{30})$"],
        after=["is not a cursor that this service gave"],
    ),
    driven(
        "a customer is searched by fifteen characters at the most",
        openapi(f"{_FILTERS}/3/schema", {"type": "string", "maxLength": 15}),
        probe=getting(f"/orders?customerId={'x' * 16}"),
        before=[200],
        after=[400],
    ),
    driven(
        "only pending orders can be searched for",
        openapi(f"{_FILTERS}/4/schema", {"type": "string", "enum": ["pending"]}),
        probe=getting("/orders?status=paid"),
        before=[200],
        after=[400],
    ),
    refused(
        "a page may be empty", openapi(f"{_PARAMETERS}/Limit/schema/minimum", 0), naming="limit must be at least 1"
    ),
    refused("a page has no bound", openapi(f"{_PARAMETERS}/Limit/schema/maximum", GONE), naming="must have a minimum"),
    refused("orders are passed over backwards", openapi(f"{_PARAMETERS}/Offset/schema/minimum", -1), naming="offset"),
    refused(
        "a reason may be longer than the history tells",
        openapi(f"{_REASON}/maxLength", 1001),
        naming="items.1.reason must have at most 1000 characters",
    ),
    refused("the default limit is none", openapi(f"{_PARAMETERS}/Limit/schema/default", 0), naming="default"),
    refused("a default limit is forgotten", openapi(f"{_PARAMETERS}/Limit/schema/default", GONE), naming="limit"),
    refused(
        "a page may have more orders than its schema allows",
        openapi(f"{_PARAMETERS}/Limit/schema/maximum", 200),
        naming="what the handler replies is not allowed: items",
    ),
    refused("the limit of a list is a text", openapi(f"{_ITEMS}/maxItems", "500"), naming="OrderItems"),
    refused("a pattern is none", openapi(f"{_CUSTOMER}/pattern", "("), naming="CustomerId"),
    refused("a format that no code knows", openapi(f"{_CUSTOMER}/format", "customer-id"), naming="customer-id"),
    refused("a misspelled limit", openapi(f"{_CUSTOMER}/minLenght", 1), naming="minLenght"),
    refused("items stand once, against an example", openapi(f"{_ITEMS}/uniqueItems", value=True), naming="an example"),
)
