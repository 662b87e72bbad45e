"""Events of a catalogue: each change of a product or a customer is told once, with nothing that is personal."""

from operator import itemgetter

import pytest
from pydantic_core import from_json

from orders.law import SENT_BY_CATALOG
from tests.catalog.shop import SCOPES, ask, buy, line, offer, usd
from tests.events.receiver import Receiver
from tests.events.stream import eventually
from tests.service import MANIFEST, Caller, law_of, problem_of, running
from tests.storage import count, kept_counts, rows
from tests.test_events_recorded import SEQUENCE, TRACE, Envelope, recorded

pytestmark = pytest.mark.anyio

ADA = {"id": "ada", "name": "Ada Moss", "email": "ada@example.com", "phone": "+1 617 555 0100"}


async def told(service: Caller) -> list[Envelope]:
    """The envelopes in the outbox, each of which its contract allows once it has its place in the stream."""
    envelopes = await recorded(service)
    sent = law_of(MANIFEST, catalog="embedded").events.sent
    faults = [sent[each["type"]].envelope.errors({**each, "sequence": SEQUENCE}) for each in envelopes]
    assert [*filter(None, faults)] == []
    return envelopes


async def stored(service: Caller) -> list[object]:
    """What is on the shelves, and what is counted of it."""
    shelves = [
        await rows(service.settings, f"SELECT * FROM {table} ORDER BY id") for table in ("products", "customers")
    ]
    return [*shelves, await kept_counts(service.settings)]


async def test_each_change_of_a_product_is_told_with_what_it_made(shop: Caller) -> None:
    created = await offer(shop, "laptop", 2)
    changed = (await ask(shop, "PUT", "/products/laptop", {"name": "Book", "price": usd("3")})).json()
    archived = (await ask(shop, "DELETE", "/products/laptop")).json()
    offered = (await ask(shop, "PUT", "/products/laptop", {"name": "Book", "price": usd("4")})).json()
    events = await told(shop)
    assert [event["type"] for event in events] == ["product.created", *["product.updated"] * 3]
    assert [event["data"] for event in events] == [
        {"id": "laptop", "name": "Laptop", "price": usd("2.50")},
        {"id": "laptop", "name": "Book", "price": usd("3.00")},
        {"id": "laptop", "name": "Book", "price": usd("3.00"), "archivedAt": archived["archivedAt"]},
        {"id": "laptop", "name": "Book", "price": usd("4.00")},
    ]
    products = [created, changed, archived, offered]
    assert [event["time"] for event in events] == [product["updatedAt"] for product in products]
    assert {(event["subject"], event["partitionkey"]) for event in events} == {("products/laptop", "laptop")}


async def test_each_change_of_a_customer_is_told_and_nothing_of_what_is_said_of_them(shop: Caller) -> None:
    await ask(shop, "POST", "/customers", ADA)
    await ask(shop, "PUT", "/customers/ada", {"name": "Ada Reed"})
    await ask(shop, "DELETE", "/customers/ada")
    events = await told(shop)
    assert [event["type"] for event in events] == ["customer.created", "customer.updated", "customer.updated"]
    assert [event["data"] for event in events] == [{"id": "ada"}] * 3
    assert {event["subject"] for event in events} == {"customers/ada"}
    assert "Ada" not in str(events)
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)


async def test_what_changes_nothing_is_told_to_nobody(shop: Caller) -> None:
    await offer(shop, "laptop")
    await ask(shop, "DELETE", "/products/laptop")
    before = await count(shop.settings, "outbox")
    body = {"name": "Laptop", "price": usd("1")}
    assert (await ask(shop, "DELETE", "/products/laptop")).status_code == 200
    assert problem_of(await ask(shop, "POST", "/products", {**body, "id": "laptop"})) == (409, "conflict")
    stale = await ask(shop, "PUT", "/products/laptop", body, If_Match='"1"')
    assert problem_of(stale) == (412, "precondition_failed")
    assert problem_of(await ask(shop, "DELETE", "/customers/nobody")) == (404, "not_found")
    assert await count(shop.settings, "outbox") == before


async def test_a_change_whose_event_cannot_be_recorded_is_not_made(shop: Caller) -> None:
    await offer(shop, "laptop", 2)
    await ask(shop, "POST", "/customers", ADA)
    before = await stored(shop)
    await rows(shop.settings, "ALTER TABLE outbox RENAME TO hidden")
    refused = [
        await ask(shop, "POST", "/products", {"id": "mouse", "name": "Mouse", "price": usd("1")}),
        await ask(shop, "PUT", "/products/laptop", {"name": "Book", "price": usd("3")}),
        await ask(shop, "DELETE", "/products/laptop"),
        await ask(shop, "DELETE", "/customers/ada"),
    ]
    assert [problem_of(answer) for answer in refused] == [(500, "internal_error")] * len(refused)
    assert await stored(shop) == before


async def test_an_event_is_of_the_trace_of_its_request(shop: Caller) -> None:
    traced = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    await ask(shop, "POST", "/customers", ADA, **traced)
    await ask(shop, "PUT", "/customers/ada", {"name": "Ada Reed"}, **traced)
    await ask(shop, "DELETE", "/customers/ada", **traced)
    assert [event["traceparent"].split("-")[1] for event in await told(shop)] == [TRACE] * 3


async def test_the_feed_has_the_events_of_orders_and_of_what_they_are_of(small_shop: Caller) -> None:
    await offer(small_shop, "laptop", 2)
    order = (await buy(small_shop, line("laptop"))).json()
    events = (await small_shop.send("GET", "/events", small_shop.token(*SCOPES, "orders.events"))).json()
    assert [(event["type"], event["data"]["id"]) for event in events] == [
        ("product.created", "laptop"),
        ("order.created", order["id"]),
    ]
    assert [event["sequence"] for event in events] == [f"{place:020}" for place in (1, 2)]
    document = (await small_shop.send("GET", "/asyncapi.json", {})).json()
    assert {"ProductData", "CustomerData"} < set(document["components"]["schemas"])


async def test_a_sink_has_them_as_the_feed_has(small_shop: Caller) -> None:
    with Receiver() as receiver:

        async def all_came() -> bool:
            return len(receiver.requests) == 3

        delivering = {"event_sinks": ("http",), "event_http_url": receiver.url}
        async with running(small_shop.settings.model_copy(update=delivering)) as shop:
            await offer(shop, "laptop", 2)
            await ask(shop, "POST", "/customers", ADA)
            await buy(shop, line("laptop"))
            await eventually(all_came)
            feed = (await shop.send("GET", "/events", shop.token("orders.events"))).json()
    delivered = [from_json(request.body) for request in receiver.requests]
    assert sorted(delivered, key=itemgetter("sequence")) == feed
    assert [event["type"] for event in feed] == ["product.created", "customer.created", "order.created"]


def test_without_a_catalogue_the_contract_has_no_event_of_one() -> None:
    without, with_one = (set(law_of(MANIFEST, catalog=chosen).events.sent) for chosen in ("none", "embedded"))
    assert without < with_one
    assert with_one - without == set(SENT_BY_CATALOG)
