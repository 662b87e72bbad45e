"""Walks a service by its contract: creates resources, knows their ids, and makes a valid call of each operation."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from uuid import uuid4

from service_standard.checker.documents import part
from service_standard.checker.examples import examples_of
from service_standard.checker.live.call import Call, filled
from service_standard.checker.live.client import SAFE_METHODS
from service_standard.checker.live.exchange import Exchange
from service_standard.checker.live.generated import generated
from service_standard.checker.live.identity import id_in
from service_standard.checker.live.target import Live
from service_standard.checker.live.values import value_of
from service_standard.checker.openapi import OpenApi, Operation, json_schema, media_types
from service_standard.checker.rule import NotJudged
from service_standard.checker.schemas import Compiled
from service_standard.contract import Json, Node

Values = Mapping[str, Json]
LAST_PARAMETER: Final = re.compile(r"^(.*?)/\{([^}/]+)\}[^{}]*$")
MOST_TRIES: Final = 5
UNAUTHORIZED: Final = 401
SHOWN: Final = 120


@dataclass(frozen=True)
class Made:
    """A resource: the values of the path's parameters that lead to it, and the answer that told its id."""

    values: Values
    answer: Exchange


@dataclass(frozen=True)
class Walk:
    """What is made is kept for those who only read it: `made` by the path of its collection."""

    openapi: OpenApi
    live: Live
    made: dict[str, Made] = field(default_factory=dict)
    _bodies: dict[str, list[Json]] = field(default_factory=dict)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """The operations on resources: creates first, deletes last.

        Raises:
            NotJudged: there are none.
        """
        order = {"POST": 0, "GET": 1, "HEAD": 1, "PUT": 2, "PATCH": 2, "DELETE": 3}
        found = sorted(self.openapi.resources, key=lambda operation: order.get(operation.method, 2))
        if not found:
            raise NotJudged("the OpenAPI document has no resources")
        return tuple(found)

    @cached_property
    def with_body(self) -> tuple[Operation, ...]:
        """The operations that take JSON.

        Raises:
            NotJudged: there are none.
        """
        found = tuple(operation for operation in self.operations if body_of(operation))
        if not found:
            raise NotJudged("no operation takes a JSON body")
        return found

    def call(self, operation: Operation, *, fresh: bool = False) -> Call:
        """A call that the contract allows, with a token for everything; `fresh` on a resource of its own.

        Raises:
            NotJudged: a resource, a value or a token cannot be had.
            NoAnswer: as `Client.send`.
        """
        made = self.resource(operation.path, fresh=fresh) if "{" in operation.path else None
        values = made.values if made else {}
        call = Call(self.live.client, operation, filled(operation.path, values), token=self.token(operation))
        call = self._with_parameters(call)
        bodies = self.bodies(operation)
        return call.with_body(bodies[0]) if bodies else call

    def token(self, operation: Operation) -> str | None:
        """A token for everything; None where none can be made and the contract asks for none.

        Raises:
            NotJudged: none can be made, or the service takes none.
        """
        if self.live.tokens is None and not operation.security:
            return None
        if operation.security and self.refusal:
            raise NotJudged(f"a token with every scope is refused: {self.refusal.came[:SHOWN]}")
        return self.live.token_for_all()

    @cached_property
    def refusal(self) -> Exchange | None:
        """The answer to a token for everything from a service that takes it for a bad one; asked once, of one list."""
        reading = (o for o in self.operations if o.method == "GET" and o.security and "{" not in o.path)
        operation = next(reading, None)
        if operation is None:
            return None
        call = Call(self.live.client, operation, operation.path, token=self.live.token_for_all())
        answer = self._with_parameters(call).send()
        return answer if answer.status == UNAUTHORIZED else None

    def bodies(self, operation: Operation) -> list[Json]:
        """Valid bodies, the contract's examples first; none for an operation that takes none.

        Raises:
            NotJudged: it takes one, and none is known.
        """
        if operation.name not in self._bodies:
            self._bodies[operation.name] = self._valid_bodies(operation)
        return self._bodies[operation.name]

    def _valid_bodies(self, operation: Operation) -> list[Json]:
        body = body_of(operation)
        if body is None:
            return []
        schema = part(body, "schema")
        found = [example.value for example in examples_of(body)]
        if schema is not None:
            found += generated(schema, self.live.examples, self.live.seed)
            compiled = Compiled(schema)
            found = [value for value in found if compiled.allows(value)]
        if not found:
            raise NotJudged(f"no valid body for {operation.name} is known: give the contract an example")
        return found[: self.live.examples]

    def _with_parameters(self, call: Call) -> Call:
        needed = [node for node in call.operation.parameters if node.get("required") is True]
        for node in (node for node in needed if node.get("in") == "query"):
            call = call.with_query(**{str(node.get("name")): value_of(node)})
        for node in (node for node in needed if node.get("in") == "header"):
            call = call.with_headers(**{str(node.get("name")): self._header(node, call)})
        body = body_of(call.operation)
        return call.with_headers(**{"Content-Type": body.name}) if body else call

    def _header(self, parameter: Node, call: Call) -> str:
        name = str(parameter.get("name")).lower()
        if name == "idempotency-key":
            return str(uuid4())
        if name == "if-match":
            shown = Call(call.client, call.operation, call.path, token=call.token, method="GET").send()
            return str(shown.headers.get("etag", "*"))
        return str(value_of(parameter))

    def resource(self, path: str, *, fresh: bool = False) -> Made:
        """The resource that a path's parameters name: made by POST on its collection, else found in a list.

        Raises:
            NotJudged: none can be had.
        """
        found = LAST_PARAMETER.match(path)
        if found is None:
            raise NotJudged(f"{path} has no parameter that names a resource")
        collection, name = found.groups()
        if fresh or collection not in self.made:
            made = self._made(collection, name)
            self.made.setdefault(collection, made)
            return made
        return self.made[collection]

    def _made(self, collection: str, name: str) -> Made:
        creator = self.operation("POST", collection)
        above = self.resource(collection).values if "{" in collection else {}
        if creator is not None and not self.live.client.bounds.read_only:
            answer = self.created(creator)
            return Made({**above, name: id_in(answer, creator, name)}, answer)
        return self._listed(collection, name, above)

    def _listed(self, collection: str, name: str, above: Values) -> Made:
        lister = self.operation("GET", collection)
        if lister is None:
            raise NotJudged(f"nothing makes or lists what is under {collection}")
        answer = Call(self.live.client, lister, filled(collection, above), token=self.token(lister)).send()
        return Made({**above, name: id_in(answer, lister, name)}, answer)

    def created(self, creator: Operation) -> Exchange:
        """The answer to a create that succeeded.

        Raises:
            NotJudged: none does.
        """
        call, answer = self.call(creator), None
        for body in self.bodies(creator)[:MOST_TRIES] or [None]:
            answer = (call.with_body(body) if body is not None else call).send()
            if answer.is_success:
                return answer
        came = answer.came if answer else ""
        raise NotJudged(f"no resource can be made: {creator.name} answers {came[:SHOWN]}")

    def operation(self, method: str, path: str) -> Operation | None:
        wanted = (o for o in self.openapi.operations if o.method == method and o.path.rstrip("/") == path.rstrip("/"))
        return next(wanted, None)

    @property
    def creators(self) -> tuple[Operation, ...]:
        """The operations that make a resource: POST on a collection that has elements.

        Raises:
            NotJudged: there are none.
        """
        found = tuple(o for o in self.operations if o.method == "POST" and self._has_elements(o.path))
        if not found:
            raise NotJudged("the contract has no operation that makes a resource and shows it")
        return found

    @cached_property
    def collections(self) -> tuple[Operation, ...]:
        """The operations that list: those that the contract declares so, and those of which it declares no answer.

        Raises:
            NotJudged: there are none.
        """
        silent = (o for o in self.openapi.resources if o.method == "GET" and json_schema(o.success) is None)
        guessed = tuple(o for o in silent if not media_types(o.success) and self.element(o.path))
        found = self.openapi.collections + guessed
        if not found:
            raise NotJudged("the OpenAPI document has no collections")
        return found

    def element(self, collection: str) -> tuple[Operation, ...]:
        """The operations on one resource of a collection."""
        pattern = re.escape(collection.rstrip("/")) + r"/\{[^}]*\}/?"
        return tuple(o for o in self.openapi.operations if re.fullmatch(pattern, o.path))

    def _has_elements(self, collection: str) -> bool:
        return any(operation.method == "GET" for operation in self.element(collection))

    def may_send(self, operation: Operation) -> bool:
        return operation.method in SAFE_METHODS or not self.live.client.bounds.read_only


def body_of(operation: Operation) -> Node | None:
    """The JSON body that an operation takes: the first media type that is JSON, in any of its dialects."""
    return next(iter(_json_bodies(operation)), None)


def _json_bodies(operation: Operation) -> Iterator[Node]:
    yield from (node for name, node in media_types(operation.body).items() if name.endswith(("/json", "+json")))
