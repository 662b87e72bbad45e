"""Orders of lines, with prices, an address and shipments; orders of items go on as they were."""

import json
from typing import Any, Final

import pytest

from orders.money import ODD_DECIMALS
from tests.service import MANIFEST, Caller, law_of, problem_of
from tests.storage import count, rows

pytestmark = pytest.mark.anyio

ADDRESS: Final = {
    "name": "Zoë Smith",
    "line1": "123 Main St",
    "city": "Boston",
    "region": "MA",
    "postalCode": "02108",
    "country": "US",
    "email": "zoe@example.com",
}


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def line(price: str | None = None, quantity: int = 1, **more: object) -> dict[str, object]:
    """A line of the product `p`, with a price in dollars if one is named."""
    return {"productId": "p", "quantity": quantity, **({"unitPrice": usd(price)} if price else {}), **more}


async def ordering(service: Caller, **wish: object) -> Any:
    answer = await service.send("POST", "/orders", json={"customerId": "customer-123", **wish})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def faults(service: Caller, problem: tuple[int, str], **wish: object) -> list[str]:
    """Where the faults of an order are that nobody can make."""
    answer = await service.send("POST", "/orders", json={"customerId": "customer-123", **wish})
    assert problem_of(answer) == problem
    return [error["pointer"] for error in answer.json()["errors"]]


async def test_lines_are_kept_as_they_were_and_the_totals_are_the_services(orders: Caller) -> None:
    mouse = line("29.99", 2, name="Mouse", metadata={"colour": "red"})
    charges = {"discount": usd("4.98"), "shipping": usd("4.9"), "tax": usd("5")}
    order = await ordering(orders, lines=[mouse, {**line("5"), "productId": "q"}], charges=charges)
    assert order["lines"] == [
        {**mouse, "lineTotal": usd("59.98")},
        {"productId": "q", "quantity": 1, "unitPrice": usd("5.00"), "lineTotal": usd("5.00")},
    ]
    sums = {"subtotal": "64.98", "discount": "4.98", "shipping": "4.90", "tax": "5.00", "total": "69.90"}
    assert order["totals"] == {name: usd(amount) for name, amount in sums.items()}
    assert order["items"] == ["p", "q"]
    assert (await orders.send("GET", f"/orders/{order['id']}")).json() == order
    assert await rows(orders.settings, "SELECT currency, total FROM orders") == [("USD", 6990)]


async def test_an_order_of_items_has_a_line_for_each_and_comes_back_as_it_was(orders: Caller) -> None:
    order = await ordering(orders, items=["a", "a"])
    assert (order["items"], order["lines"]) == (["a", "a"], [{"productId": "a", "quantity": 1}] * 2)
    assert not {"totals", "shippingAddress", "shippingMethod", "paymentMethod", "shipments"} & set(order)
    assert (await orders.send("GET", "/orders")).json()["items"] == [order]


async def test_lines_need_no_price(embedded: Caller) -> None:
    order = await ordering(embedded, lines=[line(quantity=3)])
    assert order["lines"] == [line(quantity=3)]
    assert "totals" not in order


def test_the_contract_and_the_code_know_the_same_currencies() -> None:
    schema = law_of(MANIFEST).contract.root["components"]["schemas"]["Money"]
    declared: dict[str, int] = {}
    for decimals in (0, 3, 4):
        pattern = schema["if"]["properties"]["currency"].text("pattern")
        declared |= dict.fromkeys(pattern.strip("^()$").split("|"), decimals)
        schema = schema["else"]
    assert declared == ODD_DECIMALS


async def test_amounts_have_the_decimals_of_their_currency(embedded: Caller) -> None:
    for currency, given, shown in (("JPY", "100", "100"), ("KWD", "1.5", "1.500"), ("CLF", "0.0001", "0.0001")):
        price = {"amount": given, "currency": currency}
        order = await ordering(embedded, lines=[{"productId": "p", "quantity": 2, "unitPrice": price}])
        assert order["lines"][0]["unitPrice"] == {"amount": shown, "currency": currency}


async def test_an_address_goes_with_its_order_and_nowhere_else(
    orders: Caller, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    order = await ordering(
        orders, lines=[line("1")], shippingAddress=ADDRESS, shippingMethod="standard", paymentMethod="card"
    )
    assert order["shippingAddress"] == ADDRESS
    assert (order["shippingMethod"], order["paymentMethod"]) == ("standard", "card")
    paid = (await orders.patch(order["id"], "paid")).json()
    assert paid["shippingAddress"] == ADDRESS
    told = str(await rows(orders.settings, "SELECT envelope FROM outbox")) + capsys.readouterr().out + caplog.text
    for secret in ("Zoë", "Zo\\u00eb", "123 Main St", "zoe@example.com", "02108"):
        assert secret not in told


async def test_what_was_sent_is_a_shipment(orders: Caller) -> None:
    order = await ordering(orders, items=["a"])
    await orders.patch(order["id"], "paid")
    for status, parcel in (
        ("shipped", {"trackingNumber": "1Z", "carrier": "UPS"}),
        ("delivered", {"trackingNumber": "2Z"}),
    ):
        answer = await orders.send("PATCH", f"/orders/{order['id']}", json={"status": status, **parcel})
        order = answer.json()
        assert order["shipments"][-1] == {**parcel, "shippedAt": order["updatedAt"]}
    assert [shipment["trackingNumber"] for shipment in order["shipments"]] == ["1Z", "2Z"]
    assert (await orders.send("GET", f"/orders/{order['id']}")).json() == order


async def test_the_same_order_under_the_same_key_is_made_once(orders: Caller) -> None:
    headers = {**orders.token(), "Idempotency-Key": "k"}
    wish = {"customerId": "c", "lines": [line("1")], "shippingAddress": ADDRESS}
    first, again = [await orders.send("POST", "/orders", headers, json=wish) for _ in range(2)]
    assert (again.status_code, again.content) == (201, first.content)
    other = {**wish, "lines": [line("1.01")]}
    assert problem_of(await orders.send("POST", "/orders", headers, json=other)) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("wish", "pointers"),
    [
        ({}, ["#/items"]),
        ({"items": ["a"], "lines": [line()]}, ["#/items"]),
        ({"items": ["a"], "charges": {"tax": usd("1")}}, ["#/charges"]),
        ({"lines": []}, ["#/lines"]),
        ({"lines": [line(quantity=0)]}, ["#/lines/0/quantity"]),
        ({"lines": [line(quantity=-1), line()]}, ["#/lines/0/quantity"]),
        ({"lines": [{"productId": "p", "quantity": 1.5}]}, ["#/lines/0/quantity"]),
        ({"lines": [line(quantity=1_000_001)]}, ["#/lines/0/quantity"]),
        ({"lines": [line("-1")]}, ["#/lines/0/unitPrice/amount"]),
        ({"lines": [line("1e3")]}, ["#/lines/0/unitPrice/amount"]),
        ({"lines": [line("01")]}, ["#/lines/0/unitPrice/amount"]),
        ({"lines": [line("1.00001")]}, ["#/lines/0/unitPrice/amount"]),
        ({"lines": [line("1" * 16)]}, ["#/lines/0/unitPrice/amount"]),
        ({"lines": [line("1.001")]}, ["#/lines/0/unitPrice/amount"]),
        ({"lines": [{**line(), "unitPrice": {"amount": "1.5", "currency": "JPY"}}]}, ["#/lines/0/unitPrice/amount"]),
        ({"lines": [{**line(), "unitPrice": {"amount": "1.0001", "currency": "KWD"}}]}, ["#/lines/0/unitPrice/amount"]),
        ({"lines": [{**line(), "unitPrice": {"amount": "1", "currency": "usd"}}]}, ["#/lines/0/unitPrice/currency"]),
        ({"lines": [{**line(), "unitPrice": 29.99}]}, ["#/lines/0/unitPrice"]),
        ({"lines": [line("1")], "charges": {"tip": usd("2")}}, ["#/charges"]),
        ({"lines": [line("1")], "shippingAddress": {**ADDRESS, "country": "USA"}}, ["#/shippingAddress/country"]),
        ({"lines": [line("1")], "shippingAddress": {**ADDRESS, "email": "zoe"}}, ["#/shippingAddress/email"]),
    ],
)
async def test_what_nobody_can_order_is_refused_by_its_place(
    embedded: Caller, wish: dict[str, object], pointers: list[str]
) -> None:
    assert await faults(embedded, (400, "validation_error"), **wish) == pointers
    assert await count(embedded.settings, "orders") == 0
    assert await count(embedded.settings, "outbox") == 0


@pytest.mark.parametrize(
    ("wish", "pointers"),
    [
        ({"lines": [line("1"), line()]}, ["#/lines/1/unitPrice"]),
        (
            {"lines": [line("1"), {**line(), "unitPrice": {"amount": "1", "currency": "EUR"}}]},
            ["#/lines/1/unitPrice/currency"],
        ),
        ({"lines": [line()], "charges": {"tax": usd("1")}}, ["#/charges"]),
        ({"lines": [line("9999999999999.99", 1_000_000)]}, ["#/lines/0", "#/lines"]),
        ({"lines": [line("1")], "charges": {"discount": usd("2")}}, ["#/charges/discount/amount"]),
    ],
)
async def test_amounts_that_contradict_each_other_are_a_conflict(
    embedded: Caller, wish: dict[str, object], pointers: list[str]
) -> None:
    assert await faults(embedded, (409, "conflict"), **wish) == pointers
    assert await count(embedded.settings, "orders") == 0


async def test_of_many_faults_as_many_are_named_as_the_contract_allows(embedded: Caller) -> None:
    wish = {"lines": [line("1.00"), *[line()] * 200]}
    named = [f"#/lines/{number}/unitPrice" for number in range(1, 101)]
    assert await faults(embedded, (409, "conflict"), **wish) == named


async def test_a_carrier_alone_is_no_shipment(embedded: Caller) -> None:
    order = await ordering(embedded, items=["a"])
    answer = await embedded.send("PATCH", f"/orders/{order['id']}", json={"status": "paid", "carrier": "UPS"})
    assert json.loads(answer.content)["errors"] == [{"pointer": "#/trackingNumber", "detail": "is required"}]
