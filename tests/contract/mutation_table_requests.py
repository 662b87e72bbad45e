"""Mutations of what a request needs: scopes, parameters, media types, and the paths and methods of operations."""

from typing import Final

from service_standard.contract import Object
from tests.contract.documents import GONE, Moved, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import (
    allowed,
    archiving,
    cancelling,
    challenge,
    creating_as,
    creating_at,
    getting,
    remembering,
)

_POST: Final = "/paths/~1orders/post"
_LIST: Final = "/paths/~1orders/get"
_GET: Final = "/paths/~1orders~1{id}/get"
_DELETE: Final = "/paths/~1orders~1{id}/delete"
_PUT: Final = "/paths/~1orders~1{id}/put"
_CANCEL: Final = "/paths/~1orders~1{id}~1cancel/post"
_SCHEME: Final = "/components/securitySchemes/oauth2"
_SCOPES: Final = f"{_SCHEME}/flows/clientCredentials/scopes"
_PARAMETERS: Final = "/components/parameters"
_BODY: Final = f"{_POST}/requestBody"
_JSON: Final = f"{_BODY}/content/application~1json"
_VENDOR: Final = "application/vnd.orders+json"
_AS_AN_ORDER: Final[Object] = {"schema": {"$ref": "#/components/schemas/NewOrder"}}
_KEY: Final[Object] = {"name": "key", "in": "query", "schema": {"type": "string"}}

REQUESTS: Final[tuple[Mutation, ...]] = (
    driven(
        "orders are created by readers",
        openapi(f"{_POST}/security/0", {"oauth2": ["orders.read"]}),
        probe=allowed("POST", "/orders", "orders.read"),
        before=403,
        after=201,
    ),
    driven(
        "orders are listed by writers alone",
        openapi(f"{_LIST}/security", [{"oauth2": ["orders.write"]}]),
        probe=allowed("GET", "/orders", "orders.read"),
        before=200,
        after=403,
    ),
    driven(
        "orders are listed by writers too",
        openapi(f"{_LIST}/security/-", {"oauth2": ["orders.write"]}),
        probe=allowed("GET", "/orders", "orders.write"),
        before=403,
        after=200,
    ),
    driven(
        "nobody creates his own orders",
        openapi(f"{_POST}/security/1", GONE),
        probe=allowed("POST", "/orders", "orders.write.own"),
        before=201,
        after=403,
    ),
    driven(
        "orders are archived by writers",
        openapi(f"{_DELETE}/security/0", {"oauth2": ["orders.write"]}),
        probe=archiving("orders.write"),
        before=403,
        after=200,
    ),
    driven(
        "the history of archived orders is for readers of events",
        openapi("/paths/~1orders~1{id}~1history/get/security/2/oauth2/0", "orders.events"),
        probe=remembering("orders.admin"),
        before=[200, 200, 404],
        after=[200, 403, 404],
    ),
    driven(
        "a list needs two scopes at once",
        openapi(f"{_LIST}/security/0/oauth2/-", "orders.write"),
        probe=allowed("GET", "/orders", "orders.read"),
        before=200,
        after=403,
    ),
    driven(
        "a caller is told of his own orders first",
        openapi(f"{_LIST}/security", [{"oauth2": ["orders.read.own"]}, {"oauth2": ["orders.read"]}]),
        probe=challenge("GET", "/orders", "orders.write"),
        before='"orders.read"',
        after='"orders.read.own"',
    ),
    refused(
        "a list needs an unknown scope", openapi(f"{_LIST}/security/0/oauth2/0", "orders.list"), naming="orders.list"
    ),
    refused("lists are public", openapi(f"{_LIST}/security", []), naming="listOrders: caller"),
    refused("an operation forgets its security", openapi(f"{_POST}/security", GONE), naming="POST /orders: must state"),
    refused("a token is optional", openapi(f"{_GET}/security/-", {}), naming="must name oauth2 alone"),
    refused("a token needs no scope", openapi(f"{_GET}/security/0/oauth2", []), naming="must name a scope"),
    refused("an API key is enough", openapi(f"{_GET}/security/-", {"apiKey": []}), naming="must name oauth2 alone"),
    refused(
        "the service's name is secret",
        openapi("/paths/~1/get/security", [{"oauth2": ["orders.read"]}]),
        naming="getServiceInfo: caller",
    ),
    refused("a default for all operations", openapi("/security", []), naming="security is not supported"),
    refused("the scheme is an API key", openapi(f"{_SCHEME}/type", "apiKey"), naming="securitySchemes"),
    refused(
        "there is a second scheme",
        openapi("/components/securitySchemes/key", {"type": "oauth2", "flows": {}}),
        naming="securitySchemes",
    ),
    refused("a scope is not described", openapi(f"{_SCOPES}/orders.read", GONE), naming="the security scheme declares"),
    refused("a scope is described for nothing", openapi(f"{_SCOPES}/orders.audit", "All."), naming="orders.audit"),
    driven(
        "the customer is searched by a header",
        openapi(f"{_LIST}/parameters/3/in", "header"),
        probe=getting("/orders?customerId=customer-123"),
        before=[200],
        after=[400],
    ),
    driven(
        "the idempotency key is in the query",
        openapi(f"{_PARAMETERS}/IdempotencyKey/in", "query"),
        probe=creating_at("/orders?Idempotency-Key=once"),
        before=400,
        after=201,
    ),
    refused("the idempotency key is a cookie", openapi(f"{_PARAMETERS}/IdempotencyKey/in", "cookie"), naming="cookie"),
    refused("a list takes a key", openapi(f"{_LIST}/parameters/-", _KEY), naming="listOrders: key"),
    refused("a list takes no offset", openapi(f"{_LIST}/parameters/1", GONE), naming="listOrders: offset"),
    refused("limit is called size", openapi(f"{_PARAMETERS}/Limit/name", "size"), naming="listOrders: limit"),
    refused(
        "a list needs a customer",
        openapi(f"{_LIST}/parameters/3/required", value=True),
        naming="listOrders: customer_id",
    ),
    refused(
        "a creation needs a key",
        openapi(f"{_PARAMETERS}/IdempotencyKey/required", value=True),
        naming="idempotency_key",
    ),
    refused(
        "a limit is a text", openapi(f"{_PARAMETERS}/Limit/schema", {"type": "string"}), naming="Limit: an example"
    ),
    refused("a limit is a fraction", openapi(f"{_PARAMETERS}/Limit/schema/type", "number"), naming="parameter limit"),
    refused(
        "a parameter stands twice",
        openapi(f"{_LIST}/parameters/-", {"$ref": "#/components/parameters/Limit"}),
        naming="limit: is declared twice",
    ),
    refused(
        "an id may be left out", openapi(f"{_PARAMETERS}/OrderIdInPath/required", GONE), naming="parameter id: must be"
    ),
    refused("an id is called order", openapi(f"{_PARAMETERS}/OrderIdInPath/name", "order"), naming="parameter order"),
    refused("an id is in the query", openapi(f"{_PARAMETERS}/OrderIdInPath/in", "query"), naming="parameter id"),
    refused(
        "a parameter is exploded",
        openapi(f"{_PARAMETERS}/Limit/explode", value=True),
        naming="explode is not supported",
    ),
    refused("a parameter has a style", openapi(f"{_PARAMETERS}/Limit/style", "form"), naming="style is not supported"),
    refused(
        "a parameter may be empty",
        openapi(f"{_LIST}/parameters/3/allowEmptyValue", value=True),
        naming="allowEmptyValue",
    ),
    refused(
        "a parameter may be raw", openapi(f"{_LIST}/parameters/3/allowReserved", value=True), naming="allowReserved"
    ),
    refused("a parameter is JSON", openapi(f"{_LIST}/parameters/3/content", {}), naming="content is not supported"),
    refused(
        "If-Match is called Authorization",
        openapi(f"{_PARAMETERS}/IfMatch/name", "Authorization"),
        naming="Authorization",
    ),
    refused(
        "an edit needs no If-Match",
        openapi(f"{_PARAMETERS}/IfMatchRequired/required", value=False),
        naming="replaceOrder: if_match",
    ),
    refused("an update needs an If-Match", openapi(f"{_PARAMETERS}/IfMatch/required", value=True), naming="if_match"),
    refused(
        "an edit is an update",
        openapi(
            f"{_PUT}/requestBody/content/application~1json", {"schema": {"$ref": "#/components/schemas/OrderUpdate"}}
        ),
        naming="replaceOrder: request body",
    ),
    refused("a parameter's example is wrong", openapi(f"{_PARAMETERS}/Limit/example", 1000), naming="an example"),
    driven(
        "an order is sent in a media type of its own",
        openapi(f"{_BODY}/content/application~1vnd.orders+json", Moved(_JSON)),
        probe=creating_as("application/json", _VENDOR),
        before=[201, 415],
        after=[415, 201],
    ),
    refused(
        "an order is sent as XML",
        openapi(f"{_BODY}/content/application~1xml", Moved(_JSON)),
        naming="POST /orders: its request body",
    ),
    refused(
        "an order is sent either way",
        openapi(f"{_BODY}/content/application~1vnd.orders+json", _AS_AN_ORDER),
        naming="createOrder: request body",
    ),
    refused("a body may be left out", openapi(f"{_BODY}/required", GONE), naming="its request body must be required"),
    refused("an order is created of nothing", openapi(_BODY, GONE), naming="createOrder"),
    refused(
        "a list takes a body",
        openapi(
            f"{_LIST}/requestBody",
            {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewOrder"}}}},
        ),
        naming="listOrders: request body",
    ),
    refused(
        "a body is an update's",
        openapi(f"{_JSON}/schema/$ref", "#/components/schemas/OrderUpdate"),
        naming="createOrder: request body",
    ),
    refused(
        "a body's example is wrong",
        openapi(f"{_JSON}/examples/minimal/value/items", []),
        naming="createOrder: an example of the request body",
    ),
    refused("a body has no example", openapi(f"{_JSON}/examples", GONE), naming="createOrder: needs an example"),
    refused(
        "a body's example is elsewhere",
        openapi(f"{_JSON}/examples/minimal", {"externalValue": "/a"}),
        naming="externalValue",
    ),
    refused("a part is encoded", openapi(f"{_JSON}/encoding", {}), naming="encoding is not supported"),
    driven(
        "orders are cancelled by PUT",
        openapi("/paths/~1orders~1{id}~1cancel/put", Moved(_CANCEL)),
        probe=cancelling(method="PUT"),
        before=405,
        after=200,
    ),
    driven(
        "orders are no longer cancelled by POST",
        openapi("/paths/~1orders~1{id}~1cancel/put", Moved(_CANCEL)),
        probe=cancelling(),
        before=200,
        after=405,
    ),
    driven(
        "the history has another path",
        openapi("/paths/~1orders~1{id}~1changes", Moved("/paths/~1orders~1{id}~1history")),
        probe=getting("/orders/{id}/history", "/orders/{id}/changes"),
        before=[200, 404],
        after=[404, 200],
    ),
    driven(
        "the service tells its name elsewhere",
        openapi("/paths/~1about", Moved("/paths/~1")),
        probe=getting("/", "/about"),
        before=[200, 404],
        after=[404, 200],
    ),
)
