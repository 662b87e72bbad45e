"""Mutations of which operations there are, of the document around them, and of the manifest."""

from typing import Final

from service_standard.contract import Object
from tests.contract.documents import GONE, Moved, asyncapi, manifest, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import member

_ORDERS: Final = "/paths/~1orders"
_ORDER: Final = "/paths/~1orders~1{id}"
_SCOPES: Final = "/auth/required_scopes"
_SENT: Final = (
    "orderCreated",
    "orderUpdated",
    "orderConfirmed",
    "orderShipped",
    "orderDelivered",
    "orderCancelled",
    "paymentRequested",
    "orderPaymentCompleted",
    "orderPaymentFailed",
    "orderRefunded",
    "refundRequested",
)
_DELETE: Final[Object] = {
    "operationId": "deleteOrders",
    "security": [{"oauth2": ["orders.write"]}],
    "responses": {"200": {"$ref": "#/paths/~1orders~1{id}/get/responses/200"}},
}

OPERATIONS: Final[tuple[Mutation, ...]] = (
    refused("all orders can be deleted", openapi(f"{_ORDERS}/delete", _DELETE), naming="deleteOrders: no handler"),
    refused(
        "orders cannot be updated", openapi(f"{_ORDER}/patch", GONE), naming="updateOrder: the contract has no such"
    ),
    refused("orders are kept for ever", openapi(f"{_ORDER}/delete", GONE), naming="archiveOrder: the contract has no"),
    refused("there is no history", openapi(f"{_ORDER}~1history", GONE), naming="listOrderHistory"),
    refused("there are no metrics", openapi("/paths/~1metrics", GONE), naming="getMetrics: the contract has no such"),
    refused(
        "the metrics stand where requests are shed",
        openapi("/paths/~1figures", Moved("/paths/~1metrics")),
        naming="getMetrics: response 503",
    ),
    refused(
        "getOrder is called readOrder",
        openapi(f"{_ORDER}/get/operationId", "readOrder"),
        naming="readOrder: no handler",
    ),
    refused("an operation has no name", openapi(f"{_ORDER}/get/operationId", GONE), naming="operationId"),
    refused(
        "two operations have one name",
        openapi(f"{_ORDER}/get/operationId", "listOrders"),
        naming="listOrders: two operations",
    ),
    refused(
        "orders are purchases", openapi("/paths/~1purchases", Moved(_ORDERS)), naming="header Link: leads to /orders"
    ),
    refused(
        "an order is a purchase", openapi("/paths/~1purchases~1{id}", Moved(_ORDER)), naming="header Location: leads to"
    ),
    refused(
        "an order is found by its number",
        openapi("/paths/~1orders~1{number}", Moved(_ORDER)),
        naming="parameter number",
    ),
    refused(
        "orders stand under a slash", openapi("/paths/~1orders~1", Moved(_ORDERS)), naming="/orders/: is not a path"
    ),
    refused("a path has no slash", openapi("/paths/orders", Moved(_ORDERS)), naming="orders: is not a path"),
    refused("a path stands twice", openapi("/paths/~1orders~1{key}", {}), naming="/orders/{}: two paths"),
    refused("a list is a HEAD", openapi(f"{_ORDERS}/head", Moved(f"{_ORDERS}/get")), naming="head is not supported"),
    refused("an order can be traced", openapi(f"{_ORDERS}/trace", _DELETE), naming="trace is not supported"),
    refused("the service calls back", openapi(f"{_ORDERS}/post/callbacks", {}), naming="callbacks is not supported"),
    refused("the service has hooks", openapi("/webhooks", {}), naming="webhooks is not supported"),
    refused(
        "an operation is served elsewhere", openapi(f"{_ORDERS}/post/servers", []), naming="servers is not supported"
    ),
    refused("a path is served elsewhere", openapi(f"{_ORDERS}/servers", []), naming="servers is not supported"),
    refused("everything is served below /v1", openapi("/servers/0/url", "/v1"), naming="url must be /"),
    refused("schemas are of another dialect", openapi("/jsonSchemaDialect", "urn:x"), naming="jsonSchemaDialect"),
    refused(
        "responses are misspelled",
        openapi(f"{_ORDERS}/get/responces", Moved(f"{_ORDERS}/get/responses")),
        naming="responces",
    ),
    refused("it is OpenAPI 3.0", openapi("/openapi", "3.0.3"), naming="openapi: must be 3.1"),
    refused("the contract has another version", openapi("/info/version", "1.0.1"), naming="info.version: is 1.0.1"),
    driven(
        "the service is called kitchen",
        manifest("/name", "kitchen"),
        asyncapi("/components/schemas/Source/const", "urn:service:kitchen"),
        *(asyncapi(f"/components/messages/{name}/examples/0/payload/source", "urn:service:kitchen") for name in _SENT),
        probe=member("/", "name"),
        before="orders",
        after="kitchen",
    ),
    driven(
        "everything has the version 1.1.0",
        manifest("/version", "1.1.0"),
        openapi("/info/version", "1.1.0"),
        asyncapi("/info/version", "1.1.0"),
        probe=member("/", "version"),
        before="1.0.0",
        after="1.1.0",
    ),
    refused(
        "the manifest has another name", manifest("/name", "kitchen"), naming="the source must be urn:service:kitchen"
    ),
    refused("the manifest has no name", manifest("/name", GONE), naming="service.yaml: name"),
    refused(
        "the manifest has another version", manifest("/version", "2.0.0"), naming="the manifest's version is 2.0.0"
    ),
    refused("the manifest's version is none", manifest("/version", "one"), naming="version must be a semantic version"),
    refused("the service has no owner", manifest("/owner", GONE), naming="service.yaml: owner"),
    refused("the manifest names another scope", manifest(f"{_SCOPES}/-", "orders.all"), naming="orders.all"),
    refused("the manifest forgets a scope", manifest(f"{_SCOPES}/0", GONE), naming="scopes: operations ask for"),
    refused("the manifest has no scopes", manifest("/auth", GONE), naming="auth.required_scopes"),
    refused("the manifest names another variable", manifest("/environment/-", "COLOUR"), naming="lists COLOUR, which"),
    refused("the manifest forgets a variable", manifest("/environment/0", GONE), naming="is read, and the manifest"),
    refused("a variable is a phrase", manifest("/environment/0", "the port"), naming="environment must be a list"),
    refused("a scope is a number", manifest(f"{_SCOPES}/0", 1), naming="auth.required_scopes"),
    refused("the API is not there", manifest("/api", "openapi/order.yaml"), naming="api names a file"),
    refused("the API is the events", manifest("/api", "asyncapi/orders.yaml"), naming="openapi must be a string"),
    refused("the events are not there", manifest("/events", "asyncapi"), naming="events names a file"),
    refused("the events are forgotten", manifest("/events", GONE), naming="service.yaml: events"),
    refused("the manifest has an unknown word", manifest("/scopes", []), naming="scopes is not a word"),
    refused("the manifest has an unknown word within", manifest("/auth/issuer", "https://a"), naming="auth.issuer"),
)
