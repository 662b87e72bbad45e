"""What is written when each library's documentation is followed: FastAPI, SQLAlchemy's ORM, default instrumentation.

It does the same work: the same rows in one transaction, the same event checked against a model, the caller by a
dependency, an access line as JSON.
"""

import base64
import hashlib
import json
import logging
import os
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pythonjsonlogger.json import JsonFormatter
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bench.subjects.naive_models import CloudEvent, NewOrder, OrderOut, OrderPage, OrderUpdate
from bench.subjects.naive_tables import Idempotency, Order, OrderHistory, OutboxEntry, engine_of

log = logging.getLogger("naive")
bearer = HTTPBearer(auto_error=False)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


async def current_user(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> str:
    if credentials is None:
        raise HTTPException(401, "Not authenticated", {"WWW-Authenticate": "Bearer"})
    claims = jwt.decode(credentials.credentials, os.environ["JWT_SECRET_KEY"], algorithms=["HS256"])
    if not {"orders.read", "orders.write"} <= set(claims["scope"].split()):
        raise HTTPException(403, "Not enough permissions")
    return str(claims["sub"])


Session = Annotated[AsyncSession, Depends(get_session)]
User = Annotated[str, Depends(current_user)]


async def create_order(
    body: NewOrder, user: User, session: Session, response: Response, idempotency_key: Annotated[str, Header()]
) -> OrderOut:
    at = now()
    claim = digest(f"{user} create {idempotency_key}")
    async with session.begin():
        if await session.get(Idempotency, claim):
            raise HTTPException(409, "Already done")
        order = Order(
            id=new_id(),
            number=new_number(),
            status="pending",
            customer_id=body.customerId,
            items=json.dumps(body.items),
            external_id=body.externalId,
            order_metadata=json.dumps(body.metadata),
            version=1,
            created_at=at,
            updated_at=at,
            created_by=user,
        )
        session.add(order)
        await session.flush()
        out = shown(order)
        record(session, "order.created", order, None, user)
        session.add(
            Idempotency(
                id=claim,
                fingerprint=digest(body.model_dump_json()),
                headers=json.dumps({"Location": f"/orders/{order.id}"}),
                body=out.model_dump_json(),
                created_at=at,
            )
        )
    response.headers["Location"] = f"/orders/{order.id}"
    response.headers["ETag"] = '"1"'
    return out


async def get_order(id: str, user: User, session: Session, response: Response) -> OrderOut:  # noqa: A002, ARG001 the path's name; the caller is checked
    order = await session.get(Order, id)
    if order is None:
        raise HTTPException(404, "There is no such order")
    response.headers["ETag"] = f'"{order.version}"'
    return shown(order)


async def update_order(  # noqa: PLR0913, PLR0917 what the operation takes
    id: str,  # noqa: A002 the path's name
    body: OrderUpdate,
    user: User,
    session: Session,
    response: Response,
    if_match: Annotated[str, Header()],
) -> OrderOut:
    async with session.begin():
        order = await session.get(Order, id, with_for_update=True)
        if order is None:
            raise HTTPException(404, "There is no such order")
        if if_match != f'"{order.version}"':
            raise HTTPException(412, "The order has changed")
        before, order.status = order.status, body.status
        order.version += 1
        order.updated_at = now()
        record(session, "order.updated", order, before, user)
        out = shown(order)
    response.headers["ETag"] = f'"{out.version}"'
    return out


async def list_orders(
    user: User,  # noqa: ARG001 the caller is checked
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    offset: Annotated[int, Query(ge=0)] = 0,
    cursor: str | None = None,
) -> OrderPage:
    query = select(Order).order_by(Order.id).limit(limit + 1).offset(offset)
    if cursor:
        query = query.where(Order.id > str(uuid.UUID(bytes=base64.urlsafe_b64decode(f"{cursor}=="))))
    orders = (await session.scalars(query)).all()
    total = await session.scalar(select(func.count()).select_from(Order)) or 0
    more = len(orders) > limit
    items = [shown(order) for order in orders[:limit]]
    return OrderPage(
        items=items, total=total, limit=limit, offset=offset, nextCursor=next_cursor(items[-1].id) if more else None
    )


def record(session: AsyncSession, kind: str, order: Order, before: str | None, user: str) -> None:
    """The history and the event of a change."""
    data = shown(order).model_dump(include={"id", "number", "customerId", "items", "status", "version"})
    event = CloudEvent(
        id=new_id(), type=kind, subject=f"orders/{order.id}", time=order.updated_at, partitionkey=order.id, data=data
    )
    session.add(
        OrderHistory(
            order_id=order.id,
            version=order.version,
            changed_at=order.updated_at,
            changed_by=user,
            from_status=before,
            to_status=order.status,
            event_id=event.id,
        )
    )
    session.add(
        OutboxEntry(
            event_id=event.id,
            type=kind,
            partition_key=order.id,
            envelope=event.model_dump_json(),
            recorded_at=order.updated_at,
        )
    )


def shown(order: Order) -> OrderOut:
    return OrderOut(
        id=order.id,
        number=order.number,
        status=order.status,
        customerId=order.customer_id,
        items=json.loads(order.items),
        metadata=json.loads(order.order_metadata),
        version=order.version,
        createdAt=order.created_at,
        updatedAt=order.updated_at,
    )


def next_cursor(order_id: str) -> str:
    return base64.urlsafe_b64encode(uuid.UUID(order_id).bytes).decode().rstrip("=")


def new_id() -> str:
    at = time.time_ns() // 1_000_000
    return str(uuid.UUID(int=at << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)))


def new_number() -> str:
    letters = "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(10))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def access_line(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    began = time.perf_counter()
    response = await call_next(request)
    taken = round((time.perf_counter() - began) * 1000, 2)
    context = trace.get_current_span().get_span_context()
    fields = {"method": request.method, "path": request.url.path, "status": response.status_code, "duration_ms": taken}
    log.info("request", extra={**fields, "trace_id": f"{context.trace_id:032x}"})
    return response


async def refused(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 400
    detail = str(error.detail) if isinstance(error, HTTPException) else "The body is not valid"
    problem = {"type": "refused", "title": "Refused", "status": status, "detail": detail, "instance": request.url.path}
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return JSONResponse(problem, status, {"Cache-Control": "no-store", **headers}, "application/problem+json")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = engine_of(os.environ["DATABASE_URL"])
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


def observe(app: FastAPI) -> None:
    """Traces, metrics and logs, each as its page of documentation begins."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())]))
    FastAPIInstrumentor.instrument_app(app)
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter("{asctime}{levelname}{name}{message}", style="{"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)


def create_app() -> FastAPI:
    app = FastAPI(title="naive", lifespan=lifespan)
    app.post("/orders", status_code=201)(create_order)
    app.get("/orders", response_model_exclude_none=True)(list_orders)
    app.get("/orders/{id}")(get_order)
    app.patch("/orders/{id}")(update_order)
    app.middleware("http")(access_line)
    app.exception_handler(HTTPException)(refused)
    app.exception_handler(RequestValidationError)(refused)
    observe(app)
    return app
