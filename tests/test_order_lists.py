"""The list of orders: its envelope, its order, its filters, and the ways through it."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.service import Caller, problem_of
from tests.storage import rows

pytestmark = pytest.mark.anyio

Page = dict[str, Any]


async def listed(service: Caller, query: str = "", path: str = "/orders") -> Page:
    response = await service.send("GET", f"{path}?{query}" if query else path)
    assert response.status_code == 200, response.text
    page: Page = response.json()
    return page


async def create_many(service: Caller, number: int) -> list[object]:
    """The ids of new orders, in the order of their creation."""
    return [(await service.create())["id"] for _ in range(number)]


def ids(page: Page) -> list[object]:
    return [order["id"] for order in page["items"]]


def next_link(response: httpx.Response) -> str:
    """The target of `Link: <…>; rel="next"`."""
    target: str = response.links["next"]["url"]
    return target


async def test_an_empty_list_is_an_envelope_too(orders: Caller) -> None:
    response = await orders.send("GET", "/orders")
    assert response.json() == {"items": [], "total": 0, "limit": 10, "offset": 0}
    assert "link" not in response.headers


async def test_ten_orders_are_listed_unless_said_otherwise(orders: Caller) -> None:
    created = await create_many(orders, 12)
    page = await listed(orders)
    assert ids(page) == created[:10]
    assert {name: page[name] for name in ("total", "limit", "offset")} == {"total": 12, "limit": 10, "offset": 0}
    assert ids(await listed(orders, "limit=100")) == created


async def test_one_trailing_slash_is_no_difference(embedded: Caller) -> None:
    await create_many(embedded, 2)
    assert await listed(embedded, path="/orders/") == await listed(embedded)
    answer = await embedded.send("POST", "/orders/", json={"customerId": "customer-123", "items": ["item-1"]})
    assert answer.status_code == 201


async def test_orders_of_the_same_moment_keep_their_order(orders: Caller) -> None:
    created = await create_many(orders, 6)
    await rows(orders.settings, "UPDATE orders SET created_at = '2026-01-01T00:00:00.000Z' RETURNING id")
    assert ids(await listed(orders)) == created
    assert [ids(await listed(orders, f"limit=2&offset={n}")) for n in (0, 2, 4)] == [
        created[:2],
        created[2:4],
        created[4:],
    ]


async def test_an_offset_passes_over_the_first_orders(orders: Caller) -> None:
    created = await create_many(orders, 3)
    page = await listed(orders, "offset=1&limit=1")
    assert (ids(page), page["total"], page["offset"], page["limit"]) == ([created[1]], 3, 1, 1)
    beyond = await listed(orders, "offset=2147483647")
    assert (beyond["items"], beyond["total"]) == ([], 3)


async def test_a_walk_by_cursor_meets_each_order_once_though_new_ones_come(orders: Caller) -> None:
    known = await create_many(orders, 7)
    page = await listed(orders, "limit=3")
    seen = ids(page)
    while "nextCursor" in page:
        known += await create_many(orders, 1)
        page = await listed(orders, f"limit=3&cursor={page['nextCursor']}")
        seen += ids(page)
    assert seen == known
    assert len(seen) > 7


async def test_a_last_page_that_is_full_has_no_next_one(orders: Caller) -> None:
    await create_many(orders, 4)
    page = await listed(orders, "limit=2")
    last = await listed(orders, f"limit=2&cursor={page['nextCursor']}")
    assert len(last["items"]) == 2
    assert "nextCursor" not in last


async def test_an_offset_counts_from_the_cursor(orders: Caller) -> None:
    created = await create_many(orders, 5)
    cursor = (await listed(orders, "limit=1"))["nextCursor"]
    assert ids(await listed(orders, f"cursor={cursor}&offset=2&limit=1")) == [created[3]]


async def test_the_link_leads_to_the_next_page_under_the_same_filters(orders: Caller) -> None:
    wishes = [{"customerId": "a & b", "items": ["item-1"]}] * 3
    for wish in wishes:
        await orders.create(**wish)
    await orders.create(customerId="other")
    first = await orders.send("GET", "/orders?limit=2&customerId=a%20%26%20b&status=pending")
    target = next_link(first)
    assert parse_qs(urlsplit(target).query) == {
        "limit": ["2"],
        "cursor": [first.json()["nextCursor"]],
        "customerId": ["a & b"],
        "status": ["pending"],
    }
    second = await orders.send("GET", target)
    assert (len(second.json()["items"]), second.json()["items"][0]["customerId"]) == (1, "a & b")
    assert "link" not in second.headers


async def test_filters_choose_by_customer_and_by_status_and_by_both(orders: Caller) -> None:
    ann, bob = [await orders.create(customerId="ann") for _ in range(3)], await orders.create(customerId="bob")
    for order in (ann[0], bob):
        await orders.patch(order["id"], "paid")
    chosen = {
        "customerId=ann": [order["id"] for order in ann],
        "status=paid": [ann[0]["id"], bob["id"]],
        "customerId=ann&status=paid": [ann[0]["id"]],
        "customerId=bob&status=pending": [],
        "customerId=nobody": [],
    }
    for query, expected in chosen.items():
        page = await listed(orders, query)
        assert (ids(page), page["total"]) == (expected, len(expected)), query


async def test_an_owner_lists_its_own_orders_only(orders: Caller) -> None:
    own = await orders.create(customerId="ann")
    await orders.create(customerId="bob")
    token = orders.token("orders.read.own", sub="ann")
    page = (await orders.send("GET", "/orders", token)).json()
    assert ([order["id"] for order in page["items"]], page["total"]) == ([own["id"]], 1)
    assert (await orders.send("GET", "/orders?customerId=bob", token)).json()["total"] == 0


async def test_a_list_is_whole_while_orders_are_created(orders: Caller) -> None:
    async def read() -> None:
        page = await listed(orders, "limit=100")
        assert len(page["items"]) <= 40

    await asyncio.gather(*(work for _ in range(20) for work in (orders.create(), read(), orders.create())))
    assert len((await listed(orders, "limit=100"))["items"]) == 40


async def test_a_query_that_the_contract_does_not_know_is_refused(embedded: Caller) -> None:
    limits = ["limit=0", "limit=101", "limit=1_0", "limit=%201", "limit=1.5", "limit=", "limit=1&limit=1"]
    places = ["offset=-1", "offset=2147483648", "cursor=x", f"cursor={'A' * 23}"]
    for query in [*limits, *places, "status=lost", "customerID=ann", "customerId=%00", "customerId="]:
        answer = await embedded.send("GET", f"/orders?{query}")
        assert problem_of(answer) == (400, "validation_error"), query


async def test_any_text_of_the_form_of_a_cursor_is_a_place(embedded: Caller) -> None:
    await embedded.create()
    assert len((await listed(embedded, f"cursor={'A' * 22}"))["items"]) == 1
    assert (await listed(embedded, f"cursor={'_' * 22}"))["items"] == []
