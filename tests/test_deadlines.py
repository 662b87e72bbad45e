"""Deadlines, over real sockets: a client that lets the service wait loses its connection, and is told if it can be."""

import re
import select
from collections.abc import Iterator
from typing import Final

import pytest

from tests.edge_app import MUCH, create_app, settings
from tests.wire import DEADLINE, GET, Running, read_answer

SHORT: Final = 0.3
HEAD: Final = b"POST /orders HTTP/1.1\r\nHost: orders.test\r\nContent-Length: 6\r\n\r\n"
TRICKLED: Final = {"a head": b"GET /orders HTTP/1.1\r\nHost: or", "a line": b"GET", "line ends": b"\r\n\r\n"}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """A service that takes one request at a time, and has little patience."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service_standard.http.deadlines.SECONDS", SHORT)
        running = Running(create_app(settings(max_in_flight=1, admission_wait_seconds=0)))
        yield running
        running.stop()


def test_who_connects_and_says_nothing_is_left_without_an_answer(running: Running) -> None:
    with running.connect() as connection:
        assert connection.recv(1) == b""


@pytest.mark.parametrize("before", [b"", GET], ids=["at first", "later"])
@pytest.mark.parametrize("data", TRICKLED.values(), ids=TRICKLED.keys())
def test_a_head_that_does_not_come_is_a_408(running: Running, data: bytes, before: bytes) -> None:
    with running.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(before)
        assert not before or read_answer(stream)
        connection.sendall(data)
        answer = read_answer(stream)
        assert stream.read() == b""
    assert answer is not None
    assert (answer.status, answer.document["type"]) == (408, "request_timeout")
    assert answer.header("connection") == "close"


def test_a_body_that_does_not_come_is_a_408_with_its_trace(running: Running) -> None:
    with running.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(HEAD + b"abc")
        answer = read_answer(stream)
        assert stream.read() == b""
    assert answer is not None
    assert (answer.status, answer.document["type"]) == (408, "request_timeout")
    assert re.fullmatch("[0-9a-f]{32}", str(answer.document["traceId"]))
    assert answer.header("connection") == "close"


def test_a_body_that_nobody_waits_for_ends_its_connection(running: Running) -> None:
    with running.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(HEAD.replace(b"POST", b"GET"))
        answer = read_answer(stream)
        assert stream.read() == b""
    assert answer is not None
    assert answer.status == 200


def test_a_body_that_is_still_coming_holds_no_slot(running: Running) -> None:
    with running.connect() as slow, slow.makefile("rb") as slow_stream:
        slow.sendall(HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        assert slow_stream.readline() + slow_stream.readline() == b"HTTP/1.1 100 Continue\r\n\r\n"
        with running.connect() as other, other.makefile("rb") as stream:
            other.sendall(GET)
            answer = read_answer(stream)
        slow.sendall(b"abcdef")
        last = read_answer(slow_stream)
    assert answer is not None
    assert last is not None
    assert (answer.status, last.status) == (200, 201)


def test_a_client_that_does_not_read_is_cut_off(running: Running) -> None:
    with running.connect() as connection:
        connection.sendall(GET.replace(b"/orders", b"/much"))
        cut = select.poll()
        cut.register(connection, 0)
        assert cut.poll(DEADLINE * 1000) == [(connection.fileno(), select.POLLERR | select.POLLHUP)]


def test_a_client_that_reads_gets_all_of_a_long_answer(running: Running) -> None:
    with running.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(GET.replace(b"/orders", b"/much"))
        answer = read_answer(stream)
    assert answer is not None
    assert len(answer.body) == MUCH
