"""One request is one trace: from the HTTP call through its transaction to the event, and to whoever handles that."""

import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from functools import partial

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from orders.settings import OrdersSettings
from service_standard.contract import load_event_contract
from service_standard.database import Write
from service_standard.inbox.inbox import Inbound, Inbox, Refused
from service_standard.telemetry.providers import Telemetry
from service_standard.telemetry.spans import context_of, current_ids, in_span
from tests.events.stream import eventually
from tests.events.test_payments import event as payment
from tests.events.test_payments import tell
from tests.service import ROOT, settings_for
from tests.storage import held, opened, rows
from tests.traces import Traced, Traces, attributes, collected, traceparent

pytestmark = pytest.mark.anyio

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
FOREIGN = f"00-{'a' * 32}-{'b' * 16}-01"
SECRET = "zoe-s3cret"


@pytest.fixture
def traces() -> Iterator[Traces]:
    with collected() as traces:
        yield traces


async def envelopes(settings: OrdersSettings) -> list[dict[str, str]]:
    return [json.loads(str(row[0])) for row in await rows(settings, "SELECT envelope FROM outbox ORDER BY id")]


async def test_a_change_is_a_transaction_and_an_event_below_its_request(
    traces: Traces, settings: OrdersSettings
) -> None:
    async with traces.of(settings) as orders:
        token = {**orders.token(), "traceparent": f"00-{TRACE}-{'1' * 16}-01"}
        wish = {"customerId": SECRET, "items": [SECRET], "externalId": SECRET}
        order = (await orders.send("POST", "/orders", token, json=wish)).json()
    server, transaction, create = (traces.only(n) for n in ("POST /orders", "transaction", "create order.created"))
    (event,) = await envelopes(settings)
    assert {span.trace_id.hex() for span in (server, transaction, create)} == {TRACE}
    assert (transaction.parent_span_id, create.parent_span_id) == (server.span_id, transaction.span_id)
    assert (transaction.kind, create.kind) == (Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_PRODUCER)
    system = settings.database_url.get_secret_value().partition(":")[0]
    assert attributes(transaction) == {"db.system.name": system}
    assert attributes(create) == {
        "messaging.operation.name": "create",
        "messaging.operation.type": "create",
        "messaging.destination.name": "orders.events",
        "messaging.message.id": event["id"],
    }
    assert event["traceparent"] == traceparent(create)
    assert [row[0] for row in await rows(settings, "SELECT trace_id FROM order_history")] == [TRACE]
    assert order["status"] == "pending"
    assert SECRET not in traces.everything()


async def test_changes_that_share_a_commit_say_how_many_they_are(traces: Traces, settings: OrdersSettings) -> None:
    async with traces.of(settings) as orders, held(settings, "orders"):
        first = asyncio.create_task(orders.create())
        others = [asyncio.create_task(orders.create()) for _ in range(5)]
        await asyncio.sleep(0.2)  # All of them have come as far as the queue, and the first waits for the database.
    await asyncio.gather(first, *others)
    sizes = [attributes(span).get("db.operation.batch.size", 1) for span in traces.named("transaction")]
    assert sum(1 / int(size) for size in sizes) < len(sizes)


async def test_a_change_that_is_refused_has_no_event_and_no_error(traces: Traces, settings: OrdersSettings) -> None:
    async with traces.of(settings) as orders:
        order = await orders.create()
        assert (await orders.patch(order["id"], "delivered")).status_code == 409
    assert [span.status.code for span in traces.named("transaction")] == [Status.STATUS_CODE_UNSET] * 2
    assert traces.named("create order.updated") == []


async def test_a_database_that_is_gone_is_an_error_of_its_transaction(traces: Traces, settings: OrdersSettings) -> None:
    async with traces.of(settings, database_timeout_seconds=0.2) as orders, held(settings, "orders"):
        answer = await orders.send("POST", "/orders", json={"customerId": SECRET, "items": ["item-1"]})
    transaction = traces.only("transaction")
    assert answer.status_code == 503
    assert transaction.status.code == Status.STATUS_CODE_ERROR
    assert attributes(transaction)["error.type"] == "DatabaseUnavailable"
    assert traces.named("create order.created") == []
    assert SECRET not in traces.everything()


async def test_the_relay_links_what_it_sends_to_its_creation(traces: Traces, settings: OrdersSettings) -> None:
    async with traces.of(settings) as orders:
        await orders.create()
        await eventually(partial(delivered, settings))
    create, send = traces.only("create order.created"), traces.only("send orders.events")
    assert [(link.trace_id, link.span_id) for link in send.links] == [(create.trace_id, create.span_id)]
    assert send.trace_id != create.trace_id
    assert (send.kind, attributes(send)["messaging.system"]) == (Span.SPAN_KIND_CLIENT, "log")


async def delivered(settings: OrdersSettings) -> bool:
    """Whether the one event has been written off by its sink."""
    return await rows(settings, "SELECT position FROM sink_cursors") == [(1,)]


async def test_an_event_over_http_is_processed_below_its_request(traces: Traces, settings: OrdersSettings) -> None:
    async with traces.of(settings) as orders:
        order = (await orders.create())["id"]
        assert await tell(orders, {**payment(order, reason=SECRET), "traceparent": FOREIGN}) == 202
    server, process = traces.only("POST /events"), traces.only("process payment.successful")
    transaction = next(span for span in traces.named("transaction") if span.parent_span_id == process.span_id)
    create = traces.only("create order.updated")
    assert (process.parent_span_id, process.kind) == (server.span_id, Span.SPAN_KIND_CONSUMER)
    assert create.parent_span_id == transaction.span_id
    assert create.trace_id == server.trace_id
    assert [traceparent(link) for link in process.links] == [FOREIGN]
    assert SECRET not in traces.everything()


async def test_a_message_of_a_broker_goes_on_with_the_trace_of_its_sender(settings: OrdersSettings) -> None:
    async def refuse(event: Inbound, done: Sequence[Write]) -> None:
        raise Refused(SECRET)

    traced = Traced()
    contract = load_event_contract(ROOT / "asyncapi" / "orders.yaml")
    async with opened(settings) as database:
        inbox = Inbox(database, contract, {"payment.successful": refuse}, 1, traced.telemetry.tracer)
        await inbox.receive({**payment("an-order", reason=SECRET), "traceparent": FOREIGN})
    span = traced.span
    assert (span.name, span.parent) == ("process payment.successful", context_of(FOREIGN))
    assert [link.context for link in span.links] == [context_of(FOREIGN)]
    assert span.context.trace_id == context_of(FOREIGN).trace_id
    assert (span.attributes or {})["error.type"] == "Refused"
    assert SECRET not in traced.everything()


async def test_ids_do_not_repeat_when_somebody_seeds_the_process() -> None:
    telemetry = Telemetry("orders", "1.0.0", settings_for("sqlite:///unused.db"))
    ids = set()
    for _ in range(2):
        random.seed(1)
        with in_span(telemetry.tracer, "work"):
            ids.add(current_ids())
    telemetry.shutdown()
    assert len(ids) == 2
