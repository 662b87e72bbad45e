"""Queries, headers and paths that are not what the contract allows, against the whole service on each database."""

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import JSON, WISH, Attack, Target

pytestmark = pytest.mark.anyio

UPDATE = "/orders/{id}"
UNKNOWN = "/orders/019a9f2e-7c1b-7d53-9a52-0f6f3b1c2d3e"
PAY = b'{"status": "paid"}'
KEY = b"Idempotency-Key"
MATCH = b"If-Match"
EVERY_SCOPE = "orders.read orders.write orders.events orders.events.write"


def query(text: str, *pointers: str, path: str = "/orders") -> Attack:
    return Attack(400, "validation_error", f"{path}?{text}", "GET", (), b"", pointers)


def key(*values: bytes, path: str = "/orders") -> Attack:
    method, content = ("PATCH", PAY) if path == UPDATE else ("POST", WISH)
    headers = (JSON, *((KEY, value) for value in values))
    return Attack(400, "validation_error", path, method, headers, content, ("header:Idempotency-Key",))


def match(*values: bytes) -> Attack:
    headers = (JSON, *((MATCH, value) for value in values))
    return Attack(400, "validation_error", UPDATE, "PATCH", headers, PAY, ("header:If-Match",))


def nowhere(path: str, method: str = "GET") -> Attack:
    return Attack(404, "not_found", path, method, (JSON,), PAY if method == "PATCH" else b"")


QUERIES = {
    "an underscore in a number": query("limit=1_0", "query:limit"),
    "a space before a number": query("limit= 1", "query:limit"),
    "a plus before a number": query("limit=+1", "query:limit"),
    "a sign before a number": query("limit=%2B1", "query:limit"),
    "a fraction": query("limit=1.5", "query:limit"),
    "an exponent": query("limit=1e1", "query:limit"),
    "a hexadecimal number": query("limit=0x1", "query:limit"),
    "a leading zero": query("limit=01", "query:limit"),
    "other digits": query("limit=%D9%A1", "query:limit"),
    "a word for a number": query("limit=xyzzy", "query:limit"),
    "a name without a value": query("limit", "query:limit"),
    "an empty number": query("limit=", "query:limit"),
    "too few": query("limit=0", "query:limit"),
    "too many": query("limit=101", "query:limit"),
    "less than none": query("offset=-1", "query:offset"),
    "an offset beyond 32 bits": query("offset=2147483648", "query:offset"),
    "an offset beyond 64 bits": query("offset=9223372036854775808", "query:offset"),
    "an offset of 5,000 digits": query("offset=" + "9" * 5000, "query:offset"),
    "a parameter twice": query("limit=1&limit=1", "query:limit"),
    "a parameter twice, once encoded": query("limit=1&%6cimit=2", "query:limit"),
    "a parameter that nobody knows": query("xyzzy=1", "query"),
    "a parameter in capitals": query("Limit=1", "query"),
    "a parameter in PHP": query("limit[]=1", "query"),
    "a parameter without a name": query("=xyzzy", "query"),
    "a semicolon": query("limit=1;offset=1", "query:limit"),
    "a NUL": query("customerId=xyzzy%00", "query:customerId"),
    "a control character": query("customerId=xyzzy%0A", "query:customerId"),
    "invalid UTF-8": query("customerId=xyzzy%ff", "query"),
    "a lone surrogate": query("customerId=xyzzy%ED%A0%80", "query"),
    "an empty text": query("customerId=", "query:customerId"),
    "an unknown status": query("status=xyzzy", "query:status"),
    "a cursor that is none": query("cursor=xyzzy", "query:cursor"),
    "a cursor in plain base64": query("cursor=AZqfLnwbfVOaUg9v+/wtPg", "query:cursor"),
    "too many parameters": query("&".join(f"p{n}=1" for n in range(65)), "query"),
    "a parameter where none is": query("xyzzy=1", "query", path="/orders/{id}"),
    "a parameter of another operation": query("customerId=xyzzy", "query", path="/orders/{id}/history"),
    "a parameter for a probe": query("xyzzy=1", "query", path="/healthz"),
}
HEADERS = {
    "an empty key": key(b""),
    "a key of 256 characters": key(b"x" * 256),
    "a key with a control character": key(b"xyzzy\x7f"),
    "a key beyond ASCII": key("xyzzy-é".encode()),
    "two keys": key(b"xyzzy-1", b"xyzzy-2"),
    "the same key twice": key(b"xyzzy", b"xyzzy"),
    "an empty key for an update": key(b"", path=UPDATE),
    "a version without quotes": match(b"1"),
    "half a quote": match(b'"1'),
    "an empty If-Match": match(b""),
    "a star among versions": match(b'*, "1"'),
    "a version beyond ASCII": match(b'"\xff"'),
    "a long version": match(b'"%b"' % (b"1" * 1023)),
    "two If-Match": match(b'"1"', b'"1"'),
}
PATHS = {
    "an unknown id": nowhere(UNKNOWN),
    "the history of an unknown id": nowhere(f"{UNKNOWN}/history"),
    "an update of an unknown id": nowhere("/orders/xyzzy", "PATCH"),
    "an id in capitals": nowhere("/orders/019A9F2E-7C1B-7D53-9A52-0F6F3B1C2D3E"),
    "a malformed id": nowhere("/orders/xyzzy.7"),
    "an update of a malformed id": nowhere("/orders/xyzzy.7", "PATCH"),
    "a long id": nowhere("/orders/" + "x" * 65),
    "a very long id": nowhere("/orders/" + "x" * 8000),
    "a NUL": nowhere("/orders/%00"),
    "a NUL behind an id": nowhere("/orders/{id}%00"),
    "no UTF-8": nowhere("/orders/%ff"),
    "a slash in an id": nowhere("/orders/a%2Fb"),
    "a slash that is none": nowhere("/orders/{id}%2Fhistory"),
    "a slash that is none, in small letters": nowhere("/orders/{id}%2fhistory"),
    "a slash that is none, twice encoded": nowhere("/orders/{id}%252Fhistory"),
    "a slash at the end that is none": nowhere("/orders%2F"),
    "a line feed behind a path": nowhere("/orders%0A"),
    "a line feed behind an id": nowhere("/orders/{id}%0A"),
    "a line feed behind a deep path": nowhere("/orders/{id}/history%0A"),
    "a line feed behind a probe": nowhere("/healthz%0A"),
    "two slashes": nowhere("/orders//"),
    "a slash behind two": nowhere("/orders//{id}"),
    "a way up": nowhere("/orders/%2e%2e"),
    "a matrix parameter": nowhere("/orders;a=b"),
    "other capitals": nowhere("/Orders"),
    "a broken escape": nowhere("/orders/%zz"),
    "SQL": nowhere("/orders/'%20OR%201=1--"),
    "nothing at all": nowhere("/xyzzy"),
}

TEXTS = st.text(st.characters(codec="latin-1"), max_size=20).map(lambda text: text.encode("latin-1"))
NAMES = st.sampled_from([KEY, MATCH, b"Content-Type", b"Content-Length", b"Accept", b"Origin", b"traceparent", b"X"])


@pytest.mark.parametrize("attack", QUERIES.values(), ids=QUERIES.keys())
async def test_a_query_that_the_contract_does_not_allow_is_refused(target: Target, attack: Attack) -> None:
    await target.refuses(attack)


@pytest.mark.parametrize("attack", HEADERS.values(), ids=HEADERS.keys())
async def test_a_header_that_the_contract_does_not_allow_is_refused(target: Target, attack: Attack) -> None:
    await target.refuses(attack)


@pytest.mark.parametrize("attack", PATHS.values(), ids=PATHS.keys())
async def test_a_path_that_names_nothing_is_not_found(target: Target, attack: Attack) -> None:
    await target.refuses(attack)


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(
    place=st.tuples(
        st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE"]),
        st.sampled_from(["/", "/orders", "/orders/", "/orders/{id}", "/orders/{id}/history", "/events"]),
        st.binary(max_size=10),
    ),
    query=TEXTS,
    headers=st.lists(st.tuples(NAMES, TEXTS), max_size=3),
    content=st.binary(max_size=40) | st.sampled_from([WISH, PAY]),
)
async def test_no_bytes_make_a_crash(
    target: Target,
    place: tuple[str, str, bytes],
    query: bytes,
    headers: list[tuple[bytes, bytes]],
    content: bytes,
) -> None:
    before = await target.stored()
    method, path, more = place
    url = f"{path}{quote(more)}?{quote(query, safe='=&%+')}"
    response = await target.ask(method, url, (JSON, *headers), content, scope=EVERY_SCOPE)
    assert response.status_code < 500
    assert response.is_success or await target.stored() == before
