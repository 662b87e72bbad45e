"""The service under test: the real composition on a real database, and a client that checks answers by the contract."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import anyio
import httpx
from starlette.types import Message

from orders import law as orders_law
from orders.app import compose
from orders.migrations import VERSIONS
from orders.settings import STANDARD, OrdersSettings
from service_standard.auth.minting import mint
from service_standard.binding.known import NOT_MODIFIED
from service_standard.contract import Contract, Operation
from service_standard.http.edge import Edge
from service_standard.law import Law
from service_standard.migrations.apply import migrate

ROOT: Final = Path(__file__).resolve().parent.parent
MANIFEST: Final = ROOT / "service.yaml"
ALL_SCOPES: Final = ("orders.read", "orders.write")
# What the edge and the router answer to requests that name no operation.
UNDECLARED: Final = frozenset({404, 405})


def settings_for(database_url: str, **values: object) -> OrdersSettings:
    """Settings of a development service on a database."""
    return OrdersSettings.model_validate(
        {
            "environment": "development",
            "database_url": database_url,
            "service_manifest": MANIFEST,
            "drain_seconds": 0,
            **values,
        }
    )


@dataclass(frozen=True)
class Caller:
    """Sends requests to a service in this process, with a token or without."""

    app: Edge
    settings: OrdersSettings
    contract: Contract
    http: httpx.AsyncClient

    def token(self, *scopes: str, sub: str = "test-user") -> dict[str, str]:
        """The Authorization header of a caller with these scopes (all, if none is named)."""
        return {"Authorization": f"Bearer {mint(self.settings, sub, scopes or ALL_SCOPES, 1)}"}

    async def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **request: object
    ) -> httpx.Response:
        """The answer, after it was held to the contract; the token has all scopes unless headers are given."""
        used = self.token() if headers is None else headers
        response = await self.http.request(method, path, headers=used, **request)  # type: ignore[arg-type] # httpx's own
        hold_to_contract(self.contract, response)
        return response

    async def create(self, **body: object) -> dict[str, object]:
        """A new order."""
        wish = {"customerId": "customer-123", "items": ["item-1"], **body}
        response = await self.send("POST", "/orders", json=wish)
        assert response.status_code == 201, response.text
        created: dict[str, object] = response.json()
        return created

    async def patch(self, order_id: object, status: str, **headers: str) -> httpx.Response:
        return await self.send("PATCH", f"/orders/{order_id}", {**self.token(), **headers}, json={"status": status})


@asynccontextmanager
async def running(settings: OrdersSettings) -> AsyncIterator[Caller]:
    """A service that has been started, and is stopped afterwards; its database must be migrated."""
    law = law_of(settings.service_manifest, settings.orders_workflow, settings.catalog, settings.saga)
    app = compose(law, settings)
    async with (
        lifespan(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://orders.test") as http,
    ):
        yield Caller(app, settings, law.contract, http)


@asynccontextmanager
async def running_beside(settings: OrdersSettings, number: int) -> AsyncIterator[Sequence[Caller]]:
    """Callers of so many services beside each other, on one database."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running(settings)) for _ in range(number)]


async def along(
    embedded: Caller, workflow: str, way: Sequence[str], ask: Callable[[Caller, object], Awaitable[httpx.Response]]
) -> list[int]:
    """What is answered for an order in each status of a way through a workflow, the first status included."""
    async with running(embedded.settings.model_copy(update={"orders_workflow": workflow})) as service:
        found = []
        for length in range(len(way) + 1):
            order = await service.create()
            for status in way[:length]:
                assert (await service.patch(order["id"], status)).status_code == 200
            found.append((await ask(service, order["id"])).status_code)
        return found


@cache
def law_of(manifest: Path, workflow: str = STANDARD, catalog: str = "none", saga: str = "off") -> Law:
    """The law that a manifest names, read once: to read it takes as long as many a test."""
    chosen = {
        "service_manifest": manifest,
        "orders_workflow": workflow,
        "catalog": catalog,
        "saga": saga,
        "catalog_url": "http://none.test",
    }
    return orders_law.law_of(settings_for("sqlite:///none.db", **chosen))


@asynccontextmanager
async def lifespan(app: Edge) -> AsyncIterator[None]:
    """What a server does around an app: startup, and shutdown at the end."""
    inbox_in, inbox = anyio.create_memory_object_stream[Message](4)
    outbox_in, outbox = anyio.create_memory_object_stream[Message](4)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(
            app, {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, inbox.receive, outbox_in.send
        )
        await inbox_in.send({"type": "lifespan.startup"})
        started = await outbox.receive()
        assert started["type"] == "lifespan.startup.complete", started
        try:
            yield
        finally:
            await inbox_in.send({"type": "lifespan.shutdown"})
            await outbox.receive()
            for stream in (inbox_in, inbox, outbox_in, outbox):
                stream.close()


def migrated(settings: OrdersSettings) -> OrdersSettings:
    """The settings, once their database has the newest schema."""
    migrate(settings, VERSIONS)
    return settings


def hold_to_contract(contract: Contract, response: httpx.Response) -> None:
    """Fails unless the contract allows this answer to this request: status, media type, body and headers."""
    operation = operation_of(contract, response.request)
    if operation is None:
        assert response.status_code in UNDECLARED | {400, 431, 503}, response.text
        return
    if response.status_code == NOT_MODIFIED:
        assert operation.not_modified is not None
        assert [name for name in operation.not_modified if name not in response.headers] == []
        assert response.content == b""
        return
    declared = operation.responses.get(response.status_code)
    assert declared is not None, f"{operation.id} answered {response.status_code}: {response.text}"
    content = declared.in_media_type(response.headers["content-type"])
    assert content is not None, response.headers["content-type"]
    errors = content.schema.errors(content.value(response.content))
    assert not errors, f"{operation.id} {response.status_code}: {errors}"
    for name, header in declared.headers.items():
        assert name in response.headers or not header.required, f"{operation.id} {response.status_code}: no {name}"
        if name in response.headers:
            assert header.schema.allows(response.headers[name]), f"{name}: {response.headers[name]}"


def operation_of(contract: Contract, request: httpx.Request) -> Operation | None:
    """The operation that a request names."""
    path = request.url.path
    served = path[:-1] if path.endswith("/") and path != "/" else path
    if request.method not in contract.allowed_methods(served):
        return None
    return next(o for o in contract.operations.values() if o.method == request.method and o.matches(served))


def problem_of(response: httpx.Response) -> Sequence[object]:
    """Status and type of a problem."""
    return response.status_code, json.loads(response.content)["type"]
