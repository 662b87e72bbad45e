"""One request is one trace: from the HTTP call through its transaction to the event, and to whoever handles that."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from service_standard.settings import Settings
from tests.storage import held, rows
from tests.traces import Traces, attributes, collected, traceparent

pytestmark = pytest.mark.anyio

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SECRET = "zoe-s3cret"


@pytest.fixture
def traces() -> Iterator[Traces]:
    with collected() as traces:
        yield traces


async def envelopes(settings: Settings) -> list[dict[str, str]]:
    return [json.loads(str(row[0])) for row in await rows(settings, "SELECT envelope FROM outbox ORDER BY id")]


async def test_a_change_is_a_transaction_and_an_event_below_its_request(traces: Traces, settings: Settings) -> None:
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


async def test_changes_that_share_a_commit_say_how_many_they_are(traces: Traces, settings: Settings) -> None:
    async with traces.of(settings) as orders, held(settings, "orders"):
        first = asyncio.create_task(orders.create())
        others = [asyncio.create_task(orders.create()) for _ in range(5)]
        await asyncio.sleep(0.2)  # All of them have come as far as the queue, and the first waits for the database.
    await asyncio.gather(first, *others)
    sizes = [attributes(span).get("db.operation.batch.size", 1) for span in traces.named("transaction")]
    assert sum(1 / int(size) for size in sizes) < len(sizes)


async def test_a_change_that_is_refused_has_no_event_and_no_error(traces: Traces, settings: Settings) -> None:
    async with traces.of(settings) as orders:
        order = await orders.create()
        assert (await orders.patch(order["id"], "delivered")).status_code == 409
    assert [span.status.code for span in traces.named("transaction")] == [Status.STATUS_CODE_UNSET] * 2
    assert traces.named("create order.updated") == []


async def test_a_database_that_is_gone_is_an_error_of_its_transaction(traces: Traces, settings: Settings) -> None:
    async with traces.of(settings, database_timeout_seconds=0.2) as orders, held(settings, "orders"):
        answer = await orders.send("POST", "/orders", json={"customerId": SECRET, "items": ["item-1"]})
    transaction = traces.only("transaction")
    assert answer.status_code == 503
    assert transaction.status.code == Status.STATUS_CODE_ERROR
    assert attributes(transaction)["error.type"] == "DatabaseUnavailable"
    assert traces.named("create order.created") == []
    assert SECRET not in traces.everything()
