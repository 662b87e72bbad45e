"""The gate: what a request must pass before its handler sees it: credentials, scopes, parameters and body, in order."""

import re
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from pydantic import BaseModel
from starlette.requests import Request

from service_standard.auth import Principal, insufficient_scope
from service_standard.contract import Content, Operation, Parameter
from service_standard.contract.schema import MOST_ERRORS
from service_standard.http.answers import no_such_path
from service_standard.problems import (
    CONTENT_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    FieldError,
    Problem,
    validation_problem,
)
from service_standard.strict_json import JsonError, read_json

MOST_QUERY_FIELDS: Final = 64
OWN: Final = ".own"
_LONGEST_LENGTH: Final = 18
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_CHARSET: Final = re.compile(r'\s*charset\s*=\s*"?utf-8"?\s*', re.IGNORECASE)

Authenticate: TypeAlias = Callable[[Sequence[bytes]], Awaitable[Principal]]
Arguments: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the token's subject, and the owner to whose rows the call is bound (None: all rows)."""

    subject: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Body:
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
        self._query = {p.name: p for p in operation.parameters if p.location == "query"}
        self._headers = [(p, p.name.lower().encode()) for p in operation.parameters if p.location == "header"]
        self._path = [p for p in operation.parameters if p.location == "path"]

    async def admit(self, request: Request) -> Arguments:
        """The handler's arguments by name.

        Raises:
            Problem: 401, 403, 404, 413, 415, or 400 with every fault of parameters and body.
        """
        arguments: Arguments = {}
        if self._operation.security:
            arguments["caller"] = await self._caller(request)
        errors: list[FieldError] = []
        self._take_path(request, arguments)
        self._take_query(request.scope["query_string"], arguments, errors)
        self._take_headers(request.scope["headers"], arguments, errors)
        if self._operation.bodies:
            arguments["body"] = await self._body(request, errors)
        if errors:
            raise validation_problem(errors[:MOST_ERRORS])
        return arguments

    async def _caller(self, request: Request) -> Caller:
        principal = await self._authenticate(_values(request.scope["headers"], b"authorization"))
        granted = [scopes for scopes in self._operation.security if scopes <= principal.scopes]
        if not granted:
            raise insufficient_scope(" ".join(sorted(self._operation.security[0])))
        bound = all(any(scope.endswith(OWN) for scope in scopes) for scopes in granted)
        return Caller(principal.subject, principal.subject if bound else None)

    def _take_path(self, request: Request, arguments: Arguments) -> None:
        """A value that its schema refuses names nothing, as an unknown one does."""
        for parameter in self._path:
            value = _typed(parameter.type, request.path_params[parameter.name])
            if not parameter.schema.allows(value):
                raise no_such_path()
            arguments[argument_name(parameter.name)] = value

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
        for parameter in self._query.values():
            _take(parameter, values.get(parameter.name), arguments, errors)

    def _take_headers(
        self, headers: Sequence[tuple[bytes, bytes]], arguments: Arguments, errors: list[FieldError]
    ) -> None:
        for parameter, name in self._headers:
            values = _values(headers, name)
            if len(values) > 1:
                errors.append(FieldError(f"header:{parameter.name}", "must be given once"))
            _take(parameter, values[0].decode("latin-1") if values else None, arguments, errors)

    async def _body(self, request: Request, errors: list[FieldError]) -> "BaseModel | Body | None":
        headers = request.scope["headers"]
        content = self._content(headers)
        data = await self._read(request.stream(), headers)
        try:
            value = read_json(data)
        except JsonError as error:
            errors.append(FieldError("#", str(error)))
            return None
        found = content.schema.errors(value)
        errors += found
        if found:
            return None
        return Body(content.media_type, value) if self._body_model is None else self._body_model.model_validate(value)

    def _content(self, headers: Sequence[tuple[bytes, bytes]]) -> Content:
        """The declared body whose media type the request names."""
        for content in self._operation.bodies:
            if _is_of(content.media_type, headers):
                return content
        types = " or ".join(content.media_type for content in self._operation.bodies)
        raise Problem(UNSUPPORTED_MEDIA_TYPE, f"The body must be {types}, UTF-8 and not encoded")

    async def _read(self, stream: AsyncIterable[bytes], headers: Sequence[tuple[bytes, bytes]]) -> bytes:
        declared = (_values(headers, b"content-length") or [b"0"])[0]
        too_large = Problem(CONTENT_TOO_LARGE, f"The body may have at most {self._body_limit} bytes")
        if declared.isdigit() and (len(declared) > _LONGEST_LENGTH or int(declared) > self._body_limit):
            raise too_large
        data = bytearray()
        async for chunk in stream:
            data += chunk
            if len(data) > self._body_limit:
                raise too_large
        return bytes(data)


def argument_name(parameter: str) -> str:
    """`customer_id` for `customerId`, `idempotency_key` for `Idempotency-Key`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", parameter).replace("__", "_").lower()


def _query_fields(query: bytes, errors: list[FieldError]) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_QUERY_FIELDS
        )
    except ValueError:
        errors.append(FieldError("query", "is not a query of UTF-8 text, or has too many parameters"))
        return []


def _take(parameter: Parameter, text: str | None, arguments: Arguments, errors: list[FieldError]) -> None:
    value: object = parameter.default if text is None else _typed(parameter.type, text)
    arguments[argument_name(parameter.name)] = value
    pointer = f"{parameter.location}:{parameter.name}"
    if text is not None:
        errors += parameter.schema.errors(value, pointer)
    elif parameter.required:
        errors.append(FieldError(pointer, "is required"))


def _typed(kind: str, text: str) -> object:
    """The value that the text spells; the text itself when it spells none, which the schema then refuses."""
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _values(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]


def _is_of(media_type: str, headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether exactly one Content-Type says so, in UTF-8 or without saying, and no encoding is laid upon it."""
    types = _values(headers, b"content-type")
    if len(types) != 1 or any(value.lower() != b"identity" for value in _values(headers, b"content-encoding")):
        return False
    name, *extras = types[0].decode("latin-1").split(";")
    return name.strip().lower() == media_type and all(_CHARSET.fullmatch(extra) for extra in extras)
