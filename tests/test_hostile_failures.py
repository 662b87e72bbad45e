"""Faults behind the service: a caller is told in time, and nothing of what went wrong.

That a database stands still or starts anew under load, and a full disk, are proved with the other faults.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from time import monotonic
from uuid import uuid4

import httpx
import pytest

from orders.settings import OrdersSettings
from tests.hostile import JSON, WISH, Target, assert_refusal, logged, targeted
from tests.service import Caller, running, settings_for
from tests.storage import count, held, rows

pytestmark = pytest.mark.anyio

TOLD_WITHIN_SECONDS = 2.5
SECRET = "hunter2"
DSN = f"postgresql://orders:{SECRET}@db.internal:5432/orders"
BROKEN = {
    "sqlite": (f"CREATE TRIGGER broken BEFORE INSERT ON orders BEGIN SELECT RAISE(ABORT, '{DSN}'); END",),
    "postgresql": (
        f"CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''{DSN}''; END'",
        "CREATE TRIGGER broken BEFORE INSERT ON orders EXECUTE FUNCTION broken()",
    ),
}


@pytest.fixture
async def prey(settings: OrdersSettings) -> AsyncIterator[Target]:
    """A service of the test's own, that it may break; on each kind of database in turn."""
    async with targeted(settings) as target:
        yield target


@pytest.fixture
def nowhere() -> str:
    """An address at which nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{closed.getsockname()[1]}"


async def create(caller: Caller, key: str) -> httpx.Response:
    headers = {**caller.token(), "Idempotency-Key": key}
    return await caller.send("POST", "/orders", headers, json={"customerId": key, "items": ["item-1"]})


async def every_operation(caller: Caller, order: object, key: str) -> Sequence[httpx.Response]:
    """The answers of all at once, each of them asked more than once."""
    reads = [caller.send("GET", path) for path in ("/orders", f"/orders/{order}", f"/orders/{order}/history") * 4]
    writes = [*(caller.patch(order, "paid") for _ in range(2)), *(create(caller, f"{key}-{n}") for n in range(2))]
    return await asyncio.gather(*reads, *writes)


def assert_unavailable(answers: Sequence[httpx.Response], began: float) -> None:
    assert monotonic() - began < TOLD_WITHIN_SECONDS
    for answer in answers:
        assert_refusal(answer, 503, "service_unavailable")
        assert int(answer.headers["retry-after"]) > 0


async def test_an_exception_that_carries_a_dsn_is_a_fixed_problem(prey: Target) -> None:
    settings = prey.caller.settings
    for statement in BROKEN[settings.database_url.get_secret_value().partition(":")[0]]:
        await rows(settings, statement)
    before = await prey.stored()
    with logged() as log:
        response = await prey.ask("POST", "/orders", (JSON,), WISH)
    assert_refusal(response, 500, "internal_error")
    assert response.json()["detail"] == "The service failed to answer this request"
    assert await prey.stored() == before
    (line,) = log.requests()
    assert (line["level"], line["status"], line["trace_id"]) == ("ERROR", 500, response.json()["traceId"])
    assert line["exception"].startswith("Traceback")
    assert "://***@db.internal" in line["exception"]
    assert SECRET not in f"{response.headers}{response.text}{log.text}"


async def test_a_table_that_is_gone_is_a_fault_of_the_service_and_no_outage(prey: Target) -> None:
    await rows(prey.caller.settings, "DROP TABLE order_history")
    with logged() as log:
        for method, path, content in (("POST", "/orders", WISH), ("GET", "/orders/{id}/history", None)):
            assert_refusal(await prey.ask(method, path, (JSON,), content), 500, "internal_error")
    assert await count(prey.caller.settings, "orders") == 1
    assert ["exception" in line for line in log.requests()] == [True, True]
    assert (await prey.ask("GET", "/orders/{id}")).status_code == 200


async def orders_of(caller: Caller, customer: str) -> dict[str, list[dict[str, object]]]:
    page: dict[str, list[dict[str, object]]] = (await caller.send("GET", f"/orders?customerId={customer}")).json()
    return page


async def test_a_database_that_is_gone_is_told_at_once(nowhere: str) -> None:
    async with running(settings_for(f"postgresql://orders:{SECRET}@{nowhere}/orders")) as caller:
        began = monotonic()
        with logged() as log:
            answers = await every_operation(caller, "unknown", "key")
            assert_unavailable(answers, began)
            assert_unavailable([await caller.send("GET", "/readyz", {})], began)
        assert (await caller.send("GET", "/healthz", {})).status_code == 200
        assert SECRET not in log.text


async def test_a_database_that_nobody_can_write_is_told_in_time_and_still_read(prey: Target) -> None:
    caller, key = prey.caller, str(uuid4())
    async with held(caller.settings, "orders"):
        before = await prey.stored()
        began = monotonic()
        assert_unavailable(await asyncio.gather(create(caller, key), caller.patch(prey.order, "paid")), began)
        assert (await caller.send("GET", f"/orders/{prey.order}")).json()["status"] == "pending"
        assert await prey.stored() == before
    created = await create(caller, key)
    assert created.status_code == 201
    assert [o["id"] for o in (await orders_of(caller, key))["items"]] == [created.json()["id"]]


@pytest.mark.parametrize("module_settings", ["sqlite"], indirect=True)
async def test_keys_that_were_never_loaded_are_told(target: Target, nowhere: str) -> None:
    url = target.caller.settings.database_url.get_secret_value()
    settings = settings_for(url, jwt_jwks_url=f"http://{nowhere}/keys.json", jwt_audience="orders")
    async with running(settings) as caller:
        began = monotonic()
        for token in (target.caller.token()["Authorization"], "Bearer a.b.c"):
            assert_unavailable([await caller.send("GET", "/orders", {"Authorization": token})], began)
        assert (await caller.send("GET", "/orders", {})).status_code == 401
        assert (await caller.send("GET", "/readyz", {})).json()["detail"] == "Not ready: keys"
        assert (await caller.send("GET", "/healthz", {})).status_code == 200
