"""Another service's catalogue: asked over HTTP, in time or not at all, and left alone while it fails."""

import json
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from orders.catalog import client as client_module
from orders.catalog.breaker import FAILURES, OPEN_SECONDS, Breaker
from orders.settings import OrdersSettings
from service_standard.settings import SettingsError, load_settings
from tests.catalog.shop import ask, buy, faults, line, usd
from tests.events.receiver import Receiver, Reply, Request
from tests.service import Caller, problem_of, running
from tests.storage import count

pytestmark = pytest.mark.anyio

LAPTOP = {"id": "laptop", "name": "Laptop", "price": usd("999.9"), "stock": 2, "weight": 3}


@pytest.fixture
def catalog() -> Iterator[Receiver]:
    """Another service that has a laptop, and nothing else."""
    with Receiver() as server:
        server.reply = has(LAPTOP)
        yield server


@pytest.fixture
async def shop(embedded: Caller, catalog: Receiver) -> AsyncIterator[Caller]:
    """A caller of a service that asks it."""
    chosen = {"catalog": "http", "catalog_url": catalog.url.removesuffix("/hook"), "catalog_token": "secret"}
    settings = OrdersSettings.model_validate({**dict(embedded.settings), **chosen})
    async with running(settings) as caller:
        yield caller


def has(product: dict[str, object]) -> Callable[[Request], Reply]:
    def reply(request: Request) -> Reply:
        if request.path.rpartition("/")[2] != product["id"]:
            return Reply(404)
        return Reply(200, {"Content-Type": "application/json"}, json.dumps(product).encode())

    return reply


async def test_price_and_name_are_those_of_the_other_service(shop: Caller, catalog: Receiver) -> None:
    order = (await buy(shop, line("laptop", 2))).json()
    assert order["lines"][0]["name"] == "Laptop"
    assert order["totals"]["total"] == usd("1999.80")
    (asked,) = catalog.requests
    assert (asked.method, asked.path, asked.headers["authorization"]) == ("GET", "/products/laptop", "Bearer secret")


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (line("mouse"), (400, ["#/lines/0/productId"])),
        (line("../orders"), (400, ["#/lines/0/productId"])),
        (line(".."), (400, ["#/lines/0/productId"])),
        (line("laptop", 3), (409, ["#/lines/0/quantity"])),
        (line("laptop", unitPrice=usd("999.91")), (409, ["#/lines/0/unitPrice"])),
    ],
)
async def test_what_the_other_service_does_not_offer_is_refused_by_its_place(
    shop: Caller, wish: dict[str, object], refusal: tuple[int, list[str]]
) -> None:
    assert faults(await buy(shop, wish)) == refusal
    assert await stored(shop) == [0, 0, 0]


async def stored(shop: Caller) -> list[object]:
    return [await count(shop.settings, table) for table in ("orders", "outbox", "order_history")]


@pytest.mark.parametrize(
    ("wish", "charges", "refusal"),
    [
        (line("laptop"), {"tax": usd("9999999999999.99")}, (409, ["#/lines"])),
        (line("laptop"), {"discount": usd("999.91")}, (409, ["#/charges/discount/amount"])),
        (line("laptop"), {"tax": {"amount": "1", "currency": "EUR"}}, (409, ["#/charges/tax/currency"])),
        (line("laptop"), {"tax": usd("0.001")}, (400, ["#/charges/tax/amount"])),
        (line("laptop", -1), {}, (400, ["#/lines/0/quantity"])),
        ({"productId": "laptop", "quantity": 1.5}, {}, (400, ["#/lines/0/quantity"])),
    ],
)
async def test_amounts_that_make_no_sense_are_refused_and_what_the_contract_refuses_is_not_even_asked_for(
    shop: Caller, catalog: Receiver, wish: dict[str, object], charges: object, refusal: tuple[int, list[str]]
) -> None:
    assert faults(await buy(shop, wish, charges=charges)) == refusal
    assert await stored(shop) == [0, 0, 0]
    assert len(catalog.requests) == (refusal[0] != 400)


async def test_an_edit_into_what_it_does_not_offer_changes_nothing(shop: Caller) -> None:
    order = (await buy(shop, line("laptop"))).json()
    wish = {"customerId": "customer-1", "lines": [line("laptop"), line("mouse")]}
    edited = await ask(shop, "PUT", f"/orders/{order['id']}", wish, If_Match="*")
    assert faults(edited) == (400, ["#/lines/1/productId"])
    assert (await ask(shop, "GET", f"/orders/{order['id']}")).json() == order
    assert await stored(shop) == [1, 1, 1]


async def test_what_it_has_archived_is_a_conflict(shop: Caller, catalog: Receiver) -> None:
    catalog.reply = has({**LAPTOP, "archivedAt": "2026-11-21T09:30:00Z"})
    assert faults(await buy(shop, line("laptop"))) == (409, ["#/lines/0/productId"])
    assert await stored(shop) == [0, 0, 0]


async def test_a_question_that_fails_is_put_once_more(shop: Caller, catalog: Receiver) -> None:
    answers = iter([Reply(500), has(LAPTOP)(Request("GET", "/products/laptop", {}, b""))])
    catalog.reply = lambda _: next(answers)
    assert (await buy(shop, line("laptop"))).status_code == 201
    assert len(catalog.requests) == 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(401),
        Reply(302, {"Location": "/elsewhere"}),
        Reply(200, {}, b"{}"),
        Reply(200, {}, b"no JSON"),
        Reply(200, {}, json.dumps({**LAPTOP, "price": usd("9.999")}).encode()),
        Reply(200, {}, json.dumps({**LAPTOP, "price": usd("-1")}).encode()),
        Reply(200, {}, b" " * (client_module.LARGEST_ANSWER + 1)),
    ],
    ids=["500", "401", "302", "no product", "no JSON", "decimals", "negative", "large"],
)
async def test_without_an_answer_the_order_is_503_and_nothing_is_written(
    shop: Caller, catalog: Receiver, reply: Reply
) -> None:
    catalog.reply = lambda _: reply
    refused = await buy(shop, line("laptop"))
    assert problem_of(refused) == (503, "service_unavailable")
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["detail"] == "The catalogue does not answer"
    assert await count(shop.settings, "orders") == 0


async def test_a_catalogue_that_hangs_costs_no_more_than_the_time_out(
    shop: Caller, catalog: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "ATTEMPT_SECONDS", 0.1)
    catalog.gate.clear()
    assert problem_of(await buy(shop, line("laptop"))) == (503, "service_unavailable")
    catalog.gate.set()
    assert (await buy(shop, line("laptop"))).status_code == 201


async def test_a_catalogue_that_keeps_failing_is_left_alone(shop: Caller, catalog: Receiver) -> None:
    catalog.reply = lambda _: Reply(500)
    for _ in range(FAILURES):
        await buy(shop, line("laptop"))
    asked = len(catalog.requests)
    catalog.reply = has(LAPTOP)
    refused = await buy(shop, line("laptop"))
    assert problem_of(refused) == (503, "service_unavailable")
    assert 1 < int(refused.headers["retry-after"]) <= OPEN_SECONDS
    assert len(catalog.requests) == asked == 2 * FAILURES


def test_after_a_while_one_tries_and_the_others_wait_until_he_succeeds() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(FAILURES):
        assert breaker.closed_for() == 0
        breaker.failed()
    assert breaker.closed_for() == OPEN_SECONDS
    now[0] = OPEN_SECONDS
    assert [breaker.closed_for() for _ in range(2)] == [0, OPEN_SECONDS]
    breaker.succeeded()
    assert breaker.closed_for() == 0


def test_its_address_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ENVIRONMENT", "development"), ("CATALOG", "http")):
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="CATALOG_URL: required, since CATALOG is http"):
        load_settings(OrdersSettings)
