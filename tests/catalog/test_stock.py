"""Orders of what is in the catalogue: priced by it, taken from its stock with the order, and given back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import cycle

import httpx
import pytest

from orders.settings import OrdersSettings
from tests.catalog.shop import ask, buy, faults, line, offer, stock, usd
from tests.service import Caller, running, running_beside
from tests.storage import kept_counts, recounted, rows

pytestmark = pytest.mark.anyio

BUYERS = 50
LEFT = 10


async def written(service: Caller) -> Sequence[object]:
    """How many orders there are, entries of their history, and events of theirs."""
    tables = ("orders", "order_history", "outbox WHERE type LIKE 'order.%'")
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    return await rows(service.settings, f"SELECT {counts}")


async def test_price_and_name_are_those_of_the_catalogue_and_stay_as_they_were(shop: Caller) -> None:
    await offer(shop, "laptop", 5, "999.9")
    await offer(shop, "mouse", price="5")
    lines = (line("laptop", 2), line("mouse", unitPrice=usd("5.00"), name="Grey mouse"))
    order = (await buy(shop, *lines)).json()
    assert [(each["name"], each["unitPrice"]) for each in order["lines"]] == [
        ("Laptop", usd("999.90")),
        ("Grey mouse", usd("5.00")),
    ]
    assert order["totals"]["total"] == usd("2004.80")
    await ask(shop, "PUT", "/products/laptop", {"name": "Book", "price": usd("1"), "stock": 3})
    assert (await ask(shop, "GET", f"/orders/{order['id']}")).json() == order


async def test_items_are_priced_as_well_and_come_back_as_they_went_in(shop: Caller) -> None:
    await offer(shop, "mouse", 3)
    order = (await ask(shop, "POST", "/orders", {"customerId": "c", "items": ["mouse", "mouse"]})).json()
    assert order["items"] == ["mouse", "mouse"]
    assert [each["quantity"] for each in order["lines"]] == [1, 1]
    assert order["totals"]["total"] == usd("5.00")
    assert await stock(shop, "mouse") == 1


async def test_what_is_ordered_is_taken_and_comes_back_when_it_is_cancelled(shop: Caller) -> None:
    await offer(shop, "laptop", 5)
    await offer(shop, "mouse")
    order = (await buy(shop, line("laptop", 2), line("laptop"), line("mouse", 7))).json()
    assert (await stock(shop, "laptop"), await stock(shop, "mouse")) == (2, None)
    assert (await ask(shop, "PATCH", f"/orders/{order['id']}", {"status": "paid"})).status_code == 200
    assert await stock(shop, "laptop") == 2
    assert (await ask(shop, "POST", f"/orders/{order['id']}/cancel", {})).status_code == 200
    assert await stock(shop, "laptop") == 5
    assert (await ask(shop, "GET", "/products/laptop")).json()["version"] == 3


@pytest.mark.parametrize(
    ("way", "left"), [((), 5), (("paid", "shipped", "delivered"), 3), (("cancelled",), 5)], ids=str
)
async def test_an_archived_order_gives_back_what_was_never_delivered(
    shop: Caller, way: tuple[str, ...], left: int
) -> None:
    await offer(shop, "mouse", stock=5)
    order = (await buy(shop, line("mouse", 2))).json()
    for status in way:
        assert (await ask(shop, "PATCH", f"/orders/{order['id']}", {"status": status})).status_code == 200
    archived = await shop.send("DELETE", f"/orders/{order['id']}", shop.token("orders.admin"))
    assert (archived.status_code, await stock(shop, "mouse")) == (200, left)


async def test_an_edited_order_takes_what_it_has_more_and_gives_back_what_it_has_less(shop: Caller) -> None:
    await offer(shop, "laptop", 5)
    await offer(shop, "mouse", 5)
    order = (await buy(shop, line("laptop", 4))).json()
    path, body = f"/orders/{order['id']}", {"customerId": "customer-1"}
    edited = await ask(shop, "PUT", path, {**body, "lines": [line("laptop", 5), line("mouse", 2)]}, If_Match='"1"')
    assert (edited.status_code, edited.json()["totals"]["total"]) == (200, usd("17.50"))
    assert (await stock(shop, "laptop"), await stock(shop, "mouse")) == (0, 3)
    more = await ask(shop, "PUT", path, {**body, "lines": [line("laptop", 6)]}, If_Match='"2"')
    assert faults(more) == (409, ["#/lines/0/quantity"])
    await ask(shop, "PUT", path, {**body, "items": ["mouse"]}, If_Match='"2"')
    assert (await stock(shop, "laptop"), await stock(shop, "mouse")) == (5, 4)


async def test_an_archived_product_takes_back_what_was_ordered_of_it(shop: Caller) -> None:
    await offer(shop, "laptop", 5)
    order = (await buy(shop, line("laptop", 2))).json()
    await ask(shop, "DELETE", "/products/laptop")
    assert faults(await buy(shop, line("laptop"))) == (409, ["#/lines/0/productId"])
    await ask(shop, "PATCH", f"/orders/{order['id']}", {"status": "cancelled"})
    assert await stock(shop, "laptop") == 5


async def test_an_order_from_before_there_was_a_catalogue_gives_nothing_back(with_catalog: OrdersSettings) -> None:
    async with running(with_catalog.model_copy(update={"catalog": "none"})) as before:
        order = await before.create(items=["laptop"])
    async with running(with_catalog) as shop:
        await offer(shop, "laptop", 5)
        assert (await ask(shop, "PATCH", f"/orders/{order['id']}", {"status": "cancelled"})).status_code == 200
        assert await stock(shop, "laptop") == 5


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"lines": [line("unknown")]}, (400, ["#/lines/0/productId"])),
        ({"lines": [line("laptop"), line("no product at all")]}, (400, ["#/lines/1/productId"])),
        ({"items": ["laptop", "unknown"]}, (400, ["#/items/1"])),
        ({"lines": [line("gone")]}, (409, ["#/lines/0/productId"])),
        ({"items": ["gone"]}, (409, ["#/items/0"])),
        ({"lines": [line("laptop", unitPrice=usd("2.49"))]}, (409, ["#/lines/0/unitPrice"])),
        ({"lines": [line("laptop", unitPrice={"amount": "2.50", "currency": "EUR"})]}, (409, ["#/lines/0/unitPrice"])),
        ({"lines": [line("laptop", 6)]}, (409, ["#/lines/0/quantity"])),
        ({"lines": [line("laptop", 3), line("laptop", 3)]}, (409, ["#/lines/1/quantity"])),
        ({"items": ["laptop"] * 6}, (409, ["#/items/5"])),
        ({"lines": [line("laptop"), line("yen")]}, (409, ["#/lines/1/unitPrice/currency"])),
        ({"lines": [line("laptop", -1)]}, (400, ["#/lines/0/quantity"])),
        ({"lines": [{"productId": "laptop", "quantity": 1.5}]}, (400, ["#/lines/0/quantity"])),
        ({"lines": [line("laptop")], "charges": {"tax": usd("0.001")}}, (400, ["#/charges/tax/amount"])),
        ({"lines": [line("laptop")], "charges": {"tax": usd("9" * 14)}}, (400, ["#/charges/tax/amount"])),
        ({"lines": [line("laptop")], "charges": {"tax": usd("9999999999999.99")}}, (409, ["#/lines"])),
        ({"lines": [line("laptop")], "charges": {"discount": usd("2.51")}}, (409, ["#/charges/discount/amount"])),
        (
            {"lines": [line("laptop")], "charges": {"tax": {"amount": "1", "currency": "EUR"}}},
            (409, ["#/charges/tax/currency"]),
        ),
        ({"lines": [line("laptop"), line("dear", 2)]}, (409, ["#/lines/1", "#/lines"])),
    ],
)
async def test_what_is_not_on_offer_is_refused_by_its_place_and_takes_nothing(
    small_shop: Caller, wish: dict[str, object], refusal: tuple[int, list[str]]
) -> None:
    await offer(small_shop, "laptop", 5)
    await offer(small_shop, "gone", 5)
    await offer(small_shop, "dear", 5, "9999999999999.99")
    await ask(small_shop, "DELETE", "/products/gone")
    await ask(
        small_shop, "POST", "/products", {"id": "yen", "name": "Yen", "price": {"amount": "9", "currency": "JPY"}}
    )
    answer = await ask(small_shop, "POST", "/orders", {"customerId": "c", **wish})
    assert faults(answer) == refusal
    assert (await stock(small_shop, "laptop"), await stock(small_shop, "dear")) == (5, 5)
    assert await written(small_shop) == [(0, 0, 0)]


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"lines": [line("laptop"), line("unknown")]}, (400, ["#/lines/1/productId"])),
        ({"items": ["laptop", "gone"]}, (409, ["#/items/1"])),
        ({"lines": [line("laptop", unitPrice=usd("2.49"))]}, (409, ["#/lines/0/unitPrice"])),
    ],
)
async def test_an_edit_into_what_is_not_on_offer_changes_nothing(
    small_shop: Caller, wish: dict[str, object], refusal: tuple[int, list[str]]
) -> None:
    await offer(small_shop, "laptop", 5)
    await offer(small_shop, "gone", 5)
    await ask(small_shop, "DELETE", "/products/gone")
    order = (await buy(small_shop, line("laptop", 2))).json()
    path = f"/orders/{order['id']}"
    assert faults(await ask(small_shop, "PUT", path, {"customerId": "customer-1", **wish}, If_Match="*")) == refusal
    assert (await ask(small_shop, "GET", path)).json() == order
    assert await stock(small_shop, "laptop") == 3


async def test_of_many_orders_at_once_those_that_are_refused_take_nothing(shop: Caller) -> None:
    await offer(shop, "laptop", 5)
    wishes = [line("unknown"), line("laptop", 6), line("laptop", 2), line("laptop", unitPrice=usd("1"))]
    orders = [
        {"idempotencyKey": f"key-{number}", "order": {"customerId": "c", "lines": [wish]}}
        for number, wish in enumerate(wishes)
    ]
    answer = await shop.send("POST", "/orders/bulk", shop.token("orders.admin"), json={"orders": orders})
    refused = [
        (each["status"], each["problem"]["errors"][0]["pointer"])
        for each in answer.json()["results"]
        if "problem" in each
    ]
    assert refused == [(400, "#/lines/0/productId"), (409, "#/lines/0/quantity"), (409, "#/lines/0/unitPrice")]
    assert await stock(shop, "laptop") == 3
    assert await written(shop) == [(1, 1, 1)]


async def test_a_repeated_order_is_answered_again_when_nothing_is_left_and_takes_nothing(shop: Caller) -> None:
    await offer(shop, "laptop", 1)
    first, again = [await buy_under_a_key(shop) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    await ask(shop, "DELETE", "/products/laptop")
    assert (await buy_under_a_key(shop)).content == first.content
    assert await stock(shop, "laptop") == 0


async def buy_under_a_key(shop: Caller) -> httpx.Response:
    body = {"customerId": "c", "lines": [line("laptop")]}
    return await ask(shop, "POST", "/orders", body, Idempotency_Key="k")


@pytest.fixture(params=[1, 2], ids=["one service", "two services"])
async def services(request: pytest.FixtureRequest, with_catalog: OrdersSettings) -> AsyncIterator[Sequence[Caller]]:
    """One service or two on one database, of each kind in turn; they admit all who come, and let them wait for it."""
    with_catalog = with_catalog.model_copy(update={"max_in_flight": 2 * BUYERS, "database_timeout_seconds": 20})
    async with running_beside(with_catalog, request.param) as services:
        yield services


async def test_of_fifty_buyers_of_the_last_ten_ten_are_served_and_nobody_else_suffers(
    services: Sequence[Caller],
) -> None:
    for product, left in (("last", LEFT), ("plenty", 1000)):
        await offer(services[0], product, left)
    wishes = [line("last")] * BUYERS + [line("plenty")] * BUYERS
    answers = await asyncio.gather(*(buy(each, wish) for each, wish in zip(cycle(services), wishes, strict=False)))
    served = Counter(answer.status_code for answer in answers[:BUYERS])
    assert served == {201: LEFT, 409: BUYERS - LEFT}
    assert {answer.json()["errors"][0]["pointer"] for answer in answers[:BUYERS] if answer.status_code == 409} == {
        "#/lines/0/quantity"
    }
    assert {answer.status_code for answer in answers[BUYERS:]} == {201}
    assert (await stock(services[0], "last"), await stock(services[0], "plenty")) == (0, 1000 - BUYERS)
    settings = services[0].settings
    assert await rows(settings, "SELECT count(*) FROM orders") == [(LEFT + BUYERS,)]
    assert await rows(settings, "SELECT count(*) FROM outbox WHERE type = 'order.created'") == [(LEFT + BUYERS,)]
    kept = [kind for kind in await kept_counts(settings) if kind[0] != "products"]
    assert kept == await recounted(settings)


async def test_buying_and_cancelling_at_once_loses_no_piece(services: Sequence[Caller]) -> None:
    await offer(services[0], "a", 30)
    await offer(services[0], "b", 30)
    bought = await asyncio.gather(*(buy(services[0], line("a"), line("b")) for _ in range(20)))
    turns = cycle(services)
    changes = [
        ask(next(turns), "PATCH", f"/orders/{answer.json()['id']}", {"status": "cancelled"}) for answer in bought
    ]
    more = [buy(next(turns), line("b"), line("a")) for _ in range(20)]
    answers = await asyncio.gather(*changes, *more)
    assert {answer.status_code for answer in answers[:20]} == {200}
    served = sum(answer.status_code == 201 for answer in answers[20:])
    assert {answer.status_code for answer in answers[20:]} <= {201, 409}
    assert [await stock(services[0], product) for product in ("a", "b")] == [30 - served, 30 - served]
