"""Orders as a caller sees them: created, read and advanced, and what happened to them."""

import asyncio
import re
import secrets

import httpx
import pytest

from tests.service import Caller, problem_of
from tests.storage import rows

pytestmark = pytest.mark.anyio

NUMBER = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}")
REFUSED = {
    (): ("pending", "shipped", "delivered"),
    ("paid",): ("pending", "paid", "delivered"),
    ("paid", "shipped"): ("pending", "paid", "shipped", "cancelled"),
    ("paid", "shipped", "delivered"): ("pending", "paid", "shipped", "delivered", "cancelled"),
    ("cancelled",): ("pending", "paid", "shipped", "delivered", "cancelled"),
    ("paid", "cancelled"): ("pending", "paid", "shipped", "delivered", "cancelled"),
}
UTC_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def get(service: Caller, order_id: object) -> httpx.Response:
    return await service.send("GET", f"/orders/{order_id}")


async def test_a_created_order_is_read_back_as_it_was_answered(orders: Caller) -> None:
    response = await orders.send("POST", "/orders", json={"customerId": "customer-123", "items": ["a", "a"]})
    created = response.json()
    assert response.status_code == 201
    assert (created["status"], created["items"], created["version"]) == ("pending", ["a", "a"], 1)
    assert response.headers["location"] == f"/orders/{created['id']}"
    again = await orders.send("GET", response.headers["location"])
    assert again.json() == created
    assert again.headers["etag"] == response.headers["etag"] == '"1"'


async def test_a_clients_view_has_the_four_members_that_it_always_had(orders: Caller) -> None:
    wish = {"customerId": "customer-123", "items": ["item-1", "item-2", "item-3"]}
    created = (await orders.send("POST", "/orders", json=wish)).json()
    assert {name: created[name] for name in ("customerId", "items", "status")} == {**wish, "status": "pending"}
    assert "externalId" not in created
    assert created["metadata"] == {}


async def test_metadata_and_odd_text_come_back_as_they_were_sent(orders: Caller) -> None:
    metadata = {"channel": "web", "note": "line\nbreak \u2028 \U0001f600 \"'\\ ; DROP TABLE orders"}
    created = await orders.create(
        customerId="Zoë \U0001f600", items=["%00", "ü"], metadata=metadata, externalId="ext $1"
    )
    assert (created["metadata"], created["items"]) == (metadata, ["%00", "ü"])
    assert (created["customerId"], created["externalId"]) == ("Zoë \U0001f600", "ext $1")
    assert (await get(orders, created["id"])).json() == created


async def test_numbers_are_for_people_and_never_the_same(embedded: Caller) -> None:
    created = await asyncio.gather(*(embedded.create() for _ in range(50)))
    numbers = {str(order["number"]) for order in created}
    assert len(numbers) == 50
    assert all(NUMBER.fullmatch(number) for number in numbers)


async def test_a_number_that_is_taken_is_drawn_again(orders: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([bytes(10), bytes(10), b"\1" * 10])
    monkeypatch.setattr(secrets, "token_bytes", lambda _: next(drawn))
    first, second = await orders.create(), await orders.create()
    assert (first["number"], second["number"]) == ("0000-0000-00", "1111-1111-11")


async def test_ids_and_times_tell_the_order_of_creation(orders: Caller) -> None:
    created = [await orders.create() for _ in range(5)]
    assert [order["id"] for order in created] == sorted(str(order["id"]) for order in created)
    assert all(UTC_MILLISECONDS.fullmatch(str(order["createdAt"])) for order in created)
    assert all(order["createdAt"] == order["updatedAt"] for order in created)


async def test_an_external_id_is_unique_for_its_caller(orders: Caller) -> None:
    wish = {"customerId": "customer-123", "items": ["item-1"], "externalId": "web-1"}
    answers = [await orders.send("POST", "/orders", orders.token(sub=sub), json=wish) for sub in ("ann", "ann", "bob")]
    assert [answer.status_code for answer in answers] == [201, 409, 201]
    assert problem_of(answers[1]) == (409, "conflict")
    assert "web-1" not in answers[1].text


async def test_an_order_goes_through_its_life(orders: Caller) -> None:
    order = await orders.create()
    for version, status in enumerate(("paid", "shipped", "delivered"), 2):
        answer = await orders.patch(order["id"], status)
        changed = answer.json()
        assert (answer.status_code, answer.headers["etag"]) == (200, f'"{version}"')
        assert (changed["status"], changed["version"]) == (status, version)
        assert changed["updatedAt"] >= order["updatedAt"]
        before = ("status", "allowedTransitions", "paymentStatus", "version", "updatedAt")
        assert {**changed, **{name: order[name] for name in before}} == order
        assert (await get(orders, order["id"])).json() == changed


async def test_what_the_workflow_does_not_allow_is_a_conflict(embedded: Caller) -> None:
    for life, refused in REFUSED.items():
        order = await embedded.create()
        for status in life:
            await embedded.patch(order["id"], status)
        for status in refused:
            assert problem_of(await embedded.patch(order["id"], status)) == (409, "conflict"), (life, status)
        assert (await get(embedded, order["id"])).json()["version"] == 1 + len(life)


async def test_an_update_of_the_version_that_was_seen_is_made(embedded: Caller) -> None:
    for tag in ('"2"', '"1", "2"', '"2","3"', '"x",   "2"', "*"):
        order = await embedded.create()
        await embedded.patch(order["id"], "paid", **{"If-Match": '"1"'})
        answer = await embedded.patch(order["id"], "shipped", **{"If-Match": tag})
        assert (answer.status_code, answer.headers.get("etag")) == (200, '"3"'), tag


async def test_an_update_of_another_version_is_refused(orders: Caller) -> None:
    order = await orders.create()
    await orders.patch(order["id"], "paid")
    for tag in ('"1"', '"3"', '"02"', 'W/"2"', '"1", W/"2"', '""'):
        answer = await orders.patch(order["id"], "shipped", **{"If-Match": tag})
        assert problem_of(answer) == (412, "precondition_failed"), tag
    assert (await get(orders, order["id"])).json()["status"] == "paid"


async def test_a_malformed_condition_is_refused(embedded: Caller) -> None:
    order = await embedded.create()
    for tag in ("1", '"1', "", '*, "1"', "'1'"):
        answer = await embedded.patch(order["id"], "paid", **{"If-Match": tag})
        assert problem_of(answer) == (400, "validation_error"), tag


async def test_an_order_that_is_not_there_is_not_found(orders: Caller) -> None:
    for order_id in ("unknown", "019a9f2e-7c1b-7d53-9a52-0f6f3b1c2d3e", "a%2Fb", "{id}", "%00", "%ff", "x" * 65):
        answers = [
            await get(orders, order_id),
            await orders.patch(order_id, "paid"),
            await orders.send("GET", f"/orders/{order_id}/history"),
        ]
        assert [problem_of(answer) for answer in answers] == [(404, "not_found")] * 3, order_id


async def test_the_history_tells_each_change_with_its_trace_and_its_event(orders: Caller) -> None:
    traces = [secrets.token_hex(16) for _ in range(2)]
    parents = [
        {**orders.token(sub=f"user-{n}"), "traceparent": f"00-{trace}-{'1' * 16}-01"} for n, trace in enumerate(traces)
    ]
    wish = {"customerId": "customer-123", "items": ["item-1"]}
    order = (await orders.send("POST", "/orders", parents[0], json=wish)).json()
    change = {"status": "cancelled", "reason": "The customer changed their mind"}
    changed = (await orders.send("PATCH", f"/orders/{order['id']}", parents[1], json=change)).json()
    events = await rows(
        orders.settings, "SELECT event_id FROM outbox WHERE partition_key = $1 ORDER BY id", order["id"]
    )
    page = (await orders.send("GET", f"/orders/{order['id']}/history")).json()
    created = {"at": order["createdAt"], "by": "user-0", "action": "created", "to": "pending", "version": 1}
    updated = {"at": changed["updatedAt"], "by": "user-1", "action": "cancelled", "from": "pending", "to": "cancelled"}
    assert page == {
        "items": [
            {**created, "traceId": traces[0], "eventId": events[0][0]},
            {**updated, "version": 2, "traceId": traces[1], "eventId": events[1][0], "reason": change["reason"]},
        ],
        "total": 2,
        "limit": 10,
        "offset": 0,
    }


async def test_a_history_is_read_page_by_page(orders: Caller) -> None:
    order = await orders.create()
    await orders.create()
    for status in ("paid", "shipped", "delivered"):
        await orders.patch(order["id"], status)
    page = (await orders.send("GET", f"/orders/{order['id']}/history?limit=2&offset=1")).json()
    assert [entry["to"] for entry in page["items"]] == ["paid", "shipped"]
    assert (page["total"], page["limit"], page["offset"]) == (4, 2, 1)


async def test_a_token_of_an_owner_reaches_its_own_orders_only(orders: Caller) -> None:
    wish = {"customerId": "somebody else", "items": ["item-1"]}
    own, other = (orders.token("orders.read.own", "orders.write.own", sub=sub) for sub in ("ann", "bob"))
    order = (await orders.send("POST", "/orders", own, json=wish)).json()
    assert order["customerId"] == "ann"
    path = f"/orders/{order['id']}"
    assert (await orders.send("GET", path, own)).json() == order
    refused = [
        await orders.send("GET", path, other),
        await orders.send("GET", f"{path}/history", other),
        await orders.send("PATCH", path, other, json={"status": "paid"}),
    ]
    assert [problem_of(answer) for answer in refused] == [(404, "not_found")] * 3
    assert (await orders.send("PATCH", path, own, json={"status": "paid"})).status_code == 200


async def test_an_owner_whose_name_is_no_customer_id_makes_no_order(embedded: Caller) -> None:
    for sub in ("a\nb", "\x1b[31m"):
        token = embedded.token("orders.write.own", sub=sub)
        answer = await embedded.send("POST", "/orders", token, json={"customerId": "x", "items": ["item-1"]})
        assert problem_of(answer) == (401, "unauthorized")


async def test_an_order_that_no_event_can_hold_is_too_large(embedded: Caller) -> None:
    wish = {"customerId": "customer-123", "items": ["i" * 250] * 256 + ["i" * 200] * 2}
    assert problem_of(await embedded.send("POST", "/orders", json=wish)) == (413, "content_too_large")
    assert await rows(embedded.settings, "SELECT id FROM orders") == []
