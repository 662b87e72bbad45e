"""The composition: the only file that sees every part of the service."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from fastapi import FastAPI
from opentelemetry.trace import NoOpTracer

from orders import journal
from orders.changes import Changes
from orders.figures import OrderMetrics
from orders.handlers import OrderHandlers
from orders.law import Law, read_law
from orders.migrations import newest
from orders.order import Order
from orders.payments import Payments
from orders.rehearsal import rehearse
from orders.store import Store
from orders.workflow import Workflow
from service_standard.auth import Authenticator, authenticator
from service_standard.binding.handler import Handler
from service_standard.binding.routes import bind
from service_standard.binding.standard_operations import standard_operations
from service_standard.contract import ContractError
from service_standard.database import Database, database_of
from service_standard.events.event import EventBuilder
from service_standard.events.feed import Feed
from service_standard.events.figures import REFRESH_SECONDS, EventMetrics
from service_standard.events.outbox import Outbox
from service_standard.events.relay import Announcer, Relay
from service_standard.events.retention import Retention
from service_standard.http.admission import Admission
from service_standard.http.edge import Edge, edge
from service_standard.inbox.arrivals import Arrivals
from service_standard.inbox.inbox import RETRY_SECONDS, Inbox
from service_standard.lifecycle.background import Repeated
from service_standard.lifecycle.drain import Drain
from service_standard.lifecycle.health import Check, Readiness, can_write, is_migrated
from service_standard.lifecycle.parts import Part, started
from service_standard.metrics.admission import observe_admission
from service_standard.metrics.event_loop import LoopLag
from service_standard.metrics.requests import RequestMetrics
from service_standard.metrics.storage import batch_sizes, observe_connections, observe_depth
from service_standard.settings import Settings, load_settings
from service_standard.sinks import sinks_of
from service_standard.sources import sources_of
from service_standard.telemetry.logs import configure_logs
from service_standard.telemetry.providers import NATIVE_TELEMETRY_OFF, Telemetry
from service_standard.writes.queue import Decision, WriteQueue

PRUNING_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Composition:
    """The parts, and in which order they are started; they are closed in the reverse."""

    telemetry: Telemetry
    admission: Admission
    drain: Drain
    authenticator: Authenticator
    handlers: Sequence[Handler]
    parts: Sequence[Part]


def create_app() -> Edge:
    """The service that the environment describes.

    Raises:
        SettingsError: the environment is not complete.
        ContractError: contracts, manifest and code do not agree.
    """
    settings = load_settings()
    configure_logs("orders", settings.log_level)
    return compose(read_law(settings.service_manifest), settings)


def compose(law: Law, settings: Settings) -> Edge:
    """The service as one ASGI application; it opens nothing before its lifespan begins.

    Raises:
        ContractError: with every disagreement between the contracts and the code.
    """
    return _application(law, _composition(law, settings), settings)


def relay_alone(settings: Settings) -> Sequence[Part]:
    """What a process needs that delivers events and does nothing else.

    Raises:
        ContractError: with every fault of the contracts.
    """
    law = read_law(settings.service_manifest)
    telemetry = Telemetry(law.manifest.name, law.manifest.version, settings)
    database = database_of(settings)
    relay = Relay(database, list(sinks_of(settings, law.outgoing, telemetry.tracer)), settings.event_lease_seconds)
    return telemetry, database, relay, _event_metrics(database, relay, telemetry)


def _composition(law: Law, settings: Settings) -> Composition:
    telemetry = Telemetry(law.manifest.name, law.manifest.version, settings)
    database = database_of(settings)
    tokens = authenticator(settings)
    sinks = sinks_of(settings, law.outgoing, telemetry.tracer) if settings.event_relay == "embedded" else ()
    relay = Relay(database, list(sinks), settings.event_lease_seconds)
    admission = Admission(settings.max_in_flight, settings.admission_wait_seconds)
    drain = Drain(settings.drain_seconds, relay.sequenced)
    readiness = _readiness(database, tokens, drain)
    store, outbox = Store(database), Outbox(database)
    queue = _write_queue(law.workflow, database, store, relay, telemetry)
    changes = Changes(law.workflow, EventBuilder(law.events, telemetry.tracer))
    effects = Payments(queue, changes, law.workflow).effects()
    inbox = Inbox(database, law.events, effects, settings.event_inbox_attempts, telemetry.tracer)
    arrivals = Arrivals(inbox, law.envelope)
    untraced = Changes(law.workflow, EventBuilder(law.events, NoOpTracer()))
    rehearsed, faults = rehearse(law.contract, law.workflow, untraced)
    handlers = [
        *standard_operations(law.manifest, law.contract, law.events, readiness, telemetry.exposition),
        *OrderHandlers(store, queue, changes).all(rehearsed),
        Feed(outbox, relay.sequenced, admission, drain).handler(rehearsed.events),
        arrivals.handler(),
    ]
    faults += law.faults(handlers)
    if faults:
        raise ContractError(faults)
    parts: list[Part] = [
        telemetry,
        LoopLag(telemetry.meter),
        database,
        tokens,
        readiness,
        relay,
        _event_metrics(database, relay, telemetry),
        queue,
        Repeated("inbox", RETRY_SECONDS, inbox.retry_waiting),
        Repeated("retention", PRUNING_SECONDS, Retention(database, outbox, inbox, settings).prune),
        *sources_of(settings, law.manifest.name, law.incoming, arrivals.receive_message),
    ]
    return Composition(telemetry, admission, drain, tokens, handlers, parts)


def _write_queue(
    workflow: Workflow, database: Database, store: Store, relay: Relay, telemetry: Telemetry
) -> WriteQueue[Order]:
    sizes, announcer = batch_sizes(telemetry.meter), Announcer(database, relay.committed)
    metrics = OrderMetrics(telemetry.meter, workflow)

    def committed(changes: int) -> None:
        sizes.record(changes)
        announcer.committed()

    def happened(decision: Decision[Order]) -> None:
        journal.happened(decision)
        metrics.happened(decision)

    queue = WriteQueue(database, store.locked, committed, happened, telemetry.tracer)
    observe_depth(telemetry.meter, lambda: queue.depth)
    observe_connections(telemetry.meter, database)
    return queue


def _event_metrics(database: Database, relay: Relay, telemetry: Telemetry) -> Part:
    metrics = EventMetrics(database, relay.lanes, telemetry.meter)
    return Repeated("event figures", REFRESH_SECONDS, metrics.refresh, at_once=True)


def _readiness(database: Database, tokens: Authenticator, drain: Drain) -> Readiness:
    async def keys_are_loaded() -> bool:
        return tokens.ready

    checks: dict[str, Check] = {
        "database": partial(can_write, database),
        "migrations": partial(is_migrated, database, newest()),
        "keys": keys_are_loaded,
    }
    return Readiness(checks, drain)


def _application(law: Law, composition: Composition, settings: Settings) -> Edge:
    app = FastAPI(
        title=law.manifest.name,
        version=law.manifest.version,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=partial(_lifespan, composition),
        telemetry=NATIVE_TELEMETRY_OFF,
    )
    bind(app, law.contract, composition.handlers, composition.authenticator.authenticate, settings.body_limit_bytes)
    composition.telemetry.instrument(app, os.environ)

    def allow(path: str) -> str | None:
        return ", ".join(law.contract.allowed_methods(path)) or None

    metrics = RequestMetrics(composition.telemetry.meter)
    observe_admission(composition.telemetry.meter, composition.admission)
    return edge(app, settings, allow, composition.admission, composition.drain, metrics)


@asynccontextmanager
async def _lifespan(composition: Composition, _: FastAPI) -> AsyncIterator[None]:
    async with started(composition.parts):
        yield
