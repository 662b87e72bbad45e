"""Mutations of payments: their operations, what is told of them, and the payment status of an order."""

from typing import Final

from tests.contract.documents import GONE, asyncapi, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import allowed
from tests.contract.probes_of_events import about_a_payment

_SCHEMAS: Final = "/components/schemas"
_ORDER: Final = "/paths/~1orders~1{id}"
_REFUND: Final = f"{_ORDER}~1refunds/post"
_EXAMPLES: Final = "requestBody/content/application~1json/examples"
_REASON: Final = {"reason": "r"}
_PAID: Final = {"status": "successful"}

PAYMENTS: Final[tuple[Mutation, ...]] = (
    driven(
        "a refund needs no reason",
        openapi(f"{_SCHEMAS}/PaymentReason/minLength", 0),
        probe=about_a_payment("POST", "refunds", reason=""),
        before=400,
        after=200,
    ),
    driven(
        "a refund is of an amount and of lines",
        openapi(f"{_SCHEMAS}/NewRefund/then", GONE),
        probe=about_a_payment(
            "POST",
            "refunds",
            **_REASON,
            amount={"amount": "1", "currency": "USD"},
            lines=[{"productId": "none", "quantity": 1}],
        ),
        before=400,
        after=409,
    ),
    driven(
        "a refund is of one line",
        openapi(f"{_SCHEMAS}/NewRefund/properties/lines/maxItems", 1),
        probe=about_a_payment("POST", "refunds", **_REASON, lines=[{"productId": "none", "quantity": 1}] * 2),
        before=409,
        after=400,
    ),
    driven(
        "a refund may be of no line",
        openapi(f"{_SCHEMAS}/NewRefund/properties/lines/minItems", 0),
        probe=about_a_payment("POST", "refunds", **_REASON, lines=[]),
        before=400,
        after=200,
    ),
    driven(
        "a refund may have unknown members",
        openapi(f"{_SCHEMAS}/NewRefund/additionalProperties", GONE),
        probe=about_a_payment("POST", "refunds", **_REASON, colour="red"),
        before=400,
        after=200,
    ),
    driven(
        "a payment that failed has an amount",
        openapi(f"{_SCHEMAS}/NewPayment/then", GONE),
        probe=about_a_payment("POST", "payments", status="failed", amount={"amount": "1", "currency": "USD"}),
        before=400,
        after=409,
    ),
    driven(
        "a payment may be of any outcome",
        openapi(f"{_SCHEMAS}/PaymentOutcome/enum/-", "pending"),
        probe=about_a_payment("POST", "payments", status="pending"),
        before=400,
        after=409,
    ),
    driven(
        "a payment's own id is short",
        openapi(f"{_SCHEMAS}/PaymentId/maxLength", 10),
        probe=about_a_payment("POST", "payments", **_PAID, paymentId="x" * 11),
        before=409,
        after=400,
    ),
    driven(
        "a payment cannot be set to failed",
        openapi(f"{_SCHEMAS}/WholePaymentStatus/enum", ["pending", "paid", "refunded"]),
        probe=about_a_payment("PATCH", "payment", "orders.admin", **_REASON, status="failed"),
        before=200,
        after=400,
    ),
    driven(
        "a payment is set without a reason",
        openapi(f"{_SCHEMAS}/PaymentOverride/properties/reason/$ref", f"#{_SCHEMAS}/TrackingNumber"),
        probe=about_a_payment("PATCH", "payment", "orders.admin", status="failed", reason="x" * 200),
        before=200,
        after=400,
    ),
    driven(
        "writers set payments by hand",
        openapi(f"{_ORDER}~1payment/patch/security/0/oauth2/0", "orders.write"),
        probe=about_a_payment("PATCH", "payment", "orders.write", **_REASON, status="failed"),
        before=403,
        after=200,
    ),
    driven(
        "customers refund themselves",
        openapi(f"{_REFUND}/security/-", {"oauth2": ["orders.write.own"]}),
        probe=about_a_payment("POST", "refunds", "orders.write.own", **_REASON),
        before=403,
        after=404,
    ),
    driven(
        "payments are listed by readers of events",
        openapi(f"{_ORDER}~1payments/get/security/0/oauth2/0", "orders.events"),
        probe=allowed("GET", "/orders/none/payments", "orders.events"),
        before=403,
        after=404,
    ),
    refused(
        "payments are not listed",
        openapi(f"{_ORDER}~1payments/get", GONE),
        naming="listOrderPayments: the contract has no such",
    ),
    refused("orders are not refunded", openapi(_REFUND, GONE), naming="refundOrder: the contract has no such"),
    refused(
        "a refund is answered 201",
        openapi(f"{_REFUND}/responses/201", {"$ref": f"#{_REFUND}/responses/200"}),
        naming="one answer",
    ),
    refused(
        "a refund is never too much", openapi(f"{_REFUND}/responses/409", GONE), naming="refundOrder: response 409"
    ),
    refused("a refund has no tag", openapi(f"{_REFUND}/responses/200/headers/ETag", GONE), naming="header ETag"),
    refused(
        "a refund has a currency",
        openapi(f"{_SCHEMAS}/NewRefund/properties/currency", {"type": "string"}),
        naming="NewRefund has not the contract's shape",
    ),
    refused(
        "a refund's example is wrong",
        openapi(f"{_REFUND}/{_EXAMPLES}/lines/value/lines/0/quantity", 0),
        naming="an example",
    ),
    refused(
        "an order tells nothing of its payment",
        openapi(f"{_SCHEMAS}/Order/properties/paymentStatus", GONE),
        naming="Order has not the contract's shape",
    ),
    refused(
        "an order is never refunded in part",
        openapi(f"{_SCHEMAS}/PaymentStatus/enum", ["pending", "paid", "failed", "refunded"]),
        naming="paymentStatus must be",
    ),
    refused(
        "an entry is never set by hand",
        openapi(f"{_SCHEMAS}/PaymentKind/enum", ["payment", "failure", "refund"]),
        naming="kind must be",
    ),
    refused(
        "an entry's reason is short",
        openapi(f"{_SCHEMAS}/OrderPayment/properties/reason/maxLength", 399),
        naming="reason must have at most",
    ),
    refused(
        "an entry is of whoever has a short name",
        openapi(f"{_SCHEMAS}/OrderPayment/properties/by/maxLength", 100),
        naming="by must have at most",
    ),
    refused(
        "an entry is made on a day",
        openapi(f"{_SCHEMAS}/OrderPayment/properties/at/format", "date"),
        naming="listOrderPayments",
    ),
    refused(
        "a page has one payment",
        openapi(f"{_SCHEMAS}/OrderPaymentPage/properties/items/maxItems", 1),
        naming="listOrderPayments",
    ),
    refused(
        "a page does not say how many payments there are",
        openapi(f"{_SCHEMAS}/OrderPaymentPage/properties/total/maximum", 0),
        naming="listOrderPayments",
    ),
    refused(
        "what came back has no quantity",
        openapi(f"{_SCHEMAS}/ReturnedLine/properties/quantity", GONE),
        openapi(f"{_SCHEMAS}/ReturnedLine/required", ["productId"]),
        naming="ReturnedLine has not the contract's shape",
    ),
    refused(
        "an event does not say whether its order is paid",
        asyncapi(f"{_SCHEMAS}/OrderUpdatedData/properties/paymentStatus", GONE),
        naming="has not the shape of the event's data",
    ),
    refused(
        "an event says only that its order is paid",
        asyncapi(f"{_SCHEMAS}/OrderUpdatedData/properties/paymentStatus", {"type": "string", "enum": ["paid"]}),
        naming="data.paymentStatus",
    ),
    refused(
        "no refund is received",
        asyncapi("/operations/receivePaymentRefunded", GONE),
        asyncapi("/channels/paymentEvents/messages/paymentRefunded", GONE),
        naming="payment.refunded: the event is received and not declared so",
    ),
    refused(
        "a refund may lack its order",
        asyncapi(f"{_SCHEMAS}/RefundData/required", ["paymentId", "refundId", "amount"]),
        naming="payment.refunded: RefundData",
    ),
)
