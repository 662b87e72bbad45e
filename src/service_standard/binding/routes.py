"""The binding: the contract's operations become one FastAPI route, which finds an operation by path and method."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, get_type_hints

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel
from starlette.routing import BaseRoute, Match, compile_path
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from service_standard.binding.gate import MEDIA_TYPE, Authenticate, Gate
from service_standard.binding.handler import Handler
from service_standard.binding.known import IF_NONE_MATCH, NOT_MODIFIED, is_known, shortened
from service_standard.binding.reply import Reply
from service_standard.contract import Contract, Operation
from service_standard.database import DatabaseUnavailable
from service_standard.http.answers import no_such_method, no_such_path
from service_standard.problems import unavailable

Endpoint: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
NOTHING: Final[tuple[Match, Scope]] = (Match.NONE, {})


# Its own spans would stand beside ours, with the query in them.
NATIVE_TELEMETRY_OFF: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


class Application(FastAPI):
    """FastAPI with the operations of a contract, and without middlewares: the edge stands around it.

    Every error is raised as it is; the edge makes a problem of it.
    """

    def __init__(self, name: str, version: str, operations: "Operations", lifespan: Lifespan["Application"]) -> None:
        super().__init__(
            title=name,
            version=version,
            openapi_url=None,
            redirect_slashes=False,
            lifespan=lifespan,
            telemetry=NATIVE_TELEMETRY_OFF,
        )
        self.router.routes.append(operations)
        self.router.default = _nothing_here

    def build_middleware_stack(self) -> ASGIApp:
        return self.router


def bound(contract: Contract, handlers: Sequence[Handler], authenticate: Authenticate, body_limit: int) -> "Operations":
    """The operations of the contract, with which the handlers must agree (`disagreements`)."""
    paths: dict[str, dict[str, Endpoint]] = {}
    for handler in handlers:
        operation = contract.operations[handler.operation_id]
        gate = Gate(operation, authenticate, _body_model(handler), body_limit)
        paths.setdefault(operation.path, {})[operation.method] = _endpoint(operation, gate, handler)
    return Operations([Path(path, endpoints) for path, endpoints in paths.items()])


@dataclass(frozen=True, slots=True)
class Path:
    """One path of the contract, as it is written there, with its endpoints by method."""

    path: str
    endpoints: Mapping[str, Endpoint]

    @property
    def allow(self) -> str:
        """Its methods, as the header `Allow` lists them."""
        return ", ".join(sorted(self.endpoints))


class Operations(BaseRoute):
    """Every operation of a contract; a path without parameters comes before those with some (OpenAPI 3.1, 4.8.8)."""

    def __init__(self, paths: Sequence[Path]) -> None:
        concrete = [each for each in paths if "{" not in each.path]
        self._concrete = {each.path: (Match.FULL, {"route": each, "path_params": {}}) for each in concrete}
        self._templated = [(compile_path(each.path)[0], each) for each in paths if "{" in each.path]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return self._concrete.get(scope["path"]) or self._matching(scope["path"])

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = scope["route"].endpoints.get(scope["method"])
        if endpoint is None:
            raise no_such_method(scope["route"].allow)
        await endpoint(scope, receive, send)

    def allow(self, path: str) -> str | None:
        """The methods of a path, as the header `Allow` lists them; None if there is no such path."""
        _, found = self.matches({"path": path})
        return found["route"].allow if found else None

    def _matching(self, path: str) -> tuple[Match, Scope]:
        for pattern, each in self._templated:
            if found := pattern.match(path):
                return Match.FULL, {"route": each, "path_params": found.groupdict()}
        return NOTHING


def _body_model(handler: Handler) -> type[BaseModel] | None:
    """The model to make of the body; none for a handler that takes it as it is."""
    taken = get_type_hints(handler.function).get("body")
    return taken if isinstance(taken, type) and issubclass(taken, BaseModel) else None


def _endpoint(operation: Operation, gate: Gate, handler: Handler) -> Endpoint:
    status, usual = operation.success.status, operation.success.content.media_type
    is_conditional = operation.not_modified is not None

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            arguments = await gate.admit(scope, receive)
            reply = await handler.function(**arguments)
        except DatabaseUnavailable as error:
            raise unavailable("The database does not answer") from error
        if is_conditional and is_known(reply, _values(scope, IF_NONE_MATCH)):
            await _tell_known(send, reply)
            return
        media_type = str(arguments.get(MEDIA_TYPE, usual)).encode()
        await send({"type": "http.response.start", "status": status, "headers": _headers(reply, media_type)})
        await send({"type": "http.response.body", "body": reply.content})

    return endpoint


async def _tell_known(send: Send, reply: Reply) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in shortened(reply).headers.items()]
    await send({"type": "http.response.start", "status": NOT_MODIFIED, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _values(scope: Scope, name: bytes) -> Iterator[bytes]:
    return (value for key, value in scope["headers"] if key == name)


def _headers(reply: Reply, media_type: bytes) -> list[tuple[bytes, bytes]]:
    """As ASGI has them: names in lower case."""
    return [
        *[(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()],
        (b"content-length", b"%d" % len(reply.content)),
        (b"content-type", media_type),
    ]


async def _nothing_here(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise no_such_path()
