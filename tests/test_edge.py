"""What every request passes before an operation sees it."""

import pytest

from service_standard.http.edge import LARGEST_HEAD, MOST_HEADERS, Edge
from tests.edge_app import HOST, SECRET, TRACEPARENT, Answer, Headers, ask, create_app, head


@pytest.fixture
def app() -> Edge:
    return create_app()


def is_problem(answer: Answer, kind: str) -> bool:
    expected = {"type", "title", "status", "detail", "instance"}
    return (
        answer.header("content-type") == "application/problem+json"
        and answer.header("cache-control") == "no-store"
        and expected <= set(answer.document)
        and answer.document["type"] == kind
        and answer.document["status"] == answer.status
    )


@pytest.mark.parametrize("path", ["/orders", "/orders/7", "/nothing", "/crash", "/busy", "/healthz"])
async def test_every_answer_forbids_sniffing_once(app: Edge, path: str) -> None:
    assert (await ask(app, path)).header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize(
    ("path", "served"), [("/orders/", "/orders"), ("/orders/7/", "/orders/7"), ("/orders", "/orders")]
)
async def test_one_trailing_slash_is_no_difference(app: Edge, path: str, served: str) -> None:
    answer = await ask(app, path)
    assert answer.status == 200
    assert answer.document["path"] == served


@pytest.mark.parametrize("path", ["/", "/orders//", "//", ""])
async def test_other_slashes_are_left_alone(app: Edge, path: str) -> None:
    assert (await ask(app, path)).status == 404


async def test_an_encoded_slash_is_part_of_a_name(app: Edge) -> None:
    assert (await ask(app, "/orders/", raw_path=b"/orders%2F")).status == 404


async def test_a_problem_names_the_path_as_it_was_asked_for(app: Edge) -> None:
    answer = await ask(app, "/no such\n", raw_path=b"/no%20such%0A")
    assert answer.document["instance"] == "/no%20such%0A"


async def test_headers_up_to_the_limits_are_served(app: Edge) -> None:
    assert (await ask(app, "/orders", headers=head(LARGEST_HEAD))).status == 200
    assert (await ask(app, "/orders", headers=[HOST, *[(b"x", b"1")] * (MOST_HEADERS - 1)])).status == 200


@pytest.mark.parametrize(
    "headers", [head(LARGEST_HEAD + 1), [HOST, *[(b"x", b"1")] * MOST_HEADERS]], ids=["size", "count"]
)
async def test_headers_over_a_limit_are_refused(app: Edge, headers: Headers) -> None:
    answer = await ask(app, "/orders", headers=headers)
    assert answer.status == 431
    assert is_problem(answer, "request_header_fields_too_large")


@pytest.mark.parametrize("headers", [[], [HOST, HOST], [HOST, (b"host", b"other.test")]])
async def test_a_request_names_its_host_exactly_once(app: Edge, headers: Headers) -> None:
    answer = await ask(app, "/orders", headers=headers)
    assert answer.status == 400
    assert is_problem(answer, "validation_error")
    assert answer.document["errors"] == [{"pointer": "header:Host", "detail": "must be given exactly once"}]


async def test_http_1_0_knows_no_host(app: Edge) -> None:
    assert (await ask(app, "/orders", headers=[], http_version="1.0")).status == 200
    assert (await ask(app, "/orders", headers=[HOST, HOST], http_version="1.0")).status == 400


async def test_a_crash_is_a_fixed_problem(app: Edge) -> None:
    answer = await ask(app, "/crash")
    assert answer.status == 500
    assert is_problem(answer, "internal_error")
    assert answer.document["detail"] == "The service failed to answer this request"
    assert SECRET not in answer.body.decode()


async def test_the_operation_sees_the_whole_request(app: Edge) -> None:
    headers = [HOST, (b"authorization", b"Bearer t"), (b"x", b"1"), (b"x", b"2"), TRACEPARENT]
    answer = await ask(app, "/orders", headers=headers, query_string=b"a=\xff")
    assert answer.document["query"] == b"a=\xff".hex()
    assert answer.document["headers"] == {
        "host": ["orders.test"],
        "authorization": ["Bearer t"],
        "x": ["1", "2"],
        "traceparent": [TRACEPARENT[1].decode()],
    }


@pytest.mark.parametrize("name", [b"traceparent", b"tracestate", b"baggage", b"user-agent", b"content-length"])
@pytest.mark.parametrize("value", [b"\xff\\", b"00-" + b"0" * 10_000], ids=["odd", "long"])
async def test_no_bytes_in_a_header_make_a_crash(app: Edge, name: bytes, value: bytes) -> None:
    assert (await ask(app, "/orders", headers=[HOST, (name, value)])).status == 200


async def test_no_bytes_in_a_query_make_a_crash(app: Edge) -> None:
    assert (await ask(app, "/orders", query_string=b"a=\xff%ff")).status == 200
