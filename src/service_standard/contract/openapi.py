"""The HTTP contract: what an OpenAPI 3.1 document says of each operation, and nothing that it does not say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pydantic_core import from_json

from service_standard.contract.document import Json, Node, Object
from service_standard.contract.schema import Schema

LOWEST_PROBLEM: Final = 400
Scopes: TypeAlias = frozenset[str]
Location: TypeAlias = Literal["query", "header", "path"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared input beside the body; `type` is the JSON type of its schema, an integer has both bounds."""

    name: str
    location: Location
    required: bool
    type: str
    default: Json
    minimum: Json
    maximum: Json
    schema: Schema


@dataclass(frozen=True, slots=True)
class Content:
    """A body of one media type; `model` is the name of its component schema, if it has properties.

    `shapes` has the shape of the body and that of each model within it.
    """

    media_type: str
    schema: Schema
    model: str | None
    shapes: Mapping[str, Object]
    examples: tuple[Json, ...]

    def is_of(self, media_type: str | None) -> bool:
        """Whether the body has this media type, or any that is JSON."""
        return self.media_type == media_type if media_type else self.media_type.endswith("json")

    def value(self, data: bytes) -> Json:
        """What the schema is about: the JSON of a body, or the text of one that is not JSON."""
        value: Json = from_json(data) if self.is_of(None) else data.decode()
        return value


@dataclass(frozen=True, slots=True)
class Header:
    """A declared response header."""

    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True)
class Response:
    """One declared answer; `content` is what it has for whoever asks for nothing special, `others` are the rest."""

    status: int
    content: Content
    others: tuple[Content, ...]
    headers: Mapping[str, Header]
    links: tuple[Node, ...]

    @property
    def media_types(self) -> tuple[str, ...]:
        """All that it can be had in, the usual one first."""
        return tuple(content.media_type for content in (self.content, *self.others))

    def in_media_type(self, media_type: str) -> Content | None:
        """Its body in a media type, if it has one."""
        return next((content for content in (self.content, *self.others) if content.media_type == media_type), None)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `security` holds the alternatives, each a set of scopes, and is empty for a public one.

    `bodies` has the request body in each of its media types; it is empty for an operation that takes none.
    `not_modified` has the headers of its 304, if callers may say by `If-None-Match` what they have already.
    """

    id: str
    method: str
    path: str
    security: tuple[Scopes, ...]
    parameters: tuple[Parameter, ...]
    bodies: tuple[Content, ...]
    responses: Mapping[int, Response]
    not_modified: Mapping[str, Header] | None = None

    @property
    def success(self) -> Response:
        """The one answer that is not a problem."""
        return next(response for status, response in self.responses.items() if status < LOWEST_PROBLEM)

    @property
    def is_conditional(self) -> bool:
        """Whether it requires `If-Match`; a request without one is 428 (RFC 6585, 3)."""
        return any(p.required and p.name.lower() == "if-match" for p in self.parameters)

    def matches(self, path: str) -> bool:
        """Whether a request's path is this operation's."""
        parts = re.split(r"\{[^}]*\}", self.path)
        return re.fullmatch("[^/]+".join(map(re.escape, parts)), path) is not None


@dataclass(frozen=True, slots=True)
class Contract:
    """A whole OpenAPI document."""

    root: Node
    operations: Mapping[str, Operation]

    @property
    def version(self) -> str:
        return self.root["info"].text("version")

    @property
    def scopes(self) -> Scopes:
        """Every scope that an operation asks for."""
        return frozenset(
            scope for operation in self.operations.values() for scopes in operation.security for scope in scopes
        )

    @property
    def declared_scopes(self) -> Scopes:
        """Every scope that the security scheme describes."""
        flows = self.root["components"]["securitySchemes"]["oauth2"]["flows"]
        return frozenset(scope for _, flow in flows.items() for scope, _ in flow["scopes"].items())

    def allowed_methods(self, path: str) -> list[str]:
        """The methods that the contract has for a path, sorted; none for a path that it does not know.

        A path without parameters comes before those with some (OpenAPI 3.1, 4.8.8).
        """
        concrete = [operation for operation in self.operations.values() if operation.path == path]
        found = concrete or [operation for operation in self.operations.values() if operation.matches(path)]
        return sorted(operation.method for operation in found)
