"""Hostile requests as rows of tables, and what each refusal must be: a problem that tells and stores nothing."""

import io
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
import jwt

from orders.settings import OrdersSettings
from service_standard.database import Database, Row
from service_standard.telemetry.logs import configure_logs
from tests.service import Caller, hold_to_contract, running
from tests.storage import opened

# Stands in what is sent, wherever a text may stand, and must not stand in any answer or log line.
MARK: Final = "xyzzy"
JSON: Final = (b"Content-Type", b"application/json")
WISH: Final = b'{"customerId": "xyzzy", "items": ["xyzzy"]}'
MEMBERS: Final = frozenset({"type", "title", "status", "detail", "instance"})
STORED: Final = "SELECT " + ", ".join(
    f"(SELECT count(*) FROM {table})" for table in ("orders", "order_history", "outbox", "idempotency", "inbox")
)

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Attack:
    """A request and the refusal that is its due; `{id}` in the path is an order that exists."""

    status: int
    kind: str
    path: str = "/orders"
    method: str = "POST"
    headers: Headers = (JSON,)
    content: bytes = WISH
    pointers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """A running service with one pending order, and a view of its database from outside."""

    caller: Caller
    database: Database
    order: str

    async def stored(self) -> Row:
        """How many rows the tables have that a request could add to."""
        return tuple((await self.database.fetch(STORED))[0])

    async def ask(
        self, method: str, path: str, headers: Headers = (), content: bytes | None = None, **claims: object
    ) -> httpx.Response:
        """The answer to exactly this request, with a good token but for these claims."""
        credentials = (b"Authorization", f"Bearer {token(self.caller.settings, **claims)}".encode())
        return await self.caller.http.request(
            method, path.replace("{id}", self.order), headers=[credentials, *headers], content=content
        )

    async def refuses(self, attack: Attack, **claims: object) -> httpx.Response:
        """The answer, once it is what the attack must get and nothing has been stored."""
        before = await self.stored()
        response = await self.ask(attack.method, attack.path, attack.headers, attack.content, **claims)
        assert_refusal(response, attack.status, attack.kind)
        if "%" not in attack.path:
            hold_to_contract(self.caller.contract, response)
        assert {error["pointer"] for error in response.json().get("errors", ())} == set(attack.pointers)
        assert await self.stored() == before
        return response


@asynccontextmanager
async def targeted(settings: OrdersSettings) -> AsyncIterator[Target]:
    """A service under attack; its database must be migrated."""
    async with running(settings) as caller, opened(settings) as database:
        order = await caller.create()
        yield Target(caller, database, str(order["id"]))


def token(settings: OrdersSettings, **claims: object) -> str:
    """A token with all rights, but for these claims; `...` takes one away."""
    good: Mapping[str, object] = {"sub": "test-user", "scope": "orders.read orders.write", "exp": time.time() + 3600}
    chosen = {name: value for name, value in {**good, **claims}.items() if value is not ...}
    return jwt.encode(chosen, str(settings.verification_secret), "HS256")


def assert_refusal(response: httpx.Response, status: int, kind: str) -> None:
    """It is a problem of this kind with everything that every problem has, and nothing of what was sent."""
    assert (response.status_code, response.json()["type"]) == (status, kind), response.text
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "server" not in response.headers
    assert set(problem) >= MEMBERS
    assert problem["status"] == status
    assert problem["instance"] == response.request.url.raw_path.partition(b"?")[0].decode()
    assert not problem["detail"].endswith(".")
    told = f"{response.headers} {[value for name, value in problem.items() if name != 'instance']}"
    for secret in (MARK, "Traceback", '.py"', "sqlite", "postgresql", "Bearer eyJ"):
        assert secret.lower() not in told.lower()


class Log:
    """The lines of a log, as a reader of them gets them."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        _write_out()
        return self.stream.getvalue()

    def requests(self) -> list[dict[str, Any]]:
        """The access lines; whatever else is in the log must be JSON too."""
        lines = [json.loads(line, parse_constant=_no_json) for line in self.text.splitlines()]
        return [line for line in lines if line["message"] == "request"]


def _write_out() -> None:
    """What was logged in this turn of the loop, whose end would write it."""
    for handler in logging.getLogger().handlers:
        handler.flush()


def _no_json(constant: str) -> None:
    raise AssertionError(constant)


@contextmanager
def logged(level: str = "INFO") -> Iterator[Log]:
    """What the service logs meanwhile."""
    log, root = Log(), logging.getLogger()
    handlers, before = root.handlers[:], root.level
    configure_logs("orders", level, log.stream)
    try:
        yield log
    finally:
        _write_out()
        logging.captureWarnings(capture=False)
        root.handlers[:] = handlers
        root.setLevel(before)
