"""Mutations of the event contract."""

from typing import Final

from service_standard.contract import Object
from tests.contract.documents import GONE, Moved, asyncapi
from tests.contract.mutation import Mutation, refused

_MESSAGES: Final = "/components/messages"
_CREATED: Final = "/components/schemas/OrderCreated"
_UPDATED: Final = "/components/schemas/OrderUpdated"
_DATA: Final = "/components/schemas/OrderCreatedData"
_CHANGE: Final = "/components/schemas/OrderUpdatedData"
_SCHEMAS: Final = "/components/schemas"
_TEXT: Final[Object] = {"type": "string"}
_ENVELOPE: Final = "the envelope must have exactly the attributes that are sent"
_NOT_THE_SHAPE: Final = "has not the shape of the event's data"

EVENTS: Final[tuple[Mutation, ...]] = (
    refused(
        "an event has another type", asyncapi(f"{_CREATED}/properties/type/const", "order.made"), naming="order.made"
    ),
    refused(
        "a message has another name", asyncapi(f"{_MESSAGES}/orderCreated/name", "order.made"), naming="order.created"
    ),
    refused(
        "an event is renamed throughout",
        asyncapi(f"{_CREATED}/properties/type/const", "order.made"),
        asyncapi(f"{_MESSAGES}/orderCreated/name", "order.made"),
        asyncapi(f"{_MESSAGES}/orderCreated/examples/0/payload/type", "order.made"),
        naming="order.made: the event is declared and never sent",
    ),
    refused("an event needs a note", asyncapi(f"{_DATA}/required/-", "note"), naming="data.note is required"),
    refused("an event may lack its items", asyncapi(f"{_DATA}/required/3", GONE), naming=_NOT_THE_SHAPE),
    refused("an event has no items", asyncapi(f"{_DATA}/properties/items", GONE), naming=_NOT_THE_SHAPE),
    refused("an event has a note", asyncapi(f"{_DATA}/properties/note", _TEXT), naming=_NOT_THE_SHAPE),
    refused(
        "an event's items are called lines",
        asyncapi(f"{_DATA}/properties/lines", Moved(f"{_DATA}/properties/items")),
        naming=_NOT_THE_SHAPE,
    ),
    refused("an event's version is a text", asyncapi(f"{_DATA}/properties/version/type", "string"), naming="version"),
    refused(
        "an event's number is of digits",
        asyncapi(f"{_DATA}/properties/number", {**_TEXT, "pattern": "^[0-9]+$"}),
        naming="data.number must match",
    ),
    refused(
        "an event's customer has twenty characters",
        asyncapi(f"{_DATA}/properties/customerId", {**_TEXT, "maxLength": 20}),
        naming="rehearsal: order.created: data.customerId",
    ),
    refused(
        "an event has ten items",
        asyncapi(f"{_DATA}/properties/items", {"type": "array", "items": _TEXT, "maxItems": 10}),
        naming="data.items",
    ),
    refused(
        "an event's status is paid",
        asyncapi(f"{_CHANGE}/properties/status", {**_TEXT, "enum": ["paid"]}),
        naming="data.status",
    ),
    refused("an order changes five times", asyncapi(f"{_CHANGE}/properties/version/maximum", 5), naming="data.version"),
    refused(
        "an event has no other data",
        asyncapi(f"{_CHANGE}/additionalProperties", {"type": "integer"}),
        naming="order.updated",
    ),
    refused(
        "an event is about its creation's data",
        asyncapi(f"{_UPDATED}/properties/data/$ref", f"#{_DATA}"),
        naming="sendOrderUpdated",
    ),
    refused("an event has no key", asyncapi(f"{_CREATED}/properties/partitionkey", GONE), naming=_ENVELOPE),
    refused("an event may lack its subject", asyncapi(f"{_CREATED}/required/4", GONE), naming=_ENVELOPE),
    refused(
        "an event does not tell its order's version",
        asyncapi(f"{_SCHEMAS}/OrderRefunded/properties/orderversion", GONE),
        naming=f"order.refunded: {_ENVELOPE}",
    ),
    refused(
        "the version of an event's order has one digit",
        asyncapi(f"{_SCHEMAS}/OrderVersion/pattern", "^[1-9]$"),
        naming="orderversion must match",
    ),
    refused(
        "a stage is about its creation's data",
        asyncapi(f"{_SCHEMAS}/OrderPaymentFailed/properties/data/$ref", f"#{_DATA}"),
        asyncapi(f"{_MESSAGES}/orderPaymentFailed/examples", GONE),
        naming="order.payment_failed: OrderUpdatedData has not the shape of the event's data",
    ),
    refused(
        "a stage is not told",
        asyncapi("/operations/sendOrderStage/messages/1", GONE),
        asyncapi("/channels/orderEvents/messages/orderShipped", GONE),
        naming="order.shipped: the event is sent and not declared so",
    ),
    refused("an event has a tenant", asyncapi(f"{_CREATED}/properties/tenant", _TEXT), naming=_ENVELOPE),
    refused(
        "an event needs a trace", asyncapi(f"{_UPDATED}/required/-", "traceparent"), naming="traceparent is required"
    ),
    refused("an event needs a tenant", asyncapi(f"{_UPDATED}/required/-", "tenant"), naming="tenant is required"),
    refused("an event is a number", asyncapi(f"{_SCHEMAS}/EventId/type", "integer"), naming="id must be of type"),
    refused("an event's id is short", asyncapi(f"{_SCHEMAS}/EventId/maxLength", 20), naming="id must have at most"),
    refused(
        "a subject is a purchase", asyncapi(f"{_SCHEMAS}/Subject/pattern", "^purchases/"), naming="subject must match"
    ),
    refused("a time has an offset", asyncapi(f"{_SCHEMAS}/Time/pattern", r"\+00:00$"), naming="time must match"),
    refused("a time is a day", asyncapi(f"{_SCHEMAS}/Time/format", "date"), naming="time must be a valid date"),
    refused(
        "a place is a number of ten digits", asyncapi(f"{_SCHEMAS}/Sequence/pattern", "^[0-9]{10}$"), naming="sequence"
    ),
    refused(
        "a key is an UUID without dashes", asyncapi(f"{_SCHEMAS}/PartitionKey/maxLength", 32), naming="partitionkey"
    ),
    refused("a trace is of another version", asyncapi(f"{_SCHEMAS}/TraceParent/pattern", "^01-"), naming="traceparent"),
    refused("another service sends", asyncapi(f"{_SCHEMAS}/Source/const", "urn:service:kitchen"), naming="source"),
    refused("anybody sends", asyncapi(f"{_SCHEMAS}/Source/const", GONE), naming="source must be a constant"),
    refused(
        "CloudEvents are of another version", asyncapi(f"{_SCHEMAS}/SpecVersion/const", "0.3"), naming="specversion"
    ),
    refused("data is XML", asyncapi(f"{_SCHEMAS}/DataContentType/const", "application/xml"), naming="datacontenttype"),
    refused(
        "a message is plain JSON",
        asyncapi(f"{_MESSAGES}/orderCreated/contentType", "application/json"),
        naming="contentType",
    ),
    refused(
        "messages are plain JSON", asyncapi("/defaultContentType", "application/json"), naming="defaultContentType"
    ),
    refused(
        "an event is received",
        asyncapi("/operations/sendOrderCreated/action", "receive"),
        naming="order.created: the event is declared and never received",
    ),
    refused("an event is published", asyncapi("/operations/sendOrderCreated/action", "publish"), naming="not publish"),
    refused(
        "an event is not sent",
        asyncapi("/operations/sendOrderUpdated", GONE),
        asyncapi("/channels/orderEvents/messages/orderUpdated", GONE),
        naming="order.updated: the event is sent and not declared so",
    ),
    refused(
        "an event is sent twice",
        asyncapi(
            "/operations/again",
            {
                "action": "send",
                "channel": {"$ref": "#/channels/orderEvents"},
                "messages": [{"$ref": "#/channels/orderEvents/messages/orderCreated"}],
            },
        ),
        naming="declared twice",
    ),
    refused(
        "a channel lacks a message",
        asyncapi("/channels/orderEvents/messages/orderUpdated", GONE),
        naming="orderUpdated",
    ),
    refused(
        "an operation lacks its message",
        asyncapi("/operations/sendOrderUpdated/messages", []),
        naming="no operation sends or receives orderUpdated",
    ),
    refused(
        "an operation has no channel", asyncapi("/operations/sendOrderUpdated/channel", GONE), naming="sendOrderUpdated"
    ),
    refused(
        "an operation is answered", asyncapi("/operations/sendOrderUpdated/reply", {}), naming="reply is not supported"
    ),
    refused(
        "a message has headers",
        asyncapi(f"{_MESSAGES}/orderCreated/headers", {"type": "object"}),
        naming="headers is not supported",
    ),
    refused(
        "a message has a binding",
        asyncapi(f"{_MESSAGES}/orderCreated/bindings", {}),
        naming="bindings is not supported",
    ),
    refused("there are servers", asyncapi("/servers", {}), naming="servers is not supported"),
    refused(
        "a message's example is wrong",
        asyncapi(f"{_MESSAGES}/orderUpdated/examples/0/payload/data/version", 0),
        naming="an example",
    ),
    refused(
        "a limit of an event stands beside a reference",
        asyncapi(f"{_DATA}/properties/id/maxLength", 5),
        naming="may not stand beside a $ref",
    ),
    refused("a limit is misspelled", asyncapi(f"{_SCHEMAS}/EventId/maxLenght", 5), naming="maxLenght"),
    refused(
        "the events have another version", asyncapi("/info/version", "1.0.1"), naming="events: info.version is 1.0.1"
    ),
    refused("it is AsyncAPI 2.6", asyncapi("/asyncapi", "2.6.0"), naming="asyncapi: must be 3.0"),
    refused("it is AsyncAPI 3.1", asyncapi("/asyncapi", "3.1.0"), naming="asyncapi: must be 3.0"),
)
