"""Mutations of the overlays that bring a catalogue and its events."""

from typing import Final

from tests.contract.documents import GONE, Moved, catalog, catalog_events
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import adding, allowed

_PARAMETERS: Final = "/actions/2/update"
_SCHEMAS: Final = "/actions/5/update"
_PATHS: Final = "/actions/6/update"
_TOLD: Final = "/actions/0/update/messages"
_SENT: Final = "/actions/1/update"
_MESSAGES: Final = "/actions/2/update"
_EVENTS: Final = "/actions/3/update"
_NOT_THE_SHAPE: Final = "has not the shape of the event's data"
_PRICE: Final = {"amount": "1", "currency": "USD"}

CATALOG: Final[tuple[Mutation, ...]] = (
    driven(
        "ids of the catalogue are short",
        catalog(f"{_SCHEMAS}/CatalogId/maxLength", 10),
        probe=adding("/products", id="x" * 11, price=_PRICE),
        before=201,
        after=400,
    ),
    driven(
        "there are at most a hundred of a product",
        catalog(f"{_SCHEMAS}/Stock/maximum", 100),
        probe=adding("/products", stock=101, price=_PRICE),
        before=201,
        after=400,
    ),
    driven(
        "names of products are short",
        catalog(f"{_SCHEMAS}/NewProduct/properties/name/maxLength", 8),
        probe=adding("/products", name="x" * 9, price=_PRICE),
        before=201,
        after=400,
    ),
    driven(
        "numbers to call are short",
        catalog(f"{_SCHEMAS}/NewCustomer/properties/phone/maxLength", 20),
        probe=adding("/customers", phone="1" * 21),
        before=201,
        after=400,
    ),
    driven(
        "products are listed for whoever reads orders",
        catalog(f"{_PATHS}/~1products/get/security/0/oauth2/0", "orders.read"),
        probe=allowed("GET", "/products", "orders.read"),
        before=403,
        after=200,
    ),
    driven(
        "customers are listed for whoever reads products",
        catalog(f"{_PATHS}/~1customers/get/security/0/oauth2/0", "products.read"),
        probe=allowed("GET", "/customers", "products.read"),
        before=403,
        after=200,
    ),
    refused(
        "the platform is told of no scope of the catalogue",
        catalog("/x-required-scopes", GONE),
        naming="scopes: operations ask for customers.read",
    ),
    refused(
        "a scope of the catalogue is described nowhere",
        catalog("/actions/1/update/products.write", GONE),
        naming="the security scheme declares",
    ),
    refused(
        "a product needs a stock",
        catalog(f"{_SCHEMAS}/NewProduct/required/-", "stock"),
        naming="NewProduct has not the contract's shape",
    ),
    refused(
        "a product tells nothing of its price",
        catalog(f"{_SCHEMAS}/Product/properties/price", GONE),
        catalog(f"{_SCHEMAS}/Product/required", ["id", "name", "version", "createdAt", "updatedAt"]),
        naming="Product has not the contract's shape",
    ),
    refused(
        "a customer has an age",
        catalog(f"{_SCHEMAS}/Customer/properties/age", {"type": "integer"}),
        naming="Customer has not the contract's shape",
    ),
    refused(
        "a product can be changed nine times",
        catalog(f"{_SCHEMAS}/Product/properties/version/maximum", 9),
        naming="version must not be greater than 9",
    ),
    refused(
        "a page of products has none",
        catalog(f"{_SCHEMAS}/ProductPage/properties/items/maxItems", 0),
        naming="listProducts",
    ),
    refused(
        "what is replaced may have been changed by another",
        catalog(f"{_PATHS}/~1products~1{{id}}/put/parameters", GONE),
        naming="replaceProduct: if_match",
    ),
    refused(
        "no answer says that a product is not there",
        catalog(f"{_PATHS}/~1products~1{{id}}/get/responses/404", GONE),
        naming="getProduct: response 404 is answered",
    ),
    refused(
        "no answer says that an id is taken",
        catalog(f"{_PATHS}/~1customers/post/responses/409", GONE),
        naming="createCustomer: response 409 is answered",
    ),
    refused(
        "nobody is told where a new product is",
        catalog(f"{_PATHS}/~1products/post/responses/201/headers/Location", GONE),
        naming="header Location is sent and not declared",
    ),
    refused(
        "the id of a customer is in the query",
        catalog(f"{_PARAMETERS}/CatalogId/in", "query"),
        naming="parameter id: is not in both",
    ),
    refused(
        "customers stay for ever",
        catalog(f"{_PATHS}/~1customers~1{{id}}/delete", GONE),
        naming="deleteCustomer: the contract has no such operation",
    ),
    refused(
        "products can be sold",
        catalog(f"{_PATHS}/~1products~1{{id}}/delete/operationId", "sellProduct"),
        naming="sellProduct: no handler",
    ),
    refused("the catalogue is of another document", catalog("/extends", "payments.yaml"), naming="extends"),
    refused("the paths are nowhere", catalog("/actions/6/target", "$.path"), naming="$.path selects nothing"),
    refused("the overlay is of a later kind", catalog("/overlay", "1.1.0"), naming="overlay: must be 1.0"),
)

CATALOG_EVENTS: Final[tuple[Mutation, ...]] = (
    refused(
        "nobody is told of new products",
        catalog_events(f"{_SENT}/sendProductCreated", GONE),
        catalog_events(f"{_TOLD}/productCreated", GONE),
        naming="product.created: the event is sent and not declared so",
    ),
    refused(
        "customers move",
        catalog_events(f"{_EVENTS}/CustomerUpdated/properties/type/const", "customer.moved"),
        catalog_events(f"{_MESSAGES}/customerUpdated/name", "customer.moved"),
        catalog_events(f"{_MESSAGES}/customerUpdated/examples/0/payload/type", "customer.moved"),
        naming="customer.moved: the event is declared and never sent",
    ),
    refused(
        "an event of a product does not tell its price",
        catalog_events(f"{_EVENTS}/ProductData/properties/price", GONE),
        catalog_events(f"{_EVENTS}/ProductData/required", ["id", "name"]),
        naming=_NOT_THE_SHAPE,
    ),
    refused(
        "an event of a product tells its stock",
        catalog_events(f"{_EVENTS}/ProductData/properties/stock", {"type": "integer"}),
        naming=_NOT_THE_SHAPE,
    ),
    refused(
        "an event of a customer tells a name",
        catalog_events(f"{_EVENTS}/CustomerData/properties/name", {"type": "string"}),
        naming=_NOT_THE_SHAPE,
    ),
    refused(
        "an event of a product calls its name a title",
        catalog_events(f"{_EVENTS}/ProductData/properties/title", Moved(f"{_EVENTS}/ProductData/properties/name")),
        catalog_events(f"{_EVENTS}/ProductData/required", ["id", "price"]),
        naming=_NOT_THE_SHAPE,
    ),
    refused(
        "an event of a product has a short name",
        catalog_events(f"{_EVENTS}/ProductData/properties/name/maxLength", 100),
        naming="rehearsal: product.created: data.name",
    ),
    refused(
        "an event of a product needs the time of its end",
        catalog_events(f"{_EVENTS}/ProductData/required/-", "archivedAt"),
        naming="data.archivedAt is required",
    ),
    refused(
        "a product is a ware",
        catalog_events(f"{_EVENTS}/ProductSubject/pattern", "^wares/"),
        naming="subject must match",
    ),
    refused(
        "keys of the catalogue are short",
        catalog_events(f"{_EVENTS}/CatalogKey/maxLength", 20),
        naming="rehearsal: product.created: partitionkey must have at most",
    ),
    refused(
        "ids of the catalogue are longer than keys",
        catalog(f"{_SCHEMAS}/CatalogId/maxLength", 100),
        naming="rehearsal: product.created: partitionkey must have at most",
    ),
    refused(
        "an event of a customer has the version of an order",
        catalog_events(
            f"{_EVENTS}/CustomerUpdated/properties/orderversion", {"$ref": "#/components/schemas/OrderVersion"}
        ),
        naming="customer.updated: the envelope must have exactly the attributes that are sent",
    ),
    refused(
        "an event of a product has no key",
        catalog_events(f"{_EVENTS}/ProductUpdated/properties/partitionkey", GONE),
        naming="product.updated: the envelope must have exactly the attributes that are sent",
    ),
    refused(
        "the events of the catalogue are of another document",
        catalog_events("/extends", "payments.yaml"),
        naming="extends: names another document",
    ),
    refused(
        "the events of the catalogue are of no document",
        catalog_events("/extends", GONE),
        naming="$.channels.orderEvents selects nothing",
    ),
)
