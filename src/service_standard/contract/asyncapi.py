"""The event contract: what an AsyncAPI 3.0 document says of each event that a service sends or receives."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

from service_standard.contract.document import ContractError, Json, Node, Object, load_document
from service_standard.contract.schema import Schema
from service_standard.contract.shape import shape_of, shapes_within
from service_standard.contract.words import ASYNCAPI, unknown_words, wrong_example

MEDIA_TYPE: Final = "application/cloudevents+json"
Action: TypeAlias = Literal["send", "receive"]


@dataclass(frozen=True, slots=True)
class EventType:
    """One declared event; `envelope` is the schema of the whole CloudEvent, `attributes` its shape.

    `model` is the name of the model of its data, `shapes` has the shape of that and of each model within it.
    """

    type: str
    source: str
    action: Action
    channel: str
    envelope: Schema
    attributes: Object
    model: str
    shapes: Mapping[str, Object]


@dataclass(frozen=True, slots=True)
class EventContract:
    """A whole AsyncAPI document; events by their CloudEvents `type`."""

    root: Node
    events: Mapping[str, EventType]

    @property
    def version(self) -> str:
        return self.root["info"].text("version")

    @property
    def sent(self) -> dict[str, EventType]:
        return {name: event for name, event in self.events.items() if event.action == "send"}

    @property
    def received(self) -> dict[str, EventType]:
        return {name: event for name, event in self.events.items() if event.action == "receive"}


def load_event_contract(path: Path, known: Mapping[Path, Object] | None = None) -> EventContract:
    """The event contract at `path`; files of the other contract that are known are not read again.

    Raises:
        ContractError: with every fault of every operation.
    """
    root = load_document(path, known)
    faults = [*unknown_words(root, ASYNCAPI), *_document_faults(root)]
    found: list[EventType] = []
    for name, operation in root["operations"].items():
        try:
            found += _events(operation)
        except ContractError as error:
            faults += [f"{name}: {fault}" for fault in error.faults]
    events = {event.type: event for event in found}
    if len(events) < len(found):
        faults.append("operations: an event is declared twice")
    if faults:
        raise ContractError(faults)
    return EventContract(root, events)


def _document_faults(root: Node) -> Iterator[str]:
    if not re.fullmatch(r"3\.0\.\d+", root.text("asyncapi")):
        yield "asyncapi: must be 3.0"
    if root.get("defaultContentType") not in (None, MEDIA_TYPE):
        yield f"defaultContentType: must be {MEDIA_TYPE}"
    operations = dict(root["operations"].items()).values()
    operated = {message.pointer for operation in operations for message in _messages(operation)}
    for name, channel in root["channels"].items():
        carried = [message for _, message in channel["messages"].items() if message.pointer not in operated]
        yield from (f"{name}: no operation sends or receives {message.name}" for message in carried)


def _messages(operation: Node) -> Iterator[Node]:
    if "messages" in operation:
        yield from operation["messages"].elements()


def _events(operation: Node) -> Iterator[EventType]:
    action = operation.text("action")
    if action not in ("send", "receive"):
        raise ContractError([f"action must be send or receive, not {action}"])
    channel = operation["channel"]
    carried = {message.pointer for _, message in channel["messages"].items()}
    for message in operation["messages"].elements():
        if message.pointer not in carried:
            raise ContractError([f"{message.name} is not a message of its channel"])
        yield _event(cast("Action", action), channel.text("address"), message)


def _event(action: Action, channel: str, message: Node) -> EventType:
    payload = message["payload"]
    attributes = payload["properties"]
    event_type = _constant(attributes, "type")
    if message.text("name") != event_type:
        raise ContractError([f"{message.name}: its name must be the event's type, {event_type}"])
    if message.text("contentType") != MEDIA_TYPE:
        raise ContractError([f"{message.name}: contentType must be {MEDIA_TYPE}"])
    envelope, data = Schema(payload), attributes["data"]
    faults = [fault for example in _examples(message) for fault in wrong_example(message, envelope, example)]
    if faults:
        raise ContractError(faults)
    source = _constant(attributes, "source")
    return EventType(event_type, source, action, channel, envelope, shape_of(payload), data.name, shapes_within(data))


def _examples(message: Node) -> Iterator[Json]:
    if "examples" in message:
        yield from (example.get("payload") for example in message["examples"].elements())


def _constant(attributes: Node, name: str) -> str:
    value = attributes[name].get("const")
    if not isinstance(value, str):
        raise ContractError([f"{name} must be a constant of the envelope"])
    return value
