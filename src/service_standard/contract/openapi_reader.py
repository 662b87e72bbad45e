"""Reads an OpenAPI 3.1 document as a contract; what the service could not follow is refused, never passed over."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, cast

from service_standard.contract.document import ContractError, Json, Node, load_document
from service_standard.contract.openapi import (
    LOWEST_PROBLEM,
    Content,
    Contract,
    Header,
    Location,
    Operation,
    Parameter,
    Response,
    Scopes,
)
from service_standard.contract.overlay import overlaid
from service_standard.contract.schema import Schema
from service_standard.contract.shape import shapes_within
from service_standard.contract.words import OPENAPI, unknown_words, wrong_example

METHODS: Final = ("get", "put", "post", "delete", "patch")
# The answer to `If-None-Match`, which no body goes with; both are declared, or neither is.
NOT_MODIFIED: Final = "304"
IF_NONE_MATCH: Final = "if-none-match"
# Statuses below 400 that a body goes with.
SUCCESSES: Final = frozenset({200, 201, 202, 203, 207})
# OpenAPI 3.1, 4.8.12.1: parameters of these names are ignored, so none may be declared.
RESERVED_HEADERS: Final = frozenset({"accept", "content-type", "authorization"})
_PATH: Final = re.compile(r"/|(?:/(?:[A-Za-z0-9._~-]+|\{[A-Za-z0-9_-]+\}))+")
_JSON: Final = re.compile(r"application/(?:[a-z0-9.-]+\+)?json")


def load_contract(path: Path, overlays: Sequence[Path] = ()) -> Contract:
    """The contract at `path`, with the overlays applied in turn.

    Raises:
        ContractError: with every fault of the document and of each of its operations.
    """
    root = load_document(path, overlaid(path, overlays))
    faults = [*unknown_words(root, OPENAPI), *_document_faults(root)]
    operations: dict[str, Operation] = {}
    answers: dict[str, Response] = {}
    for method, name, place, node in _operations(root):
        try:
            operation = _operation(method, name, place, node, answers)
        except ContractError as error:
            faults += [f"{method.upper()} {name}: {fault}" for fault in error.faults]
            continue
        if operations.setdefault(operation.id, operation) is not operation:
            faults.append(f"{operation.id}: two operations have this operationId")
    if faults:
        raise ContractError(faults)
    return Contract(root, operations)


def _document_faults(root: Node) -> Iterator[str]:
    if not re.fullmatch(r"3\.1\.\d+", root.text("openapi")):
        yield "openapi: must be 3.1"
    for server in _elements(root, "servers"):
        if server.get("url") != "/":
            yield f"{server.place}: url must be /, the paths are served as they stand"
    schemes = dict(root["components"]["securitySchemes"].items())
    if list(schemes) != ["oauth2"] or schemes["oauth2"].get("type") != "oauth2":
        yield "components/securitySchemes: must have oauth2 alone, of the type oauth2"
    paths = [name for name, _ in root["paths"].items()]
    yield from (f"{name}: is not a path that can be served" for name in paths if not _PATH.fullmatch(name))
    served = Counter(re.sub(r"\{[^}]*\}", "{}", name) for name in paths)
    yield from (f"{name}: two paths are served here" for name, count in served.items() if count > 1)


def _operations(root: Node) -> Iterator[tuple[str, str, Node, Node]]:
    for name, place in root["paths"].items():
        yield from ((method, name, place, place[method]) for method in METHODS if method in place)


def _operation(method: str, path: str, place: Node, node: Node, answers: dict[str, Response]) -> Operation:
    declared = dict(node["responses"].items())
    not_modified = declared.pop(NOT_MODIFIED, None)
    responses = dict(_response(status, answer, answers) for status, answer in declared.items())
    successes = [status for status in responses if status < LOWEST_PROBLEM]
    if len(successes) != 1 or successes[0] not in SUCCESSES:
        raise ContractError([f"must have one answer below 400, of {sorted(SUCCESSES)}, not {successes}"])
    inputs = [each for owner in (place, node) for each in _elements(owner, "parameters")]
    conditions = [each for each in inputs if each.text("name").lower() == IF_NONE_MATCH]
    parameters = tuple(_parameter(each) for each in inputs if each not in conditions)
    for condition in conditions:
        _shown(condition)
    faults = [*_parameter_faults(path, parameters), *_condition_faults(method, conditions, not_modified)]
    if faults:
        raise ContractError(faults)
    return Operation(
        id=node.text("operationId"),
        method=method.upper(),
        path=path,
        security=tuple(_security(node)),
        parameters=parameters,
        bodies=tuple(_request_bodies(node["requestBody"])) if "requestBody" in node else (),
        responses=responses,
        not_modified=None if not_modified is None else dict(_headers(not_modified)),
    )


def _condition_faults(method: str, conditions: Sequence[Node], not_modified: Node | None) -> Iterator[str]:
    """What does not go together of `If-None-Match` and 304."""
    if len(conditions) != (not_modified is not None):
        yield "must have both If-None-Match and the response 304, or neither"
    if conditions and method != "get":
        yield "has If-None-Match, which is for GET alone"
    if not_modified is not None and "content" in not_modified:
        yield "response 304: must have no content"
    for condition in conditions:
        if (condition.get("in"), condition["schema"].value) != ("header", {"type": "string"}):
            yield "parameter If-None-Match: must be a header of any text: what is amiss in it is ignored"
        if condition.get("required") is True:
            yield "parameter If-None-Match: must not be required"


def _elements(node: Node, key: str) -> Iterator[Node]:
    if key in node:
        yield from node[key].elements()


def _security(node: Node) -> Iterator[Scopes]:
    """The alternatives of an operation, which must state them itself: a forgotten one must not be public."""
    if not isinstance(node.get("security"), list):
        raise ContractError(["must state its security, [] if it is public"])
    for alternative in node["security"].elements():
        schemes = dict(alternative.items())
        if list(schemes) != ["oauth2"]:
            raise ContractError(["each alternative of its security must name oauth2 alone"])
        scopes = frozenset(str(scope.value) for scope in schemes["oauth2"].elements())
        if not scopes:
            raise ContractError(["each alternative of its security must name a scope"])
        yield scopes


def _parameter(node: Node) -> Parameter:
    name, location, schema = node.text("name"), node.text("in"), node["schema"]
    if location not in ("query", "header", "path"):
        raise ContractError([f"parameter {name}: {location} is not supported"])
    kind = schema.get("type")
    if kind not in ("string", "integer", "boolean"):
        raise ContractError([f"parameter {name}: its type must be string, integer or boolean"])
    default = schema.get("default")
    compiled = _shown(node)
    if default is not None and not compiled.allows(default):
        raise ContractError([f"parameter {name}: its default is not one of its values"])
    required = node.get("required") is True
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    return Parameter(name, cast("Location", location), required, kind, default, minimum, maximum, compiled)


def _parameter_faults(path: str, parameters: tuple[Parameter, ...]) -> Iterator[str]:
    names = Counter(parameter.name.lower() for parameter in parameters)
    yield from (f"parameter {name}: is declared twice" for name, count in names.items() if count > 1)
    in_path = {parameter.name for parameter in parameters if parameter.location == "path"}
    for name in sorted(in_path ^ set(re.findall(r"\{([^}]*)\}", path))):
        yield f"parameter {name}: is not in both the path and its parameters"
    for parameter in parameters:
        if parameter.location == "header" and parameter.name.lower() in RESERVED_HEADERS:
            yield f"parameter {parameter.name}: is no parameter, OpenAPI says this otherwise"
        if parameter.type == "integer" and not (
            isinstance(parameter.minimum, int) and isinstance(parameter.maximum, int)
        ):
            yield f"parameter {parameter.name}: an integer must have a minimum and a maximum"
        if parameter.location == "path" and not parameter.required:
            yield f"parameter {parameter.name}: must be required, it is in the path"


def _shown(node: Node) -> Schema:
    """The schema of a parameter or header, which must allow the examples beside it."""
    schema = Schema(node["schema"])
    faults = [fault for example in _examples(node) for fault in wrong_example(node, schema, example)]
    if faults:
        raise ContractError(faults)
    return schema


def _request_bodies(node: Node) -> Iterator[Content]:
    if node.get("required") is not True:
        raise ContractError(["its request body must be required"])
    for media_type, content in node["content"].items():
        if not _JSON.fullmatch(media_type):
            raise ContractError([f"its request body has the media type {media_type}, which is not JSON"])
        yield _content(media_type, content)


def _response(status: str, node: Node, known: dict[str, Response]) -> tuple[int, Response]:
    """The status and its answer, which is read once and kept among the known: most operations share most answers."""
    if not re.fullmatch(r"[2-5][0-9][0-9]", status):
        raise ContractError([f"response {status}: each status must be named by itself"])
    place = f"{status} {node.uri}"
    if place not in known:
        known[place] = _answer(int(status), node)
    return int(status), known[place]


def _answer(status: int, node: Node) -> Response:
    contents = [_content(*content) for content in node["content"].items()] if "content" in node else []
    if not contents or (len(contents) > 1 and status >= LOWEST_PROBLEM):
        raise ContractError([f"response {status}: must have one media type"])
    return Response(
        status=status,
        content=contents[0],
        others=tuple(contents[1:]),
        headers=dict(_headers(node)),
        links=tuple(link for _, link in node["links"].items()) if "links" in node else (),
    )


def _content(media_type: str, node: Node) -> Content:
    schema = node["schema"]
    model = schema.name if "properties" in schema else None
    return Content(media_type, Schema(schema), model, shapes_within(schema), tuple(_examples(node)))


def _headers(node: Node) -> Iterator[tuple[str, Header]]:
    for name, header in node["headers"].items() if "headers" in node else ():
        yield name, Header(header.get("required") is True, _shown(header))


def _examples(node: Node) -> Iterator[Json]:
    if "example" in node:
        yield node.get("example")
    if "examples" in node:
        yield from (example.get("value") for _, example in node["examples"].items())
