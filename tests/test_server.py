"""How a service starts and how it ends: as one process, and as a supervisor of several."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.edge_app import Answer
from tests.sources import ROOT, SRC
from tests.wire import DEADLINE, GET, read_answer

LONG_DRAIN: Final = 15


class Served:
    """A process that serves the test's app, and its log."""

    def __init__(self, workers: int, drain_seconds: int) -> None:
        paths = {
            "PYTHONPATH": f"{SRC}:{ROOT}",
            "WEB_CONCURRENCY": str(workers),
            "DRAIN_SECONDS": str(drain_seconds),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", "from tests.edge_app import main; main()"],
            env={**os.environ, **paths},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.serving = json.loads(self.process.stdout.readline())
        self.port = self.serving["port"]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE)

    def stop(self, number: signal.Signals) -> tuple[list[dict[str, object]], str]:
        """The lines that followed the first, and what was written beside them."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=DEADLINE)
        return [json.loads(line) for line in out.splitlines()], err


@pytest.fixture
def start() -> Iterator[Callable[[int], Served]]:
    started: list[Served] = []

    def start(workers: int, drain_seconds: int = 0) -> Served:
        started.append(Served(workers, drain_seconds))
        return started[-1]

    yield start
    for served in started:
        served.process.kill()
        served.process.communicate()


def get(served: Served) -> Answer:
    with served.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(GET)
        answer = read_answer(stream)
    assert answer is not None
    return answer


def drains(served: Served) -> None:
    """Returns once the service tells a new connection that its first answer is its last."""
    while get(served).header("connection") != "close":
        continue


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_worker_is_the_process_itself_and_ends_in_peace(
    start: Callable[[int], Served], number: signal.Signals
) -> None:
    served = start(1)
    assert served.serving["message"] == "serving"
    assert (served.serving["host"], served.serving["pid"]) == ("127.0.0.1", served.process.pid)
    assert get(served).document["pid"] == served.process.pid
    lines, err = served.stop(number)
    assert [line["message"] for line in lines] == ["request"]
    assert re.fullmatch("[0-9a-f]{32}", str(lines[0]["trace_id"]))
    assert (err, served.process.returncode) == ("", 0)


def test_a_request_that_runs_at_the_signal_is_finished(start: Callable[[int], Served]) -> None:
    served = start(1)
    head = b"POST /orders HTTP/1.1\r\nHost: orders.test\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n"
    with served.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(head)
        assert stream.readline() + stream.readline() == b"HTTP/1.1 100 Continue\r\n\r\n"
        served.process.send_signal(signal.SIGTERM)
        connection.sendall(b"abcdef")
        answer = read_answer(stream)
    assert answer is not None
    assert answer.document == {"length": 6}
    assert served.process.wait(DEADLINE) == 0


def test_a_service_that_is_told_to_end_serves_on_until_it_is_told_again(start: Callable[[int, int], Served]) -> None:
    served = start(1, LONG_DRAIN)
    with served.connect() as kept, kept.makefile("rb") as stream:
        kept.sendall(GET)
        first = read_answer(stream)
        served.process.send_signal(signal.SIGTERM)
        drains(served)
        kept.sendall(GET)
        last = read_answer(stream)
        assert stream.read() == b""
    assert first is not None
    assert last is not None
    assert (first.header("connection"), last.header("connection")) == (None, "close")
    assert served.stop(signal.SIGTERM)[1] == ""
    assert served.process.returncode == 0


def test_several_workers_serve_behind_one_port_and_drain_together(start: Callable[[int, int], Served]) -> None:
    served = start(2, LONG_DRAIN)
    answer = get(served)
    assert answer.status == 200
    assert answer.document["pid"] != served.serving["pid"] == served.process.pid
    served.process.send_signal(signal.SIGTERM)
    drains(served)
    lines, err = served.stop(signal.SIGTERM)
    assert "request" in [line["message"] for line in lines]
    assert (err, served.process.returncode) == ("", 0)
