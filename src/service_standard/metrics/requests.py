"""Metrics of requests, under the stable names of OpenTelemetry's conventions for HTTP servers; probes are left out."""

from collections import Counter
from collections.abc import Iterable
from http import HTTPMethod
from typing import Final

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.util.types import AttributeValue

from service_standard.http.access import Exchange

# What the conventions advise, in seconds.
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
KNOWN_METHODS: Final = frozenset(HTTPMethod)
LOWEST_ERROR: Final = 500


class RequestMetrics:
    """How many requests are under way, and how long those took that have ended.

    One measurement a request: to count what is under way by the SDK as well would cost twice as much again.
    """

    def __init__(self, meter: Meter) -> None:
        self._active: Counter[str] = Counter()
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
        if not exchange.is_probe:
            self._active[_known(exchange.method)] += 1

    def ended(self, exchange: Exchange) -> None:
        if exchange.is_probe:
            return
        method = _known(exchange.method)
        self._active[method] -= 1
        attributes: dict[str, AttributeValue] = {"http.request.method": method}
        if exchange.route:
            attributes["http.route"] = exchange.route
        if exchange.status:
            attributes["http.response.status_code"] = exchange.status
        if error := _error_type(exchange):
            attributes["error.type"] = error
        self._duration.record(exchange.seconds, attributes)

    def refused(self, method: str, status: int) -> None:
        """A request that the parser refused, so that nothing of it began."""
        self._duration.record(0.0, {"http.request.method": _known(method), "http.response.status_code": status})

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        for method, count in list(self._active.items()):
            yield Observation(count, {"http.request.method": method})


def _known(method: str) -> str:
    """The method, unless its caller has invented it: a metric has few series."""
    return method if method in KNOWN_METHODS else "_OTHER"


def _error_type(exchange: Exchange) -> str | None:
    if exchange.error:
        return type(exchange.error).__qualname__
    return str(exchange.status) if (exchange.status or 0) >= LOWEST_ERROR else None
