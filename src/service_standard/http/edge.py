"""The edge: what every request passes before an operation sees it, and every answer on its way out.

One trailing slash less, the measurement, the SERVER span, the access line, the barrier that no exception passes, the
limits, CORS and admission, in this order; then the operations.
"""

import re
from typing import Final
from urllib.parse import unquote

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service_standard.http.access import PROBES, Exchange
from service_standard.http.admission import Admission
from service_standard.http.answers import instance, problem_response
from service_standard.http.cors import Cors
from service_standard.http.deadlines import BODY_TO_COME, Upload
from service_standard.lifecycle.drain import Drain
from service_standard.metrics.requests import RequestMetrics
from service_standard.problems import (
    HEADERS_TOO_LARGE,
    INTERNAL_ERROR,
    FieldError,
    Problem,
    validation_problem,
)
from service_standard.telemetry.requests import RequestSpans

LARGEST_HEAD: Final = 16 * 1024
MOST_HEADERS: Final = 100
BYTES_BETWEEN: Final = len(b": \r\n")
# An encoded slash is part of a name, and at a path's end the router would overlook a line feed: both stay encoded.
NOT_DECODED: Final = re.compile(rb"%(?=2F|0A)", re.IGNORECASE)
NOSNIFF: Final = ((b"x-content-type-options", b"nosniff"),)


class Edge:
    """The served ASGI application: whatever happens, there is one answer, one access line, one span, one measurement.

    The server asks `allow` and tells `metrics` too, for requests that its parser refuses, and begins the `drain`.
    """

    def __init__(  # noqa: PLR0913, PLR0917 it brings together all that a request passes
        self,
        app: ASGIApp,
        cors: Cors,
        admission: Admission,
        drain: Drain,
        metrics: RequestMetrics,
        spans: RequestSpans,
    ) -> None:
        self.allow = cors.allow
        self.drain = drain
        self.metrics = metrics
        self._app = app
        self._cors = cors
        self._admission = admission
        self._spans = spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["path"] = served_path(scope.get("raw_path") or scope["path"].encode())
        exchange = Exchange(scope, receive, send, NOSNIFF + self._cors.headers(scope))
        if exchange.is_probe:
            await self._logged(exchange)
            return
        self.metrics.began(exchange)
        try:
            with self._spans.around(exchange):
                await self._logged(exchange)
        finally:
            self.metrics.ended(exchange)

    async def _logged(self, exchange: Exchange) -> None:
        try:
            await self._pass(exchange)
        finally:
            exchange.log()

    async def _pass(self, exchange: Exchange) -> None:
        app = _refusal(exchange.scope) or self._cors.preflight(exchange.scope) or self._admitted
        try:
            await app(exchange.scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            exchange.disconnected = True
        except Problem as problem:
            await _answer(exchange, problem)
        except Exception as error:  # noqa: BLE001 the barrier: nothing else stands between a bug and the caller
            exchange.error = error
            await _answer(exchange, Problem(INTERNAL_ERROR, "The service failed to answer this request"))

    async def _admitted(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        await self._admission.enter()
        try:
            whole = BODY_TO_COME not in scope.get("state", ())
            await self._app(scope, receive if whole else Upload(receive, self._admission).receive, send)
        finally:
            self._admission.leave()


async def _answer(exchange: Exchange, problem: Problem) -> None:
    """The problem; when another answer had begun it stays cut short, which the server tells by closing."""
    if not exchange.answered:
        response = problem_response(instance(exchange.scope), problem)
        await response(exchange.scope, exchange.receive, exchange.send)


def _refusal(scope: Scope) -> Response | None:
    headers = scope["headers"]
    size, hosts = len(headers) * BYTES_BETWEEN, 0
    for name, value in headers:
        size += len(name) + len(value)
        hosts += name == b"host"
    if size > LARGEST_HEAD or len(headers) > MOST_HEADERS:
        return problem_response(instance(scope), headers_too_large())
    if hosts == 1 or (hosts == 0 and scope["http_version"] == "1.0"):
        return None
    fault = FieldError("header:Host", "must be given exactly once")
    return problem_response(instance(scope), validation_problem([fault]))


def headers_too_large() -> Problem:
    detail = f"The headers exceed {LARGEST_HEAD} bytes or {MOST_HEADERS} fields"
    return Problem(HEADERS_TOO_LARGE, detail)


def served_path(raw_path: bytes) -> str:
    """The path under which a request's is served: decoded, and with one slash less at its end."""
    path = unquote(NOT_DECODED.sub(b"%25", raw_path)) if b"%" in raw_path else raw_path.decode()
    return path[:-1] if path.endswith("/") and path != "/" else path
