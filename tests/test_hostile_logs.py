"""What a hostile request leaves in the log and in a trace: one line that is JSON, and nothing that was secret."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread

import pytest

from service_standard.settings import Settings
from tests.hostile import JSON, MARK, WISH, Headers, Log, Target, logged, targeted, token
from tests.service import settings_for

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("module_settings", ["sqlite"], indirect=True)]

FORGED = '\n{"level": "INFO", "message": "request", "status": 200}\r\n\x1b[2J\x1b[31m\x00\x85\u2028'
BYTES = FORGED.encode()
NAMES = ("X-Request-Id", "User-Agent", "Referer", "baggage", "tracestate", "traceparent", "Cookie", "Origin")
PLACES: dict[str, Headers] = {
    **{name: ((name.encode(), b"xyzzy" + BYTES),) for name in NAMES},
    "a long baggage": ((b"baggage", b"xyzzy=" + b"x" * 8000),),
    "a baggage of many": ((b"baggage", b",".join(b"xyzzy%d=1" % n for n in range(500))),),
    "a key": ((b"Idempotency-Key", b"xyzzy" + BYTES),),
    "a host": ((b"Host", b"xyzzy" + BYTES),),
    "a type": ((b"Content-Type", b"application/json" + BYTES),),
}


@pytest.fixture
def log() -> Iterator[Log]:
    with logged() as log:
        yield log


def assert_one_line(log: Log, status: int, path: str) -> None:
    """One access line, whatever else there is; none of it holds a secret."""
    (line,) = log.requests()
    assert (line["status"], line["path"], line["service"]) == (status, path, "orders")
    assert log.text.isascii()
    assert "\x1b" not in log.text
    assert_discreet(log)


def assert_discreet(log: Log) -> None:
    for secret in (MARK, "Bearer", "eyJ"):
        assert secret not in log.text


@pytest.mark.parametrize("headers", PLACES.values(), ids=PLACES.keys())
async def test_no_header_forges_a_line(target: Target, log: Log, headers: Headers) -> None:
    response = await target.ask("GET", "/orders", headers)
    assert_one_line(log, response.status_code, "/orders")


@pytest.mark.parametrize("scope", ["orders.read", "orders.read.own"])
async def test_no_subject_forges_a_line(target: Target, log: Log, scope: str) -> None:
    response = await target.ask("GET", "/orders", sub=f"{MARK}{FORGED}", scope=scope)
    assert response.status_code == 401
    assert_one_line(log, 401, "/orders")


@pytest.mark.parametrize("claim", ["jti", "iss", "scope", "name"])
async def test_no_claim_forges_a_line(target: Target, log: Log, claim: str) -> None:
    response = await target.ask("GET", "/orders", (), None, **{claim: f"{MARK}{FORGED}"})
    assert_one_line(log, response.status_code, "/orders")


async def test_no_query_is_logged(target: Target, log: Log) -> None:
    response = await target.ask("GET", "/orders?customerId=xyzzy&xyzzy=%0A%1b[31m")
    assert_one_line(log, response.status_code, "/orders")


async def test_no_path_forges_a_line(target: Target, log: Log) -> None:
    await target.ask("GET", "/orders/%0A%1B[31m%00%E2%80%A8%FF")
    assert_one_line(log, 404, "/orders/%0A\x1b[31m\x00\u2028\ufffd")


async def test_nothing_of_a_body_is_logged(target: Target, log: Log) -> None:
    metadata = WISH.replace(b"}", b', "externalId": "xyzzy", "metadata": {"xyzzy": "xyzzy"}}')
    created = await target.ask("POST", "/orders", (JSON, (b"Idempotency-Key", b"xyzzy")), metadata, sub=MARK)
    assert created.status_code == 201
    assert_one_line(log, 201, "/orders")


async def test_nothing_of_a_refused_body_is_logged(target: Target, log: Log) -> None:
    for content in (b'{"xyzzy": 1}', b"xyzzy", WISH.replace(b'"xyzzy"', rb'"xyzzy\u001b"'), WISH[:-1]):
        await target.ask("POST", "/orders", (JSON,), content)
    assert [line["status"] for line in log.requests()] == [400] * 4
    assert_discreet(log)


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
async def test_no_token_is_logged_good_or_bad(target: Target, level: str) -> None:
    good = token(target.caller.settings, sub=MARK)
    with logged(level) as log:
        for credentials in (good, good[:-2], f"{good}.{good}", "xyzzy", ""):
            await target.caller.http.request("GET", "/orders", headers={"Authorization": f"Bearer {credentials}"})
    assert [line["status"] for line in log.requests()] == [200, 401, 401, 401, 401]
    assert_discreet(log)


class Collector:
    """A collector of traces and metrics; `received` has what came, byte for byte."""

    def __init__(self) -> None:
        self.received: Queue[bytes] = Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(collector) -> type[BaseHTTPRequestHandler]:  # noqa: N805 `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                collector.received.put(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """A test has no use for access lines."""

        return Handler


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


async def test_nothing_of_a_request_is_in_its_trace(module_settings: Settings, collector: Collector) -> None:
    url = module_settings.database_url.get_secret_value()
    async with targeted(settings_for(url, otel_exporter_otlp_endpoint=collector.url)) as traced:
        for headers in PLACES.values():
            await traced.ask("GET", "/orders?customerId=xyzzy", headers, sub=MARK)
            await traced.ask("POST", "/orders", (JSON, *headers), WISH, sub=MARK)
        await traced.ask("GET", "/orders/{id}/history")
    received = b"".join(collector.received.get_nowait() for _ in range(collector.received.qsize()))
    assert b"GET /orders/{id}/history" in received
    for secret in (MARK, "eyJ", "Bearer"):
        assert secret.encode() not in received
