"""Each request is one line in the log, whatever becomes of it."""

import logging
from collections.abc import Iterator
from typing import Final

import pytest

from service_standard.http.edge import Edge
from service_standard.telemetry.spans import current_ids
from tests.edge_app import HOST, TRACE, TRACEPARENT, Headers, ask, create_app, head, settings

PREFLIGHT: Final = ((b"origin", b"https://shop.test"), (b"access-control-request-method", b"POST"))


class Lines(logging.Handler):
    """The access lines of a test, with the trace that was current when each was written."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.trace_ids: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.trace_ids.append(current_ids()[0])

    def fields(self) -> dict[str, object]:
        assert len(self.records) == 1
        names = ("method", "path", "route", "status", "client_disconnected")
        return {name: value for name, value in vars(self.records[0]).items() if name in names}


@pytest.fixture
def app() -> Edge:
    return create_app(settings(allowed_origins="https://shop.test"))


@pytest.fixture
def lines() -> Iterator[Lines]:
    logger, handler = logging.getLogger("service_standard.http.access"), Lines()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


async def test_a_crash_is_logged_once_with_its_stack(app: Edge, lines: Lines) -> None:
    await ask(app, "/crash")
    assert lines.fields() == {"method": "GET", "path": "/crash", "route": "/crash", "status": 500}
    assert lines.records[0].levelno == logging.ERROR
    assert lines.records[0].exc_info is not None


async def test_an_answer_that_has_begun_is_cut_short(app: Edge, lines: Lines) -> None:
    answer = await ask(app, "/cut")
    assert (answer.status, answer.body) == (200, b"half")
    assert lines.records[0].levelno == logging.ERROR
    assert lines.records[0].exc_info is not None


async def test_a_caller_who_leaves_is_no_error(app: Edge, lines: Lines) -> None:
    half = {"type": "http.request", "body": b"half", "more_body": True}
    answer = await ask(app, "/orders", "POST", incoming=[half])
    assert answer.status == 0
    assert lines.fields() == {
        "method": "POST", "path": "/orders", "route": "/orders", "status": None, "client_disconnected": True
    }  # fmt: skip
    assert lines.records[0].levelno == logging.INFO


@pytest.mark.parametrize(
    ("path", "route", "status", "level"),
    [
        ("/orders/7", "/orders/{order_id}", 200, logging.INFO),
        ("/nothing", "", 404, logging.INFO),
        ("/busy", "/busy", 503, logging.ERROR),
        ("/healthz", "/healthz", 200, logging.DEBUG),
    ],
)
async def test_each_request_is_one_line(lines: Lines, path: str, route: str, status: int, level: int) -> None:
    await ask(create_app(), path, query_string=b"token=secret")
    assert lines.fields() == {"method": "GET", "path": path, "route": route, "status": status}
    assert lines.records[0].levelno == level
    assert vars(lines.records[0])["duration_ms"] >= 0
    assert lines.records[0].getMessage() == "request"


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("PUT", [HOST], 405),
        ("GET", [], 400),
        ("GET", head(20_000), 431),
        ("OPTIONS", [HOST, *PREFLIGHT], 204),
    ],
)
async def test_a_request_that_reaches_no_operation_is_a_line_too(
    app: Edge, lines: Lines, method: str, headers: Headers, status: int
) -> None:
    await ask(app, "/orders", method, headers=headers)
    assert lines.fields()["status"] == status


async def test_what_a_line_repeats_is_bounded(app: Edge, lines: Lines) -> None:
    await ask(app, "/" + "a" * 10_000, "M" * 10_000)
    fields = lines.fields()
    assert (len(str(fields["path"])), len(str(fields["method"]))) == (256, 32)


async def test_the_line_and_the_problem_carry_the_callers_trace(app: Edge, lines: Lines) -> None:
    answer = await ask(app, "/nothing", headers=[HOST, TRACEPARENT])
    assert answer.document["traceId"] == TRACE
    assert lines.trace_ids == [TRACE]


async def test_a_crash_and_a_refusal_carry_the_trace_too(app: Edge, lines: Lines) -> None:
    crash = await ask(app, "/crash", headers=[HOST, TRACEPARENT])
    refusal = await ask(app, "/orders", headers=[TRACEPARENT])
    assert crash.document["traceId"] == refusal.document["traceId"] == TRACE
    assert lines.trace_ids == [TRACE, TRACE]
