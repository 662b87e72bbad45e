"""Rules of events, as the contract declares them: EVT-02 and EVT-05."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.asyncapi import Message, constant
from service_standard.checker.diff.asyncapi import of_asyncapi
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.subject import Subject
from service_standard.contract import Node

MEDIA_TYPE: Final = "application/cloudevents+json"
REQUIRED: Final = ("specversion", "id", "source", "type", "subject", "data")


def messages_are_cloudevents(subject: Subject) -> Iterator[Finding]:
    for message in _sent(subject):
        if message.content_type != MEDIA_TYPE:
            came = message.content_type or "nothing"
            yield Finding(f"{message.type}: its content type is {came}, not {MEDIA_TYPE}", subject.shown(message.node))
        missing = [name for name in REQUIRED if not message.attribute(name) or name not in message.required]
        if missing:
            what = f"{message.type}: its payload does not require {', '.join(missing)}"
            yield Finding(what, subject.shown(message.payload or message.node))


def data_is_typed(subject: Subject) -> Iterator[Finding]:
    judged = [(message, data) for message in _sent(subject) if (data := message.attribute("data"))]
    if not judged:
        raise NotJudged("no event of the contract has data")
    for message, data in judged:
        if not any(word in data for word in ("properties", "allOf", "oneOf", "anyOf", "items", "enum", "const")):
            yield Finding(f"{message.type}: its data may be anything", subject.shown(data))


def sources_are_the_service(subject: Subject) -> Iterator[Finding]:
    wanted = f"urn:service:{subject.manifest.name}"
    for message in _sent(subject):
        source = message.attribute("source")
        if source is not None and constant(source) != wanted:
            yield Finding(f"{message.type}: its source is {_shown(source)}, not {wanted}", subject.shown(source))


def subjects_are_resources(subject: Subject) -> Iterator[Finding]:
    for message in _sent(subject):
        schema = message.attribute("subject")
        said = (
            [schema.get("pattern"), schema.get("example"), schema.get("examples"), constant(schema)] if schema else []
        )
        if schema is not None and not any("/" in str(text) for text in said):
            what = f"{message.type}: nothing says that its subject is a resource such as orders/{{id}}"
            yield Finding(what, subject.shown(schema))


def consumers_are_still_served(subject: Subject) -> Iterator[Finding]:
    if subject.older_events is None:
        raise NotJudged("no older AsyncAPI document was given (--baseline)")
    for change in of_asyncapi(subject.older_events, subject.asyncapi):
        if change.kind.effect == "breaking":
            yield Finding(f"{change.kind.id}: {', '.join(change.where)}", subject.shown(change.node))


def _shown(schema: Node) -> str:
    return constant(schema) or "no constant"


def _sent(subject: Subject) -> tuple[Message, ...]:
    if not subject.asyncapi.sent:
        raise NotJudged("the AsyncAPI document sends no messages")
    return subject.asyncapi.sent


RULES: Final = (
    Rule(
        "EVT-02.envelope",
        "Each message is a whole CloudEvent: its media type, and a payload that requires the envelope's attributes.",
        "Consumers route, order and drop duplicates by the envelope; a schema of the data alone says nothing of it.",
        "Let the payload be the envelope with specversion, id, source, type, subject and data, all required.",
        messages_are_cloudevents,
    ),
    Rule(
        "EVT-02.data",
        "The `data` of each message is typed.",
        "Data that may be anything makes typed consumers impossible.",
        "Give `data` a schema with properties.",
        data_is_typed,
    ),
    Rule(
        "EVT-02.source",
        "The `source` of each message is the constant `urn:service:<name>`.",
        "Duplicates are told by source and id: two spellings of one service are two services.",
        "Write `source: {const: 'urn:service:orders'}` with the manifest's name.",
        sources_are_the_service,
    ),
    Rule(
        "EVT-02.subject",
        "The `subject` of each message is a resource: `orders/{id}`.",
        "Consumers find the resource by it without opening the data.",
        "Give `subject` a pattern such as `^orders/[A-Za-z0-9-]+$`.",
        subjects_are_resources,
    ),
    Rule(
        "EVT-05.compatible",
        "Consumers that were written for the older version are still served.",
        "Consumers are deployed at another time than the service, and events are replayed from years ago.",
        "Keep every event, every field and its type; add optional fields, or a new event type beside the old one.",
        consumers_are_still_served,
    ),
)
