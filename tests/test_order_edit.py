"""Orders are edited while their workflow allows it, by who has seen what he overwrites; totals and history follow."""

import asyncio
from collections import Counter

import httpx
import pytest

from tests.service import Caller, along, problem_of, running
from tests.storage import count, kept_counts, recounted
from tests.test_order_payments import pay

pytestmark = pytest.mark.anyio

CUSTOMER = "customer-123"
SEEN = '"1"'
AT_ONCE = 6


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


PRICED = {"lines": [{"productId": "p", "quantity": 2, "unitPrice": usd("9.99")}], "charges": {"tax": usd("1.02")}}


async def edit(service: Caller, order_id: object, wish: object, if_match: str = SEEN, **headers: str) -> httpx.Response:
    sent = {
        **service.token(),
        "If-Match": if_match,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    body = {"customerId": CUSTOMER, **wish} if isinstance(wish, dict) else wish
    return await service.send("PUT", f"/orders/{order_id}", sent, json=body)


async def test_an_edited_order_has_what_is_wished_and_totals_made_anew(orders: Caller) -> None:
    order = await orders.create(metadata={"channel": "web"}, shippingMethod="standard")
    answer = await edit(orders, order["id"], {**PRICED, "paymentMethod": "card"})
    shown = answer.json()
    assert (answer.status_code, answer.headers["etag"], shown["version"]) == (200, '"2"', 2)
    assert (shown["items"], shown["metadata"], shown["paymentMethod"]) == (["p"], {}, "card")
    assert (shown["totals"]["subtotal"], shown["totals"]["total"]) == (usd("19.98"), usd("21.00"))
    assert "shippingMethod" not in shown
    for same in ("id", "number", "status", "customerId", "createdAt"):
        assert shown[same] == order[same]
    assert (await orders.send("GET", f"/orders/{order['id']}")).json() == shown
    plain = await edit(orders, order["id"], {"items": ["a", "a"]}, '"2"')
    assert plain.json()["items"] == ["a", "a"]
    assert "totals" not in plain.json()
    assert await kept_counts(orders.settings) == await recounted(orders.settings)


async def test_an_edit_is_told_and_announced_as_what_it_is(orders: Caller) -> None:
    order = await orders.create()
    await edit(orders, order["id"], PRICED)
    await orders.patch(order["id"], "paid")
    await orders.patch(order["id"], "cancelled")
    history = (await orders.send("GET", f"/orders/{order['id']}/history")).json()["items"]
    assert [entry["action"] for entry in history] == ["created", "edited", "advanced", "cancelled"]
    assert (history[1]["from"], history[1]["to"], history[1]["version"]) == ("pending", "pending", 2)
    _, event, *_ = (await orders.send("GET", "/events", orders.token("orders.events"))).json()
    assert (event["type"], event["id"]) == ("order.updated", history[1]["eventId"])
    assert (event["data"]["previousStatus"], event["data"]["status"], event["data"]["version"]) == (
        "pending",
        "pending",
        2,
    )


async def test_without_if_match_nothing_is_edited(embedded: Caller) -> None:
    order = await embedded.create()
    for body in ({"customerId": CUSTOMER, "items": ["b"]}, {"nonsense": True}):
        answer = await embedded.send("PUT", f"/orders/{order['id']}", json=body)
        assert problem_of(answer) == (428, "precondition_required")
    assert (await embedded.send("GET", f"/orders/{order['id']}")).json() == order


@pytest.mark.parametrize(
    ("tag", "status"), [('"2"', 412), ('W/"1"', 412), ('"1"', 200), ('"3", "1"', 200), ("*", 200), ("1", 400)]
)
async def test_only_the_version_that_was_seen_is_edited(embedded: Caller, tag: str, status: int) -> None:
    order = await embedded.create()
    assert (await edit(embedded, order["id"], PRICED, tag)).status_code == status


@pytest.mark.parametrize(
    ("workflow", "way", "codes"),
    [
        ("standard", ("paid",), [200, 409]),
        ("retail", ("confirmed", "processing"), [200, 200, 409]),
        ("kitchen", ("confirmed",), [200, 409]),
    ],
)
async def test_an_order_can_be_edited_where_its_workflow_says_so_and_nowhere_else(
    embedded: Caller, workflow: str, way: tuple[str, ...], codes: list[int]
) -> None:
    assert (
        await along(embedded, workflow, way, lambda service, order: edit(service, order, {"items": ["b"]}, "*"))
        == codes
    )


@pytest.mark.parametrize(
    ("wish", "pointers"),
    [
        ({"customerId": "another", "items": ["a"]}, ["#/customerId"]),
        ({"items": ["a"], "externalId": "another"}, ["#/externalId"]),
        ({"lines": [{"productId": "p", "quantity": 1}], "charges": {"tax": usd("1")}}, ["#/charges"]),
    ],
)
async def test_an_edit_that_makes_no_sense_for_the_order_is_a_conflict(
    embedded: Caller, wish: dict[str, object], pointers: list[str]
) -> None:
    order = await embedded.create(externalId="mine")
    answer = await edit(embedded, order["id"], wish)
    assert problem_of(answer) == (409, "conflict")
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert (await embedded.send("GET", f"/orders/{order['id']}")).json() == order
    assert await count(embedded.settings, "outbox") == 1


async def test_an_order_keeps_the_name_that_its_maker_gave_it(embedded: Caller) -> None:
    order = await embedded.create(externalId="mine")
    assert (await edit(embedded, order["id"], PRICED)).json()["externalId"] == "mine"
    assert (await edit(embedded, order["id"], {**PRICED, "externalId": "mine"}, '"2"')).status_code == 200


async def test_a_customer_edits_his_own_order_whatever_the_body_says(embedded: Caller) -> None:
    order = await embedded.create(customerId="ann")
    for subject, status in (("ann", 200), ("bob", 404)):
        headers = {**embedded.token("orders.write.own", sub=subject), "If-Match": "*"}
        answer = await embedded.send("PUT", f"/orders/{order['id']}", headers, json={"customerId": "x", "items": ["b"]})
        assert answer.status_code == status


async def test_an_edit_with_a_key_is_made_once(orders: Caller) -> None:
    order = await orders.create()
    first, again = [await edit(orders, order["id"], PRICED, Idempotency_Key="once") for _ in range(2)]
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert problem_of(await edit(orders, order["id"], {"items": ["a"]}, Idempotency_Key="once")) == (
        422,
        "idempotency_key_reused",
    )


async def test_of_edits_and_payments_of_one_version_at_once_one_is_made(orders: Caller) -> None:
    order = await orders.create()
    answers = await asyncio.gather(
        *(edit(orders, order["id"], {"items": [f"item-{number}"]}) for number in range(AT_ONCE)),
        *(orders.patch(order["id"], "paid", **{"If-Match": SEEN}) for _ in range(AT_ONCE)),
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 2 * AT_ONCE - 1}
    (won,) = (answer for answer in answers if answer.status_code == 200)
    assert (await orders.send("GET", f"/orders/{order['id']}")).json() == won.json()
    assert await count(orders.settings, "order_history") == 2


async def test_an_edit_and_a_payment_at_once_are_both_made_in_an_order_that_the_workflow_allows(orders: Caller) -> None:
    order = await orders.create()
    edited, paid = await asyncio.gather(edit(orders, order["id"], PRICED, "*"), orders.patch(order["id"], "paid"))
    shown = (await orders.send("GET", f"/orders/{order['id']}")).json()
    assert (paid.status_code, shown["status"]) == (200, "paid")
    assert edited.status_code in (200, 409)
    assert ("totals" in shown) == (edited.status_code == 200)


def bought(amount: str, currency: str = "USD") -> dict[str, object]:
    return {"lines": [{"productId": "other", "quantity": 1, "unitPrice": {"amount": amount, "currency": currency}}]}


async def test_an_order_with_a_deposit_is_edited_into_one_of_the_same_total(orders: Caller) -> None:
    order = str((await orders.create())["id"])
    await edit(orders, order, PRICED)
    assert (await pay(orders, order, amount=usd("10"))).status_code == 200
    edited = (await edit(orders, order, bought("21"), "*")).json()
    assert (edited["items"], edited["paid"], edited["paymentStatus"]) == (["other"], usd("10.00"), "pending")
    paid = (await pay(orders, order)).json()
    assert (paid["paid"], paid["paymentStatus"], paid["status"]) == (usd("21.00"), "paid", "paid")


@pytest.mark.parametrize(
    "wish", [bought("9.99"), bought("20.99"), bought("21.01"), bought("21", "EUR"), {"items": ["p"]}], ids=str
)
async def test_no_edit_makes_what_was_paid_too_much_or_too_little(embedded: Caller, wish: dict[str, object]) -> None:
    order = str((await embedded.create())["id"])
    await edit(embedded, order, PRICED)
    paid = (await pay(embedded, order, amount=usd("10"))).json()
    answer = await edit(embedded, order, wish, "*")
    assert problem_of(answer) == (409, "conflict")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/lines"]
    assert (await embedded.send("GET", f"/orders/{order}")).json() == paid


@pytest.mark.parametrize(("wish", "status"), [({"items": ["b"]}, 200), (PRICED, 409)], ids=str)
async def test_a_paid_order_without_prices_stays_without_prices(
    embedded: Caller, wish: dict[str, object], status: int
) -> None:
    async with running(embedded.settings.model_copy(update={"orders_workflow": "retail"})) as shop:
        order = str((await shop.create())["id"])
        assert (await pay(shop, order)).json()["status"] == "confirmed"
        assert (await edit(shop, order, wish, "*")).status_code == status
        assert (await shop.send("GET", f"/orders/{order}")).json()["paymentStatus"] == "paid"
