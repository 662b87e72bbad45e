"""Bodies that are not what the contract allows, against the whole service on each database."""

import json

import pytest

from tests.hostile import JSON, MARK, WISH, Attack, Target

pytestmark = pytest.mark.anyio

UPDATE = "/orders/{id}"
DIGITS = b"9" * 5000


def body(content: bytes, *pointers: str, path: str = "/orders") -> Attack:
    return Attack(400, "validation_error", path, _method(path), (JSON,), content, pointers)


def untyped(*headers: tuple[bytes, bytes], path: str = "/orders") -> Attack:
    return Attack(415, "unsupported_media_type", path, _method(path), headers)


def too_large(content: bytes = WISH, *headers: tuple[bytes, bytes], path: str = "/orders") -> Attack:
    return Attack(413, "content_too_large", path, _method(path), (JSON, *headers), content)


def wish(customer: bytes = b'"xyzzy"', items: bytes = b'["xyzzy"]', more: bytes = b"") -> bytes:
    return b'{"customerId": %b, "items": %b%b}' % (customer, items, more)


def _method(path: str) -> str:
    return "PATCH" if path == UPDATE else "POST"


BODIES = {
    "nothing": body(b"", "#"),
    "no JSON": body(b"customerId=xyzzy", "#"),
    "two values": body(WISH + WISH, "#"),
    "cut short": body(WISH[:-1], "#"),
    "no object": body(b'["xyzzy"]', "#"),
    "null": body(b"null", "#"),
    "a byte order mark": body(b"\xef\xbb\xbf" + WISH, "#"),
    "UTF-16": body(WISH.decode().encode("utf-16"), "#"),
    "invalid UTF-8": body(wish(b'"xyzzy\xff"'), "#"),
    "an overlong NUL": body(wish(b'"xyzzy\xc0\x80"'), "#"),
    "a lone surrogate in UTF-8": body(wish(b'"xyzzy\xed\xa0\x80"'), "#"),
    "a lone surrogate, escaped": body(wish(rb'"xyzzy\ud800"'), "#"),
    "a lone low surrogate, escaped": body(wish(rb'"\udc00xyzzy"'), "#"),
    "a raw control character": body(wish(b'"xyzzy\n"'), "#"),
    "a raw NUL": body(wish(b'"xyzzy\0"'), "#"),
    "NaN": body(wish(more=b', "metadata": NaN'), "#"),
    "Infinity": body(wish(more=b', "metadata": -Infinity'), "#"),
    "a number beyond a double": body(wish(b"1e400"), "#"),
    "an integer beyond 64 bits": body(wish(b"9223372036854775808"), "#"),
    "an integer of 5,000 digits": body(wish(DIGITS), "#"),
    "a float of 5,000 digits": body(wish(DIGITS + b".0"), "#"),
    "a comment": body(b"{/* xyzzy */}", "#"),
    "a trailing comma": body(wish(more=b","), "#"),
    "a name twice": body(wish(more=b', "customerId": "xyzzy2"'), "#"),
    "a name twice, once escaped": body(wish(more=rb', "customer\u0049d": "xyzzy2"'), "#"),
    "nesting over 32": body(wish(items=b"[" * 32 + b"]" * 32), "#"),
    "nesting of objects over 32": body(b'{"a":' * 33 + b"1" + b"}" * 33, "#"),
    "nesting of 30,000": body(b"[" * 30_000 + b"]" * 30_000, "#"),
    "nesting without end": body(b'{"a":' * 10_000, "#"),
    "a NUL in a text": body(wish(rb'"xyzzy\u0000"'), "#/customerId"),
    "a NUL in metadata": body(wish(more=rb', "metadata": {"xyzzy": "\u0000"}'), "#/metadata"),
    "a control character in an identifier": body(wish(rb'"xyzzy\u001b[31m"'), "#/customerId"),
    "DEL in an identifier": body(wish(rb'"xyzzy\u007f"'), "#/customerId"),
    "a C1 control in an identifier": body(wish(b'"xyzzy\xc2\x85"'), "#/customerId"),
    "a line feed at the end of an identifier": body(wish(rb'"xyzzy\n"'), "#/customerId"),
    "a control character in an item": body(wish(items=rb'["xyzzy", "xyzzy\t"]'), "#/items/1"),
    "a control character in a key": body(wish(more=rb', "metadata": {"xyzzy\n": "a"}'), "#/metadata"),
    "a control character in a reason": body(rb'{"status": "paid", "reason": "xyzzy\r"}', "#/reason", path=UPDATE),
    "an empty identifier": body(wish(b'""'), "#/customerId"),
    "a long identifier": body(wish(b'"%b"' % (b"xyzzy" * 52)), "#/customerId"),
    "no items": body(wish(items=b"[]"), "#/items"),
    "too many items": body(wish(items=b"[" + b'"a",' * 500 + b'"xyzzy"]'), "#/items"),
    "items of another type": body(wish(items=b'[{"xyzzy": 1}]'), "#/items/0"),
    "null for a text": body(wish(b"null"), "#/customerId"),
    "a number for a text": body(wish(b"7"), "#/customerId"),
    "a boolean for a text": body(wish(b"true"), "#/customerId"),
    "an object for a text": body(wish(b'{"$ne": "xyzzy"}'), "#/customerId"),
    "a faulty order in every way": body(b'{"customerId": 1, "items": 2}', "#/customerId", "#/items"),
    "an order without anything": body(b"{}", "#/customerId", "#/items"),
    "too much metadata": body(
        wish(more=b', "metadata": {%b}' % b",".join(b'"%d": "a"' % n for n in range(51))), "#/metadata"
    ),
    "a property that nobody knows": body(wish(more=b', "xyzzy": 1'), "#"),
    "a property of objects": body(wish(more=b', "__proto__": {"xyzzy": 1}'), "#"),
    "an id of one's own": body(wish(more=b', "id": "xyzzy"'), "#/id"),
    "a status of one's own": body(wish(more=b', "status": "paid"'), "#/status"),
    "a version of one's own": body(wish(more=b', "version": 7'), "#/version"),
    "a number of one's own": body(wish(more=b', "number": "xyzzy"'), "#/number"),
    "a time of one's own": body(wish(more=b', "createdAt": "xyzzy"'), "#/createdAt"),
    "another customer in an update": body(b'{"status": "paid", "customerId": "xyzzy"}', "#/customerId", path=UPDATE),
    "another version in an update": body(b'{"status": "paid", "version": 7}', "#/version", path=UPDATE),
    "an unknown status": body(b'{"status": "xyzzy"}', "#/status", path=UPDATE),
    "a status in capitals": body(b'{"status": "PAID"}', "#/status", path=UPDATE),
    "an update without anything": body(b"{}", "#/status", path=UPDATE),
}
TYPES = {
    "no type": untyped(),
    "an empty type": untyped((b"Content-Type", b"")),
    "another type": untyped((b"Content-Type", b"text/plain; xyzzy")),
    "a form": untyped((b"Content-Type", b"application/x-www-form-urlencoded")),
    "a type that begins alike": untyped((b"Content-Type", b"application/jsonxyzzy")),
    "a type of the family": untyped((b"Content-Type", b"application/problem+json")),
    "two types": untyped(JSON, JSON),
    "two types in one": untyped((b"Content-Type", b"application/json, text/plain")),
    "UTF-16": untyped((b"Content-Type", b"application/json; charset=utf-16")),
    "Latin 1": untyped((b"Content-Type", b"application/json; charset=latin-1")),
    "two charsets": untyped((b"Content-Type", b"application/json; charset=utf-8; charset=utf-16")),
    "bytes beyond ASCII": untyped((b"Content-Type", b"application/json; \xff")),
    "gzip": untyped(JSON, (b"Content-Encoding", b"gzip")),
    "gzip, and then none": untyped(JSON, (b"Content-Encoding", b"identity"), (b"Content-Encoding", b"gzip")),
    "an update of no type": untyped(path=UPDATE),
}
SIZES = {
    "a body over the limit": too_large(wish(b'"%b"' % (b"xyzzy" * 14_000))),
    "spaces over the limit": too_large(b" " * 65_537),
    "an update over the limit": too_large(b" " * 65_537, path=UPDATE),
    "a length that is only said": too_large(WISH, (b"Content-Length", b"65537")),
    "a length of 5,000 digits": too_large(WISH, (b"Content-Length", DIGITS)),
    "a body whose event is over the limit": too_large(wish(items=b'["xyzzy"%b]' % (b',"%b"' % (b"x" * 255) * 253))),
}


@pytest.mark.parametrize("attack", BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_the_contract_does_not_allow_is_refused(target: Target, attack: Attack) -> None:
    await target.refuses(attack)


@pytest.mark.parametrize("attack", TYPES.values(), ids=TYPES.keys())
async def test_a_body_of_another_type_is_refused(target: Target, attack: Attack) -> None:
    await target.refuses(attack)


@pytest.mark.parametrize("attack", SIZES.values(), ids=SIZES.keys())
async def test_a_body_over_a_limit_is_refused(target: Target, attack: Attack) -> None:
    await target.refuses(attack)


@pytest.mark.parametrize("attack", [*BODIES.values(), *TYPES.values(), *SIZES.values()])
async def test_whoever_sends_no_token_hears_of_nothing_else(target: Target, attack: Attack) -> None:
    before = await target.stored()
    response = await target.caller.http.request(
        attack.method, attack.path.replace("{id}", target.order), headers=list(attack.headers), content=attack.content
    )
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert MARK not in response.text
    assert await target.stored() == before


@pytest.mark.parametrize(
    "content",
    [
        wish(rb'"\ud83d\ude00"'),
        wish(b'"\xf0\x9f\x98\x80"'),
        wish(b'"\xe2\x80\xa8"', b'["\xe2\x80\xae"]'),
        wish(b'"%b"' % (b"\xf0\x9f\x98\x80" * 255), more=b', "externalId": "%b"' % (b"\xf0\x9f\x98\x80" * 255)),
        wish(b'"' + b"'; DROP TABLE orders; --" + b'"'),
        wish(more=rb', "metadata": {"\ud83d\ude00": "\u0001\n\ufffe\uffff"}'),
        wish(items=b'["$1", "?1", "%s", "{}"]'),
    ],
)
async def test_whatever_the_contract_allows_is_kept_as_it_is(target: Target, content: bytes) -> None:
    created = await target.ask("POST", "/orders", (JSON,), content)
    assert created.status_code == 201
    assert {**created.json(), **json.loads(content)} == created.json()
    read = await target.ask("GET", created.headers["location"])
    assert read.json() == created.json()


@pytest.mark.parametrize("length", [b"", b"xyzzy", b"-1", b"1_0", b"\xff", b"\xd9\xa1"])
async def test_a_length_that_is_no_number_makes_no_crash(target: Target, length: bytes) -> None:
    """The server refuses these heads before the service sees them; the service relies on none that does."""
    response = await target.ask("POST", "/orders", (JSON, (b"Content-Length", length)), WISH)
    assert response.status_code == 201
