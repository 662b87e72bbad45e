"""A reader of what a real Jaeger knows, by its query API."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import httpx

DEADLINE_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05
MOST_TRACES: Final = 1000

# A span as others refer to it: its trace and its own id.
Place: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Span:
    """One span; `parent` and `links` may be in other traces, which Jaeger need not have."""

    place: Place
    name: str
    parent: Place | None
    links: tuple[Place, ...]
    tags: Mapping[str, object]

    @property
    def kind(self) -> object:
        return self.tags["span.kind"]


@dataclass(frozen=True)
class Traces:
    """All the spans of some processes, and every word that Jaeger has of them."""

    spans: tuple[Span, ...]
    text: str

    def span(self, name: str, parent: Place | None = None) -> Span:
        """The only span of a name, or the only one below a parent."""
        (found,) = (span for span in self.spans if span.name == name and parent in {None, span.parent})
        return found


@dataclass(frozen=True)
class Jaeger:
    """Where a Jaeger takes spans (OTLP over HTTP and over gRPC), and where it is asked for them."""

    otlp: str
    grpc: str
    query: str

    def until(self, service: str, tags: str, condition: Callable[[Traces], bool]) -> Traces:
        """What Jaeger has of a service's processes with these tags (a JSON object), once that is so."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition(traces := self._traces(service, tags)):
            assert time.monotonic() < deadline, sorted(span.name for span in traces.spans)
            time.sleep(POLL_SECONDS)  # Jaeger tells nobody
        return traces

    def _traces(self, service: str, tags: str) -> Traces:
        asked: dict[str, str | int] = {"service": service, "tags": tags, "limit": MOST_TRACES}
        answer = httpx.get(f"{self.query}/api/traces", params=asked).raise_for_status()
        return Traces(tuple(_span(span) for trace in answer.json()["data"] for span in trace["spans"]), answer.text)


def place_of(traceparent: str) -> Place:
    """The span that an event names."""
    _, trace, span, _ = traceparent.split("-")
    return trace, span


def _span(read: dict[str, Any]) -> Span:
    def references(kind: str) -> list[Place]:
        return [(r["traceID"], r["spanID"]) for r in read["references"] if r["refType"] == kind]

    return Span(
        place=(read["traceID"], read["spanID"]),
        name=read["operationName"],
        parent=next(iter(references("CHILD_OF")), None),
        links=tuple(references("FOLLOWS_FROM")),
        tags={tag["key"]: tag["value"] for tag in read["tags"]},
    )
