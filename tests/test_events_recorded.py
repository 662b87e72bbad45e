"""Events are recorded with the change that they announce: each once, as the event contract has them, or not at all."""

import asyncio
import json
from datetime import datetime
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from opentelemetry.trace import NoOpTracer
from pydantic import BaseModel

from orders.event_models import OrderCreatedData, OrderUpdatedData
from service_standard.contract import EventContract, load_event_contract
from service_standard.events.event import LARGEST_EVENT, EventBuilder, EventRefused, Fact
from service_standard.problems import CONTENT_TOO_LARGE, Problem
from tests.service import ROOT, Caller
from tests.storage import rows

pytestmark = pytest.mark.anyio

SEQUENCE = "0" * 19 + "7"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
WISH = {"customerId": "Zoë & Söhne", "items": ["item-1", "item-1"], "metadata": {"channel": "web"}}
Envelope = dict[str, Any]


@pytest.fixture(scope="module")
def contract() -> EventContract:
    return load_event_contract(ROOT / "asyncapi" / "orders.yaml")


async def recorded(service: Caller) -> list[Envelope]:
    """The envelopes in the outbox; each stands under its own id, type and key."""
    found = await rows(service.settings, "SELECT event_id, type, partition_key, envelope FROM outbox ORDER BY id")
    envelopes = [json.loads(str(row[3])) for row in found]
    assert [[e["id"], e["type"], e["partitionkey"]] for e in envelopes] == [list(row[:3]) for row in found]
    return envelopes


async def test_each_change_is_announced_once_with_what_it_made(orders: Caller) -> None:
    order = await orders.create(**WISH)
    for status in ("paid", "shipped"):
        await orders.patch(order["id"], status)
    created, paid, shipped = await recorded(orders)
    known = {name: order[name] for name in ("id", "number", "customerId")}
    assert created["data"] == {**known, "items": order["items"], "status": "pending", "version": 1}
    known["paymentStatus"] = "paid"
    assert paid["data"] == {**known, "status": "paid", "previousStatus": "pending", "version": 2}
    assert shipped["data"] == {**known, "status": "shipped", "previousStatus": "paid", "version": 3}
    assert [event["type"] for event in (created, paid, shipped)] == ["order.created", "order.updated", "order.updated"]
    assert len({event["id"] for event in (created, paid, shipped)}) == 3


async def test_many_changes_at_once_are_announced_once_each(orders: Caller) -> None:
    created = await asyncio.gather(*(orders.create() for _ in range(30)))
    await asyncio.gather(*(orders.patch(order["id"], "paid") for order in created))
    events = await recorded(orders)
    announced = sorted((event["type"], event["partitionkey"]) for event in events)
    assert announced == sorted((kind, order["id"]) for order in created for kind in ("order.created", "order.updated"))


async def test_what_is_recorded_is_what_the_event_contract_declares(orders: Caller, contract: EventContract) -> None:
    token = {**orders.token(), "traceparent": f"00-{TRACE}-{'1' * 16}-01"}
    order = (await orders.send("POST", "/orders", token, json=WISH)).json()
    await orders.send("PATCH", f"/orders/{order['id']}", orders.token(), json={"status": "cancelled"})
    events = await recorded(orders)
    for event in events:
        assert contract.sent[event["type"]].envelope.errors({**event, "sequence": SEQUENCE}) == []
        assert (event["source"], event["subject"]) == ("urn:service:orders", f"orders/{order['id']}")
        assert "sequence" not in event
    assert events[0]["time"] == order["createdAt"]
    assert events[0]["traceparent"].split("-")[1] == TRACE
    assert events[0]["traceparent"].split("-")[2] != "1" * 16
    assert events[1]["traceparent"].split("-")[1] != TRACE


async def test_the_cloudevents_sdk_reads_each_attribute_as_it_was_written(orders: Caller) -> None:
    order = await orders.create(**WISH)
    await orders.patch(order["id"], "paid")
    for event in await recorded(orders):
        whole = {**event, "sequence": SEQUENCE}
        read = JSONFormat().read(CloudEvent, json.dumps(whole).encode())
        data = whole.pop("data")
        assert read.get_data() == data
        assert read.get_attributes() == {**whole, "time": datetime.fromisoformat(whole["time"])}


async def test_what_is_refused_or_replayed_announces_nothing(orders: Caller) -> None:
    token = {**orders.token(), "Idempotency-Key": "key"}
    order = (await orders.send("POST", "/orders", token, json={**WISH, "externalId": "web-1"})).json()
    path = f"/orders/{order['id']}"
    pay, change = {"status": "paid"}, orders.token()
    answers = [
        await orders.send("POST", "/orders", token, json={**WISH, "externalId": "web-1"}),
        await orders.send("POST", "/orders", json={**WISH, "externalId": "web-1"}),
        await orders.send("POST", "/orders", token, json=WISH),
        await orders.send("POST", "/orders", json={"items": []}),
        await orders.send("POST", "/orders", {}, json=WISH),
        await orders.send("POST", "/orders", orders.token("orders.read"), json=WISH),
        await orders.send("PATCH", path, change, json={"status": "delivered"}),
        await orders.send("PATCH", path, {**change, "If-Match": '"7"'}, json=pay),
        await orders.send("PATCH", "/orders/unknown", change, json=pay),
        await orders.send("PATCH", path, orders.token("orders.write.own", sub="somebody"), json=pay),
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 422, 400, 401, 403, 409, 412, 404, 404]
    assert [event["type"] for event in await recorded(orders)] == ["order.created"]
    assert await rows(orders.settings, "SELECT version FROM order_history") == [(1,)]


def fact(data: BaseModel | None = None, **changed: Any) -> Fact:
    """A fact that the contract declares, but for what was changed."""
    sound = OrderUpdatedData(
        id="a", number="4RZ1-K7QW-9T", customerId="c", status="paid", previousStatus="pending", version=2
    )
    facts: dict[str, Any] = {
        "type": "order.updated",
        "subject": "orders/a",
        "key": "a",
        "time": "2026-11-21T09:30:00.000Z",
        "data": data or sound,
        **changed,
    }
    return Fact(**facts)


def created(items: list[str], customer: str = "c") -> OrderCreatedData:
    return OrderCreatedData(
        id="a", number="4RZ1-K7QW-9T", customerId=customer, items=items, status="pending", version=1
    )


def test_an_event_that_another_one_caused_names_it(contract: EventContract) -> None:
    event = EventBuilder(contract, NoOpTracer()).build("event", fact(causation="cause"))
    assert (event.id, event.type, event.key) == ("event", "order.updated", "a")
    envelope = json.loads(event.envelope)
    assert envelope["causationid"] == "cause"
    assert "traceparent" not in envelope


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (fact(type="order.lost"), "order.lost is not an event that the contract declares"),
        (fact(subject="customers/a"), "subject must match"),
        (fact(subject="orders/"), "subject must match"),
        (fact(time="2026-11-21T09:30:00+01:00"), "time must match"),
        (fact(time="yesterday"), "time must"),
        (fact(key=""), "partitionkey should not be empty"),
        (fact(causation=""), "causationid should not be empty"),
        (fact(created(["item-1"])), "data.previousStatus is required"),
        (fact(created([]), type="order.created"), "data.items must contain at least 1 elements"),
        (fact(created(["x"], "line\nbreak"), type="order.created"), "data.customerId must match"),
    ],
)
def test_what_the_contract_does_not_allow_cannot_be_recorded(
    contract: EventContract, refused: Fact, reason: str
) -> None:
    with pytest.raises(EventRefused, match=reason):
        EventBuilder(contract, NoOpTracer()).build("event", refused)


def test_an_event_fills_its_64_kib_with_its_sequence_and_not_more(contract: EventContract) -> None:
    builder = EventBuilder(contract, NoOpTracer())
    items = ["i" * 250] * 250
    size = len(builder.build("event", fact(created([*items, "i"]), type="order.created")).envelope)
    rest = LARGEST_EVENT - size - len(f'"sequence":"{SEQUENCE}",')
    filling = [*items, *["i" * 200] * (rest // 203), "i" * (1 + rest % 203)]
    event = builder.build("event", fact(created(filling), type="order.created"))
    assert len(event.envelope) + len(f'"sequence":"{SEQUENCE}",') == LARGEST_EVENT
    filling[-1] += "i"
    with pytest.raises(Problem) as refused:
        builder.build("event", fact(created(filling), type="order.created"))
    assert refused.value.problem_type == CONTENT_TOO_LARGE
