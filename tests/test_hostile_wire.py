"""Hostile requests over real sockets: what only a connection can carry, against the whole service."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http import HTTPMethod

import pytest

from orders.app import compose
from orders.settings import OrdersSettings
from service_standard.contract import load_contract
from tests.edge_app import Answer
from tests.hostile import MARK, MEMBERS, STORED, WISH, token
from tests.service import ROOT, law_of, migrated, settings_for
from tests.wire import Running, read_answer

CONTRACT = load_contract(ROOT / "openapi" / "orders.yaml")
UNKNOWN = "019a9f2e-7c1b-7d53-9a52-0f6f3b1c2d3e"
PATHS = sorted({operation.path.replace("{id}", UNKNOWN) for operation in CONTRACT.operations.values()})
METHODS = [*HTTPMethod, "FOO", "get", "QUERY", "PROPFIND", "M" * 200]
SHOP = "https://shop.test"
CHUNK = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"


@dataclass(frozen=True)
class Served:
    """The service on a socket, and what it would be asked with by a caller who may do everything."""

    running: Running
    settings: OrdersSettings

    def stored(self) -> tuple[int, ...]:
        with closing(sqlite3.connect(self.settings.database_url.get_secret_value().removeprefix("sqlite:///"))) as file:
            counts: tuple[int, ...] = file.execute(STORED).fetchone()
        return counts

    def ask(self, line: str, *headers: bytes, content: bytes = b"", authorized: bool = True) -> Answer:
        """The answer to one request whose head is exactly this, but for the host, the token and the end."""
        credentials = [f"Authorization: Bearer {token(self.settings)}".encode()] if authorized else []
        host = [] if any(header.lower().startswith(b"host:") for header in headers) else [b"Host: orders.test"]
        head = [f"{line} HTTP/1.1".encode(), *host, *credentials, *headers, b"Connection: close", b"", b""]
        with self.running.connect() as connection, connection.makefile("rb") as stream:
            connection.sendall(b"\r\n".join(head) + content)
            answer = read_answer(stream)
        assert answer is not None
        return answer

    def refuses(self, status: int, kind: str, line: str, *headers: bytes, content: bytes = b"") -> Answer:
        """The answer, once it is the refusal that is due and nothing was stored."""
        before = self.stored()
        answer = self.ask(line, *headers, content=content)
        assert_refusal(answer, status, kind)
        assert self.stored() == before
        return answer


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    url = f"sqlite:///{tmp_path_factory.mktemp('served')}/orders.db"
    settings = migrated(settings_for(url, allowed_origins=SHOP))
    running = Running(compose(law_of(settings.service_manifest), settings))
    yield Served(running, settings)
    running.stop()


def assert_refusal(answer: Answer, status: int, kind: str) -> None:
    assert (answer.status, answer.document["type"], answer.document["status"]) == (status, kind, status)
    assert set(answer.document) >= MEMBERS
    assert answer.header("content-type") == "application/problem+json"
    assert_kept_to_itself(answer)


def assert_kept_to_itself(answer: Answer) -> None:
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("server") is None
    assert MARK not in f"{answer.headers} {answer.body!r}"


@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_a_path_does_not_have_is_told_those_that_it_has(served: Served, path: str) -> None:
    allowed = CONTRACT.allowed_methods(path)
    for method in set(METHODS) - set(allowed):
        answer = served.ask(f"{method} {path}", b"Content-Length: 0")
        assert (method, answer.status, answer.header("allow")) == (method, 405, ", ".join(allowed))
        assert_kept_to_itself(answer)
        if method == "HEAD":
            assert answer.body == b""
        else:
            assert_refusal(answer, 405, "method_not_allowed")


@pytest.mark.parametrize("method", ["GET", "TRACE", "FOO", "POST"])
@pytest.mark.parametrize("path", ["/nothing", "/orders%2F", "/orders%0A", "/orders//", "/Orders"])
def test_a_path_that_is_not_there_is_not_found_whatever_the_method(served: Served, method: str, path: str) -> None:
    served.refuses(404, "not_found", f"{method} {path}", b"Content-Length: 0")


def test_every_answer_says_as_little_as_that_of_a_refusal(served: Served) -> None:
    for path in ("/", "/openapi.json", "/healthz", "/orders"):
        answer = served.ask(f"GET {path}")
        assert (answer.status, answer.header("server")) == (200, None)
        assert answer.header("x-content-type-options") == "nosniff"


def test_a_body_without_a_length_is_cut_off_at_the_limit(served: Served) -> None:
    content = CHUNK * 17 + b"0\r\n\r\n"
    chunked = (b"Content-Type: application/json", b"Transfer-Encoding: chunked")
    served.refuses(413, "content_too_large", "POST /orders", *chunked, content=content)


def test_a_body_without_an_end_is_cut_off_at_the_limit(served: Served) -> None:
    chunked = (b"Content-Type: application/json", b"Transfer-Encoding: chunked")
    served.refuses(413, "content_too_large", "POST /orders", *chunked, content=CHUNK * 17)


@pytest.mark.parametrize("length", [b"65537", b"999999999999999999", b"9223372036854775807"])
def test_a_length_over_the_limit_is_refused_before_the_body_comes(served: Served, length: bytes) -> None:
    json = b"Content-Type: application/json"
    served.refuses(413, "content_too_large", "POST /orders", json, b"Content-Length: " + length)


def test_a_body_without_a_length_within_the_limit_is_taken(served: Served) -> None:
    content = b"".join(b"1\r\n%c\r\n" % byte for byte in WISH) + b"0\r\n\r\n"
    answer = served.ask(
        "POST /orders", b"Content-Type: application/json", b"Transfer-Encoding: chunked", content=content
    )
    assert (answer.status, answer.document["items"]) == (201, [MARK])


@pytest.mark.parametrize(
    "headers",
    [[b"X: " + b"x" * 16_384], [b"X: xyzzy"] * 100, [b"X-%d: xyzzy" % n for n in range(1000)]],
    ids=["size", "count", "both"],
)
def test_a_head_over_a_limit_is_refused(served: Served, headers: list[bytes]) -> None:
    served.refuses(431, "request_header_fields_too_large", "GET /orders", *headers)


def test_two_idempotency_keys_are_one_too_many(served: Served) -> None:
    keys = (b"Idempotency-Key: xyzzy-1", b"Idempotency-Key: xyzzy-2")
    length = b"Content-Length: %d" % len(WISH)
    answer = served.refuses(
        400, "validation_error", "POST /orders", b"Content-Type: application/json", length, *keys, content=WISH
    )
    assert answer.document["errors"] == [{"pointer": "header:Idempotency-Key", "detail": "must be given once"}]


def test_two_tokens_are_one_too_many(served: Served) -> None:
    answer = served.refuses(401, "unauthorized", "GET /orders", b"Authorization: Bearer xyzzy")
    assert answer.header("www-authenticate") == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(
    "host", [b"evil/healthz?", b"evil/healthz#", b"/healthz?", b"evil\\@healthz", b"", b"[::1]xyzzy"]
)
def test_no_host_opens_what_the_path_closes(served: Served, host: bytes) -> None:
    answer = served.ask("GET /orders", b"Host: " + host, authorized=False)
    assert_refusal(answer, 401, "unauthorized")
    assert answer.header("www-authenticate") == "Bearer"


def test_no_host_gets_into_a_location(served: Served) -> None:
    length = b"Content-Length: %d" % len(WISH)
    host = b"Host: xyzzy.test"
    answer = served.ask("POST /orders", host, b"Content-Type: application/json", length, content=WISH)
    assert answer.header("location") == f"/orders/{answer.document['id']}"


@pytest.mark.parametrize(
    "forwarded", [b"X-Forwarded-Prefix: /x", b"X-Original-URL: /healthz", b"X-HTTP-Method-Override: GET"]
)
def test_no_header_changes_what_is_asked_for(served: Served, forwarded: bytes) -> None:
    answer = served.ask("DELETE /orders", forwarded, b"Content-Length: 0")
    assert_refusal(answer, 405, "method_not_allowed")


@pytest.mark.parametrize(
    "origin",
    ["https://xyzzy.test", "null", "*", f"{SHOP}.xyzzy", SHOP.upper(), f"{SHOP}:443", f"{SHOP}/", "http://shop.test"],
)
def test_an_origin_that_is_not_configured_may_read_nothing(served: Served, origin: str) -> None:
    for line in ("GET /orders", "GET /nothing", "OPTIONS /orders"):
        answer = served.ask(line, f"Origin: {origin}".encode(), b"Access-Control-Request-Method: POST")
        assert not [name for name, _ in answer.headers if name.startswith("access-control-")]
        assert answer.header("vary") == "Origin"
    assert answer.status == 405


def test_an_origin_that_is_configured_may_read_without_credentials(served: Served) -> None:
    answer = served.ask("GET /orders", f"Origin: {SHOP}".encode())
    assert answer.header("access-control-allow-origin") == SHOP
    assert answer.header("access-control-allow-credentials") is None


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\x00", b"GET /orders HTTP/1.1\nHost: orders.test\n\n", b"xyzzy\r\n\r\n"]
)
def test_what_is_not_http_is_a_problem(served: Served, data: bytes) -> None:
    with served.running.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(data)
        answer = read_answer(stream)
    assert answer is not None
    assert_refusal(answer, 400, "validation_error")


def test_the_service_still_serves(served: Served) -> None:
    assert json.loads(served.ask("GET /readyz").body)["status"] == "ok"
