"""The rules of compatibility: what each change does to whom, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

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
WEBHOOK: Final = Side("webhook", "webhook receivers", is_taken=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """A rule of compatibility: its effect, and why it breaks whom."""

    id: str
    effect: Effect
    who: str
    why: str


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

# Of what no schema says: why a change breaks client authors, why it may surprise them, and what harms nobody.
_BREAKING: Final[Mapping[str, str]] = MappingProxyType(
    {
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
        "server.removed": "Calls to this address reach nobody, or somebody else.",
        "security.alternative.removed": "Tokens that were enough are refused.",
        "security.scope.added": "Tokens with the scopes that were enough answer 403.",
    }
)
_SURPRISING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "operation.renamed": "Generated clients name their functions after it: their callers no longer compile.",
        "parameter.renamed": "Generated clients name their arguments after it; the wire is the same.",
        "response.status.added": "A success that the client does not know may be taken for a failure.",
    }
)
_HARMLESS_TO_CLIENTS: Final = (
    "document.added",
    "server.added",
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
_BREAKING_CONSUMERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "event.removed": "They wait for it in vain.",
        "event.channel.removed": "They listen where nothing comes any more.",
        "event.media-type.changed": "They parse another format than the one that comes.",
        "broker.removed": "They are connected to where nothing comes any more.",
    }
)
_BREAKING_SENDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "inbound.removed": "What they still send is not heard.",
        "inbound.channel.removed": "They send where nobody listens any more.",
        "inbound.media-type.changed": "They send another format than the one that is read.",
    }
)
_BREAKING_RECEIVERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "webhook.removed": "They wait for it in vain.",
        "webhook.media-type.removed": "They are sent a format that they do not read.",
        "webhook.status.removed": "The answer that used to be enough is taken for a failure.",
    }
)
_HARMLESS_TO_RECEIVERS: Final = ("webhook.added", "webhook.media-type.added", "webhook.status.added")
_HARMLESS_TO_EVENTS: Final = (
    "broker.added",
    "event.added",
    "event.channel.added",
    "inbound.added",
    "inbound.channel.added",
)


def kind(id_: str) -> Kind:
    """The rule for a fact that is no schema's."""
    return next(found[id_] for found in _tables() if id_ in found)


def _tables() -> Iterator[Mapping[str, Kind]]:
    yield _kinds("breaking", "client authors", _BREAKING)
    yield _kinds("warning", "client authors", _SURPRISING)
    yield _kinds("additive", "client authors", dict.fromkeys(_HARMLESS_TO_CLIENTS, _HARMLESS))
    yield _kinds("breaking", EVENT.who, _BREAKING_CONSUMERS)
    yield _kinds("breaking", INBOUND.who, _BREAKING_SENDERS)
    yield _kinds("breaking", WEBHOOK.who, _BREAKING_RECEIVERS)
    yield _kinds("additive", WEBHOOK.who, dict.fromkeys(_HARMLESS_TO_RECEIVERS, _HARMLESS))
    yield _kinds("additive", EVENT.who, dict.fromkeys(_HARMLESS_TO_EVENTS, _HARMLESS))


def _kinds(effect: Effect, who: str, reasons: Mapping[str, str]) -> Mapping[str, Kind]:
    return {id_: Kind(id_, effect, who, why) for id_, why in reasons.items()}


def schema_kind(side: Side, facet: str, verb: str) -> Kind:
    """The rule for a fact of a schema: `request.limit.narrowed`, `response.field.removed`."""
    word = f"{facet}.{verb}"
    reasons = _TAKEN if side.is_taken else _GIVEN
    why = None if word in _NEVER_BREAKING else reasons.get(word) or reasons.get(verb)
    if not side.is_taken and word in _WARNINGS:
        return Kind(f"{side.name}.{word}", "warning", side.who, _WARNINGS[word])
    return Kind(f"{side.name}.{word}", "breaking" if why else "additive", side.who, why or _HARMLESS)
