"""An archived order is out of sight for good, and what happened to it is not: for those who administer orders."""

import asyncio
from collections import Counter

import httpx
import pytest

from tests.events.test_payments import event, outcomes, tell
from tests.events.test_refunds import given_back
from tests.service import Caller, problem_of
from tests.storage import count, kept_counts, recounted, rows
from tests.test_order_payments import WISH, paid_order, pay
from tests.test_order_terms import ordering, usd

pytestmark = pytest.mark.anyio

ADMIN = "orders.admin"
AT_ONCE = 6


async def archive(service: Caller, order_id: object, scope: str = ADMIN, **headers: str) -> httpx.Response:
    chosen = {name.replace("_", "-"): value for name, value in headers.items()}
    return await service.send("DELETE", f"/orders/{order_id}", {**service.token(scope, sub="an-admin"), **chosen})


async def history(service: Caller, order_id: object, *scopes: str) -> httpx.Response:
    return await service.send("GET", f"/orders/{order_id}/history", service.token(*scopes))


async def test_an_archived_order_is_nowhere_but_in_its_history(orders: Caller) -> None:
    kept, order = await orders.create(), await orders.create()
    answer = await archive(orders, order["id"])
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert answer.json()["archivedAt"] == answer.json()["updatedAt"]
    assert problem_of(await orders.send("GET", f"/orders/{order['id']}")) == (404, "not_found")
    for query in ("", "?status=pending", "?customerId=customer-123"):
        page = (await orders.send("GET", f"/orders{query}")).json()
        assert ([each["id"] for each in page["items"]], page["total"]) == ([kept["id"]], 1)
    assert await kept_counts(orders.settings) == await recounted(orders.settings)
    told = (await history(orders, order["id"], ADMIN)).json()["items"]
    assert [(entry["action"], entry["by"]) for entry in told] == [("created", "test-user"), ("archived", "an-admin")]
    assert problem_of(await history(orders, order["id"], "orders.read")) == (404, "not_found")
    event = (await orders.send("GET", "/events", orders.token("orders.events"))).json()[-1]
    assert (event["type"], event["data"]["archivedAt"]) == ("order.updated", answer.json()["archivedAt"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "", None),
        ("PATCH", "", {"status": "paid"}),
        ("PUT", "", {"customerId": "customer-123", "items": ["a"]}),
        ("POST", "/cancel", {}),
        ("GET", "/payments", None),
        ("POST", "/payments", {"status": "successful"}),
        ("POST", "/refunds", {"reason": "It came broken"}),
        ("PATCH", "/payment", {"status": "paid", "reason": "As the bank says"}),
    ],
)
async def test_nothing_can_be_done_with_an_archived_order(
    embedded: Caller, method: str, path: str, body: dict[str, object] | None
) -> None:
    order = await embedded.create()
    await archive(embedded, order["id"])
    headers = embedded.token("orders.read", "orders.write", ADMIN) | ({"If-Match": "*"} if method == "PUT" else {})
    answer = await embedded.send(method, f"/orders/{order['id']}{path}", headers, json=body)
    assert problem_of(answer) == (404, "not_found")
    assert await count(embedded.settings, "outbox") == 2


@pytest.mark.parametrize(
    ("way", "status"),
    [
        ((), 200),
        (("paid",), 409),
        (("paid", "shipped"), 409),
        (("paid", "shipped", "delivered"), 200),
        (("cancelled",), 200),
    ],
)
async def test_only_an_order_that_is_unpaid_or_at_its_end_is_archived(
    embedded: Caller, way: tuple[str, ...], status: int
) -> None:
    order = await embedded.create()
    for to in way:
        await embedded.patch(order["id"], to)
    assert (await archive(embedded, order["id"])).status_code == status
    assert (await embedded.send("GET", f"/orders/{order['id']}")).status_code == (404 if status == 200 else 200)


@pytest.mark.parametrize("scope", ["orders.write", "orders.write.own", "orders.read"])
async def test_only_an_admin_archives(embedded: Caller, scope: str) -> None:
    order = await embedded.create(customerId="test-user")
    assert problem_of(await archive(embedded, order["id"], scope)) == (403, "forbidden")
    assert (await embedded.send("GET", f"/orders/{order['id']}")).json() == order


async def test_only_the_version_that_was_seen_is_archived(embedded: Caller) -> None:
    order = await embedded.create()
    assert problem_of(await archive(embedded, order["id"], If_Match='"2"')) == (412, "precondition_failed")
    assert (await archive(embedded, order["id"], If_Match='"1"')).status_code == 200


async def test_an_archiving_with_a_key_is_answered_again(embedded: Caller) -> None:
    order = await embedded.create()
    first, again = [await archive(embedded, order["id"], Idempotency_Key="once") for _ in range(2)]
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    other = await archive(embedded, order["id"], Idempotency_Key="once", If_Match='"1"')
    assert problem_of(other) == (422, "idempotency_key_reused")


async def test_what_an_archived_order_is_called_stays_taken(embedded: Caller) -> None:
    order = await embedded.create(externalId="mine")
    await archive(embedded, order["id"])
    wish = {"customerId": "customer-123", "items": ["a"], "externalId": "mine"}
    assert problem_of(await embedded.send("POST", "/orders", json=wish)) == (409, "conflict")


async def test_of_many_at_once_one_archives_or_one_pays(orders: Caller) -> None:
    order = await orders.create()
    answers = await asyncio.gather(
        *(archive(orders, order["id"]) for _ in range(AT_ONCE)),
        *(orders.patch(order["id"], "paid") for _ in range(AT_ONCE)),
    )
    codes = Counter(answer.status_code for answer in answers)
    assert codes[200] == 1
    assert set(codes) <= {200, 404, 409}
    assert await count(orders.settings, "outbox") == 2
    assert await kept_counts(orders.settings) == await recounted(orders.settings)


@pytest.mark.parametrize(("kind", "outcome"), [("payment.successful", "parked"), ("payment.failed", "done")])
async def test_money_that_was_taken_for_an_archived_order_waits_for_an_operator(
    orders: Caller, kind: str, outcome: str
) -> None:
    order = await orders.create()
    await archive(orders, order["id"])
    assert await tell(orders, event(order["id"], kind)) == 202
    assert await outcomes(orders) == [outcome]
    assert len((await history(orders, order["id"], ADMIN)).json()["items"]) == 2
    assert await count(orders.settings, "outbox") == 2
    reasons = [reason for (reason,) in await rows(orders.settings, "SELECT reason FROM inbox")]
    assert reasons == ["An order that is archived cannot be paid" if outcome == "parked" else None]


async def test_what_is_given_back_of_an_archived_order_is_entered(orders: Caller) -> None:
    order = await paid_order(orders, **WISH)
    for status in ("shipped", "delivered"):
        await orders.patch(order, status)
    assert (await archive(orders, order)).status_code == 200
    assert await tell(orders, given_back(order, "20")) == 202
    *_, archived, refunded = (await history(orders, order, ADMIN)).json()["items"]
    assert (archived["action"], refunded["by"]) == ("archived", "urn:service:payments")
    assert problem_of(await orders.send("GET", f"/orders/{order}")) == (404, "not_found")
    assert await kept_counts(orders.settings) == await recounted(orders.settings)


async def test_a_deposit_is_given_back_before_its_order_is_archived(embedded: Caller) -> None:
    order = (await ordering(embedded, **WISH))["id"]
    assert (await pay(embedded, order, amount=usd("1"))).status_code == 200
    answer = await archive(embedded, order)
    assert problem_of(answer) == (409, "conflict")
    assert answer.json()["detail"] == "An order that is pending, of which something is paid, cannot be archived"
    await embedded.patch(order, "cancelled")
    assert (await archive(embedded, order)).status_code == 200
