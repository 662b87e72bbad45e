"""What one piece of a create costs: microseconds of CPU, each piece run by itself, over the product's own functions.

The sum is less than what a request costs: uvicorn, the router, the middlewares and the event loop are not in it.
CPU of every thread counts, so that of the exporter is in the spans, and that of SQLite's writer in the transaction.
"""

import asyncio
import io
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Final

from opentelemetry.trace import SpanKind, Tracer
from starlette.types import Message, Scope

from bench.databases import Database, settings_of
from bench.results import Row
from bench.rounds import Plan, token
from bench.subjects import SECRET
from orders.changes import Cause, Changes
from orders.law import workflows_of
from orders.models import NewOrder
from orders.order import Order
from orders.store import Store
from orders.wire import shown_order, wish_of
from service_standard.auth import authenticator
from service_standard.binding.gate import Gate
from service_standard.binding.reply import reply
from service_standard.database import database_of
from service_standard.events.event import EventBuilder
from service_standard.http.access import Exchange
from service_standard.law import Law, read_law
from service_standard.metrics.requests import RequestMetrics
from service_standard.settings import Settings
from service_standard.telemetry.logs import JsonLines
from service_standard.telemetry.providers import Telemetry
from service_standard.writes.idempotency import Claim
from service_standard.writes.queue import Change, WriteQueue

BATCHES: Final = 9
TIMES: Final = 500
TOGETHER: Final = 32
BODY: Final = b'{"customerId": "customer-1", "items": ["item-1", "item-2", "item-3"], "metadata": {"channel": "web"}}'
SPANS: Final = (("POST /orders", SpanKind.SERVER), ("transaction", SpanKind.CLIENT), ("create", SpanKind.PRODUCER))
Piece = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Pieces:
    """The product's parts, made once."""

    law: Law
    settings: Settings
    telemetry: Telemetry

    @property
    def tracer(self) -> Tracer:
        return self.telemetry.tracer


def observation(plan: Plan) -> list[Row]:
    """A row for each piece."""
    print("cost of one observation", flush=True)
    found: list[Row] = []
    for kind in ("postgresql", "sqlite"):
        database = plan.databases.seeded(kind, 1_000)
        found += asyncio.run(_costs(plan, kind, database))
    return found


async def _costs(plan: Plan, kind: str, database: Database) -> list[Row]:
    settings = Settings.model_validate(
        {
            **settings_of(database).model_dump(),
            "environment": "production",
            "jwt_secret_key": SECRET,
            "otel_exporter_otlp_endpoint": plan.collector,
        }
    )
    law = read_law(settings.service_manifest)
    pieces = Pieces(law, settings, Telemetry("orders", "1.0.0", settings))
    costs = await _of_requests(pieces) if kind == "postgresql" else {}
    costs["transaction, alone"] = await _transactions(pieces, 1)
    costs[f"transaction, {TOGETHER} together"] = await _transactions(pieces, TOGETHER)
    pieces.telemetry.shutdown()
    return [_row(name, kind if "transaction" in name else None, cost) for name, cost in costs.items()]


def _row(name: str, kind: str | None, cost: float) -> Row:
    return Row(f"cost: {name}", "ours", kind, value=round(cost, 1), unit="µs")


async def _of_requests(pieces: Pieces) -> dict[str, float]:
    """What needs no database, by name."""
    gate, authenticate = _gate(pieces), authenticator(pieces.settings).authenticate
    bearer = f"Bearer {token()}".encode()
    order = _order(pieces)
    changes = Changes(workflows_of(pieces.law.contract).default, EventBuilder(pieces.law.events, pieces.tracer))

    def decide() -> None:
        changes.advance(order, "paid", None, Cause("bench")).events[0].span.end()

    return {
        "auth": await _cost(lambda: authenticate([bearer])),
        "gate, auth included": await _cost(lambda: gate.admit(_scope(bearer), _body)),
        "model and its JSON": await _cost(_of(lambda: reply(shown_order(order)))),
        "decision, with model, event and its span": await _cost(_of(decide)),
        "three spans": await _cost(_of(lambda: _spans(pieces.tracer))),
        "metric": await _cost(_of(_metric(pieces))),
        "log line": await _cost(_of(_log_line())),
    }


def _gate(pieces: Pieces) -> Gate:
    operation = pieces.law.contract.operations["createOrder"]
    return Gate(operation, authenticator(pieces.settings).authenticate, NewOrder, pieces.settings.body_limit_bytes)


def _scope(bearer: bytes) -> Scope:
    headers = [(b"authorization", bearer), (b"content-type", b"application/json"), (b"idempotency-key", b"1")]
    return {"path_params": {}, "query_string": b"", "headers": headers}


async def _body() -> Message:
    return {"type": "http.request", "body": BODY}


def _order(pieces: Pieces) -> Order:
    return (
        Changes(workflows_of(pieces.law.contract).default, EventBuilder(pieces.law.events, pieces.tracer))
        .creation(wish_of(NewOrder.model_validate_json(BODY), None), Cause("bench"))
        .state
    )


def _spans(tracer: Tracer) -> None:
    for name, kind in SPANS:
        tracer.start_span(name, kind=kind, attributes={"http.request.method": "POST", "http.route": "/orders"}).end()


def _exchange() -> Exchange:
    exchange = Exchange({"method": "POST", "path": "/orders"}, _body, _ignore, ())
    exchange.status = 201
    return exchange


async def _ignore(_: Message) -> None:
    return


def _metric(pieces: Pieces) -> Callable[[], object]:
    metrics, exchange = RequestMetrics(pieces.telemetry.meter), _exchange()

    def measured() -> None:
        metrics.began(exchange)
        metrics.ended(exchange)

    return measured


def _log_line() -> Callable[[], object]:
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonLines("orders"))
    logger = logging.getLogger("service_standard.http.access")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    return _exchange().log


async def _transactions(pieces: Pieces, together: int) -> float:
    """Of one create in a transaction of so many: the queue, the statements and the span, the decision included."""
    changes = Changes(workflows_of(pieces.law.contract).default, EventBuilder(pieces.law.events, pieces.tracer))
    wish = wish_of(NewOrder.model_validate_json(BODY), None)
    async with _queue(pieces) as queue:
        numbers = count()

        def change() -> Change[Order]:
            claim = Claim.of("bench", "createOrder", f"{together}-{next(numbers)}", wish.items)
            return Change(lambda _: changes.creation(wish, Cause("bench")), claim=claim)

        async def group() -> None:
            await asyncio.gather(*(queue.submit(change()) for _ in range(together)))

        return await _cost(group, TIMES // together) / together


@asynccontextmanager
async def _queue(pieces: Pieces) -> AsyncIterator[WriteQueue[Order]]:
    database = database_of(pieces.settings)
    await database.start()
    queue = WriteQueue(
        database,
        Store(database, workflows_of(pieces.law.contract)).locked,
        lambda _: None,
        lambda _: None,
        pieces.tracer,
    )
    try:
        yield queue
    finally:
        await queue.aclose()
        await database.aclose()


def _of(work: Callable[[], object]) -> Piece:
    async def piece() -> object:
        return work()

    return piece


async def _cost(piece: Piece, times: int = TIMES) -> float:
    """Microseconds of this process's CPU for one time: of several batches the best, as what is above it is noise."""
    await _batch(piece, times // 10 + 1)
    return min([await _batch(piece, times) for _ in range(BATCHES)]) / times * 1e6


async def _batch(piece: Piece, times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        await piece()
    return time.process_time() - began
