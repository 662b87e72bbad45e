"""A small service behind the real edge, and a caller that speaks ASGI to it byte for byte."""

import json
import os
from asyncio import Event
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import request_response
from starlette.types import Message, Scope

from service_standard.binding.routes import Application, Operations, Path
from service_standard.events.bell import Bell
from service_standard.http.admission import Admission
from service_standard.http.cors import Cors
from service_standard.http.edge import Edge
from service_standard.http.server import serve
from service_standard.lifecycle.drain import Drain
from service_standard.metrics.requests import RequestMetrics
from service_standard.problems import unavailable
from service_standard.settings import Settings
from service_standard.telemetry.logs import configure_logs
from service_standard.telemetry.providers import Telemetry
from service_standard.telemetry.requests import RequestSpans

SECRET: Final = "postgresql://orders:hunter2@db/orders"
METHODS: Final = {"/orders": "GET, POST", "/healthz": "GET"}
MUCH: Final = 32 * 1024 * 1024
HOST: Final = (b"host", b"orders.test")
TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT: Final = "00f067aa0ba902b7"
TRACEPARENT: Final = (b"traceparent", f"00-{TRACE}-{PARENT}-01".encode())

Headers = Iterable[tuple[bytes, bytes]]


def head(size: int) -> Headers:
    """Headers that take exactly `size` bytes on the wire."""
    host = len(b"host: orders.test\r\n")
    return [HOST, (b"x", b"a" * (size - host - len(b"x: \r\n")))]


def allow(path: str) -> str | None:
    return "GET" if path.startswith("/orders/") else METHODS.get(path)


def settings(**values: object) -> Settings:
    """Settings of a service that does not drain, unless the values or the environment say so."""
    drain = os.environ.get("DRAIN_SECONDS", "0")
    return Settings.model_validate(
        {"environment": "development", "host": "127.0.0.1", "port": 0, "drain_seconds": drain, **values}
    )


def create_app(used: Settings | None = None, telemetry: Telemetry | None = None) -> Edge:
    used = used or settings()
    app = Application("orders", "1.0.0", operations(), nothing_to_prepare)
    used_telemetry = telemetry or Telemetry("orders", "1.0.0", used)
    admission = Admission(used.max_in_flight, used.admission_wait_seconds)
    metrics = RequestMetrics(used_telemetry.meter)
    drain, spans = Drain(used.drain_seconds, Bell()), RequestSpans(used_telemetry.tracer)
    return Edge(app, Cors(used.allowed_origins, allow), admission, drain, metrics, spans)


def operations() -> Operations:
    functions: dict[str, dict[str, Callable[[Request], Awaitable[Response]]]] = {
        "/orders": {"GET": seen, "POST": read},
        "/orders/{order_id}": {"GET": seen},
        "/crash": {"GET": crash},
        "/cut": {"GET": cut},
        "/begin": {"POST": begin},
        "/busy": {"GET": busy},
        "/much": {"GET": much},
        "/healthz": {"GET": seen},
    }
    return Operations(
        [Path(path, {method: request_response(f) for method, f in by.items()}) for path, by in functions.items()]
    )


@asynccontextmanager
async def nothing_to_prepare(_: Application) -> AsyncIterator[None]:
    yield


async def seen(request: Request) -> Response:
    """What reached the operation, once it has passed the edge."""
    headers = {name: request.headers.getlist(name) for name in request.headers}
    query = request.scope["query_string"].hex()
    return JSONResponse({"path": request.scope["path"], "query": query, "headers": headers, "pid": os.getpid()})


async def read(request: Request) -> Response:
    return JSONResponse({"length": len(await request.body())}, HTTPStatus.CREATED)


async def crash(_: Request) -> Response:
    raise RuntimeError(SECRET)


async def busy(_: Request) -> Response:
    raise unavailable("the database does not answer", retry_after=3)


async def much(_: Request) -> Response:
    """More than a socket holds whose other end does not read."""
    return Response(bytes(MUCH))


async def cut(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError(SECRET)

    return StreamingResponse(pieces())


async def begin(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"half"
        await Event().wait()

    return StreamingResponse(pieces())


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key == name]
        return ", ".join(values) if values else None

    @property
    def document(self) -> dict[str, object]:
        document: dict[str, object] = json.loads(self.body)
        return document


async def ask(
    app: Callable[..., Awaitable[None]],
    path: str,
    method: str = "GET",
    *,
    headers: Headers = (HOST,),
    incoming: Iterable[Message] = ({"type": "http.request", "body": b"", "more_body": False},),
    **scope: object,
) -> Answer:
    """One request, as a server would hand it over; `incoming` is what the application receives."""
    sent: list[Message] = []
    messages = iter(incoming)

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    await app({**_scope(path, method, headers), **scope}, receive, send)
    return _answer(sent)


def _scope(path: str, method: str, headers: Headers) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": list(headers),
        "client": ("203.0.113.9", 4711),
        "server": ("127.0.0.1", 8000),
    }


def _answer(sent: list[Message]) -> Answer:
    nothing: Message = {"status": 0, "headers": []}
    start = next((message for message in sent if message["type"] == "http.response.start"), nothing)
    headers = [(name.decode().lower(), value.decode()) for name, value in start["headers"]]
    body = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    return Answer(start["status"], headers, body)


def make_served_app() -> Edge:
    """For a process that serves: what a worker imports by name."""
    configure_logs("orders", "INFO")
    return create_app()


def main() -> None:
    configure_logs("orders", "INFO")
    serve(make_served_app, settings())
