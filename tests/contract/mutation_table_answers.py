"""Mutations of what is answered: statuses, headers, media types, links and examples."""

from typing import Final

from service_standard.contract import Object
from tests.contract.documents import GONE, Moved, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import created_header, creating, updating

_POST: Final = "/paths/~1orders/post/responses"
_LIST: Final = "/paths/~1orders/get/responses"
_GET: Final = "/paths/~1orders~1{id}/get/responses"
_CANCEL: Final = "/paths/~1orders~1{id}~1cancel/post/responses"
_PUT: Final = "/paths/~1orders~1{id}/put/responses"
_PATCH: Final = "/paths/~1orders~1{id}/patch/responses"
_RESPONSES: Final = "/components/responses"
_HEADERS: Final = "/components/headers"
_PROBLEM: Final = "content/application~1problem+json"
_METRICS: Final = "/paths/~1metrics/get/responses/200/content"
_EXPOSITION: Final = "text~1plain; version=0.0.4; charset=utf-8"
_CONFLICT: Final[Object] = {"$ref": "#/components/responses/Conflict"}

ANSWERS: Final[tuple[Mutation, ...]] = (
    driven(
        "a new order is answered 200",
        openapi(f"{_POST}/200", Moved(f"{_POST}/201")),
        probe=creating(),
        before=201,
        after=200,
    ),
    driven(
        "a new order is answered 202",
        openapi(f"{_POST}/202", Moved(f"{_POST}/201")),
        probe=creating(),
        before=201,
        after=202,
    ),
    driven(
        "an update is answered 202",
        openapi(f"{_PATCH}/202", Moved(f"{_PATCH}/200")),
        probe=updating(),
        before=200,
        after=202,
    ),
    refused(
        "a new order is answered 204",
        openapi(f"{_POST}/204", Moved(f"{_POST}/201")),
        naming="POST /orders: must have one answer",
    ),
    refused(
        "a new order is answered 303",
        openapi(f"{_POST}/303", Moved(f"{_POST}/201")),
        naming="POST /orders: must have one answer",
    ),
    refused("a new order is answered 2XX", openapi(f"{_POST}/2XX", Moved(f"{_POST}/201")), naming="response 2XX"),
    refused(
        "a new order is answered twice",
        openapi(f"{_POST}/200", {"$ref": "#/paths/~1orders/post/responses/201"}),
        naming="one answer",
    ),
    refused("a new order is not answered", openapi(f"{_POST}/201", GONE), naming="POST /orders: must have one answer"),
    refused("anything may be answered", openapi(f"{_GET}/default", _CONFLICT), naming="response default"),
    refused("400 is forgotten", openapi("/paths/~1/get/responses/400", GONE), naming="getServiceInfo: response 400"),
    refused("401 is forgotten", openapi(f"{_LIST}/401", GONE), naming="listOrders: response 401"),
    refused("403 is forgotten", openapi(f"{_LIST}/403", GONE), naming="listOrders: response 403"),
    refused("404 is forgotten", openapi(f"{_GET}/404", GONE), naming="getOrder: response 404"),
    refused("408 is forgotten", openapi(f"{_POST}/408", GONE), naming="createOrder: response 408"),
    refused("408 is promised", openapi(f"{_GET}/408", _CONFLICT), naming="getOrder: response 408"),
    refused("409 is forgotten", openapi(f"{_PATCH}/409", GONE), naming="updateOrder: response 409"),
    refused("a cancellation is never refused", openapi(f"{_CANCEL}/409", GONE), naming="cancelOrder: response 409"),
    refused("428 is forgotten", openapi(f"{_PUT}/428", GONE), naming="replaceOrder: response 428"),
    refused("412 is forgotten", openapi(f"{_PATCH}/412", GONE), naming="updateOrder: response 412"),
    refused("413 is forgotten", openapi(f"{_POST}/413", GONE), naming="createOrder: response 413"),
    refused("415 is forgotten", openapi(f"{_POST}/415", GONE), naming="createOrder: response 415"),
    refused("422 is forgotten", openapi(f"{_POST}/422", GONE), naming="createOrder: response 422"),
    refused("431 is forgotten", openapi(f"{_LIST}/431", GONE), naming="listOrders: response 431"),
    refused("500 is forgotten", openapi(f"{_LIST}/500", GONE), naming="listOrders: response 500"),
    refused(
        "503 is forgotten", openapi("/paths/~1readyz/get/responses/503", GONE), naming="getReadiness: response 503"
    ),
    refused(
        "nobody is turned away", openapi("/paths/~1/get/responses/503", GONE), naming="getServiceInfo: response 503"
    ),
    refused(
        "a probe is turned away",
        openapi("/paths/~1healthz/get/responses/503", {"$ref": f"#{_RESPONSES}/ServiceUnavailable"}),
        naming="getLiveness: response 503",
    ),
    refused("410 is promised", openapi(f"{_GET}/410", _CONFLICT), naming="getOrder: response 410"),
    refused("429 is promised", openapi(f"{_POST}/429", _CONFLICT), naming="createOrder: response 429"),
    refused("409 is a 404", openapi(f"{_PATCH}/409/$ref", "#/components/responses/NotFound"), naming="response 409"),
    refused(
        "Location is not declared", openapi(f"{_POST}/201/headers/Location", GONE), naming="header Location is sent"
    ),
    refused(
        "a count is promised",
        openapi(f"{_LIST}/200/headers/X-Total", {"required": True, "schema": {"type": "integer"}}),
        naming="header X-Total is declared and never sent",
    ),
    refused(
        "ETag is called Version",
        openapi(f"{_GET}/200/headers/Version", Moved(f"{_GET}/200/headers/ETag")),
        naming="header Version",
    ),
    refused(
        "ETag may be missing", openapi(f"{_HEADERS}/ETag/required", value=False), naming="header ETag is always sent"
    ),
    refused(
        "every answer is a replay",
        openapi(f"{_HEADERS}/IdempotencyReplayed/required", value=True),
        naming="Idempotency-Replayed is sometimes",
    ),
    refused(
        "there is always a next page",
        openapi(f"{_HEADERS}/Link/required", value=True),
        naming="header Link is sometimes",
    ),
    refused("ETag is weak", openapi(f"{_HEADERS}/ETag/schema/pattern", '^W/"[0-9]+"$'), naming="ETag"),
    refused("ETag has one digit", openapi(f"{_HEADERS}/ETag/schema/maxLength", 3), naming="header ETag"),
    refused("Location is absolute", openapi(f"{_HEADERS}/Location/schema/format", "uri"), naming="Location"),
    refused("a replay says yes", openapi(f"{_HEADERS}/IdempotencyReplayed/schema/const", "yes"), naming="Replayed"),
    refused(
        "problems may be stored", openapi(f"{_HEADERS}/CacheControl/schema/const", "max-age=60"), naming="CacheControl"
    ),
    refused(
        "Cache-Control is not declared",
        openapi(f"{_RESPONSES}/NotFound/headers/Cache-Control", GONE),
        naming="Cache-Control is sent",
    ),
    refused(
        "a challenge is not declared",
        openapi(f"{_RESPONSES}/Unauthorized/headers/WWW-Authenticate", GONE),
        naming="WWW-Authenticate is sent",
    ),
    refused(
        "a challenge is Basic",
        openapi(f"{_HEADERS}/WwwAuthenticate/schema/pattern", "^Basic"),
        naming="WwwAuthenticate",
    ),
    refused("retrying has a date", openapi(f"{_HEADERS}/RetryAfter/schema/pattern", "GMT$"), naming="RetryAfter"),
    refused("a header's example is wrong", openapi(f"{_HEADERS}/ETag/example", "1"), naming="an example"),
    driven(
        "a new order is answered in a media type of its own",
        openapi(f"{_POST}/201/content/application~1vnd.orders+json", Moved(f"{_POST}/201/content/application~1json")),
        probe=created_header("content-type"),
        before="application/json",
        after="application/vnd.orders+json",
    ),
    refused(
        "a list is plain text",
        openapi(f"{_LIST}/200/content/text~1plain", Moved(f"{_LIST}/200/content/application~1json")),
        naming="text/plain is not a JSON media type",
    ),
    refused(
        "the metrics are JSON",
        openapi(f"{_METRICS}/application~1json", Moved(f"{_METRICS}/{_EXPOSITION}")),
        naming="getMetrics: response 200: application/json is not text/plain",
    ),
    refused(
        "the metrics are of another version",
        openapi(f"{_METRICS}/text~1plain; version=1.0.0", Moved(f"{_METRICS}/{_EXPOSITION}")),
        naming="version=1.0.0 is not text/plain; version=0.0.4",
    ),
    refused(
        "the metrics are a number",
        openapi(f"{_METRICS}/{_EXPOSITION}/schema/type", "number"),
        openapi(f"{_METRICS}/{_EXPOSITION}/example", 1),
        naming="getMetrics: response 200: what the handler replies",
    ),
    refused(
        "the metrics are short",
        openapi(f"{_METRICS}/{_EXPOSITION}/schema/maxLength", 10),
        naming="getMetrics: response 200",
    ),
    refused(
        "an order is text",
        openapi(f"{_POST}/201/content/{_EXPOSITION}", Moved(f"{_POST}/201/content/application~1json")),
        naming="is not a JSON media type",
    ),
    refused(
        "a list is either of two", openapi(f"{_LIST}/200/content/text~1csv", {"schema": {}}), naming="never answered"
    ),
    refused("a list has no body", openapi(f"{_LIST}/200/content", GONE), naming="GET /orders: response 200"),
    refused(
        "a document has no body",
        openapi("/paths/~1openapi.json/get/responses/200/content", GONE),
        naming="/openapi.json",
    ),
    refused(
        "a list is an order",
        openapi(f"{_LIST}/200/content/application~1json/schema/$ref", "#/components/schemas/Order"),
        naming="listOrders: response 200",
    ),
    refused(
        "a problem is plain JSON",
        openapi(f"{_RESPONSES}/Conflict/content/application~1json", Moved(f"{_RESPONSES}/Conflict/{_PROBLEM}")),
        naming="must be application/problem+json",
    ),
    refused("a problem has no body", openapi(f"{_RESPONSES}/NotFound/content", GONE), naming="response 404"),
    refused(
        "a problem is an order",
        openapi(f"{_RESPONSES}/NotFound/{_PROBLEM}/schema/$ref", "#/components/schemas/Order"),
        naming="response 404",
    ),
    refused(
        "a link leads to no operation",
        openapi(f"{_POST}/201/links/getOrder/operationId", "readOrder"),
        naming="link getOrder: readOrder",
    ),
    refused(
        "a link gives an unknown parameter",
        openapi(f"{_POST}/201/links/getOrder/parameters/key", "$response.body#/id"),
        naming="link getOrder: getOrder has no parameter key",
    ),
    refused("a link gives no id", openapi(f"{_POST}/201/links/getOrder/parameters", GONE), naming="getOrder requires"),
    refused(
        "a link gives what is not there",
        openapi(f"{_POST}/201/links/getOrder/parameters/id", "$response.body#/key"),
        naming="link getOrder: id",
    ),
    refused(
        "a link has an address", openapi(f"{_POST}/201/links/getOrder/operationRef", "#/paths"), naming="operationRef"
    ),
    refused(
        "an order's example is wrong",
        openapi("/components/examples/PendingOrder/value/version", 0),
        naming="an example of response",
    ),
    refused(
        "a list's example is wrong",
        openapi(f"{_LIST}/200/content/application~1json/examples/last/value/total", -1),
        naming="an example of response",
    ),
    refused(
        "a problem's example has another type",
        openapi(f"{_RESPONSES}/Conflict/{_PROBLEM}/example/type", "clash"),
        naming="the type clash",
    ),
    refused(
        "a problem's example has another title",
        openapi(f"{_RESPONSES}/Conflict/{_PROBLEM}/example/title", "Clash"),
        naming="the title Clash",
    ),
    refused(
        "a problem's example has another status",
        openapi(f"{_RESPONSES}/Conflict/{_PROBLEM}/example/status", 400),
        naming="the status 400",
    ),
    refused(
        "a schema's example is wrong",
        openapi("/components/schemas/OrderNumber/examples/0", "1"),
        naming="OrderNumber: an example",
    ),
)
