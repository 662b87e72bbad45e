"""Metrics of requests: each is counted once, by what the contract calls it, whatever its caller calls it."""

import asyncio
from collections.abc import Iterable
from uuid import uuid4

import pytest
from starlette.types import Message

from service_standard.metrics.requests import TOGETHER
from service_standard.telemetry.providers import Telemetry
from tests.edge_app import HOST, ask, create_app, head, settings
from tests.metrics.scrape import Scrape, scraped
from tests.service import Caller
from tests.wire import Running

pytestmark = pytest.mark.anyio

DURATION = "http_server_request_duration_seconds"
COUNT = f"{DURATION}_count"
ACTIVE = "http_server_active_requests"


class Measured:
    """A small app behind the real edge, and its metrics."""

    def __init__(self) -> None:
        self.telemetry = Telemetry("orders", "1.0.0", settings())
        self.app = create_app(telemetry=self.telemetry)

    async def scrape(self) -> Scrape:
        return Scrape((await self.telemetry.exposition.text()).decode())

    async def count(self, method: str, status: int | None = None, route: str = "", error: str = "") -> float:
        """How many such requests have ended."""
        labels = {
            "http_request_method": method,
            "http_response_status_code": str(status or ""),
            "http_route": route,
            "error_type": error,
        }
        return (await self.scrape()).value(COUNT, **{name: value for name, value in labels.items() if value})


@pytest.fixture
def measured() -> Measured:
    return Measured()


async def test_a_request_is_counted_by_method_route_and_status(measured: Measured) -> None:
    for path in ("/orders/7", "/orders/8/", "/orders"):
        await ask(measured.app, path)
    assert await measured.count("GET", 200, "/orders/{order_id}") == 2
    assert await measured.count("GET", 200, "/orders") == 1


async def test_every_request_is_counted_however_many_came_since_somebody_asked(measured: Measured) -> None:
    for asked in range(1, 3):
        for _ in range(TOGETHER + 1):
            await ask(measured.app, "/orders")
        assert await measured.count("GET", 200, "/orders") == asked * (TOGETHER + 1)


async def test_how_long_a_request_took_is_measured_in_seconds(measured: Measured) -> None:
    await ask(measured.app, "/orders")
    labels = {"http_request_method": "GET", "http_response_status_code": "200", "http_route": "/orders"}
    scrape = await measured.scrape()
    assert 0 < scrape.value(f"{DURATION}_sum", **labels) < 1
    assert scrape.value(f"{DURATION}_bucket", **labels, le="1.0") == 1


async def test_an_answer_of_the_5xx_class_has_the_type_of_its_error(measured: Measured) -> None:
    for path in ("/crash", "/busy", "/cut"):
        await ask(measured.app, path)
    assert await measured.count("GET", 500, "/crash", "RuntimeError") == 1
    assert await measured.count("GET", 503, "/busy", "503") == 1
    assert await measured.count("GET", 200, "/cut", "RuntimeError") == 1


async def test_what_reaches_no_operation_has_no_route(measured: Measured) -> None:
    await ask(measured.app, "/nothing")
    await ask(measured.app, "/orders", headers=head(20_000))
    assert await measured.count("GET", 404) == 1
    assert await measured.count("GET", 431) == 1


async def test_a_request_whose_caller_left_has_no_status(measured: Measured) -> None:
    half: Iterable[Message] = [{"type": "http.request", "body": b"half", "more_body": True}]
    await ask(measured.app, "/orders", "POST", incoming=half)
    assert await measured.count("POST", route="/orders") == 1


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_a_probe_is_no_request(measured: Measured, path: str) -> None:
    await ask(measured.app, path)
    assert not {COUNT, ACTIVE} & {name for name, _ in (await measured.scrape()).samples}


async def test_a_request_is_under_way_until_its_answer_has_ended(measured: Measured) -> None:
    request = asyncio.create_task(ask(measured.app, "/begin", "POST"))
    await asyncio.sleep(0)  # Until it waits for an event that never comes.
    assert (await measured.scrape()).value(ACTIVE, http_request_method="POST") == 1
    request.cancel()
    await asyncio.wait({request})
    assert (await measured.scrape()).value(ACTIVE, http_request_method="POST") == 0


async def test_what_the_parser_refuses_is_counted_too(measured: Measured) -> None:
    running = Running(measured.app)
    for request in (b"BREW /orders HTTP/1.1\r\nHost: orders.test\r\n\r\n", b"no request\r\n\r\n"):
        with running.connect() as connection:
            connection.sendall(request)
            assert connection.recv(1024)
    running.stop()
    assert await measured.count("_OTHER", 405) == 1
    assert await measured.count("_OTHER", 400) == 1


async def test_whatever_callers_send_the_number_of_series_stays(embedded: Caller) -> None:
    async def attack() -> int:
        """As different as they can be; the names are new each time."""
        for _ in range(125):
            name = uuid4().hex
            await ask(embedded.app, f"/{name}")
            await ask(embedded.app, f"/orders/{name}", "GET", headers=[HOST])
            await ask(embedded.app, "/orders", f"M{name}".upper())
            await ask(embedded.app, f"/orders/{uuid4()}/history", headers=[HOST, (b"x-request-id", name.encode())])
        return sum(name.startswith("http_") for name, _ in (await scraped(embedded)).samples)

    assert await attack() == await attack()
