"""The gate: what a request must pass before its handler sees it: credentials, scopes, parameters and body, in order."""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import parse_qsl

from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from service_standard.auth import Principal, insufficient_scope
from service_standard.contract import Content, Operation, Parameter
from service_standard.contract.schema import MOST_ERRORS
from service_standard.http.answers import no_such_path
from service_standard.http.preference import preferred
from service_standard.problems import (
    CONTENT_TOO_LARGE,
    PRECONDITION_REQUIRED,
    UNSUPPORTED_MEDIA_TYPE,
    FieldError,
    Problem,
    validation_problem,
)
from service_standard.strict_json import JsonError, read_json

MOST_QUERY_FIELDS: Final = 64
OWN: Final = ".own"
ADMIN: Final = ".admin"
MEDIA_TYPE: Final = "media_type"
_LONGEST_LENGTH: Final = 18
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_CHARSET: Final = re.compile(r'\s*charset\s*=\s*"?utf-8"?\s*', re.IGNORECASE)

Authenticate: TypeAlias = Callable[[Sequence[bytes]], Awaitable[Principal]]
Arguments: TypeAlias = dict[str, object]
Headers: TypeAlias = Mapping[bytes, list[bytes]]


class Caller(NamedTuple):
    """Who calls: the token's subject, and the owner to whose rows the call is bound (None: all rows).

    `admin` is whether an alternative with a scope that ends in `.admin` would have been enough.
    """

    subject: str
    owner: str | None
    admin: bool = False


class Body(NamedTuple):
    """A request's JSON, for an operation that takes several media types."""

    media_type: str
    value: object


class Gate:
    """Makes the arguments of one operation's handler from a request, or refuses it."""

    def __init__(
        self,
        operation: Operation,
        authenticate: Authenticate,
        body_model: type[BaseModel] | None,
        body_limit: int,
    ) -> None:
        self._operation = operation
        self._authenticate = authenticate
        self._body_model = body_model
        self._body_limit = body_limit
        self._for_own = _with(OWN, operation)
        self._for_admins = _with(ADMIN, operation)
        self._for_all = [scopes for scopes in operation.security if scopes not in self._for_own]
        self._query = {p.name: _Input.of(p) for p in operation.parameters if p.location == "query"}
        self._headers = {p.name.lower().encode(): _Input.of(p) for p in operation.parameters if p.location == "header"}
        self._path = {p.name: _Input.of(p) for p in operation.parameters if p.location == "path"}
        self._is_conditional = operation.is_conditional
        self._offered = operation.success.media_types if operation.success.others else ()

    async def admit(self, scope: Scope, receive: Receive) -> Arguments:
        """The handler's arguments by name.

        Raises:
            Problem: 401, 403, 404, 413, 415, 428, or 400 with every fault of parameters and body.
        """
        headers, arguments = _by_name(scope["headers"]), Arguments()
        if self._operation.security:
            arguments["caller"] = await self._caller(headers)
        errors: list[FieldError] = []
        self._take_path(scope["path_params"], arguments)
        if self._is_conditional and b"if-match" not in headers:
            raise Problem(PRECONDITION_REQUIRED, "If-Match must name the version that is to be changed")
        self._take_query(scope["query_string"], arguments, errors)
        self._take_headers(headers, arguments, errors)
        if self._offered:
            arguments[MEDIA_TYPE] = preferred(headers.get(b"accept", []), self._offered)
        if self._operation.bodies:
            arguments["body"] = await self._body(headers, receive, errors)
        if errors:
            raise validation_problem(errors[:MOST_ERRORS])
        return arguments

    async def _caller(self, headers: Headers) -> Caller:
        principal = await self._authenticate(headers.get(b"authorization", []))
        if principal.holds_any(self._for_all):
            return Caller(principal.subject, None, principal.holds_any(self._for_admins))
        if principal.holds_any(self._for_own):
            return Caller(principal.subject, principal.subject)
        raise insufficient_scope(" ".join(sorted(self._operation.security[0])))

    def _take_path(self, values: Mapping[str, str], arguments: Arguments) -> None:
        """A value that its schema refuses names nothing, as an unknown one does."""
        for name, given in self._path.items():
            value = _typed(given.parameter.type, values[name])
            if not given.parameter.schema.allows(value):
                raise no_such_path()
            arguments[given.argument] = value

    def _take_query(self, query: bytes, arguments: Arguments, errors: list[FieldError]) -> None:
        values: dict[str, str] = {}
        for name, value in _query_fields(query, errors):
            if name not in self._query:
                errors.append(
                    FieldError("query", f"has an unknown parameter; known are: {', '.join(self._query) or 'none'}")
                )
            elif name in values:
                errors.append(FieldError(f"query:{name}", "must be given once"))
            values[name] = value
        for name, given in self._query.items():
            given.take(values.get(name), arguments, errors)

    def _take_headers(self, headers: Headers, arguments: Arguments, errors: list[FieldError]) -> None:
        for name, given in self._headers.items():
            values = headers.get(name, [])
            if len(values) > 1:
                errors.append(FieldError(given.pointer, "must be given once"))
            given.take(values[0].decode("latin-1") if values else None, arguments, errors)

    async def _body(self, headers: Headers, receive: Receive, errors: list[FieldError]) -> "BaseModel | Body | None":
        content = self._content(headers)
        data = await self._read(headers, receive)
        try:
            value = read_json(data)
        except JsonError as error:
            errors.append(FieldError("#", str(error)))
            return None
        found = content.schema.errors(value)
        errors += found
        return None if found else self._given(content.media_type, value)

    def _given(self, media_type: str, value: object) -> "BaseModel | Body":
        model = self._body_model
        return model.__pydantic_validator__.validate_python(value) if model else Body(media_type, value)

    def _content(self, headers: Headers) -> Content:
        """The declared body whose media type the request names."""
        for content in self._operation.bodies:
            if _is_of(content.media_type, headers):
                return content
        types = " or ".join(content.media_type for content in self._operation.bodies)
        raise Problem(UNSUPPORTED_MEDIA_TYPE, f"The body must be {types}, UTF-8 and not encoded")

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        declared = headers.get(b"content-length", [b"0"])[0]
        if declared.isdigit() and (len(declared) > _LONGEST_LENGTH or int(declared) > self._body_limit):
            raise self._too_large()
        data, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            data += message.get("body", b"")
            more = message.get("more_body", False)
            if len(data) > self._body_limit:
                raise self._too_large()
        return bytes(data)

    def _too_large(self) -> Problem:
        return Problem(CONTENT_TOO_LARGE, f"The body may have at most {self._body_limit} bytes")


@dataclass(frozen=True, slots=True)
class _Input:
    """A parameter, with what never changes from one request to the next."""

    parameter: Parameter
    argument: str
    pointer: str

    @classmethod
    def of(cls, parameter: Parameter) -> "_Input":
        return cls(parameter, argument_name(parameter.name), f"{parameter.location}:{parameter.name}")

    def take(self, text: str | None, arguments: Arguments, errors: list[FieldError]) -> None:
        """Notes the value that the text spells, or what is wrong with it; None stands for an absent parameter."""
        parameter = self.parameter
        value: object = parameter.default if text is None else _typed(parameter.type, text)
        arguments[self.argument] = value
        if text is not None:
            errors += parameter.schema.errors(value, self.pointer)
        elif parameter.required:
            errors.append(FieldError(self.pointer, "is required"))


def _with(ending: str, operation: Operation) -> list[frozenset[str]]:
    """The alternatives that have a scope with this ending."""
    return [scopes for scopes in operation.security if any(scope.endswith(ending) for scope in scopes)]


def argument_name(parameter: str) -> str:
    """`customer_id` for `customerId`, `idempotency_key` for `Idempotency-Key`, `from_` for `from`."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", parameter).replace("__", "_").lower()
    return f"{name}_" if iskeyword(name) else name


def _query_fields(query: bytes, errors: list[FieldError]) -> list[tuple[str, str]]:
    if not query:
        return []
    try:
        return parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_QUERY_FIELDS
        )
    except ValueError:
        errors.append(FieldError("query", "is not a query of UTF-8 text, or has too many parameters"))
        return []


def _typed(kind: str, text: str) -> object:
    """The value that the text spells; the text itself when it spells none, which the schema then refuses."""
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _by_name(headers: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Every value of each header, in the order in which they came."""
    found: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for name, value in headers:
        found[name].append(value)
    return found


def _is_of(media_type: str, headers: Headers) -> bool:
    """Whether exactly one Content-Type says so, in UTF-8 or without saying, and no encoding is laid upon it."""
    types = headers.get(b"content-type", [])
    if types == [media_type.encode()] and b"content-encoding" not in headers:
        return True
    if len(types) != 1 or any(value.lower() != b"identity" for value in headers.get(b"content-encoding", [])):
        return False
    name, *extras = types[0].decode("latin-1").split(";")
    return name.strip().lower() == media_type and all(_CHARSET.fullmatch(extra) for extra in extras)
