"""The service under test: the real composition on a real database, and a caller that holds answers to the contract."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from payments.app import compose
from payments.migrations import VERSIONS
from payments.settings import PaymentsSettings
from service_standard.auth.minting import mint
from service_standard.contract import Contract
from service_standard.law import Law, read_law
from service_standard.migrations.apply import migrate
from tests.service import hold_to_contract, lifespan

PAYMENTS: Final = Path(__file__).resolve().parent.parent
SCOPES: Final = ("payments.read", "payments.write", "payments.events", "payments.events.write")
ORDER: Final = "019a9f2e-0b1c-7a10-8c55-6f1f0d4b7a11"
DEADLINE_SECONDS: Final = 20
PRICE: Final = {"amount": "29.99", "currency": "USD"}


def settings_for(database_url: str, **values: object) -> PaymentsSettings:
    """Settings of a development service on a database."""
    return PaymentsSettings.model_validate(
        {
            "environment": "development",
            "database_url": database_url,
            "service_manifest": PAYMENTS / "service.yaml",
            "drain_seconds": 0,
            **values,
        }
    )


def migrated(settings: PaymentsSettings) -> PaymentsSettings:
    """The settings, once their database has the newest schema."""
    migrate(settings, VERSIONS)
    return settings


@dataclass(frozen=True)
class Caller:
    """Sends requests to a service in this process."""

    settings: PaymentsSettings
    contract: Contract
    http: httpx.AsyncClient

    async def send(self, method: str, path: str, /, *scopes: str, **request: Any) -> httpx.Response:
        """The answer, after it was held to the contract; the token has all scopes unless some are named."""
        token = mint(self.settings, "test-user", scopes or SCOPES, 1)
        headers = {"Authorization": f"Bearer {token}", **request.pop("headers", {})}
        response = await self.http.request(method, path, headers=headers, **request)
        hold_to_contract(self.contract, response)
        return response

    async def pay(self, **body: object) -> dict[str, Any]:
        """A new payment."""
        response = await self.send("POST", "/payments", json={"orderId": ORDER, "amount": PRICE, **body})
        assert response.status_code == 201, response.text
        made: dict[str, Any] = response.json()
        return made

    async def refund(self, payment: dict[str, Any], amount: str | None = None, **body: object) -> httpx.Response:
        """The answer to a wish for a refund, of all that is left unless an amount is named."""
        wanted = {} if amount is None else {"amount": {**payment["amount"], "amount": amount}}
        return await self.send("POST", f"/payments/{payment['id']}/refunds", json={**wanted, **body})

    async def told(self, event: dict[str, Any]) -> int:
        """Delivers an event of another service."""
        headers = {"Content-Type": "application/cloudevents+json"}
        return (await self.send("POST", "/events", headers=headers, content=json.dumps(event))).status_code

    async def events(self, count: int = 1) -> list[dict[str, Any]]:
        """The events of the feed, as soon as there are so many."""
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(DEADLINE_SECONDS):
            while len(found) < count:
                after = {"after": found[-1]["id"]} if found else {}
                found += (await self.send("GET", "/events", params={"timeout": 5000, **after})).json()
        return found


def asked(kind: str = "order.payment_requested", **data: object) -> dict[str, Any]:
    """An event by which an order asks for something: to be paid, if nothing else is said."""
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "urn:service:orders",
        "type": kind,
        "data": data or {"orderId": ORDER, "amount": PRICE},
    }


@asynccontextmanager
async def running(settings: PaymentsSettings) -> AsyncIterator[Caller]:
    """A service that has been started, and is stopped afterwards; its database must be migrated."""
    law = _law(settings.service_manifest)
    app = compose(law, settings)
    transport = httpx.ASGITransport(app)
    async with lifespan(app), httpx.AsyncClient(transport=transport, base_url="http://payments.test") as http:
        yield Caller(settings, law.contract, http)


@cache
def _law(manifest: Path) -> Law:
    """The law, read once: to read it takes as long as many a test."""
    return read_law(manifest)
