"""Mutations of the overlay that brings a catalogue."""

from typing import Final

from tests.contract.documents import GONE, catalog
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import adding, allowed

_PARAMETERS: Final = "/actions/2/update"
_SCHEMAS: Final = "/actions/5/update"
_PATHS: Final = "/actions/6/update"
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
