"""Orders and Payments as two processes on one broker, each of which can be killed, frozen, or cut off."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import httpx

from examples.payments.tests.service import SCOPES as PAYMENTS_SCOPES
from examples.payments.tests.service import migrated as migrated_payments
from examples.payments.tests.service import settings_for as settings_for_payments
from examples.payments.tests.test_standard import COMMAND, WHERE
from service_standard.auth.minting import mint
from service_standard.settings import Settings
from tests.catalog.shop import SCOPES, usd
from tests.events.fleet import drained
from tests.process import DEADLINE_SECONDS, ORDERS, Process
from tests.saga.wire import Wire
from tests.service import migrated, settings_for
from tests.storage import opened

PRICE: Final = usd("30.00")
PATIENCE: Final = 0.02
HERE: Final = {"ENVIRONMENT": "development", "HOST": "127.0.0.1", "PORT": "0"}
BROKER: Final = {"EVENT_SINKS": "rabbitmq", "EVENT_SOURCES": "rabbitmq", "EVENT_LEASE_SECONDS": "1"}
ORDERS_ENVIRON: Final = {"SAGA": "payments", "CATALOG": "embedded"}


async def until(happened: Callable[[], Awaitable[bool]], seconds: float = DEADLINE_SECONDS) -> None:
    """Returns once it has."""
    async with asyncio.timeout(seconds):
        while not await happened():  # noqa: ASYNC110 nobody tells of what happens in another process
            await asyncio.sleep(PATIENCE)


class Service:
    """One of the two: a process that is started again on the same database, on its own wire to the broker."""

    def __init__(self, command: Sequence[str], environ: dict[str, str], settings: Settings, wire: Wire) -> None:
        self.wire = wire
        self.settings = settings
        self._command = command
        self._environ = {**environ, "DATABASE_URL": settings.database_url.get_secret_value()}
        self._process: Process | None = None
        self._http: httpx.AsyncClient | None = None

    async def start(self, **environ: str) -> None:
        """Another process, on a wire that is whole; whatever ran before is killed."""
        await self.kill()
        self.wire.mend()
        self._process = Process(self._command, {**self._environ, "RABBITMQ_URL": self.wire.url, **environ})
        url = await asyncio.to_thread(lambda process: process.url, self._process)
        token = mint(self.settings, "test-user", (*SCOPES, "orders.events", *PAYMENTS_SCOPES), 1)
        self._http = httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    async def kill(self) -> None:
        """SIGKILL, if it runs."""
        if self._process is not None:
            await asyncio.to_thread(self._process.kill)
            self._process = None
        if self._http is not None:
            await self._http.aclose()

    def freeze(self) -> None:
        """It does nothing more."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    @property
    def http(self) -> httpx.AsyncClient:
        """A client that may do everything, of the process that was started last."""
        assert self._http
        return self._http

    async def ask(self, method: str, path: str, **request: Any) -> Any:
        """What it answers to such a client."""
        return (await self.http.request(method, path, **request)).raise_for_status().json()

    async def has_published(self) -> None:
        """Returns once the broker has all its events."""
        async with opened(self.settings) as database:
            await drained(database, "rabbitmq")

    def _signal(self, number: signal.Signals) -> None:
        assert self._process
        os.killpg(self._process.popen.pid, number)


class Pair(NamedTuple):
    """Both services."""

    orders: Service
    payments: Service

    async def buy(self, method: str = "card", traceparent: str = "") -> str:
        """A new order of the only piece of a new product."""
        product = uuid4().hex
        await self.orders.ask("POST", "/products", json={"id": product, "name": "Last", "price": PRICE, "stock": 1})
        wish = {"customerId": "customer-1", "lines": [{"productId": product, "quantity": 1}], "paymentMethod": method}
        headers = {"traceparent": traceparent} if traceparent else {}
        return str((await self.orders.ask("POST", "/orders", json=wish, headers=headers))["id"])

    async def stock(self, order: str) -> object:
        """What is left of the product of an order."""
        product = (await self.orders.ask("GET", f"/orders/{order}"))["items"][0]
        return (await self.orders.ask("GET", f"/products/{product}"))["stock"]

    async def payments_of(self, order: str) -> Sequence[dict[str, Any]]:
        """What Payments has of an order."""
        page = await self.payments.ask("GET", "/payments", params={"orderId": order})
        found: Sequence[dict[str, Any]] = page["items"]
        return found

    async def saga(self, order: str) -> Any:
        return await self.orders.ask("GET", f"/orders/{order}/saga")

    async def ended(self, order: str) -> None:
        """Returns once the saga of an order has."""

        async def has() -> bool:
            return bool((await self.saga(order))["state"] != "running")

        await until(has)

    async def paid_for(self, order: str) -> None:
        """Returns once Payments has a payment for an order."""

        async def has() -> bool:
            return len(await self.payments_of(order)) > 0

        await until(has)

    async def refunded(self, order: str) -> Sequence[dict[str, Any]]:
        """The payments of an order, once each is given back."""

        async def are() -> bool:
            payments = await self.payments_of(order)
            return len(payments) > 0 and all(payment.get("refunded") == payment["amount"] for payment in payments)

        await until(are)
        return await self.payments_of(order)

    async def warmed(self) -> None:
        """Both have their links to the broker, so that what is lost on a wire is what a test is about."""
        await self.ended(await self.buy())


@asynccontextmanager
async def started(broker: str, directory: Path, **environ: str) -> AsyncIterator[Pair]:
    """Both services on new databases; none is left after the block."""
    of_orders = migrated(settings_for(f"sqlite:///{directory}/orders.db"))
    of_payments = migrated_payments(settings_for_payments(f"sqlite:///{directory}/payments.db"))
    async with AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(Wire(broker).laid()) for _ in range(2)]
        orders = Service((*ORDERS, "serve"), {**HERE, **BROKER, **ORDERS_ENVIRON, **environ}, of_orders, wires[0])
        payments = Service((*COMMAND, "serve"), {**HERE, **BROKER, **WHERE, **environ}, of_payments, wires[1])
        for service in (orders, payments):
            stack.push_async_callback(service.kill)
        await asyncio.gather(orders.start(), payments.start())
        yield Pair(orders, payments)
