"""Who may read an answer in a browser, and who may not."""

from typing import Final

import pytest

from service_standard.http.edge import Edge
from tests.edge_app import HOST, Headers, ask, create_app, settings

SHOP: Final = (b"origin", b"https://shop.test")
ASKS_FOR_POST: Final = (b"access-control-request-method", b"POST")


@pytest.fixture
def app() -> Edge:
    return create_app(settings(allowed_origins="https://shop.test,https://till.test"))


async def test_a_configured_origin_may_read_the_answer(app: Edge) -> None:
    answer = await ask(app, "/orders", headers=[HOST, SHOP])
    assert answer.header("access-control-allow-origin") == "https://shop.test"
    assert answer.header("access-control-expose-headers") == "ETag, Location, Link, Idempotency-Replayed, Retry-After"
    assert answer.header("access-control-allow-credentials") is None
    assert answer.header("vary") == "Origin"


@pytest.mark.parametrize("path", ["/crash", "/nothing", "/busy"])
async def test_a_configured_origin_may_read_a_problem(app: Edge, path: str) -> None:
    assert (await ask(app, path, headers=[HOST, SHOP])).header("access-control-allow-origin") == "https://shop.test"


@pytest.mark.parametrize(
    "origins",
    [
        [b"https://evil.test"], [b"null"], [b"https://shop.test.evil.test"], [b"http://shop.test"], [b"HTTPS://SHOP.TEST"],
        [b"https://shop.test", b"https://till.test"], [b"\xff"], [b""],
    ],
)  # fmt: skip
async def test_any_other_origin_gets_no_leave(app: Edge, origins: list[bytes]) -> None:
    answer = await ask(app, "/orders", headers=[HOST, *((b"origin", origin) for origin in origins)])
    assert answer.status == 200
    assert not [name for name, _ in answer.headers if name.startswith("access-control")]
    assert answer.header("vary") == "Origin"


async def test_a_preflight_is_answered_with_the_methods_of_the_path(app: Edge) -> None:
    answer = await ask(app, "/orders", "OPTIONS", headers=[HOST, SHOP, ASKS_FOR_POST])
    assert answer.status == 204
    assert answer.header("access-control-allow-origin") == "https://shop.test"
    assert answer.header("access-control-allow-methods") == "GET, POST"
    assert "Idempotency-Key" in str(answer.header("access-control-allow-headers"))


@pytest.mark.parametrize(
    "headers",
    [[HOST], [HOST, SHOP], [HOST, ASKS_FOR_POST], [HOST, (b"origin", b"https://evil.test"), ASKS_FOR_POST]],
)
async def test_options_without_leave_is_a_method_like_another(app: Edge, headers: Headers) -> None:
    answer = await ask(app, "/orders", "OPTIONS", headers=headers)
    assert answer.status == 405
    assert answer.header("allow") == "GET, POST"


async def test_a_preflight_for_nothing_finds_nothing(app: Edge) -> None:
    assert (await ask(app, "/nothing", "OPTIONS", headers=[HOST, SHOP, ASKS_FOR_POST])).status == 404


async def test_without_origins_nothing_varies() -> None:
    answer = await ask(create_app(), "/orders", headers=[HOST, SHOP])
    assert answer.header("vary") is None
    assert answer.header("access-control-allow-origin") is None
