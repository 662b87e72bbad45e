"""Whether code and contract agree on the events: which are sent, by whom, and of which shape they are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias, cast

from pydantic import BaseModel

from service_standard.binding.models import models_within
from service_standard.contract import EventContract, EventType, Json, Object
from service_standard.manifest import Manifest

Extensions: TypeAlias = Mapping[str, Sequence[str]]
"""The attributes that a service gives its events beyond those that every service does, by the types of the events."""

_TEXT: Final[Object] = {"type": "string"}
# The attributes that the event builder and the relay give every event, and those that only some have.
_ATTRIBUTES: Final = (
    "datacontenttype",
    "id",
    "partitionkey",
    "sequence",
    "source",
    "specversion",
    "subject",
    "time",
    "type",
)
_IDENTIFYING: Final = ("id", "source", "specversion", "type")
_OPTIONAL: Final = ("causationid", "traceparent")


def event_disagreements(
    events: EventContract,
    sent: Mapping[str, type[BaseModel]],
    received: Mapping[str, type[BaseModel]],
    manifest: Manifest,
    extensions: Extensions,
) -> Iterator[str]:
    """One line for each fact on which they differ; each event that the code knows comes with its data's model."""
    if events.version != manifest.version:
        yield f"events: info.version is {events.version}, the manifest's version is {manifest.version}"
    yield from _types("sent", events.sent, sent)
    yield from _types("received", events.received, received)
    for declared in events.received.values():
        if "data" not in cast("list[Json]", declared.attributes["required"]):
            yield f"{declared.type}: the envelope must require data"
    for declared in events.sent.values():
        optional = (*_OPTIONAL, *extensions.get(declared.type, ()))
        if declared.source != f"urn:service:{manifest.name}":
            yield f"{declared.type}: the source must be urn:service:{manifest.name}"
        if declared.attributes != _envelope(declared.model, optional):
            listed = f"data and the strings {', '.join(_ATTRIBUTES)}, and not required {', '.join(optional)}"
            yield f"{declared.type}: the envelope must have exactly the attributes that are sent: {listed}"


def envelope_disagreements(name: str, shape: Object) -> Iterator[str]:
    """What tells events apart has to be required of every event that comes in; `shape` is that of its envelope."""
    properties, required = cast("Object", shape.get("properties", {})), cast("list[Json]", shape.get("required", []))
    for attribute in _IDENTIFYING:
        if attribute not in required or properties.get(attribute) != _TEXT:
            yield f"{name}: must require the string {attribute}"


def _types(what: str, declared: Mapping[str, EventType], handled: Mapping[str, type[BaseModel]]) -> Iterator[str]:
    for name in sorted(set(handled) - set(declared)):
        yield f"{name}: the event is {what} and not declared so"
    for name in sorted(set(declared) - set(handled)):
        yield f"{name}: the event is declared and never {what}"
    for name in sorted(set(declared) & set(handled)):
        event, model = declared[name], handled[name]
        if (event.model, event.shapes) != (model.__name__, models_within(model)):
            yield f"{name}: {model.__name__} has not the shape of the event's data, run make models"


def _envelope(model: str, optional: Sequence[str]) -> Object:
    """The shape of an event with this model's data."""
    properties: Object = dict.fromkeys((*_ATTRIBUTES, *optional), _TEXT)
    required: list[Json] = ["data", *_ATTRIBUTES]
    data: Json = {"$ref": f"#/components/schemas/{model}"}
    return {"type": "object", "properties": {**properties, "data": data}, "required": required}
