"""The search for orders: what filters and sorts find, page by page, and that no page looks at the whole table."""

import re
from collections.abc import Sequence
from itertools import chain, combinations, product
from typing import Any, Final

import pytest

from orders.rows import COLUMNS
from orders.search import LOOKED_AT, SORTS, Filter, Query, search_of
from orders.settings import OrdersSettings
from service_standard.binding.pages import Place
from tests.service import Caller, problem_of
from tests.storage import kind_of, opened, rows

pytestmark = pytest.mark.anyio

Order = dict[str, Any]
A_TIME: Final = "2026-01-01T00:00:00.000Z"
# In the midst of many.
AN_ID: Final = "01900000-0000-7000-8000-000000001500"
FIRST = "00000000-0000"
CHOSEN: Final = {
    "customer_id": "ann",
    "status": "paid",
    "payment_status": "failed",
    "product_id": "tea",
    "since": FIRST,
    "text": "web",
    "number": "4RZ1-K7QW-9T",
    "external_id": "web-1",
}
MANY: Final = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {}) SELECT {} FROM s",
    "postgresql": "SELECT {1} FROM (SELECT n FROM generate_series(1, {0}) AS n) AS s",
}
NUMBERED: Final = {"sqlite": "printf('%012d', n)", "postgresql": "lpad(n::text, 12, '0')"}


async def walked(service: Caller, query: str, limit: int = 2) -> list[Order]:
    """Every order that a search finds, page after page; no page has more than it may."""
    found: list[Order] = []
    target = f"/orders?limit={limit}&{query}"
    while target:
        answer = await service.send("GET", target)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["items"]) <= limit
        found += answer.json()["items"]
        target = answer.links["next"]["url"] if "next" in answer.links else ""
    return found


async def stocked(service: Caller) -> list[Order]:
    """A few orders of two customers in two statuses, as a list shows them."""
    wishes = [
        {"customerId": "ann", "items": ["tea", "tea"], "externalId": "web-1"},
        {"customerId": "ann", "items": ["tea", "jam"]},
        {"customerId": "bob", "items": ["jam"], "externalId": "web-2"},
        {"customerId": "bob", "items": ["tea"], "externalId": "shop-1"},
        {"customerId": "website", "items": ["jam", "tea"], "externalId": "web-3"},
    ]
    for wish in wishes:
        created = await service.create(**wish)
        if "jam" in wish["items"]:
            await service.patch(created["id"], "paid")
    return await walked(service, "", 100)


def passes(order: Order, name: str, value: str) -> bool:
    """What the contract says of each filter."""
    named = (order["number"], order.get("externalId", ""), order["customerId"])
    found = {
        "productId": value in order["items"],
        "createdFrom": order["createdAt"] >= value,
        "createdTo": order["createdAt"] < value,
        "q": any(text.startswith(value) for text in named),
    }
    return bool(found.get(name, order.get(name) == value))


def listed(stock: Sequence[Order], sort: str) -> list[object]:
    """The ids in the order of a sort."""
    key = sort.removeprefix("-")
    places = sorted(((order[key], order["id"]) for order in stock), reverse=sort.startswith("-"))
    return [order_id for _, order_id in places]


async def test_any_filters_in_any_sort_find_what_the_contract_says(orders: Caller) -> None:
    stock = await stocked(orders)
    middle = stock[2]
    asked = {
        "customerId": "ann",
        "status": "paid",
        "paymentStatus": "pending",
        "productId": "tea",
        "createdFrom": stock[1]["createdAt"],
        "createdTo": stock[4]["createdAt"],
        "q": "web",
        "number": middle["number"],
        "externalId": "web-2",
    }
    chosen = [names for size in (1, 2, 3) for names in combinations(asked, size)]
    for number, names in enumerate(chosen):
        sort = list(SORTS)[number % len(SORTS)]
        found = await walked(orders, "&".join([f"sort={sort}", *(f"{name}={asked[name]}" for name in names)]))
        expected = [order for order in stock if all(passes(order, name, asked[name]) for name in names)]
        assert [order["id"] for order in found] == listed(expected, sort), (names, sort)


@pytest.mark.parametrize("sort", SORTS)
async def test_a_walk_in_any_sort_meets_each_order_once(orders: Caller, sort: str) -> None:
    stock = await stocked(orders)
    await rows(orders.settings, f"UPDATE orders SET updated_at = '{A_TIME}' WHERE customer_id = 'bob' RETURNING id")
    shown = [{**order, "updatedAt": A_TIME} if order["customerId"] == "bob" else order for order in stock]
    assert [order["id"] for order in await walked(orders, f"sort={sort}")] == listed(shown, sort)


async def test_a_number_is_found_by_its_beginning_however_it_is_written(orders: Caller) -> None:
    order = await orders.create()
    await orders.create()
    for begin in (str(order["number"])[:6], str(order["number"]).lower()):
        page = (await orders.send("GET", f"/orders?q={begin}")).json()
        assert [found["id"] for found in page["items"]] == [order["id"]]


@pytest.mark.parametrize("text", ["%25%25%25", "___", "web%25", "' OR '1'='1", "\\\\\\"])
async def test_no_letter_of_a_search_stands_for_others(orders: Caller, text: str) -> None:
    await stocked(orders)
    assert (await orders.send("GET", f"/orders?q={text}")).json()["items"] == []


async def test_a_cursor_is_the_same_place_under_other_filters_and_backwards(orders: Caller) -> None:
    first, second, third, *_ = await stocked(orders)
    cursor = (await orders.send("GET", "/orders?limit=2")).json()["nextCursor"]
    back = await walked(orders, f"sort=-createdAt&cursor={cursor}")
    assert [order["id"] for order in back] == [first["id"]]
    other = await walked(orders, f"customerId=bob&status=paid&cursor={cursor}")
    assert [order["id"] for order in other] == [third["id"]]
    assert second["customerId"] == "ann"


async def test_an_archived_order_is_found_by_nothing(orders: Caller) -> None:
    stock = await stocked(orders)
    await orders.send("DELETE", f"/orders/{stock[3]['id']}", orders.token("orders.admin"))
    asked = ["customerId=bob", "status=pending", "paymentStatus=pending", "productId=tea", "q=shop", "q=bob", ""]
    asked += ["externalId=shop-1", f"number={stock[3]['number']}", "createdFrom=2000-01-01T00:00:00Z"]
    for query in asked:
        for sort in ("createdAt", "-updatedAt"):
            found = await walked(orders, f"sort={sort}&{query}")
            assert stock[3]["id"] not in [order["id"] for order in found], (query, sort)


async def test_an_owner_finds_its_own_orders_only(orders: Caller) -> None:
    await stocked(orders)
    token = orders.token("orders.read.own", sub="ann")
    for query, expected in {"q=web": 1, "productId=tea": 2, "externalId=web-2": 0, "sort=-updatedAt": 2}.items():
        assert len((await orders.send("GET", f"/orders?{query}", token)).json()["items"]) == expected, query


async def test_the_same_moment_is_found_in_any_time_zone_and_precision(embedded: Caller) -> None:
    order = await embedded.create()
    day, _, time = str(order["createdAt"]).partition("T")
    second, _, millisecond = time.rstrip("Z").partition(".")
    same = {
        f"{day}T{second}.{millisecond}Z",
        f"{day}t{second}.{millisecond}000z",
        f"{day}T{second}.{millisecond}%2B00:00",
    }
    for at in same:
        assert (await embedded.send("GET", f"/orders?createdFrom={at}")).json()["total"] == 1, at
        assert (await embedded.send("GET", f"/orders?createdTo={at}")).json()["total"] == 0, at
    for at in ("0001-01-01T00:00:00%2B23:00", "1969-12-31T23:59:59Z"):
        assert (await embedded.send("GET", f"/orders?createdFrom={at}")).json()["total"] == 1
    assert (await embedded.send("GET", "/orders?createdTo=9999-12-31T23:59:59.999Z")).json()["total"] == 1


async def test_a_search_that_makes_no_sense_is_refused(embedded: Caller) -> None:
    days = ["createdFrom=2026-11-21", "createdFrom=2026-02-30T00:00:00Z"]
    times = ["createdTo=x", "createdTo=2026-01-01T00:00:00", "createdFrom=2016-12-31T23:59:60Z"]
    texts = ["q=ab", f"q={'x' * 256}", "number=1", "productId=", "externalId=", "sort=total", "sort=", "paid=true"]
    places = [f"cursor={'A' * 30}", f"sort=updatedAt&cursor={'A' * 22}", f"sort=updatedAt&cursor={'_' * 30}"]
    ranges = ["createdFrom=2026-01-02T00:00:00Z&createdTo=2026-01-01T00:00:00Z"]
    for query in [*days, *times, *texts, *places, *ranges, "paymentStatus=none"]:
        answer = await embedded.send("GET", f"/orders?{query}")
        assert problem_of(answer) == (400, "validation_error"), query
        named = "cursor" if "cursor" in query else query.partition("=")[0]
        pointer = answer.json()["errors"][0]["pointer"]
        assert pointer == ("query" if named == "paid" else f"query:{named}"), query


async def flooded(settings: OrdersSettings, orders: int) -> None:
    """So many orders of tea; all are pending but the first and the last."""
    kind = kind_of(settings)
    digits = NUMBERED[kind]
    row = {
        "id": f"'01900000-0000-7000-8000-' || {digits}",
        "number": f"substr({digits}, 3, 4) || '-' || substr({digits}, 7, 4) || '-' || substr({digits}, 11)",
        "workflow": "'standard'",
        "status": f"CASE WHEN n IN (1, {orders}) THEN 'paid' ELSE 'pending' END",
        "customer_id": "'ann'",
        "items": "'[\"tea\"]'",
        "external_id": f"'web-' || {digits}",
        "metadata": "'{}'",
        "version": "1",
        **dict.fromkeys(("created_at", "updated_at"), f"'{A_TIME}'"),
        "created_by": "'ann'",
    }
    many = MANY[kind].format(orders, ", ".join(row.get(name, "NULL") for name in COLUMNS.split(", ")))
    await rows(settings, f"INSERT INTO orders ({COLUMNS}) {many} RETURNING 1")
    await rows(settings, "INSERT INTO order_lines SELECT 'tea', id FROM orders WHERE true RETURNING 1")
    await rows(settings, "INSERT INTO counts SELECT 'orders', status, 0, count(*) FROM orders GROUP BY 2 RETURNING 1")
    await rows(settings, f"INSERT INTO counts VALUES ('orders of ann', 'pending', 0, {orders}) RETURNING 1")


@pytest.mark.parametrize("query", ["productId=tea", "customerId=ann", "sort=-updatedAt&customerId=ann"])
async def test_a_page_stops_where_it_has_looked_at_enough_and_the_next_goes_on(orders: Caller, query: str) -> None:
    await flooded(orders.settings, LOOKED_AT + 2)
    page = (await orders.send("GET", f"/orders?status=paid&limit=5&{query}")).json()
    assert (len(page["items"]), "nextCursor" in page) == (1, True)
    assert len(await walked(orders, f"status=paid&{query}", 5)) == 2


async def test_what_is_counted_at_each_call_is_counted_so_far_only(orders: Caller) -> None:
    await flooded(orders.settings, LOOKED_AT + 2)
    for query in ("q=web-0", "createdFrom=2000-01-01T00:00:00Z", "productId=tea"):
        page = (await orders.send("GET", f"/orders?{query}")).json()
        assert (page["total"], page["totalIsAtLeast"]) == (LOOKED_AT, True), query
    some = (await orders.send("GET", "/orders?productId=tea&status=paid")).json()
    assert (some["total"], some["totalIsAtLeast"]) == (1, True)
    assert (await orders.send("GET", "/orders?createdFrom=2100-01-01T00:00:00Z")).json()["total"] == 0


def searched(*names: str) -> Filter:
    return Filter(**{name: CHOSEN[name] for name in names})


async def plan(settings: OrdersSettings, query: Query) -> list[str]:
    """How the database goes about it, in a session as the service has them."""
    explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN (ANALYZE, TIMING OFF) "}[kind_of(settings)]
    async with opened(settings) as database:
        return [str(row[-1]) for row in await database.fetch(explain + query.statement, *query.values)]


def looked_at(step: str) -> float:
    """How many rows a step of PostgreSQL's looked at, which SQLite does not tell."""
    times = re.search(r"actual rows=([0-9.]+) loops=([0-9]+)", step)
    removed = re.search(r"Rows Removed by .*: ([0-9]+)", step)
    return float(times[1]) * int(times[2]) if times else float(removed[1]) if removed else 0


def is_of_everything(step: str) -> bool:
    """Whether a step of SQLite's reads all that there is, in no order that it could stop in."""
    return step.startswith(("SCAN orders", "SCAN order_lines")) and "USING" not in step


@pytest.mark.parametrize("sort", SORTS)
async def test_no_search_looks_at_more_orders_than_it_may(settings: OrdersSettings, sort: str) -> None:
    await flooded(settings, LOOKED_AT * 3)
    chosen = chain.from_iterable(combinations(CHOSEN, size) for size in (0, 1, 2))
    for names, are_few in product(chosen, (False, True)):
        search = search_of(searched(*names), SORTS[sort], are_few=are_few and sort.endswith("updatedAt"))
        places = (Place(10, 0), Place(10, 0, AN_ID, A_TIME))
        for query in (*map(search.page, places), *([search.total()] if names else [])):
            steps = await plan(settings, query)
            assert max(map(looked_at, steps)) <= LOOKED_AT, (names, query.statement, steps)
            assert not any(map(is_of_everything, steps)), (names, query.statement, steps)


@pytest.mark.parametrize("sort", SORTS)
async def test_what_one_index_holds_is_never_sorted(settings: OrdersSettings, sort: str) -> None:
    by_time = SORTS[sort].by_time
    by_id = [("customer_id",), ("status",), ("payment_status",), ("customer_id", "since"), ("since",)]
    for names in [(), *([] if by_time else by_id)]:
        steps = await plan(settings, search_of(searched(*names), SORTS[sort]).page(Place(10, 0, AN_ID, A_TIME)))
        assert not any("Sort" in step or "TEMP B-TREE" in step for step in steps), (names, steps)
