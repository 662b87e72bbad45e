"""Products: five operations, which are served with a catalogue and unknown without one."""

from operator import itemgetter

import pytest

from service_standard.checker.rules import every_rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from tests.catalog.shop import SCOPES, ask, faults, offer, usd
from tests.service import ROOT, Caller, problem_of

pytestmark = pytest.mark.anyio

LAPTOP = {"id": "laptop", "name": "Laptop", "description": "With 14 inches", "price": usd("999.9"), "stock": 5}


async def test_a_product_is_created_read_and_listed_by_its_age(shop: Caller) -> None:
    created = await ask(shop, "POST", "/products", LAPTOP)
    assert (created.status_code, created.headers["location"]) == (201, "/products/laptop")
    product = created.json()
    assert product == {
        **LAPTOP,
        "price": usd("999.90"),
        "version": 1,
        "createdAt": product["createdAt"],
        "updatedAt": product["createdAt"],
    }
    assert (await ask(shop, "GET", "/products/laptop")).json() == product
    products = sorted([product, await offer(shop, "chair")], key=itemgetter("createdAt", "id"))
    assert (await ask(shop, "GET", "/products")).json() == {
        "items": products,
        "total": 2,
        "limit": 10,
        "offset": 0,
    }
    second = (await ask(shop, "GET", "/products?limit=1&offset=1")).json()
    assert (second["items"], second["total"]) == (products[1:], 2)


async def test_the_service_makes_an_id_where_none_is_given_and_gives_none_twice(shop: Caller) -> None:
    made = (await ask(shop, "POST", "/products", {"name": "Mouse", "price": usd("1")})).json()
    assert (await ask(shop, "GET", f"/products/{made['id']}")).json() == made
    assert "stock" not in made
    again = await ask(shop, "POST", "/products", {**LAPTOP, "id": made["id"]})
    assert (problem_of(again), faults(again)) == ((409, "conflict"), (409, ["#/id"]))
    assert (await ask(shop, "GET", "/products")).json()["total"] == 1


async def test_all_that_is_said_of_a_product_is_replaced_and_no_change_is_lost(shop: Caller) -> None:
    await ask(shop, "POST", "/products", LAPTOP)
    replaced = await ask(shop, "PUT", "/products/laptop", {"name": "Book", "price": usd("5")}, If_Match='"1"')
    assert (replaced.status_code, replaced.headers["etag"]) == (200, '"2"')
    kept = {name: value for name, value in replaced.json().items() if name not in {"createdAt", "updatedAt"}}
    assert kept == {"id": "laptop", "name": "Book", "price": usd("5.00"), "version": 2}
    stale = await ask(shop, "PUT", "/products/laptop", {"name": "Old", "price": usd("5")}, If_Match='"1"')
    assert problem_of(stale) == (412, "precondition_failed")
    assert (await ask(shop, "GET", "/products/laptop")).json() == replaced.json()


async def test_an_archived_product_is_kept_and_not_listed_until_it_is_offered_again(shop: Caller) -> None:
    await offer(shop, "laptop", 5)
    archived = await ask(shop, "DELETE", "/products/laptop")
    assert archived.json()["archivedAt"] == archived.json()["updatedAt"]
    assert (await ask(shop, "DELETE", "/products/laptop")).json() == archived.json()
    assert (await ask(shop, "GET", "/products/laptop")).json() == archived.json()
    assert (await ask(shop, "GET", "/products")).json()["items"] == []
    assert (await ask(shop, "GET", "/products")).json()["total"] == 0
    again = (await ask(shop, "PUT", "/products/laptop", {"name": "Laptop", "price": usd("1"), "stock": 4})).json()
    assert "archivedAt" not in again
    assert (await ask(shop, "GET", "/products")).json()["total"] == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_what_is_no_product_is_not_found(small_shop: Caller, method: str) -> None:
    body = {"name": "x", "price": usd("1")} if method == "PUT" else None
    for unknown in ("nothing", "no%20id"):
        assert problem_of(await ask(small_shop, method, f"/products/{unknown}", body)) == (404, "not_found")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"stock": -1}, "#/stock"),
        ({"stock": 1.5}, "#/stock"),
        ({"stock": 1_000_000_001}, "#/stock"),
        ({"id": "a b"}, "#/id"),
        ({"id": "/"}, "#/id"),
        ({"name": ""}, "#/name"),
        ({"price": usd("-1")}, "#/price/amount"),
        ({"price": {"amount": "1.5", "currency": "JPY"}}, "#/price/amount"),
        ({"weight": 1}, "#"),
    ],
)
async def test_what_no_product_is_is_refused_by_its_place(
    small_shop: Caller, wrong: dict[str, object], pointer: str
) -> None:
    assert faults(await ask(small_shop, "POST", "/products", {**LAPTOP, **wrong})) == (400, [pointer])
    assert (await ask(small_shop, "GET", "/products")).json()["total"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/products"), ("GET", "/products/laptop"), ("POST", "/products"), ("GET", "/customers")],
)
async def test_each_operation_asks_for_its_own_scope(small_shop: Caller, method: str, path: str) -> None:
    kind = "write" if method == "POST" else "read"
    needed = f"{path.split('/')[1]}.{kind}"
    token = small_shop.token(*(scope for scope in SCOPES if scope != needed))
    answer = await small_shop.send(method, path, token, json=LAPTOP)
    assert problem_of(answer) == (403, "forbidden")
    assert needed in answer.headers["www-authenticate"]


async def test_without_a_catalogue_there_is_none_in_the_contract_nor_behind_it(embedded: Caller) -> None:
    document = (await embedded.send("GET", "/openapi.json", {})).json()
    assert "product" not in str(list(document["paths"])) + str(list(document["components"]["schemas"])).lower().replace(
        "productid", ""
    ).replace("productname", "")
    for path in ("/products", "/customers", "/products/laptop"):
        assert problem_of(await ask(embedded, "GET", path)) == (404, "not_found")
    assert (await embedded.create(items=["anything"]))["items"] == ["anything"]


async def test_with_a_catalogue_the_contract_has_it_whole(small_shop: Caller) -> None:
    document = (await small_shop.send("GET", "/openapi.json", {})).json()
    assert {"/products", "/products/{id}", "/customers", "/customers/{id}"} < set(document["paths"])
    page = (await small_shop.send("GET", "/reference", {})).text
    assert "archiveProduct" in page


def test_the_documents_with_a_catalogue_keep_the_standard() -> None:
    subject = Subject(ROOT, overlays=(ROOT / "openapi/catalog.yaml", ROOT / "asyncapi/catalog.yaml"))
    outcomes = run(subject, every_rule()).outcomes
    assert [(outcome.rule.id, outcome.findings) for outcome in outcomes if outcome.findings] == []
    assert "/products" in str(subject.openapi.root.value)
    assert "product.created" in {message.type for message in subject.asyncapi.sent}
