"""Rules of events that were captured: EVT-02, EVT-03 and EVT-04."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.asyncapi import Message
from service_standard.checker.captured import Captured
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.schemas import Compiled
from service_standard.checker.subject import Subject
from service_standard.contract import Json

REQUIRED: Final = ("specversion", "id", "source", "type")


def events_are_cloudevents(subject: Subject) -> Iterator[Finding]:
    for event in subject.events:
        missing = _missing(event)
        if missing:
            yield _finding(event, f"is no CloudEvent: it lacks {', '.join(missing)}")
        elif event.attributes["specversion"] != "1.0":
            yield _finding(event, "its specversion is not 1.0")


def _missing(event: Captured) -> list[str]:
    return [name for name in REQUIRED if not isinstance(event.attributes.get(name), str) or not event.attributes[name]]


def _cloudevents(subject: Subject) -> list[Captured]:
    """Those that are CloudEvents: of others one rule tells, and that is enough."""
    found = [event for event in subject.events if not _missing(event)]
    if not found:
        raise NotJudged("none of the captured events is a CloudEvent")
    return found


def events_are_of_the_service(subject: Subject) -> Iterator[Finding]:
    wanted = f"urn:service:{subject.manifest.name}"
    for event in _cloudevents(subject):
        if event.attributes.get("source") != wanted:
            yield _finding(event, f"its source is not {wanted}")
        named = event.attributes.get("subject")
        if not isinstance(named, str) or "/" not in named:
            yield _finding(event, "its subject is no resource such as orders/{id}")


def events_keep_their_schemas(subject: Subject) -> Iterator[Finding]:
    messages = {message.type: message for message in subject.asyncapi.sent}
    for event in _cloudevents(subject):
        message = messages.get(event.type)
        if message is None:
            yield _finding(event, f"{event.type or 'no type'} is not an event of the contract")
        else:
            yield from _schema_faults(event, message)


def _schema_faults(event: Captured, message: Message) -> Iterator[Finding]:
    if message.payload is None:
        return
    value = event.value if message.attribute("specversion") else event.attributes.get("data")
    fault = Compiled(message.payload).fault(value)
    if fault:
        yield _finding(event, f"{event.type}: its schema does not allow it: {fault}")


def previous_status_is_the_one_before(subject: Subject) -> Iterator[Finding]:
    status: dict[Json, Json] = {}
    for event in _cloudevents(subject):
        about, data = str(event.attributes.get("subject")), event.data
        before = data.get("previousStatus")
        if before is not None and before == data.get("status"):
            yield _finding(event, f"its previousStatus is the new status, {before}")
        elif before is not None and status.get(about, before) != before:
            yield _finding(event, f"its previousStatus is {before}, and the event before it said {status[about]}")
        if "status" in data:
            status[about] = data["status"]
    if not status:
        raise NotJudged("no event tells a status")


def events_are_told_once(subject: Subject) -> Iterator[Finding]:
    seen: dict[tuple[str, str], Captured] = {}
    for event in _cloudevents(subject):
        key = (str(event.attributes.get("source")), str(event.attributes.get("id")))
        if seen.setdefault(key, event).value != event.value:
            yield _finding(event, f"another event has the id {key[1]} as well")


def _finding(event: Captured, message: str) -> Finding:
    return Finding(message, event.place, came=event.shown)


RULES: Final = (
    Rule(
        "EVT-02.captured",
        "Each captured event is a CloudEvent 1.0.",
        "What is no CloudEvent is dropped or parked by those who consume CloudEvents.",
        "Publish specversion `1.0`, id, source and type with each event.",
        events_are_cloudevents,
    ),
    Rule(
        "EVT-02.captured-source",
        "Each captured event is from `urn:service:<name>`, about a resource.",
        "Consumers drop duplicates by source and id, and find the resource by its subject.",
        "Publish `source` as `urn:service:<name>` and `subject` as `orders/{id}`.",
        events_are_of_the_service,
    ),
    Rule(
        "EVT-02.captured-ids",
        "No two captured events that differ have the same id.",
        "Consumers drop the second one as a duplicate.",
        "Give each event an id of its own, and a repeated delivery the same one.",
        events_are_told_once,
    ),
    Rule(
        "EVT-03.captured",
        "Each captured event is one of the contract's, and its schema allows it.",
        "Consumers were written against the schema.",
        "Validate events when they are recorded, in the transaction that makes them.",
        events_keep_their_schemas,
    ),
    Rule(
        "EVT-04.captured",
        "`previousStatus` of each captured event is the status that was before.",
        "A consumer that follows transitions sees one that never was.",
        "Read the status before the change, in the same transaction.",
        previous_status_is_the_one_before,
    ),
)
