"""Orders are cancelled while their workflow allows it: once, for the version that was seen, and as one change."""

import asyncio
from collections import Counter

import httpx
import pytest

from tests.service import Caller, along, problem_of
from tests.storage import count, kept_counts, recounted, rows

pytestmark = pytest.mark.anyio

AT_ONCE = 6


async def cancel(service: Caller, order_id: object, body: object = None, **headers: str) -> httpx.Response:
    sent = {**service.token(), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await service.send("POST", f"/orders/{order_id}/cancel", sent, json={} if body is None else body)


async def history(service: Caller, order_id: object) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = (await service.send("GET", f"/orders/{order_id}/history")).json()["items"]
    return entries


async def test_a_cancelled_order_is_shown_told_and_announced_with_its_reason(orders: Caller) -> None:
    order = await orders.create()
    answer = await cancel(orders, order["id"], {"reason": "The customer changed their mind"})
    shown = answer.json()
    assert (answer.status_code, shown["status"], answer.headers["etag"]) == (200, "cancelled", '"2"')
    assert shown["allowedTransitions"] == []
    assert (await orders.send("GET", f"/orders/{order['id']}")).json() == shown
    told = (await history(orders, order["id"]))[-1]
    assert (told["from"], told["to"], told["reason"]) == ("pending", "cancelled", "The customer changed their mind")
    created, updated = await rows(orders.settings, "SELECT type, envelope FROM outbox ORDER BY id")
    assert (created[0], updated[0]) == ("order.created", "order.updated")
    assert '"previousStatus":"pending"' in str(updated[1])
    assert await kept_counts(orders.settings) == await recounted(orders.settings)


@pytest.mark.parametrize(
    ("workflow", "way", "codes"),
    [
        ("standard", ("paid", "shipped", "delivered"), [200, 200, 409, 409]),
        ("retail", ("confirmed", "processing", "shipped", "delivered", "refunded"), [200, 200, 200, 409, 409, 409]),
        ("kitchen", ("confirmed", "preparing", "ready", "completed"), [200, 200, 200, 409, 409]),
    ],
)
async def test_an_order_can_be_cancelled_where_its_workflow_says_so_and_nowhere_else(
    embedded: Caller, workflow: str, way: tuple[str, ...], codes: list[int]
) -> None:
    assert await along(embedded, workflow, way, cancel) == codes


async def test_an_order_that_cannot_be_cancelled_stays_as_it_is(embedded: Caller) -> None:
    order = await embedded.create()
    for status in ("paid", "shipped"):
        await embedded.patch(order["id"], status)
    answer = await cancel(embedded, order["id"], {"reason": "Too late"})
    assert problem_of(answer) == (409, "conflict")
    assert answer.json()["detail"] == "An order that is shipped cannot be cancelled"
    assert (await embedded.send("GET", f"/orders/{order['id']}")).json()["version"] == 3
    assert await count(embedded.settings, "outbox") == 3


async def test_only_the_version_that_was_seen_is_cancelled(embedded: Caller) -> None:
    order = await embedded.create()
    await embedded.patch(order["id"], "paid")
    assert problem_of(await cancel(embedded, order["id"], If_Match='"1"')) == (412, "precondition_failed")
    assert (await cancel(embedded, order["id"], If_Match='"2"')).status_code == 200


async def test_a_cancellation_with_a_key_is_made_once(orders: Caller) -> None:
    order = await orders.create()
    first, again = [await cancel(orders, order["id"], {"reason": "Twice"}, Idempotency_Key="once") for _ in range(2)]
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    other = await cancel(orders, order["id"], {"reason": "Another"}, Idempotency_Key="once")
    assert problem_of(other) == (422, "idempotency_key_reused")
    assert problem_of(await cancel(orders, order["id"])) == (409, "conflict")
    assert len(await history(orders, order["id"])) == 2


async def test_of_cancellations_and_payments_at_once_the_first_decides(orders: Caller) -> None:
    order = await orders.create()
    answers = await asyncio.gather(
        *(cancel(orders, order["id"], If_Match='"1"') for _ in range(AT_ONCE)),
        *(orders.patch(order["id"], "paid", **{"If-Match": '"1"'}) for _ in range(AT_ONCE)),
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 2 * AT_ONCE - 1}
    assert await rows(orders.settings, "SELECT version FROM orders") == [(2,)]
    assert await count(orders.settings, "outbox") == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"reason": ""}, "#/reason"),
        ({"reason": None}, "#/reason"),
        ({"reason": "x" * 501}, "#/reason"),
        ({"reason": "a\u0000b"}, "#/reason"),
        ({"status": "cancelled"}, "#/status"),
        ([], "#"),
    ],
)
async def test_what_is_no_cancellation_is_refused_by_its_place(embedded: Caller, body: object, pointer: str) -> None:
    order = await embedded.create()
    answer = await cancel(embedded, order["id"], body)
    assert problem_of(answer) == (400, "validation_error")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await count(embedded.settings, "order_history") == 1


async def test_an_order_that_is_not_there_cannot_be_cancelled(embedded: Caller) -> None:
    assert problem_of(await cancel(embedded, "unknown")) == (404, "not_found")
