"""A receiver of webhooks: a real HTTP server on a loopback socket that answers as it is told and keeps what it got."""

import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

DEADLINE = 20.0


@dataclass(frozen=True)
class Request:
    """A request as it came; the names of its headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # With the usual five, the next ones that connect at once wait a second.

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # A client may die at any time.
            super().handle_error(request, client_address)  # type: ignore[arg-type] # what socketserver gives


class Receiver:
    """Answers each request with `reply`; while `gate` is not set, it takes requests and answers none."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.reply: Callable[[Request], Reply] = lambda _: Reply()
        self.gate = threading.Event()
        self.gate.set()
        self.most_at_once = 0
        self.connections: set[object] = set()
        self._open = 0
        self._changed = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gate.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def wait_for_requests(self, count: int) -> None:
        """Blocks until so many requests are waiting at the gate."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._open >= count, DEADLINE)

    def _keep(self, request: Request, connection: object) -> None:
        with self._changed:
            self.requests.append(request)
            self.connections.add(connection)
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
            self._changed.notify_all()

    def _done(self) -> None:
        with self._changed:
            self._open -= 1

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805 `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = DEADLINE

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                if len(body) < length:  # The client died: this is no request.
                    self.close_connection = True
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers, body)
                receiver._keep(request, self.client_address)
                receiver.gate.wait(DEADLINE)
                receiver._done()
                with suppress(ConnectionError):  # A client that has no more time hangs up.
                    self._answer(receiver.reply(request))

            do_GET = do_POST  # noqa: N815 the handler's own name

            def _answer(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.status != 204 and "Content-Length" not in reply.headers:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: object) -> None:
                """A test has no use for access lines."""

        return Handler
