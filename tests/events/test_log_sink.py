"""The log as a sink, in the lines that the service writes."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from service_standard.sinks.delivery import Accepted
from service_standard.sinks.log import LogSink
from service_standard.telemetry.logs import configure_logs
from tests.events.outgoing import outgoing


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged, as the service writes it."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("orders", "INFO", stream)
    yield stream
    root.handlers[:], root.level = before
    logging.captureWarnings(capture=False)


def written(lines: io.StringIO) -> str:
    """What is written, with what was logged in this turn of the loop, whose end would write it."""
    for handler in logging.getLogger().handlers:
        handler.flush()
    return lines.getvalue()


async def test_each_event_is_one_line_without_its_data(lines: io.StringIO) -> None:
    wave = [outgoing(7, "order-1"), outgoing(8, "order-2", type="order.updated")]
    sink = LogSink()
    await sink.start()
    assert await sink.deliver(wave) == [Accepted(), Accepted()]
    await sink.aclose()
    entries = [json.loads(line) for line in written(lines).splitlines()]
    for entry in entries:
        del entry["timestamp"], entry["trace_id"], entry["span_id"]
    common = {"level": "INFO", "service": "orders", "message": "event", "logger": "service_standard.events"}
    first = {"event_type": "order.created", "partition_key": "order-1", "position": 7}
    second = {"event_type": "order.updated", "partition_key": "order-2", "position": 8}
    assert entries == [
        {**common, "event_id": wave[0].id, **first},
        {**common, "event_id": wave[1].id, **second},
    ]


async def test_nothing_of_an_event_breaks_the_line(lines: io.StringIO) -> None:
    await LogSink().deliver([outgoing(1, "a\nb\u2028\x1b[31m")])
    (line,) = written(lines).splitlines()
    assert json.loads(line)["partition_key"] == "a\nb\u2028\x1b[31m"


async def test_a_wave_of_nothing_is_nothing(lines: io.StringIO) -> None:
    assert await LogSink().deliver([]) == []
    assert not written(lines)
