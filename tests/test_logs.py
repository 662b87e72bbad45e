"""Whatever is logged, by whom and with what in it, a reader gets one JSON object a line."""

import io
import json
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from service_standard.telemetry.logs import LONGEST_STACK, LONGEST_VALUE, configure_logs
from service_standard.telemetry.providers import Telemetry
from service_standard.telemetry.spans import in_span
from tests.edge_app import SECRET, settings

log = logging.getLogger("test")

Line = dict[str, Any]
OWN_FIELDS: Final = ["timestamp", "level", "service", "trace_id", "span_id", "message"]


class Printable:
    def __str__(self) -> str:
        return "an order"


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("orders", "INFO", stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def only_line(stream: io.StringIO) -> Callable[[], Line]:
    def read() -> Line:
        text = stream.getvalue()
        assert len(text.splitlines()) == 1
        line: Line = json.loads(text, parse_constant=pytest.fail)
        return line

    return read


def test_a_line_opens_with_the_six_fields_of_the_standard(only_line: Callable[[], Line]) -> None:
    log.info("hello %s", "world", extra={"order": 7})
    line = only_line()
    assert list(line)[:6] == OWN_FIELDS
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("timestamp"))
    assert line == {
        "level": "INFO",
        "service": "orders",
        "trace_id": "",
        "span_id": "",
        "message": "hello world",
        "logger": "test",
        "order": 7,
    }


def test_a_line_inside_a_span_carries_its_ids(only_line: Callable[[], Line]) -> None:
    with in_span(Telemetry("orders", "1.0.0", settings()).tracer, "work") as span:
        log.info("inside")
    context = span.get_span_context()
    line = only_line()
    assert line["trace_id"] == f"{context.trace_id:032x}"
    assert line["span_id"] == f"{context.span_id:016x}"


@pytest.mark.parametrize("name", ["timestamp", "level", "service", "trace_id", "span_id", "logger", "exception"])
def test_an_extra_field_cannot_forge_one_of_ours(name: str, only_line: Callable[[], Line]) -> None:
    log.info("hello", extra={name: "forged"})
    line = only_line()
    assert line.get(name) != "forged"
    assert line[f"extra_{name}"] == "forged"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")], {"a": {"b": float("nan")}}])
def test_numbers_that_json_does_not_know_become_strings(value: object, only_line: Callable[[], Line]) -> None:
    log.info("hello", extra={"value": value})
    assert json.dumps(only_line()["value"]).strip('[]{}"ab: ').lower() in {
        "nan",
        "infinity",
        "-infinity",
        "inf",
        "-inf",
    }


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\x1b[31mb", "a\u2028b", "a\u2029b", "a\x85b", "a\x00b", '"}\n{"'])
def test_no_text_splits_or_forges_a_line(text: str, only_line: Callable[[], Line], stream: io.StringIO) -> None:
    log.info("told: %s", text, extra={"value": text, "nested": [{text: text}]})
    line = only_line()
    assert line["message"] == f"told: {text}"
    assert line["value"] == text
    assert line["nested"] == [{text: text}]
    assert stream.getvalue().isascii()
    assert "\x1b" not in stream.getvalue()


def test_a_lone_surrogate_is_written_as_its_escape(
    only_line: Callable[[], Line], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What pytest captures of it could not be sent from a worker to the terminal.
    root = logging.getLogger()
    ours = [handler for handler in root.handlers if not isinstance(handler, type(caplog.handler))]
    monkeypatch.setattr(root, "handlers", ours)
    log.info("told: \ud800", extra={"value": "\udfff", "nested": ["\ud800"]})
    line = only_line()
    assert line["message"] == "told: \\ud800"
    assert line["value"] == "\\udfff"
    assert line["nested"] == "<list>"


def test_an_object_is_written_as_its_text(only_line: Callable[[], Line]) -> None:
    log.info("hello", extra={"value": Printable(), "broken": Unprintable(), "bytes": b"\xff"})
    line = only_line()
    assert line["value"] == "an order"
    assert line["broken"] == "<Unprintable>"
    assert line["bytes"] == "<bytes>"


@pytest.mark.parametrize("value", ["x" * 10_000, ["x" * 10_000], 10**10_000], ids=["text", "list", "number"])
def test_a_long_value_is_cut(value: object, only_line: Callable[[], Line]) -> None:
    log.info("hello", extra={"value": value})
    assert len(only_line()["value"]) == LONGEST_VALUE + 1


def test_a_circle_is_not_followed(only_line: Callable[[], Line]) -> None:
    circle: list[object] = []
    circle.append(circle)
    log.info("hello", extra={"value": circle})
    assert only_line()["value"] == "<list>"


@pytest.mark.parametrize("arguments", [("too", "many"), (Unprintable(),)])
def test_a_line_that_cannot_be_formatted_says_so(
    arguments: tuple[object, ...], stream: io.StringIO, only_line: Callable[[], Line]
) -> None:
    configure_logs("orders", "INFO", stream)  # Without pytest's own handlers, which would raise.
    log.info("one %s", *arguments)
    assert only_line()["message"] == "a log line could not be formatted"


def test_a_mapping_as_message_is_text_and_sets_no_field(only_line: Callable[[], Line]) -> None:
    log.info({"level": "forged"})
    line = only_line()
    assert line["level"] == "INFO"
    assert line["message"] == "{'level': 'forged'}"


def log_failure(message: str) -> None:
    def fail() -> None:
        raise RuntimeError(message)

    try:
        fail()
    except RuntimeError:
        log.exception("failed")


def test_a_stack_is_one_field_without_credentials(only_line: Callable[[], Line]) -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
    log_failure(f"{SECRET} refused {token}")
    line = only_line()
    assert "Traceback (most recent call last)" in line["exception"]
    assert "RuntimeError: postgresql://***@db/orders refused ***" in line["exception"]
    assert "hunter2" not in json.dumps(line)


def test_a_long_stack_keeps_its_end(only_line: Callable[[], Line]) -> None:
    log_failure("x" * 2 * LONGEST_STACK + "the end")
    stack = only_line()["exception"]
    assert len(stack) == LONGEST_STACK
    assert stack.endswith("the end")


@pytest.mark.parametrize("name", ["uvicorn.error", "alembic.runtime.migration", "asyncpg", "asyncio"])
def test_the_lines_of_libraries_have_the_same_form(name: str, only_line: Callable[[], Line]) -> None:
    logging.getLogger(name).warning("odd", extra={"color_message": "\x1b[31modd"})
    line = only_line()
    assert list(line) == [*OWN_FIELDS, "logger"]
    assert line["logger"] == name


def test_a_warning_of_python_is_a_line(stream: io.StringIO, only_line: Callable[[], Line]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        configure_logs("orders", "INFO", stream)
        warnings.warn("soon gone", DeprecationWarning, stacklevel=1)
    line = only_line()
    assert line["logger"] == "py.warnings"
    assert "DeprecationWarning: soon gone" in line["message"]


def test_lines_below_the_level_are_not_written(stream: io.StringIO) -> None:
    log.debug("hello")
    assert stream.getvalue() == ""


def test_configuring_twice_does_not_write_twice(stream: io.StringIO, only_line: Callable[[], Line]) -> None:
    configure_logs("orders", "INFO", stream)
    log.info("hello")
    assert only_line()["message"] == "hello"
