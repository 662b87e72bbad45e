"""One request and its answer on their way through the edge, and the one log line that tells of both."""

import logging
from collections.abc import Mapping
from http import HTTPMethod
from time import perf_counter
from typing import Final

from starlette.types import Message, Receive, Scope, Send

from service_standard.telemetry.logs import tell

log = logging.getLogger(__name__)

# Whoever watches the service leaves no trace in what is watched, and has to reach it most of all when it turns others
# away: such a request has no span, no metric and no line of the log above DEBUG, and is always admitted.
PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
LONGEST_METHOD: Final = 32
LONGEST_PATH: Final = 256
KNOWN_METHODS: Final = frozenset(method.value for method in HTTPMethod)
LOWEST_ERROR: Final = 500


class Exchange:
    """A request and its answer; `added` are headers that the answer gets whoever makes it.

    `method` is as it came: a caller may have invented it. `status` is None until the status line is out.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, added: tuple[tuple[bytes, bytes], ...]) -> None:
        self.scope = scope
        self.receive = receive
        self.method: str = scope["method"]
        self.known_method = known(self.method)
        self.is_probe = scope["path"] in PROBES
        self.error: Exception | None = None
        self.disconnected = False
        self._send = send
        self._added = added
        self.status: int | None = None
        self._began = perf_counter()

    @property
    def answered(self) -> bool:
        """Whether the status line is out, after which no other answer can be given."""
        return self.status is not None

    @property
    def error_type(self) -> str | None:
        """What failed: the type of an exception, or a status of the 5xx class."""
        if self.error:
            return type(self.error).__qualname__
        return str(self.status) if (self.status or 0) >= LOWEST_ERROR else None

    @property
    def route(self) -> str:
        """The path of the operation, as the contract has it; empty if none was found."""
        return getattr(self.scope.get("route"), "path", "")

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return perf_counter() - self._began

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self._added]
        await self._send(message)

    def log(self) -> None:
        """Write the line; `status` is null when no answer was begun."""
        log_request(self._level(), self._fields(), self.error)

    def _level(self) -> int:
        if self.error:
            return logging.ERROR
        if self.is_probe:
            return logging.DEBUG
        return logging.ERROR if (self.status or 0) >= LOWEST_ERROR else logging.INFO

    def _fields(self) -> dict[str, object]:
        fields: dict[str, object] = {
            "method": self.method[:LONGEST_METHOD],
            "path": self.scope["path"][:LONGEST_PATH],
            "route": self.route,
            "status": self.status,
            "duration_ms": round(self.seconds * 1000, 2),
        }
        if self.disconnected:
            fields["client_disconnected"] = True
        return fields


def known(method: str) -> str:
    """The method, unless its caller has invented it: a metric has few series, and a span a name that is no secret."""
    return method if method in KNOWN_METHODS else "_OTHER"


def log_request(level: int, fields: Mapping[str, object], error: Exception | None = None) -> None:
    """Write the access line of a request; a crash puts its stack into the same line."""
    tell(log, level, "request", fields, error)
