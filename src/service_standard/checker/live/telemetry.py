"""Listens on a loopback port for OTLP over HTTP, and remembers which signals came."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Final

SIGNALS: Final = ("traces", "metrics")
LARGEST_EXPORT: Final = 16 * 1024 * 1024
# Exporters send metrics once a minute, unless they are told otherwise.
LONGEST_WAIT: Final = 65.0


@dataclass
class Receiver:
    """What came: for each signal the number of exports that were not empty."""

    url: str
    came: dict[str, int] = field(default_factory=dict)
    _news: Condition = field(default_factory=Condition)

    def note(self, signal: str) -> None:
        with self._news:
            self.came[signal] = self.came.get(signal, 0) + 1
            self._news.notify_all()

    def wait_for(self, signal: str, seconds: float) -> bool:
        """Whether a signal came, or comes within these seconds (65 at the most)."""
        with self._news:
            return self._news.wait_for(lambda: signal in self.came, min(seconds, LONGEST_WAIT))

    @property
    def seen(self) -> str:
        return ", ".join(f"{count} exports of {signal}" for signal, count in self.came.items()) or "nothing came"


@contextmanager
def listening(port: int) -> Iterator[Receiver]:
    """A receiver at `http://127.0.0.1:port`, until the block ends; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    server = _Server(("127.0.0.1", port), _Handler)
    receiver = server.receiver
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @cached_property
    def receiver(self) -> Receiver:
        return Receiver(f"http://127.0.0.1:{self.server_port}")


class _Handler(BaseHTTPRequestHandler):
    """Takes `POST /v1/traces` and `POST /v1/metrics`, as protobuf or JSON."""

    timeout = 10.0
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(min(length, LARGEST_EXPORT))
        signal = self.path.rpartition("/v1/")[2]
        if signal in SIGNALS and body not in {b"", b"{}"}:
            self.server.receiver.note(signal)
        self.send_response(200 if signal in {*SIGNALS, "logs"} else 404)
        self.send_header("Content-Type", self.headers.get("content-type", "application/x-protobuf"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name that http.server gives it
        """Says nothing: the report does."""
