"""Metrics of requests, under the stable names of OpenTelemetry's conventions for HTTP servers; probes are left out."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.util.types import AttributeValue

from service_standard.http.access import Exchange, known

# What the conventions advise, in seconds.
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
TOGETHER: Final = 64


class RequestMetrics:
    """How many requests are under way, and how long those took that have ended.

    One measurement a request: to count what is under way by the SDK as well would cost twice as much again. They are
    recorded several together, and before anybody reads them: one after the other costs the SDK half as much as each by
    itself, with other work between them that takes the processor's caches from it.
    """

    def __init__(self, meter: Meter) -> None:
        self._active: Counter[str] = Counter()
        self._ended: deque[tuple[float, Mapping[str, AttributeValue]]] = deque()
        self._duration = meter.create_histogram(
            "http.server.request.duration",
            "s",
            "How long requests took, from their head to the end of their answer.",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )
        meter.create_observable_up_down_counter(
            "http.server.active_requests", [self._observe], "{request}", "Requests that are under way."
        )

    def began(self, exchange: Exchange) -> None:
        """A request is under way, and is to be said to have `ended`, however it does."""
        self._active[exchange.known_method] += 1

    def ended(self, exchange: Exchange) -> None:
        """Measures it."""
        self._active[exchange.known_method] -= 1
        self._measured(exchange.seconds, _attributes(exchange))

    def refused(self, method: str, status: int) -> None:
        """A request that the parser refused, so that nothing of it began."""
        self._measured(0.0, {"http.request.method": known(method), "http.response.status_code": status})

    def _measured(self, seconds: float, attributes: Mapping[str, AttributeValue]) -> None:
        self._ended.append((seconds, attributes))
        if len(self._ended) >= TOGETHER:
            self._record()

    def _record(self) -> None:
        # Whoever reads does so in a thread of its own, and may empty the queue at the same time.
        with suppress(IndexError):
            while True:
                self._duration.record(*self._ended.popleft())

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        self._record()
        for method, count in list(self._active.items()):
            yield Observation(count, {"http.request.method": method})


def _attributes(exchange: Exchange) -> Mapping[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {"http.request.method": exchange.known_method}
    if exchange.route:
        attributes["http.route"] = exchange.route
    if exchange.status:
        attributes["http.response.status_code"] = exchange.status
    if exchange.error_type:
        attributes["error.type"] = exchange.error_type
    return attributes
