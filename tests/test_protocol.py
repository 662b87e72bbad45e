"""What the parser refuses or cannot bound, over real sockets."""

import socket
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from service_standard.http.edge import LARGEST_HEAD
from tests.edge_app import Answer, create_app
from tests.wire import GET, Running, read_answer


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    running = Running(create_app())
    yield running
    running.stop()


def send_whole(connection: socket.socket, data: bytes) -> None:
    connection.sendall(data)


def send_byte_by_byte(connection: socket.socket, data: bytes) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for at in range(len(data)):
        connection.sendall(data[at : at + 1])


def answers(running: Running, data: bytes, send: Callable[[socket.socket, bytes], None] = send_whole) -> list[Answer]:
    """Every answer until the server ends the connection."""
    with running.connect() as connection, connection.makefile("rb") as stream:
        send(connection, data)
        found: list[Answer] = []
        while answer := read_answer(stream):
            found.append(answer)
        return found


def assert_last_problem(answer: Answer, status: int, kind: str) -> None:
    assert (answer.status, answer.document["type"], answer.document["status"]) == (status, kind, status)
    assert {"type", "title", "status", "detail", "instance"} <= set(answer.document)
    assert answer.header("content-type") == "application/problem+json"
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("connection") == "close"
    assert answer.header("server") is None
    assert answer.header("date") is not None


POST: Final = b"POST /orders HTTP/1.1\r\nHost: orders.test\r\n"
MALFORMED: Final = {
    "no request line": b"\x16\x03\x01\x02\x00\x01\x00\x01",
    "many bytes": b"\x00" * 2 * LARGEST_HEAD,
    "words": b"what is this\r\n\r\n",
    "an unknown version": b"GET /orders HTTP/3.1\r\nHost: orders.test\r\n\r\n",
    "http/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a space in the path": b"GET /or ders HTTP/1.1\r\nHost: orders.test\r\n\r\n",
    "bytes beyond ascii in the path": b"GET /\xff HTTP/1.1\r\nHost: orders.test\r\n\r\n",
    "bare LF": b"GET /orders HTTP/1.1\nHost: orders.test\n\n",
    "bare LF behind an unknown method": b"FOO /orders HTTP/1.1\nHost: orders.test\n\n",
    "a space in a header's name": b"GET /orders HTTP/1.1\r\nHo st: orders.test\r\n\r\n",
    "a folded header": b"GET /orders HTTP/1.1\r\nHost: orders.test\r\nX: a\r\n b\r\n\r\n",
    "two framings": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "a broken chunk": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a place to connect to": b"CONNECT db:5432 HTTP/1.1\r\nHost: orders.test\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("send", [send_whole, send_byte_by_byte])
@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_http_is_a_problem(
    running: Running, data: bytes, send: Callable[[socket.socket, bytes], None]
) -> None:
    (answer,) = answers(running, data, send)
    assert_last_problem(answer, 400, "validation_error")


@pytest.mark.parametrize("send", [send_whole, send_byte_by_byte])
@pytest.mark.parametrize("method", ["FOO", "get", "GETX", "GET2", "DESCRIBE", "M" * 200, "!#$%&'*+.^_`|~"])
def test_a_method_that_only_the_parser_does_not_know_is_a_405(
    running: Running, method: str, send: Callable[[socket.socket, bytes], None]
) -> None:
    (answer,) = answers(running, f"{method} /orders/?a=b HTTP/1.1\r\nHost: orders.test\r\n\r\n".encode(), send)
    assert_last_problem(answer, 405, "method_not_allowed")
    assert answer.header("allow") == "GET, POST"
    assert answer.document["instance"] == "/orders/"
    assert method not in answer.body.decode()


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "QUERY", "PROPFIND"])
def test_a_method_that_the_path_does_not_have_is_a_405(running: Running, method: str) -> None:
    request = f"{method} /orders HTTP/1.1\r\nHost: orders.test\r\nConnection: close\r\n\r\n".encode()
    (answer,) = answers(running, request)
    assert_last_problem(answer, 405, "method_not_allowed")
    assert answer.header("allow") == "GET, POST"


def test_an_unknown_method_finds_nothing_at_an_unknown_path(running: Running) -> None:
    (answer,) = answers(running, b"FOO /nothing HTTP/1.1\r\nHost: orders.test\r\n\r\n")
    assert_last_problem(answer, 404, "not_found")


def test_an_unknown_method_is_told_from_the_path_as_it_is_served(running: Running) -> None:
    (answer,) = answers(running, b"FOO /%6frders HTTP/1.1\r\n\r\n")
    assert answer.status == 405


@pytest.mark.parametrize(
    "data",
    [
        b"GET /orders HTTP/1.1\r\nHost: orders.test\r\nX: " + b"a" * 2_000_000,
        b"GET /orders HTTP/1.1\r\nHost: orders.test\r\n" + b"X: a\r\n" * 400_000,
        b"GET /" + b"a" * 2_000_000,
        b"POST /orders HTTP/1.1\r\nHost: orders.test\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 2_000_000,
        b"POST /orders HTTP/1.1\r\nHost: orders.test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: "
        + b"a" * 2_000_000,
    ],
    ids=["one header", "many headers", "a path", "a chunk's extension", "a trailer"],
)
def test_a_head_without_end_is_refused_while_it_comes(running: Running, data: bytes) -> None:
    (answer,) = answers(running, data)
    assert_last_problem(answer, 431, "request_header_fields_too_large")


def test_a_long_head_that_trickles_in_is_refused_at_the_limit(running: Running) -> None:
    start = b"GET /orders HTTP/1.1\r\nHost: orders.test\r\nX: "
    (answer,) = answers(running, start + b"a" * (LARGEST_HEAD + 1 - len(start)), send_byte_by_byte)
    assert_last_problem(answer, 431, "request_header_fields_too_large")


def test_a_complete_head_over_the_limit_is_refused_by_the_edge(running: Running) -> None:
    fields = b"X: a\r\n" * 100 + b"Connection: close\r\n"
    (answer,) = answers(running, b"GET /orders HTTP/1.1\r\nHost: orders.test\r\n" + fields + b"\r\n")
    assert_last_problem(answer, 431, "request_header_fields_too_large")
    assert "traceId" in answer.document


def test_a_request_byte_by_byte_is_served(running: Running) -> None:
    body = b"POST /orders HTTP/1.1\r\nHost: orders.test\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"
    (answer,) = answers(running, body, send_byte_by_byte)
    assert (answer.status, answer.document) == (201, {"length": 3})


def test_a_large_body_is_no_large_head(running: Running) -> None:
    size = 2_000_000
    head = f"POST /orders HTTP/1.1\r\nHost: orders.test\r\nContent-Length: {size}\r\n\r\n".encode()
    first, second, last = answers(running, (head + b"a" * size) * 2 + b"FOO\r\n")
    assert first.document == second.document == {"length": size}
    assert last.status == 400


def test_a_refusal_follows_the_answers_to_earlier_requests(running: Running) -> None:
    found = answers(running, GET * 3 + b"nonsense\r\n\r\n")
    assert [answer.status for answer in found] == [200, 200, 200, 400]


def test_a_fault_in_a_body_behind_other_requests_refuses_that_request_only(running: Running) -> None:
    broken = b"POST /orders HTTP/1.1\r\nHost: orders.test\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    found = answers(running, GET * 2 + broken)
    assert [answer.status for answer in found] == [200, 200, 400]


def test_a_connection_serves_on_after_a_refusal_of_the_edge(running: Running) -> None:
    found = answers(running, b"GET /orders HTTP/1.1\r\n\r\n" + GET + b"nonsense\r\n\r\n")
    assert [answer.status for answer in found] == [400, 200, 400]


def test_requests_on_one_connection_are_traces_of_their_own(running: Running) -> None:
    found = answers(running, GET.replace(b"/orders", b"/nothing") * 3 + b"nonsense\r\n\r\n")
    assert len({answer.document["traceId"] for answer in found[:3]}) == 3


def test_a_trailer_adds_no_header_to_a_request(running: Running) -> None:
    head = GET[:-2] + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    (answer,) = answers(running, head + b"0\r\nAuthorization: Bearer t\r\n\r\n")
    headers = answer.document["headers"]
    assert isinstance(headers, dict)
    assert "authorization" not in headers


@pytest.mark.parametrize("send", [send_whole, send_byte_by_byte])
@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
def test_an_offer_of_another_protocol_is_not_taken(
    running: Running, protocol: bytes, send: Callable[[socket.socket, bytes], None]
) -> None:
    offer = GET[:-2] + b"Connection: upgrade\r\nUpgrade: " + protocol + b"\r\n\r\n"
    found = answers(running, offer + GET + b"nonsense\r\n\r\n", send)
    assert [answer.status for answer in found] == [200, 200, 400]


@pytest.mark.parametrize("send", [send_whole, send_byte_by_byte])
@pytest.mark.parametrize(
    "body", [b"Content-Length: 5\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"]
)
def test_an_offer_of_another_protocol_keeps_its_body(
    running: Running, body: bytes, send: Callable[[socket.socket, bytes], None]
) -> None:
    offer = b"POST /orders HTTP/1.1\r\nHost: orders.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    found = answers(running, (offer + body) * 2 + GET + b"nonsense\r\n\r\n", send)
    assert [answer.document for answer in found[:2]] == [{"length": 5}, {"length": 5}]
    assert [answer.status for answer in found[2:]] == [200, 400]


def test_an_unknown_method_is_told_on_a_connection_that_was_used_before(running: Running) -> None:
    head = POST + b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
    with running.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(head)
        assert stream.readline() + stream.readline() == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"0\r\n\r\n")
        first = read_answer(stream)
        connection.sendall(b"FOO /orders HTTP/1.1\r\n\r\n")
        last = read_answer(stream)
    assert first is not None
    assert last is not None
    assert (first.status, last.status) == (201, 405)


def test_a_fault_in_a_body_whose_answer_has_begun_ends_the_connection(running: Running) -> None:
    with running.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(POST.replace(b"/orders", b"/begin") + b"Transfer-Encoding: chunked\r\n\r\n")
        begun = stream.readline()
        connection.sendall(b"zz\r\n")
        rest = stream.read()
    assert begun.startswith(b"HTTP/1.1 200 ")
    assert b"half" in rest
    assert b"HTTP/1.1" not in rest


def test_an_answer_that_was_cut_short_ends_the_connection(running: Running) -> None:
    with running.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(GET.replace(b"/orders", b"/cut"))
        received = stream.read()
    assert received.startswith(b"HTTP/1.1 200 ")
    assert not received.endswith(b"0\r\n\r\n")
    assert b"hunter2" not in received


def test_a_refusal_is_one_access_line(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "service_standard.http.access")
    answers(running, b"FOO /nothing?a=s3cret HTTP/1.1\r\nHost: orders.test\r\n\r\n")
    (record,) = caplog.records
    assert (record.getMessage(), vars(record)["status"], vars(record)["path"]) == ("request", 404, "/nothing")
    assert "s3cret" not in str(vars(record))
