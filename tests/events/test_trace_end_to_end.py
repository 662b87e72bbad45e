"""One request is one trace, from the call to the event and its delivery, as a real Jaeger shows it."""

import json
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import pytest

from service_standard.telemetry.providers import Telemetry
from service_standard.telemetry.spans import in_span
from tests.events.stage import Scene, staged
from tests.jaeger import Jaeger, Traces, place_of
from tests.process import Line
from tests.service import settings_for

CUSTOMER: Final = "customer-s3cret"
ITEM: Final = "item-s3cret"
QUERY: Final = "query-s3cret"
REQUESTS: Final = frozenset({"POST /orders", "GET /orders", "POST /events"})
SINKS: Final = ["http", "log"]
SENDER: Final = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")


@dataclass(frozen=True)
class Story:
    """What is left of a service that took an order and its payment, delivered both events, and ended."""

    traces: Traces
    created: dict[str, Any]
    updated: dict[str, Any]
    lines: list[Line]
    token: str

    def line(self, request: str) -> Line:
        """The access line of a request, such as `POST /orders`, that came once."""
        requests = [line for line in self.lines if line["message"] == "request"]
        (line,) = (line for line in requests if f"{line['method']} {line['path']}" == request)
        return line


@pytest.fixture(scope="module")
def story(jaeger: Jaeger, tmp_path_factory: pytest.TempPathFactory) -> Story:
    run = uuid4().hex
    database = f"sqlite:///{tmp_path_factory.mktemp('story')}/orders.db"
    with staged(database, JAEGER_ENDPOINT=jaeger.otlp, OTEL_RESOURCE_ATTRIBUTES=f"test.run={run}") as scene:
        created, updated = _told(scene)
        assert scene.service.stop().code == 0
    tags = json.dumps({"test.run": run})
    traces = jaeger.until("orders", tags, _are_complete)
    return Story(traces, created, updated, scene.service.lines, scene.caller.headers["Authorization"].split()[1])


def _told(scene: Scene) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order is created, looked for and paid; the events that tell of it."""
    wish = {"customerId": CUSTOMER, "items": [ITEM]}
    order = scene.caller.post("/orders", json=wish).raise_for_status().json()["id"]
    scene.caller.get("/orders", params={"customerId": QUERY}).raise_for_status()
    paid = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "urn:service:payments",
        "type": "payment.successful",
        "traceparent": "00-{}-{}-01".format(*SENDER),
        "data": {"paymentId": "p-1", "orderId": order},
    }
    headers = {"Content-Type": "application/cloudevents+json"}
    scene.caller.post("/events", content=json.dumps(paid), headers=headers).raise_for_status()
    scene.operator.until(lambda figures: [sink.position for sink in figures.sinks] == [2] * len(SINKS))
    created, updated = scene.received()
    return created, updated


def _are_complete(traces: Traces) -> bool:
    """Whether Jaeger, which stores spans in any order, has the requests, the deliveries, and all they refer to."""
    delivered = [place for span in traces.spans if span.name == "send orders.events" for place in span.links]
    referred = {place for span in traces.spans for place in (span.parent, *span.links) if place}
    return (
        {span.name for span in traces.spans} >= REQUESTS
        and len(delivered) == 2 * len(SINKS)
        and referred <= {SENDER, *(span.place for span in traces.spans)}
    )


def test_an_order_is_one_trace_from_its_request_to_its_event(story: Story) -> None:
    request = story.traces.span("POST /orders")
    transaction = story.traces.span("transaction", parent=request.place)
    creation = story.traces.span("create order.created")
    assert (request.parent, creation.parent) == (None, transaction.place)
    assert [span.kind for span in (request, transaction, creation)] == ["server", "client", "producer"]


@pytest.mark.parametrize("event", ["order.created", "order.updated"])
def test_each_sinks_delivery_of_an_event_links_to_its_creation(story: Story, event: str) -> None:
    creation = story.traces.span(f"create {event}")
    deliveries = [span for span in story.traces.spans if creation.place in span.links]
    assert [(span.name, span.kind) for span in deliveries] == [("send orders.events", "client")] * len(SINKS)
    assert sorted(str(span.tags["messaging.system"]) for span in deliveries) == SINKS


def test_the_access_line_and_the_delivered_event_name_the_trace(story: Story) -> None:
    request, creation = story.traces.span("POST /orders"), story.traces.span("create order.created")
    line = story.line("POST /orders")
    assert (line["trace_id"], line["span_id"]) == request.place
    assert place_of(story.created["traceparent"]) == creation.place
    assert creation.place[0] == request.place[0]


def test_a_payment_is_processed_below_its_request_and_linked_to_its_sender(story: Story) -> None:
    request = story.traces.span("POST /events")
    process = story.traces.span("process payment.successful")
    assert (process.parent, process.links, process.kind) == (request.place, (SENDER,), "consumer")
    transaction = story.traces.span("transaction", parent=process.place)
    creation = story.traces.span("create order.updated", parent=transaction.place)
    assert place_of(story.updated["traceparent"]) == creation.place


def test_no_span_has_anything_of_the_customer_the_token_or_the_query(story: Story) -> None:
    assert "/orders" in story.traces.text
    assert [secret for secret in (CUSTOMER, ITEM, QUERY, story.token) if secret in story.traces.text] == []


def test_spans_go_over_grpc_where_that_is_chosen(jaeger: Jaeger, monkeypatch: pytest.MonkeyPatch) -> None:
    run = uuid4().hex
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", f"test.run={run}")
    settings = settings_for(
        "sqlite:///unused.db", otel_exporter_otlp_endpoint=jaeger.grpc, otel_exporter_otlp_protocol="grpc"
    )
    telemetry = Telemetry("orders", "1.0.0", settings, metric_readers=[])
    with in_span(telemetry.tracer, "work"):
        pass
    telemetry.flush()
    telemetry.shutdown()
    traces = jaeger.until("orders", json.dumps({"test.run": run}), lambda found: bool(found.spans))
    assert [span.name for span in traces.spans] == ["work"]
