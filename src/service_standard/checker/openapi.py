"""An OpenAPI document as its authors left it: 3.0 or 3.1, complete or not, in any framework's habit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from service_standard.checker.documents import part, properties
from service_standard.contract import Json, Node, Object

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# The operations of the service itself, which the standard or an operator asks for: no resources, and public.
SERVICE_PATHS: Final = frozenset(
    {
        "/",
        "/openapi.json",
        "/openapi.yaml",
        "/asyncapi.json",
        "/asyncapi.yaml",
        "/healthz",
        "/readyz",
        "/livez",
        "/health",
        "/ready",
        "/live",
        "/metrics",
        "/docs",
        "/redoc",
        "/reference",
        "/events/docs",
        "/docs.js",
        "/docs.css",
        "/pages.css",
    }
)
LOWEST_ERROR: Final = 400


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; `item` is the path's node, `root` the document's."""

    method: str
    path: str
    node: Node
    item: Node
    root: Node

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def id(self) -> str | None:
        value = self.node.get("operationId")
        return value if isinstance(value, str) else None

    @property
    def base(self) -> str:
        """The path of the first server, below which all paths are; mostly empty."""
        holder = next((node for node in (self.node, self.item, self.root) if "servers" in node), self.root)
        server = next(holder["servers"].elements(), None) if "servers" in holder else None
        url = str(server.get("url") or "") if server else ""
        variables = part(server, "variables")
        for name, variable in variables.items() if variables else ():
            url = url.replace(f"{{{name}}}", str(variable.get("default")))
        return re.sub(r"^[a-z][a-z0-9+.-]*://[^/]*|/$", "", url)

    @property
    def is_of_the_service(self) -> bool:
        return self.path in SERVICE_PATHS

    @property
    def parameters(self) -> list[Node]:
        """Those of the operation and of its path, the former first where both have one."""
        found: dict[tuple[Json, Json], Node] = {}
        for holder in (self.node, self.item):
            for node in holder["parameters"].elements() if "parameters" in holder else ():
                found.setdefault((str(node.get("in")), str(node.get("name"))), node)
        return list(found.values())

    def parameter(self, name: str, location: str = "query") -> Node | None:
        wanted = (node for node in self.parameters if (node.get("name"), node.get("in")) == (name, location))
        return next(wanted, None)

    @property
    def responses(self) -> dict[str, Node]:
        return dict(self.node["responses"].items()) if "responses" in self.node else {}

    @property
    def success(self) -> Node | None:
        """The first answer of the 2xx kind."""
        return next((node for status, node in sorted(self.responses.items()) if status.startswith("2")), None)

    @property
    def errors(self) -> dict[str, Node]:
        return {status: node for status, node in self.responses.items() if is_error(status)}

    @property
    def body(self) -> Node | None:
        return part(self.node, "requestBody")

    @property
    def security(self) -> tuple[frozenset[str], ...]:
        """The alternatives, each a set of scopes; none for an operation that anybody may call."""
        holder = self.node if "security" in self.node else self.root
        alternatives = holder["security"].elements() if "security" in holder else iter(())
        return tuple(frozenset(_scopes(alternative)) for alternative in alternatives)

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(scope for alternative in self.security for scope in alternative)

    def fits(self, path: str) -> bool:
        """Whether a request's path is this operation's."""
        parts = re.split(r"\{[^}]*\}", self.path)
        return re.fullmatch("[^/]+".join(map(re.escape, parts)), path) is not None


@dataclass(frozen=True)
class OpenApi:
    """A whole document. What it lacks is empty here; a reference that leads nowhere raises ContractError."""

    root: Node
    written: Object

    @property
    def version(self) -> str:
        return str(self.root.get("openapi") or self.root.get("swagger") or "")

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(self._operations())

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.root["paths"].items() if "paths" in self.root else ():
            present = (method for method in METHODS if method in item)
            yield from (Operation(method.upper(), path, item[method], item, self.root) for method in present)

    @property
    def scopes(self) -> frozenset[str]:
        """Every scope that an operation asks for."""
        return frozenset(scope for operation in self.operations for scope in operation.scopes)

    @property
    def resources(self) -> tuple[Operation, ...]:
        """The operations on the service's resources, without those of the service itself."""
        return tuple(operation for operation in self.operations if not operation.is_of_the_service)

    @property
    def collections(self) -> tuple[Operation, ...]:
        """The operations that list: GET on a path without an id at its end, answered by many."""
        return tuple(operation for operation in self.resources if self._lists(operation))

    def _lists(self, operation: Operation) -> bool:
        if operation.method != "GET" or operation.path.rstrip("/").endswith("}"):
            return False
        schema = json_schema(operation.success)
        if schema is None:
            return False
        has_many = schema.get("type") == "array" or "items" in properties(schema)
        return has_many or any(self._is_element(operation, other) for other in self.operations)

    @staticmethod
    def _is_element(operation: Operation, other: Operation) -> bool:
        return re.fullmatch(re.escape(operation.path.rstrip("/")) + r"/\{[^}]*\}/?", other.path) is not None

    @property
    def schemes(self) -> dict[str, Node]:
        schemes = part(self.root, "components", "securitySchemes")
        return dict(schemes.items()) if schemes else {}


def is_error(status: str) -> bool:
    return status[:1] in {"4", "5"}


def media_types(node: Node | None) -> dict[str, Node]:
    """The bodies that a request or an answer may have, by media type without its parameters."""
    if node is None or "content" not in node:
        return {}
    return {name.partition(";")[0].strip().lower(): body for name, body in node["content"].items()}


def json_schema(node: Node | None) -> Node | None:
    """The schema of the body that is `application/json`."""
    return part(media_types(node).get("application/json"), "schema")


def _scopes(alternative: Node) -> Iterator[str]:
    for _, scopes in alternative.items():  # noqa: PERF102 a node has no values()
        yield from (str(scope.value) for scope in scopes.elements())
