"""Builds events: CloudEvents 1.0 that their contract allows, or none at all."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Tracer
from pydantic import BaseModel
from pydantic_core import to_json

from service_standard.contract import EventContract, EventType
from service_standard.problems import CONTENT_TOO_LARGE, Problem
from service_standard.telemetry.spans import traceparent

LARGEST_EVENT: Final = 64 * 1024
_UNKNOWN: Final = "0" * 20
# How an envelope begins that has its sequence already.
_SEQUENCE: Final = b'{"sequence":"' + b"0" * len(_UNKNOWN) + b'",'


class EventRefused(Exception):
    """The event is not one that the contract allows; the change that it would announce must not be made."""


class Event(NamedTuple):
    """An event to record; `envelope` is the CloudEvent as JSON, without the `sequence` that the relay gives it.

    `span` tells of its creation. Whoever commits the event ends it; never ended, it is never told of.
    """

    id: str
    type: str
    key: str
    envelope: bytes
    span: Span = INVALID_SPAN


class Fact(NamedTuple):
    """What happened: to what (`subject`, `key`), when, and because of which event; `extensions` are a service's own."""

    type: str
    subject: str
    key: str
    time: str
    data: BaseModel
    causation: str | None = None
    extensions: Mapping[str, str] = {}


class EventBuilder:
    """Makes events of facts, for the types that the contract declares as sent."""

    def __init__(self, contract: EventContract, tracer: Tracer) -> None:
        self._types = contract.sent
        self._tracer = tracer

    def build(self, event_id: str, fact: Fact) -> Event:
        """The event of a fact, created in the current trace.

        Raises:
            EventRefused: the type is not declared, or the event does not meet its schema.
            Problem: 413, the event exceeds 64 KiB, which is what a caller asked for and no fault of the service.
        """
        declared = self._types.get(fact.type)
        if declared is None:
            raise EventRefused(f"{fact.type} is not an event that the contract declares")
        span = self._span(event_id, declared)
        envelope = _envelope(event_id, declared.source, fact, traceparent(span))
        errors = declared.envelope.errors(envelope)
        if errors:
            raise EventRefused(f"{fact.type}: {', '.join(error.sentence for error in errors)}")
        content = to_json(envelope)
        if len(content) > LARGEST_EVENT:
            raise Problem(CONTENT_TOO_LARGE, f"The event {fact.type} would be larger than {LARGEST_EVENT} bytes")
        return Event(event_id, fact.type, fact.key, b"{" + content.removeprefix(_SEQUENCE), span)

    def _span(self, event_id: str, declared: EventType) -> Span:
        """The span that whoever handles the event links to."""
        attributes = {
            "messaging.operation.name": "create",
            "messaging.operation.type": "create",
            "messaging.destination.name": declared.channel,
            "messaging.message.id": event_id,
        }
        return self._tracer.start_span(f"create {declared.type}", kind=SpanKind.PRODUCER, attributes=attributes)


def _envelope(event_id: str, source: str, fact: Fact, trace: str | None) -> Mapping[str, object]:
    """The whole event, with a `sequence` of the form that it will have."""
    attributes: dict[str, object] = {
        "sequence": _UNKNOWN,
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": fact.type,
        "subject": fact.subject,
        "time": fact.time,
        "datacontenttype": "application/json",
        "partitionkey": fact.key,
    }
    if trace is not None:
        attributes["traceparent"] = trace
    if fact.causation is not None:
        attributes["causationid"] = fact.causation
    attributes.update(fact.extensions)
    attributes["data"] = fact.data.__pydantic_serializer__.to_python(fact.data, by_alias=True)
    return attributes
