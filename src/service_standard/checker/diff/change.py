"""One change between two versions of a contract: its rule, where it is, and whom it breaks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from service_standard.checker.diff.shape import canonical
from service_standard.contract import Json, Node

Effect: TypeAlias = Literal["breaking", "warning", "additive"]
EFFECTS: Final[tuple[Effect, ...]] = ("breaking", "warning", "additive")


@dataclass(frozen=True, slots=True)
class Side:
    """Which way a value goes, and who was written against its schema."""

    name: str
    who: str
    is_taken: bool


REQUEST: Final = Side("request", "client authors", is_taken=True)
RESPONSE: Final = Side("response", "client authors", is_taken=False)
EVENT: Final = Side("event", "event consumers", is_taken=False)
INBOUND: Final = Side("inbound", "event senders", is_taken=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """A rule of compatibility: its effect, and why it breaks whom."""

    id: str
    effect: Effect
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one fact; `where` names each operation or event that feels it, with the field.

    `node` is the place in the newer document, or in the older one for a fact that is gone.
    """

    kind: Kind
    where: tuple[str, ...]
    old: Json
    new: Json
    node: Node


# What the service takes: a change that refuses or reads differently what used to be right.
_TAKEN: Final = MappingProxyType(
    {
        "narrowed": "What the older contract allowed them to send is refused.",
        "changed": "What the older contract allowed them to send may be refused, or mean something else.",
        "field.removed": "What they still send is refused, or ignored without a word.",
        "field.required": "Requests without it, so far right, are refused.",
        "default.changed": "Who leaves it out gets another outcome for the same request.",
    }
)
# What the service gives: a change that hands out what the older contract had ruled out.
_GIVEN: Final = MappingProxyType(
    {
        "widened": "A value arrives that the older contract ruled out; a strict parser or a full switch fails on it.",
        "changed": "Values arrive that the older contract ruled out.",
        "field.removed": "Code that reads it finds nothing.",
        "field.optional": "Code that counts on it finds nothing, now and then.",
    }
)
_HARMLESS: Final = "Nobody who keeps to the older contract has to change."
# A reader who ignores what he does not know meets a new field in either case.
_NEVER_BREAKING: Final = frozenset({"open.widened"})
_WARNINGS: Final = MappingProxyType({"default.changed": "Generated readers may fill in the older value."})


def schema_kind(side: Side, facet: str, verb: str) -> Kind:
    """The rule for a fact of a schema: `request.limit.narrowed`, `response.field.removed`."""
    word = f"{facet}.{verb}"
    reasons = _TAKEN if side.is_taken else _GIVEN
    why = None if word in _NEVER_BREAKING else reasons.get(word) or reasons.get(verb)
    if not side.is_taken and word in _WARNINGS:
        return Kind(f"{side.name}.{word}", "warning", side.who, _WARNINGS[word])
    return Kind(f"{side.name}.{word}", "breaking" if why else "additive", side.who, why or _HARMLESS)


def _kinds(effect: Effect, who: str, reasons: dict[str, str]) -> dict[str, Kind]:
    return {id_: Kind(id_, effect, who, why or _HARMLESS) for id_, why in reasons.items()}


def kind(id_: str) -> Kind:
    """The rule for a fact that is no schema's."""
    return {**_of_clients(), **_of_events()}[id_]


def _of_clients() -> dict[str, Kind]:
    breaking = {
        "document.removed": "What it promised is promised no more.",
        "path.removed": "Calls of it answer 404.",
        "operation.removed": "Calls of it answer 405.",
        "parameter.removed": "What they still send is refused, or ignored without a word.",
        "parameter.required": "Requests without it, so far right, are refused.",
        "parameter.style": "The same value is written differently on the wire.",
        "body.removed": "The body that they still send is refused, or ignored without a word.",
        "body.required": "Requests without a body, so far right, are refused.",
        "request.media-type.removed": "Bodies of this media type answer 415.",
        "response.media-type.removed": "A client that reads only this media type gets none.",
        "response.status.removed": "Code that waits for this status waits in vain, and meets another.",
        "response.header.removed": "Code that reads it finds nothing.",
        "response.header.optional": "Code that counts on it finds nothing, now and then.",
        "security.alternative.removed": "Tokens that were enough are refused.",
        "security.scope.added": "Tokens with the scopes that were enough answer 403.",
    }
    warning = {
        "operation.renamed": "Generated clients name their functions after it: their callers no longer compile.",
        "parameter.renamed": "Generated clients name their arguments after it; the wire is the same.",
        "response.status.added": "A success that the client does not know may be taken for a failure.",
    }
    additive = (
        "document.added",
        "operation.added",
        "operation.deprecated",
        "parameter.added",
        "parameter.optional",
        "body.added",
        "body.optional",
        "request.media-type.added",
        "response.media-type.added",
        "response.error.added",
        "response.header.added",
        "response.header.required",
        "security.alternative.added",
    )
    return {
        **_kinds("breaking", "client authors", breaking),
        **_kinds("warning", "client authors", warning),
        **_kinds("additive", "client authors", dict.fromkeys(additive, "")),
    }


def _of_events() -> dict[str, Kind]:
    breaking = {
        "event.removed": "They wait for it in vain.",
        "event.channel.removed": "They listen where nothing comes any more.",
        "event.media-type.changed": "They parse another format than the one that comes.",
    }
    received = {
        "inbound.removed": "What they still send is not heard.",
        "inbound.channel.removed": "They send where nobody listens any more.",
        "inbound.media-type.changed": "They send another format than the one that is read.",
    }
    additive = dict.fromkeys(("event.added", "event.channel.added", "inbound.added", "inbound.channel.added"), "")
    return {
        **_kinds("breaking", EVENT.who, breaking),
        **_kinds("breaking", INBOUND.who, received),
        **_kinds("additive", EVENT.who, additive),
    }


def grouped(changes: Iterable[Change]) -> list[Change]:
    """Each change once, however many operations feel it; those that break come first."""
    found: dict[tuple[str, ...], Change] = {}
    for change in changes:
        key = (change.kind.id, change.node.uri, canonical(change.old), canonical(change.new))
        before = found.get(key)
        where = (*before.where, *change.where) if before else change.where
        found[key] = replace(change, where=tuple(dict.fromkeys(where)))
    return sorted(found.values(), key=lambda change: EFFECTS.index(change.kind.effect))
