"""The inbox: every event that comes in has its effect once, however often and in whatever order it is delivered.

The row that says so is written in the transaction of the effect. An event whose time has not come waits here and is
tried again; one that can have no effect is parked for an operator.
"""

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from opentelemetry.trace import Link, NonRecordingSpan, SpanKind, Tracer, get_current_span, use_span

from service_standard.contract import EventContract, Object
from service_standard.database import Database, Row, Statement, Write, inserting
from service_standard.identity import now_ns, timestamp
from service_standard.problems import FieldError
from service_standard.telemetry.spans import context_of, in_span

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS: Final = 1
LONGEST_WAIT_SECONDS: Final = 300
RETRY_SECONDS: Final = 0.5
MOST_RETRIED: Final = 100
LONGEST_REASON: Final = 500

UNREADABLE: Final = "unreadable"
TAKEN: Final = "inbox.source, inbox.event_id"
_SEEN: Final = "SELECT 1 FROM inbox WHERE source = $1 AND event_id = $2"
_COLUMNS: Final = "source, event_id, type, received_at, outcome, attempts, next_attempt_at, reason, envelope"
_INSERT: Final = inserting("inbox", _COLUMNS, attempts="integer")
_KEEP: Final = (
    f"INSERT INTO inbox ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "  # noqa: S608 constants only
    "ON CONFLICT (source, event_id) DO NOTHING"
)
_FORGET_WAITING: Final = Statement(
    "DELETE FROM inbox WHERE (source, event_id) IN (SELECT source, event_id FROM given) AND outcome <> 'done'",
    "source, event_id",
)
_DUE: Final = (
    "SELECT envelope, attempts FROM inbox WHERE outcome = 'waiting' AND next_attempt_at <= $1 "
    "ORDER BY next_attempt_at LIMIT $2"
)
_POSTPONE: Final = (
    "UPDATE inbox SET outcome = $3, attempts = attempts + 1, next_attempt_at = $4, reason = $5 "
    "WHERE source = $1 AND event_id = $2 AND outcome = 'waiting'"
)
_PRUNE: Final = (
    "DELETE FROM inbox WHERE (source, event_id) IN (SELECT source, event_id FROM inbox "
    "WHERE outcome = 'done' AND received_at < $1 LIMIT 1000) RETURNING event_id"
)


class AlreadyDone(Exception):
    """Another delivery of the same event was quicker; nothing was changed."""


class NotYet(Exception):
    """What the event is about is not there yet: it may be tried again."""


class Refused(Exception):
    """The event can have no effect, now or later; the message says why, for an operator."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """An event that came in; `envelope` is the whole of it as JSON text."""

    source: str
    id: str
    type: str
    data: Object
    traceparent: str | None
    envelope: str


Effect: TypeAlias = Callable[[Inbound, Sequence[Write]], Awaitable[None]]
"""Makes an event's change with the writes that mark it as done, which are `TAKEN` if it was done already.

Raises AlreadyDone, NotYet, Refused, or what the write queue raises.
"""


class Inbox:
    """Takes events for the types that the contract declares as received."""

    def __init__(
        self, database: Database, contract: EventContract, effects: Mapping[str, Effect], attempts: int, tracer: Tracer
    ) -> None:
        self._database = database
        self._types = contract.received
        self._effects = effects
        self._attempts = attempts
        self._tracer = tracer

    async def receive(self, envelope: Object) -> None:
        """Returns when the event is stored with its effect, or stored to wait for it; duplicates do nothing.

        Raises:
            Problem, DatabaseUnavailable: it is not stored; deliver it again.
        """
        event = inbound(envelope)
        if event.type not in self._effects:
            log.info("event without effect", extra={"event_id": event.id, "event_type": event.type})
        elif not await self._database.fetch(_SEEN, event.source, event.id):
            await self._take(event)

    def errors(self, envelope: Object) -> list[FieldError]:
        """What keeps the envelope from being the event that its type says; nothing for a type that has no effect."""
        declared = self._types.get(str(envelope["type"]))
        return declared.envelope.errors(envelope) if declared else []

    async def park_unreadable(self, body: bytes, reason: str) -> None:
        """Keeps what is no event, so that nothing is lost."""
        digest = hashlib.sha256(body).hexdigest()
        event = Inbound(f"urn:{UNREADABLE}", digest, UNREADABLE, {}, None, body.decode("latin-1").replace("\0", ""))
        await self._store(event, "parked", reason)

    async def retry_waiting(self) -> None:
        """Tries the events again whose time has come."""
        rows = await self._database.fetch(_DUE, timestamp(now_ns()), MOST_RETRIED)
        for envelope, attempts in rows:
            event = inbound(json.loads(cast("str", envelope)))
            await self._retry(event, cast("int", attempts))

    async def _take(self, event: Inbound) -> None:
        try:
            await self._effect(event)
        except NotYet as error:
            await self._store(event, "waiting", str(error))
        except Refused as error:
            log.warning("event was parked", extra={"event_id": event.id, "reason": str(error)})
            await self._store(event, "parked", str(error))

    def _require_valid(self, event: Inbound) -> None:
        errors = self.errors(json.loads(event.envelope))
        if errors:
            raise Refused(", ".join(error.sentence for error in errors))

    async def _effect(self, event: Inbound) -> None:
        with self._processing(event):
            self._require_valid(event)
            try:
                await self._effects[event.type](event, done(event))
            except AlreadyDone:
                log.info("duplicate event", extra={"event_id": event.id})

    @contextmanager
    def _processing(self, event: Inbound) -> Iterator[None]:
        """A span below the request that brought the event, else below the span that made it, to which it is linked."""
        attributes = {
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": self._types[event.type].channel,
            "messaging.message.id": event.id,
        }
        created = context_of(event.traceparent)
        links = [Link(created)] if created.is_valid else []
        present = get_current_span()
        parent = present if present.get_span_context().is_valid else NonRecordingSpan(created)
        with (
            use_span(parent, record_exception=False, set_status_on_exception=False),
            in_span(self._tracer, f"process {event.type}", SpanKind.CONSUMER, attributes, links),
        ):
            yield

    async def _retry(self, event: Inbound, attempts: int) -> None:
        try:
            await self._effect(event)
        except NotYet as error:
            outcome = "waiting" if attempts + 1 < self._attempts else "parked"
            await self._postpone(event, attempts, outcome, str(error))
        except Refused as error:
            await self._postpone(event, attempts, "parked", str(error))

    async def _postpone(self, event: Inbound, attempts: int, outcome: str, reason: str) -> None:
        wait = min(FIRST_WAIT_SECONDS * 2**attempts, LONGEST_WAIT_SECONDS)
        row = (event.source, event.id, outcome, timestamp(now_ns() + wait * 1_000_000_000), reason[:LONGEST_REASON])
        await self._database.transact(lambda transaction: transaction.fetch(_POSTPONE, *row))

    async def _store(self, event: Inbound, outcome: str, reason: str) -> None:
        soon = timestamp(now_ns() + FIRST_WAIT_SECONDS * 1_000_000_000)
        row = _row(event, outcome, soon, reason[:LONGEST_REASON], event.envelope)
        await self._database.transact(lambda transaction: transaction.fetch(_KEEP, *row))


async def prune(database: Database, before: str) -> None:
    """Forgets events that had their effect before a time; a duplicate of one would have it again."""
    while await database.transact(lambda transaction: transaction.fetch(_PRUNE, before)):
        continue


def inbound(envelope: Object) -> Inbound:
    """The event that a CloudEvent in JSON is; its required attributes must have been checked."""
    data = envelope.get("data")
    trace = envelope.get("traceparent")
    return Inbound(
        source=str(envelope["source"]),
        id=str(envelope["id"]),
        type=str(envelope["type"]),
        data=data if isinstance(data, dict) else {},
        traceparent=trace if isinstance(trace, str) else None,
        envelope=json.dumps(envelope),
    )


def done(event: Inbound) -> list[Write]:
    """What marks the event as done: the plain INSERT fails if another has marked it first."""
    return [(_FORGET_WAITING, (event.source, event.id)), (_INSERT, _row(event, "done", None, None, None))]


def _row(event: Inbound, outcome: str, next_attempt_at: str | None, reason: str | None, envelope: str | None) -> Row:
    at = timestamp(now_ns())
    return (event.source, event.id, event.type, at, outcome, 0, next_attempt_at, reason, envelope)
