"""When the lines of the log get out, and in how many writes."""

import asyncio
import io
import json
import logging
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from select import PIPE_BUF
from textwrap import dedent

import pytest

from service_standard.telemetry.log_stream import LinesOfATurn
from service_standard.telemetry.logs import JsonLines, tell
from service_standard.telemetry.providers import Telemetry
from service_standard.telemetry.spans import current_ids, in_span
from tests.edge_app import settings

log = logging.getLogger("test")


class Stream(io.StringIO):
    """What was written, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return super().write(text)


@pytest.fixture
def stream() -> Iterator[Stream]:
    stream = Stream()
    handler, level = LinesOfATurn(stream), log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield stream
    log.removeHandler(handler)
    log.setLevel(level)


async def told(*lines: str) -> None:
    """Logs all lines in one turn, and comes back when it is over."""
    for line in lines:
        log.info(line)
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_the_lines_of_one_turn_are_one_write_in_their_order(stream: Stream) -> None:
    await asyncio.gather(told("a", "b"), told("c"))
    assert stream.writes == ["a\nb\nc\n"]
    await told("d")
    assert stream.writes == ["a\nb\nc\n", "d\n"]


async def test_a_line_of_ours_has_the_trace_and_the_fields_of_when_it_was_told(stream: Stream) -> None:
    tracer = Telemetry("orders", "1.0.0", settings()).tracer
    log.handlers[-1].setFormatter(JsonLines("orders"))
    expected = []
    for number in range(3):
        with in_span(tracer, "work"):
            tell(log, logging.INFO, "happened", {"number": number})
            expected.append((number, *current_ids()))
    assert stream.writes == []
    await told()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["number"], line["trace_id"], line["span_id"]) for line in lines] == expected


async def test_the_lines_of_others_are_as_they_were_when_they_were_logged(stream: Stream) -> None:
    changing = ["before"]
    log.info("%s", changing)
    tell(log, logging.INFO, "ours", {})
    changing[0] = "after"
    await told()
    assert stream.getvalue() == "['before']\nours\n"


async def test_a_warning_is_out_at_once_and_all_that_came_before_it(stream: Stream) -> None:
    log.info("a")
    assert stream.writes == []
    log.warning("b")
    assert stream.writes == ["a\nb\n"]


async def test_a_line_of_another_thread_is_out_at_once_behind_those_before_it(stream: Stream) -> None:
    log.info("a")
    await asyncio.to_thread(log.info, "b")
    assert stream.writes == ["a\nb\n"]


def test_where_no_loop_runs_each_line_is_out_at_once(stream: Stream) -> None:
    log.info("a")
    log.info("b")
    assert stream.writes == ["a\n", "b\n"]


def test_a_loop_that_ended_before_it_could_write_holds_nothing_back(stream: Stream) -> None:
    first = asyncio.new_event_loop()
    first.call_soon(log.info, "left")
    first.call_soon(first.stop)
    first.run_forever()
    assert stream.writes == []
    asyncio.run(told("next"))
    first.close()
    assert stream.writes == ["left\nnext\n"]


@pytest.mark.parametrize(
    "lines",
    [["x" * 100] * 200, ["x" * (PIPE_BUF - 1)] * 2, ["x", "x" * 2 * PIPE_BUF, "x"]],
    ids=["short", "full", "long"],
)
async def test_no_write_is_longer_than_a_pipe_takes_undivided_but_for_a_single_line(
    lines: Sequence[str], stream: Stream
) -> None:
    await told(*lines)
    assert "".join(stream.writes) == "".join(f"{line}\n" for line in lines)
    assert all(len(text) <= PIPE_BUF or text.count("\n") == 1 for text in stream.writes)
    assert all(text.endswith("\n") for text in stream.writes)


async def test_a_stream_that_refuses_harms_nobody_who_logs(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    monkeypatch.setattr(log, "propagate", False)
    stream.close()
    log.error("lost")


LEAVING = """
    import asyncio, logging, os, signal, sys
    from service_standard.telemetry.logs import configure_logs

    async def main():
        logging.getLogger("test").info("the last words")
        {end}

    configure_logs("orders", "INFO")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    asyncio.run(main())
"""


@pytest.mark.parametrize("end", ["sys.exit(3)", "os.kill(os.getpid(), signal.SIGTERM)", "raise RuntimeError", "pass"])
def test_a_process_that_ends_has_written_what_it_logged(end: str) -> None:
    program = dedent(LEAVING).format(end=end)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode != -signal.SIGTERM
    assert '"message":"the last words"' in ended.stdout
