"""Statistics: whatever happens to orders, what is kept is what a recount finds, and groups add up."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import given
from hypothesis import strategies as st

from orders.settings import OrdersSettings
from tests.service import Caller, problem_of, running_beside
from tests.storage import kept_counts, recounted, rows
from tests.test_order_life import BOUNDED

CALLS: Final = {
    "cancel": ("cancel", {"reason": "No longer wanted"}),
    "pay": ("payments", {"status": "successful"}),
    "refund": ("refunds", {"reason": "It came broken"}),
}
Step = tuple[str, int, str]
PRICES: Final = ["0.00 USD", "29.99 USD", "3333333333333.33 USD", "7 JPY", "0.001 BHD"]
STEPS: Final = st.one_of(
    st.tuples(st.sampled_from(["create", "create many", "edit"]), st.integers(1, 3), st.sampled_from([*PRICES, ""])),
    st.tuples(st.just("advance"), st.integers(0, 9), st.sampled_from(["paid", "shipped", "delivered", "cancelled"])),
    st.tuples(st.sampled_from(["cancel", "pay", "refund", "archive"]), st.integers(0, 9), st.just("")),
)


async def told(service: Caller, query: str = "") -> list[dict[str, Any]]:
    answer = await service.send("GET", f"/stats/orders?{query}", service.token("orders.admin"))
    assert answer.status_code == 200, answer.text
    groups: list[dict[str, Any]] = answer.json()["groups"]
    return groups


def wish(number: int, price: str) -> dict[str, object]:
    """An order of so many pieces at a price, or of mere items; what it is of depends on how many they are."""
    product = f"item-{number}"
    if not price:
        return {"customerId": f"customer-{number}", "items": [product] * number}
    amount, currency = price.split()
    line = {"productId": product, "quantity": number, "unitPrice": {"amount": amount, "currency": currency}}
    return {"customerId": f"customer-{number}", "lines": [line]}


@pytest.fixture
def served(settings: OrdersSettings) -> Iterator[tuple[BlockingPortal, Sequence[Caller]]]:
    """Two services on one database."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(running_beside(settings, 2)) as callers:
        yield portal, callers


async def lived(services: Sequence[Caller], steps: Sequence[Step]) -> None:
    """Orders are created and changed, as far as their workflow lets them, by all services at once."""
    ids: list[str] = []

    async def live(number: int, service: Caller) -> None:
        for step in steps[number :: len(services)]:
            await stepped(service, step, ids)

    await asyncio.gather(*(live(number, service) for number, service in enumerate(services)))


async def stepped(service: Caller, step: Step, ids: list[str]) -> None:
    what, number, detail = step
    if what == "create":
        ids.append((await service.send("POST", "/orders", json=wish(number, detail))).json()["id"])
    elif what == "create many":
        wishes = [wish(each, detail) for each in range(1, number + 1)]
        many = {"orders": [{"idempotencyKey": str(uuid4()), "order": each} for each in wishes]}
        answer = await service.send("POST", "/orders/bulk", service.token("orders.admin"), json=many)
        ids.extend(result["order"]["id"] for result in answer.json()["results"])
    elif ids:
        await changed(service, what, ids[number % len(ids)], detail)


async def changed(service: Caller, what: str, order_id: str, detail: str) -> None:
    """Whether an order allows it or not."""
    path, order = f"/orders/{order_id}", await service.send("GET", f"/orders/{order_id}")
    if what == "edit" and order.status_code == 200:
        body = {**wish(2, detail), "customerId": order.json()["customerId"]}
        await service.send("PUT", path, {**service.token(), "If-Match": order.headers["etag"]}, json=body)
    elif what == "advance":
        await service.patch(order_id, detail)
    elif what == "archive":
        await service.send("DELETE", path, service.token("orders.admin"))
    elif what in CALLS:
        await service.send("POST", f"{path}/{CALLS[what][0]}", json=CALLS[what][1])


async def facts(service: Caller, key: str) -> dict[str, list[object]]:
    """The number of orders and their sums in minor units, in each group, as the list of all orders has them."""
    numbers: Counter[str] = Counter()
    sums: dict[str, Counter[str]] = {}
    for order in (await service.send("GET", "/orders?limit=100")).json()["items"]:
        total = order.get("totals", {}).get("total", {"currency": "XXX", "amount": "0"})
        group = {"status": order["status"], "currency": total["currency"], "day": order["createdAt"][:10]}[key]
        numbers[group] += 1
        if total["currency"] != "XXX":
            sums.setdefault(group, Counter())[total["currency"]] += int(total["amount"].replace(".", ""))
    return {group: [number, dict(sums.get(group, {}))] for group, number in numbers.items()}


def shown(groups: Sequence[dict[str, Any]]) -> dict[str, list[object]]:
    sums = ({each["currency"]: int(each["amount"].replace(".", "")) for each in group["totals"]} for group in groups)
    return {group["key"]: [group["orders"], totals] for group, totals in zip(groups, sums, strict=True)}


async def products(settings: OrdersSettings) -> set[tuple[str, str]]:
    """The products of each order that is not archived, and its id."""
    found = await rows(settings, "SELECT id, items FROM orders WHERE archived_at IS NULL")
    return {(product, str(order_id)) for order_id, items in found for product in json.loads(str(items))}


def test_after_any_history_what_is_kept_is_what_a_recount_finds(
    served: tuple[BlockingPortal, Sequence[Caller]],
) -> None:
    portal, services = served
    settings = services[0].settings

    @BOUNDED
    @given(st.lists(STEPS, max_size=16))
    def holds(steps: list[Step]) -> None:
        portal.call(lived, services, steps)
        assert portal.call(kept_counts, settings) == portal.call(recounted, settings)
        kept = portal.call(rows, settings, "SELECT product_id, order_id FROM order_lines")
        assert set(map(tuple, kept)) == portal.call(products, settings)

    holds()


@pytest.mark.parametrize("key", ["status", "day", "currency"])
@pytest.mark.anyio
async def test_groups_have_the_orders_that_the_list_has(orders: Caller, key: str) -> None:
    steps = [("create", number, price) for number in (1, 2, 3) for price in (*PRICES, "")]
    await lived(
        [orders], [*steps, *(("advance", number, "paid") for number in range(0, 10, 2)), ("advance", 1, "cancelled")]
    )
    assert shown(await told(orders, f"groupBy={key}")) == await facts(orders, key)


@pytest.mark.anyio
async def test_a_range_has_both_of_its_days_and_what_every_process_counted(orders: Caller) -> None:
    days = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"]
    cells = [(day, slot) for day in days for slot in (0, 1)]
    values = ", ".join(f"('created on {day}', 'orders USD paid', {slot}, {slot + 1})" for day, slot in cells)
    await rows(orders.settings, f"INSERT INTO counts VALUES {values} RETURNING 1")
    groups = await told(orders, "from=2026-01-02&to=2026-01-03&groupBy=day")
    assert [(group["key"], group["orders"]) for group in groups] == [("2026-01-02", 3), ("2026-01-03", 3)]
    assert await told(orders, "from=2026-01-02&to=2026-01-03") == [
        {"key": "paid", "orders": 6, "totals": [{"amount": "0.00", "currency": "USD"}]}
    ]
    assert await told(orders, "to=2025-12-31") == []


@pytest.mark.anyio
async def test_the_last_thirty_days_are_told_unless_said_otherwise(embedded: Caller) -> None:
    await embedded.create()
    answer = (await embedded.send("GET", "/stats/orders", embedded.token("orders.admin"))).json()
    assert answer["to"] == datetime.now(UTC).date().isoformat()
    assert (datetime.fromisoformat(answer["to"]) - datetime.fromisoformat(answer["from"])).days == 29
    assert (answer["groupBy"], answer["groups"]) == ("status", [{"key": "pending", "orders": 1, "totals": []}])


@pytest.mark.anyio
async def test_a_range_that_makes_no_sense_is_refused(embedded: Caller) -> None:
    wrong = ["from=2026-01-02&to=2026-01-01", "from=2025-01-01&to=2026-01-02", "from=0000-01-01", "to=2026-02-30"]
    for query in [*wrong, "from=2026-01-01T00:00:00Z", "groupBy=customer", "from=", "since=2026-01-01"]:
        answer = await embedded.send("GET", f"/stats/orders?{query}", embedded.token("orders.admin"))
        assert problem_of(answer) == (400, "validation_error"), query


@pytest.mark.anyio
async def test_statistics_are_for_admins_alone(embedded: Caller) -> None:
    for scope in ("orders.read", "orders.write", "orders.read.own"):
        answer = await embedded.send("GET", "/stats/orders", embedded.token(scope))
        assert problem_of(answer) == (403, "forbidden"), scope
