"""Mutations of schemas: what is required, which members there are, of which types, and what the service replies."""

from typing import Final

from service_standard.contract import Object
from tests.contract.documents import GONE, Moved, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import creating, updating

_SCHEMAS: Final = "/components/schemas"
_NEW: Final = f"{_SCHEMAS}/NewOrder"
_ORDER: Final = f"{_SCHEMAS}/Order"
_PROBLEM: Final = f"{_SCHEMAS}/Problem"
_ENTRY: Final = f"{_SCHEMAS}/OrderHistoryEntry"
_TEXT: Final[Object] = {"type": "string"}
_NOT_THE_SHAPE: Final = "has not the contract's shape, run make models"
_NOT_REPLIED: Final = "what the handler replies is not allowed"

SHAPES: Final[tuple[Mutation, ...]] = (
    driven(
        "a new order may have unknown members",
        openapi(f"{_NEW}/additionalProperties", GONE),
        probe=creating(colour="red"),
        before=400,
        after=201,
    ),
    driven(
        "a new order may have unknown members of text",
        openapi(f"{_NEW}/additionalProperties", value=True),
        probe=creating(colour="red"),
        before=400,
        after=201,
    ),
    driven(
        "an update may have unknown members",
        openapi(f"{_SCHEMAS}/OrderUpdate/additionalProperties", GONE),
        probe=updating(colour="red"),
        before=400,
        after=200,
    ),
    driven(
        "unknown members of a new order are counted",
        openapi(f"{_NEW}/not", {"required": ["externalId"], "properties": {"customerId": {"const": "nobody"}}}),
        probe=creating(externalId="of-nobody", customerId="nobody"),
        before=201,
        after=400,
    ),
    refused("a new order needs an external id", openapi(f"{_NEW}/required/-", "externalId"), naming=_NOT_THE_SHAPE),
    refused("a new order needs no customer", openapi(f"{_NEW}/required/0", GONE), naming=f"NewOrder {_NOT_THE_SHAPE}"),
    refused("a new order has a note", openapi(f"{_NEW}/properties/note", _TEXT), naming=f"NewOrder {_NOT_THE_SHAPE}"),
    refused("a new order has no metadata", openapi(f"{_NEW}/properties/metadata", GONE), naming=_NOT_THE_SHAPE),
    refused(
        "the external id of a new order is called reference",
        openapi(f"{_NEW}/properties/reference", Moved(f"{_NEW}/properties/externalId")),
        naming=f"NewOrder {_NOT_THE_SHAPE}",
    ),
    refused(
        "a customer's id is a number",
        openapi(f"{_SCHEMAS}/CustomerId/type", "integer"),
        naming="CustomerId: an example",
    ),
    refused(
        "a customer's id may be null",
        openapi(f"{_SCHEMAS}/CustomerId/type", ["string", "null"]),
        naming="customerId: its type",
    ),
    refused("items are an object", openapi(f"{_SCHEMAS}/OrderItems/type", "object"), naming="OrderItems: an example"),
    refused(
        "metadata has numbers",
        openapi(f"{_SCHEMAS}/Metadata/additionalProperties/type", "integer"),
        naming="Metadata: an example",
    ),
    refused(
        "metadata has no values", openapi(f"{_SCHEMAS}/Metadata/additionalProperties", value=False), naming="Metadata"
    ),
    refused(
        "a cancellation needs a reason",
        openapi(f"{_SCHEMAS}/Cancellation/required", ["reason"]),
        naming="Cancellation has not the contract's shape",
    ),
    refused("an update needs a reason", openapi(f"{_SCHEMAS}/OrderUpdate/required/-", "reason"), naming="OrderUpdate"),
    refused("an order has a note", openapi(f"{_ORDER}/properties/note", _TEXT), naming=f"Order {_NOT_THE_SHAPE}"),
    refused("an order needs an external id", openapi(f"{_ORDER}/required/-", "externalId"), naming="is required"),
    refused("an order may lack its version", openapi(f"{_ORDER}/required/6", GONE), naming=f"Order {_NOT_THE_SHAPE}"),
    refused(
        "an order has no number",
        openapi(f"{_ORDER}/properties/number", GONE),
        openapi(f"{_ORDER}/required/1", GONE),
        naming=f"Order {_NOT_THE_SHAPE}",
    ),
    refused(
        "an order's number is called code",
        openapi(f"{_ORDER}/properties/code", Moved(f"{_ORDER}/properties/number")),
        naming=f"Order {_NOT_THE_SHAPE}",
    ),
    refused("an order's version is a text", openapi(f"{_ORDER}/properties/version/type", "string"), naming="version"),
    refused(
        "an order changes five times at the most",
        openapi(f"{_ORDER}/properties/version/maximum", 5),
        naming=f"{_NOT_REPLIED}: version must not be greater than 5",
    ),
    refused(
        "an order's customer has twenty characters",
        openapi(f"{_ORDER}/properties/customerId", {"type": "string", "maxLength": 20}),
        naming=f"{_NOT_REPLIED}: customerId",
    ),
    refused(
        "an order has two items, however many were ordered",
        openapi(f"{_ORDER}/properties/items", {"type": "array", "items": _TEXT, "minItems": 2}),
        naming=f"{_NOT_REPLIED}: items",
    ),
    refused("an order is created on a day", openapi(f"{_ORDER}/properties/createdAt/format", "date"), naming="date"),
    refused(
        "an order is pending",
        openapi(f"{_ORDER}/properties/status", {**_TEXT, "const": "pending"}),
        naming="status must be pending",
    ),
    refused("an order has no other members", openapi(f"{_ORDER}/maxProperties", 9), naming=_NOT_REPLIED),
    refused("an order's id is short", openapi(f"{_SCHEMAS}/OrderId/maxLength", 30), naming="OrderId: an example"),
    refused("a number is of digits", openapi(f"{_SCHEMAS}/OrderNumber/pattern", "^[0-9-]+$"), naming="number"),
    refused("a cursor is of digits", openapi(f"{_SCHEMAS}/Cursor/pattern", "^[0-9]{22}$"), naming="Cursor: an example"),
    refused(
        "a page has no cursor", openapi(f"{_SCHEMAS}/OrderPage/properties/nextCursor", GONE), naming="OrderPage has not"
    ),
    refused(
        "a page needs a cursor", openapi(f"{_SCHEMAS}/OrderPage/required/-", "nextCursor"), naming="OrderPage has not"
    ),
    refused(
        "a page lists an order at least",
        openapi(f"{_SCHEMAS}/OrderPage/properties/items/minItems", 1),
        naming=f"{_NOT_REPLIED}: items must contain at least 1",
    ),
    refused(
        "a change's author is short", openapi(f"{_ENTRY}/properties/by/maxLength", 100), naming=f"{_NOT_REPLIED}: items"
    ),
    refused(
        "a page lists fifty orders",
        openapi(f"{_SCHEMAS}/OrderPage/properties/items/maxItems", 50),
        naming=f"{_NOT_REPLIED}: items",
    ),
    refused(
        "a page's limit is fifty",
        openapi(f"{_SCHEMAS}/OrderPage/properties/limit/maximum", 50),
        naming=f"{_NOT_REPLIED}: limit",
    ),
    refused(
        "there are a thousand orders",
        openapi(f"{_SCHEMAS}/OrderPage/properties/total/maximum", 1000),
        naming=f"{_NOT_REPLIED}: total",
    ),
    refused("a change has no author", openapi(f"{_ENTRY}/properties/by", GONE), naming="OrderHistoryEntry has not"),
    refused(
        "an order does not tell that it is archived",
        openapi(f"{_SCHEMAS}/Order/properties/archivedAt", GONE),
        naming="Order has not the contract's shape",
    ),
    refused(
        "a change is called nothing", openapi(f"{_ENTRY}/properties/action", GONE), naming="OrderHistoryEntry has not"
    ),
    refused(
        "no order is ever edited",
        openapi(f"{_ENTRY}/properties/action/enum", ["created", "advanced", "cancelled", "archived"]),
        naming="listOrderHistory: response 200: what the handler replies",
    ),
    refused("a change has a note", openapi(f"{_ENTRY}/properties/note", _TEXT), naming="OrderHistoryEntry has not"),
    refused(
        "a change's trace is of digits",
        openapi(f"{_ENTRY}/properties/traceId/pattern", "^[0-9]{8}$"),
        naming=f"{_NOT_REPLIED}: items.1.traceId",
    ),
    refused(
        "a change's reason is short", openapi(f"{_ENTRY}/properties/reason/maxLength", 5), naming="items.1.reason must"
    ),
    refused("a problem has a help page", openapi(f"{_PROBLEM}/properties/help", _TEXT), naming="shape of a problem"),
    refused("a problem has no trace", openapi(f"{_PROBLEM}/properties/traceId", GONE), naming="shape of a problem"),
    refused("a problem may lack its type", openapi(f"{_PROBLEM}/required/0", GONE), naming="shape of a problem"),
    refused("a problem needs a trace", openapi(f"{_PROBLEM}/required/-", "traceId"), naming="traceId is required"),
    refused("a problem's status is a text", openapi(f"{_PROBLEM}/properties/status/type", "string"), naming="status"),
    refused("a problem is told briefly", openapi(f"{_PROBLEM}/properties/detail/maxLength", 200), naming="detail must"),
    refused("a problem has five faults", openapi(f"{_PROBLEM}/properties/errors/maxItems", 5), naming="errors must"),
    refused(
        "a fault has no pointer",
        openapi(f"{_SCHEMAS}/FieldError/properties/pointer", GONE),
        naming="shape of a problem",
    ),
    refused("a problem is one of two", openapi(f"{_PROBLEM}/properties/type/enum", ["a", "b"]), naming="one of a, b"),
    refused(
        "a service has an owner",
        openapi(f"{_SCHEMAS}/ServiceInfo/properties/owner", _TEXT),
        naming=f"ServiceInfo {_NOT_THE_SHAPE}",
    ),
    refused(
        "a service has a name of 3 letters",
        openapi(f"{_SCHEMAS}/ServiceInfo/properties/name/maxLength", 3),
        naming="name",
    ),
    refused("a probe says up", openapi(f"{_SCHEMAS}/Health/properties/status/const", "up"), naming="status must be up"),
    refused(
        "two things are checked", openapi(f"{_SCHEMAS}/Health/properties/checks/maxProperties", 2), naming="checks"
    ),
    refused("a document is an array", openapi(f"{_SCHEMAS}/Document/type", "array"), naming="getOpenApiDocument"),
    refused("a document has a title", openapi(f"{_SCHEMAS}/Document/required", ["title"]), naming="title is required"),
    refused("a member may only be read", openapi(f"{_SCHEMAS}/OrderId/readOnly", value=True), naming="readOnly"),
    refused(
        "a member may only be written", openapi(f"{_SCHEMAS}/CustomerId/writeOnly", value=True), naming="writeOnly"
    ),
    refused(
        "a member is nullable as in 3.0", openapi(f"{_SCHEMAS}/ExternalId/nullable", value=True), naming="nullable"
    ),
    refused("a member has a default", openapi(f"{_SCHEMAS}/Metadata/default", {}), naming="default"),
    refused(
        "a text holds base64", openapi(f"{_SCHEMAS}/ExternalId/contentEncoding", "base64"), naming="contentEncoding"
    ),
    refused(
        "a schema is chosen by a member",
        openapi(f"{_NEW}/discriminator", {"propertyName": "a"}),
        naming="discriminator",
    ),
    refused(
        "a limit is exclusive as in 3.0",
        openapi(f"{_ORDER}/properties/version/exclusiveMinimum", value=True),
        naming="Order",
    ),
    refused(
        "a limit stands beside a reference",
        openapi(f"{_NEW}/properties/customerId/maxLength", 5),
        naming="maxLength may not stand beside a $ref",
    ),
    refused(
        "a reference leads nowhere",
        openapi(f"{_NEW}/properties/customerId/$ref", "#/components/schemas/Nobody"),
        naming="Nobody",
    ),
)
