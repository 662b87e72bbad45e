"""Mutations of what consumers and senders of events are promised: the feed, and the events that are received."""

from typing import Final

from tests.contract.documents import GONE, Moved, asyncapi, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes_of_events import feed_header, paying, reading

_FEED: Final = "/paths/~1events/get"
_BATCH: Final = f"{_FEED}/responses/200/content"
_INBOX: Final = "/paths/~1events/post"
_EVENT: Final = "/components/schemas/CloudEvent"
_DATA: Final = "/components/schemas/PaymentData"
_PAID: Final = "/components/schemas/PaymentSuccessful"

FEED: Final[tuple[Mutation, ...]] = (
    driven(
        "a batch has a hundred events at the most",
        openapi(f"{_FEED}/parameters/1/schema/maximum", 100),
        probe=reading("?limit=101"),
        before=[200],
        after=[400],
    ),
    driven(
        "a reader waits a second at the most",
        openapi(f"{_FEED}/parameters/2/schema/maximum", 1000),
        openapi(f"{_FEED}/parameters/2/example", 1000),
        probe=reading("?timeout=1001&limit=1"),
        before=[200],
        after=[400],
    ),
    driven(
        "the feed is read with the scope of orders",
        openapi(f"{_FEED}/security/-", {"oauth2": ["orders.read"]}),
        probe=reading("", scope="orders.read"),
        before=[403],
        after=[200],
    ),
    driven(
        "a batch is plain JSON",
        openapi(f"{_BATCH}/application~1json", Moved(f"{_BATCH}/application~1cloudevents-batch+json")),
        probe=feed_header("content-type"),
        before="application/cloudevents-batch+json",
        after="application/json",
    ),
    refused("the feed never ends", openapi(f"{_FEED}/responses/410", GONE), naming="listEvents: response 410"),
    refused(
        "the feed has no way on", openapi(f"{_FEED}/responses/200/headers", GONE), naming="listEvents: response 200"
    ),
    refused("the feed is elsewhere", openapi("/paths/~1feed", Moved("/paths/~1events")), naming="leads to /events"),
    refused("a batch has ten events", openapi("/components/schemas/CloudEventBatch/maxItems", 10), naming="listEvents"),
    refused("a batch may be empty", openapi(f"{_FEED}/parameters/1/schema/minimum", 0), naming="listEvents: limit"),
    refused("an event may lack its id", openapi(f"{_EVENT}/required/1", GONE), naming="CloudEvent: must require"),
    refused("a payment may lack its data", asyncapi(f"{_PAID}/required/4", GONE), naming="must require data"),
    refused(
        "an event's cause is short", asyncapi("/components/schemas/CausationId/maxLength", 99), naming="causationid"
    ),
    refused("an event needs a key", openapi(f"{_EVENT}/required/-", "tenant"), naming="tenant is required"),
    refused(
        "the feed takes a type",
        openapi(f"{_FEED}/parameters/-", {"$ref": "#/components/parameters/CursorInQuery"}),
        naming="listEvents: cursor",
    ),
    driven(
        "a sender's id has five characters at the most",
        asyncapi("/components/schemas/ForeignEventId/maxLength", 5),
        asyncapi("/components/messages/paymentSuccessful/examples", GONE),
        asyncapi("/components/messages/paymentFailed/examples", GONE),
        asyncapi("/components/messages/paymentRefunded/examples", GONE),
        probe=paying(),
        before=[202, "paid"],
        after=[400, "pending"],
    ),
    driven(
        "a payment's id has ten characters at the most",
        asyncapi(f"{_DATA}/properties/paymentId/maxLength", 10),
        probe=paying(paymentId="x" * 11),
        before=[202, "paid"],
        after=[400, "pending"],
    ),
    driven(
        "another service tells of payments",
        asyncapi(f"{_PAID}/properties/source/const", "urn:service:bank"),
        asyncapi("/components/messages/paymentSuccessful/examples/0/payload/source", "urn:service:bank"),
        probe=paying(),
        before=[202, "paid"],
        after=[400, "pending"],
    ),
    driven(
        "a payment's event needs a subject",
        asyncapi(f"{_PAID}/required/-", "subject"),
        probe=paying(),
        before=[202, "paid"],
        after=[400, "pending"],
    ),
    driven(
        "an event's type has thirty characters at the most",
        openapi(f"{_EVENT}/properties/type/maxLength", 30),
        probe=paying(type="x" * 31),
        before=[202, "pending"],
        after=[400, "pending"],
    ),
    refused(
        "a payment has an amount",
        asyncapi(f"{_DATA}/properties/amount", {"type": "integer"}),
        naming="payment.failed: PaymentData",
    ),
    refused("a payment needs a reason", asyncapi(f"{_DATA}/required/-", "reason"), naming="reason is required"),
    refused(
        "a payment may lack its order", asyncapi(f"{_DATA}/required/1", GONE), naming="payment.failed: PaymentData"
    ),
    refused(
        "no payment is received", asyncapi("/operations/receivePaymentFailed/action", "send"), naming="payment.failed"
    ),
    refused(
        "payments are received on two channels",
        asyncapi("/operations/receivePaymentFailed/channel/$ref", "#/channels/orderEvents"),
        naming="receivePaymentFailed",
    ),
    refused(
        "the inbox takes no data",
        openapi(f"{_INBOX}/requestBody/content/application~1json", GONE),
        naming="receiveEvent",
    ),
    refused("the inbox takes no id", openapi(f"{_INBOX}/parameters/1", GONE), naming="receiveEvent: ce_id"),
    refused(
        "a receipt is long",
        openapi("/components/schemas/EventReceipt/properties/id/minLength", 2),
        naming="receiveEvent: response 202",
    ),
    refused(
        "an event is answered by nothing",
        openapi("/components/schemas/EventReceipt/properties/id", GONE),
        naming="EventReceipt",
    ),
)
