"""Mutations of the overlay that brings sagas, and of the event that asks for a payment."""

from typing import Final

from tests.contract.documents import GONE, asyncapi, saga
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import allowed

_GET: Final = "/actions/0/update/~1orders~1{id}~1saga/get"
_SCHEMAS: Final = "/actions/1/update"
_REQUESTED: Final = "/components/schemas/PaymentRequestedData"

SAGA: Final[tuple[Mutation, ...]] = (
    driven(
        "sagas are told to readers of events",
        saga(f"{_GET}/security/0/oauth2/0", "orders.events"),
        probe=allowed("GET", "/orders/none/saga", "orders.events"),
        before=403,
        after=404,
    ),
    refused(
        "nobody is told of sagas",
        saga("/actions/0/update", {}),
        naming="getOrderSaga: the contract has no such",
    ),
    refused("every order has a saga", saga(f"{_GET}/responses/404", GONE), naming="getOrderSaga: response 404"),
    refused(
        "no saga fails",
        saga(f"{_SCHEMAS}/SagaState/enum", ["running", "completed", "compensated"]),
        naming="state must be",
    ),
    refused(
        "a saga has few steps",
        saga(f"{_SCHEMAS}/OrderSaga/properties/steps/maxItems", 100),
        naming="steps must contain at most",
    ),
    refused(
        "a step has a short name",
        saga(f"{_SCHEMAS}/SagaStep/properties/step/maxLength", 16),
        naming="SagaStep/properties/step: an example is not allowed",
    ),
    refused(
        "a step has a short reason",
        saga(f"{_SCHEMAS}/SagaStep/properties/reason/maxLength", 500),
        naming="reason must have at most",
    ),
    refused(
        "a step was made on a day",
        saga(f"{_SCHEMAS}/SagaStep/properties/at/format", "date"),
        naming="getOrderSaga",
    ),
    refused(
        "a saga waits for ever",
        saga(f"{_SCHEMAS}/OrderSaga/properties/deadline", GONE),
        saga(f"{_SCHEMAS}/OrderSaga/required", ["state", "steps"]),
        naming="OrderSaga has not the contract's shape",
    ),
    refused(
        "no payment is asked for",
        asyncapi("/operations/sendPaymentRequested", GONE),
        asyncapi("/channels/orderEvents/messages/paymentRequested", GONE),
        naming="order.payment_requested",
    ),
    refused(
        "a payment is asked for without its amount",
        asyncapi(f"{_REQUESTED}/required", ["orderId"]),
        naming="order.payment_requested: PaymentRequestedData",
    ),
    refused(
        "a payment is asked for by cards only",
        asyncapi(f"{_REQUESTED}/properties/method", {"type": "string", "enum": ["card"]}),
        naming="data.method must be",
    ),
)
