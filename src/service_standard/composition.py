"""The composition of a service: the parts that every service has, and how they and its own become one application.

A service's `app.py` lays the foundation, makes its own parts on it, and hands both to `application`.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Generic, TypeVar

from service_standard.auth import Authenticator, authenticator
from service_standard.binding.event_agreement import Extensions
from service_standard.binding.handler import Handler
from service_standard.binding.routes import Application, bound
from service_standard.binding.standard_operations import standard_operations
from service_standard.contract import ContractError
from service_standard.database import Database, database_of
from service_standard.events.event import Event
from service_standard.events.feed import Feed
from service_standard.events.figures import REFRESH_SECONDS, EventMetrics
from service_standard.events.outbox import Outbox
from service_standard.events.relay import Announcer, Relay
from service_standard.events.retention import Retention
from service_standard.http.admission import Admission
from service_standard.http.cors import Cors
from service_standard.http.edge import Edge
from service_standard.inbox.arrivals import Arrivals
from service_standard.inbox.inbox import RETRY_SECONDS, Effect, Inbox
from service_standard.law import Law, Models
from service_standard.lifecycle.background import Repeated
from service_standard.lifecycle.drain import Drain
from service_standard.lifecycle.health import Check, Readiness, can_write
from service_standard.lifecycle.parts import Part, started
from service_standard.metrics.admission import observe_admission
from service_standard.metrics.event_loop import LoopLag
from service_standard.metrics.requests import RequestMetrics
from service_standard.metrics.storage import batch_sizes, observe_connections, observe_depth
from service_standard.migrations.steps import is_migrated, newest
from service_standard.settings import Settings, SettingsError
from service_standard.sinks import sinks_of
from service_standard.sources import sources_of
from service_standard.telemetry.providers import Telemetry
from service_standard.telemetry.requests import RequestSpans
from service_standard.writes.queue import Decision, Load, WriteQueue

PRUNING_SECONDS: Final = 600
State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Foundation:
    """What every service stands on, none of it opened yet."""

    law: Law
    settings: Settings
    telemetry: Telemetry
    database: Database
    tokens: Authenticator
    relay: Relay
    announcer: Announcer
    admission: Admission
    drain: Drain
    readiness: Readiness


@dataclass(frozen=True, slots=True)
class Purpose(Generic[State]):
    """What one service does and no other.

    `extensions` are attributes of its events beyond those of every service's, by the events' types. `effects` are what
    the events do that it receives, by their types, and `rehearsed` events that it would send, which the contract of the
    feed has to allow. `faults` are what it has found wrong with its contracts by itself. `parts` are at work beside its
    requests.
    """

    queue: WriteQueue[State]
    handlers: Sequence[Handler]
    sent: Models
    received: Models = field(default_factory=dict)
    extensions: Extensions = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    rehearsed: Sequence[Event] = ()
    faults: Sequence[str] = ()
    parts: Sequence[Part] = ()


def lay_foundation(law: Law, settings: Settings, versions: Path) -> Foundation:
    """The parts that know nothing of what the service is about; `versions` has the steps of its schema."""
    telemetry = _telemetry(law, settings)
    database, tokens = _database(law, settings), authenticator(settings)
    sinks = sinks_of(settings, law.outgoing, telemetry.tracer) if settings.event_relay == "embedded" else ()
    relay = Relay(database, list(sinks), settings.event_lease_seconds)
    drain = Drain(settings.drain_seconds, relay.sequenced)
    return Foundation(
        law=law,
        settings=settings,
        telemetry=telemetry,
        database=database,
        tokens=tokens,
        relay=relay,
        announcer=Announcer(database, relay.committed),
        admission=Admission(settings.max_in_flight, settings.admission_wait_seconds),
        drain=drain,
        readiness=_readiness(database, tokens, drain, newest(versions)),
    )


def write_queue(
    foundation: Foundation, load: Load[State], *listeners: Callable[[Decision[State]], None]
) -> WriteQueue[State]:
    """The write queue of a service; `load` locks its rows, and each of the listeners is told of every decision."""
    database, telemetry = foundation.database, foundation.telemetry
    sizes = batch_sizes(telemetry.meter)

    def committed(changes: int) -> None:
        sizes.record(changes)
        foundation.announcer.committed()

    def happened(decision: Decision[State]) -> None:
        for listener in listeners:
            listener(decision)

    queue = WriteQueue(database, load, committed, happened, telemetry.tracer)
    observe_depth(telemetry.meter, lambda: queue.depth)
    observe_connections(telemetry.meter, database)
    return queue


def application(foundation: Foundation, purpose: Purpose[State]) -> Edge:
    """The service as one ASGI application; it opens nothing before its lifespan begins.

    Raises:
        ContractError: with every disagreement between the contracts, the manifest and the code.
        SettingsError: events are to come from a broker, and the service receives none.
    """
    outbox = Outbox(foundation.database)
    inbound = _inbound(foundation, purpose)
    handlers = [
        *_standard_operations(foundation),
        *purpose.handlers,
        Feed(outbox, foundation.relay.sequenced, foundation.admission, foundation.drain).handler(purpose.rehearsed),
        *inbound.handlers,
    ]
    if faults := _faults(foundation, purpose, handlers):
        raise ContractError(faults)
    parts: list[Part] = [
        foundation.telemetry,
        LoopLag(foundation.telemetry.meter),
        foundation.database,
        foundation.tokens,
        foundation.readiness,
        foundation.relay,
        _event_figures(foundation.database, foundation.relay, foundation.telemetry),
        purpose.queue,
        Repeated("retention", PRUNING_SECONDS, Retention(foundation.database, outbox, foundation.settings).prune),
        *inbound.parts,
        *purpose.parts,
    ]
    return _edge(foundation, handlers, parts)


def relay_alone(law: Law, settings: Settings) -> Sequence[Part]:
    """What a process needs that delivers events and does nothing else."""
    telemetry, database = _telemetry(law, settings), _database(law, settings)
    relay = Relay(database, [*sinks_of(settings, law.outgoing, telemetry.tracer)], settings.event_lease_seconds)
    return telemetry, database, relay, _event_figures(database, relay, telemetry)


@dataclass(frozen=True, slots=True)
class _Inbound:
    """What takes events in; nothing, in a service that receives none."""

    handlers: Sequence[Handler] = ()
    parts: Sequence[Part] = ()


def _inbound(foundation: Foundation, purpose: Purpose[State]) -> _Inbound:
    law, settings = foundation.law, foundation.settings
    if not purpose.effects:
        if settings.event_sources:
            raise SettingsError("EVENT_SOURCES: this service receives no events")
        return _Inbound()
    attempts, tracer = settings.event_inbox_attempts, foundation.telemetry.tracer
    inbox = Inbox(foundation.database, law.events, purpose.effects, attempts, tracer)
    arrivals = Arrivals(inbox, law.envelope)
    sources = sources_of(settings, law.manifest.name, law.incoming, arrivals.receive_message)
    return _Inbound([arrivals.handler()], [Repeated("inbox", RETRY_SECONDS, inbox.retry_waiting), *sources])


def _telemetry(law: Law, settings: Settings) -> Telemetry:
    return Telemetry(law.manifest.name, law.manifest.version, settings)


def _database(law: Law, settings: Settings) -> Database:
    return database_of(settings, law.manifest.name)


def _event_figures(database: Database, relay: Relay, telemetry: Telemetry) -> Part:
    metrics = EventMetrics(database, relay.lanes, telemetry.meter)
    return Repeated("event figures", REFRESH_SECONDS, metrics.refresh, at_once=True)


def _readiness(database: Database, tokens: Authenticator, drain: Drain, needed: str) -> Readiness:
    async def keys_are_loaded() -> bool:
        return tokens.ready

    checks: dict[str, Check] = {
        "database": partial(can_write, database),
        "migrations": partial(is_migrated, database, needed),
        "keys": keys_are_loaded,
    }
    return Readiness(checks, drain)


def _standard_operations(foundation: Foundation) -> Iterator[Handler]:
    law = foundation.law
    return standard_operations(
        law.manifest, law.contract, law.events, foundation.readiness, foundation.telemetry.exposition
    )


def _faults(foundation: Foundation, purpose: Purpose[State], handlers: Sequence[Handler]) -> list[str]:
    law = foundation.law
    return [
        *purpose.faults,
        *law.faults(handlers, purpose.sent, purpose.received, purpose.extensions),
        *law.unlisted(type(foundation.settings)),
    ]


def _edge(foundation: Foundation, handlers: Sequence[Handler], parts: Sequence[Part]) -> Edge:
    manifest, contract = foundation.law.manifest, foundation.law.contract
    operations = bound(contract, handlers, foundation.tokens.authenticate, foundation.settings.body_limit_bytes)
    app = Application(manifest.name, manifest.version, operations, partial(_lifespan, parts))
    observe_admission(foundation.telemetry.meter, foundation.admission)
    return Edge(
        app,
        Cors(foundation.settings.allowed_origins, operations.allow),
        foundation.admission,
        foundation.drain,
        RequestMetrics(foundation.telemetry.meter),
        RequestSpans(foundation.telemetry.tracer),
    )


@asynccontextmanager
async def _lifespan(parts: Sequence[Part], _: Application) -> AsyncIterator[None]:
    async with started(parts):
        yield
