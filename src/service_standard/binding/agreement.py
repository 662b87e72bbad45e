"""Whether code and contract agree: each fact of the contract that the binding does not follow by itself is compared."""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, cast, get_type_hints

from pydantic import BaseModel
from pydantic_core import from_json

from service_standard.binding.gate import MEDIA_TYPE as CHOSEN
from service_standard.binding.gate import Body, Caller, argument_name
from service_standard.binding.handler import Handler
from service_standard.binding.header_agreement import header_faults, not_modified_faults
from service_standard.binding.link_agreement import link_faults
from service_standard.binding.models import models_within
from service_standard.binding.reply import Reply
from service_standard.contract import (
    Content,
    Contract,
    Json,
    Object,
    Operation,
    Parameter,
    Response,
)
from service_standard.contract.openapi import LOWEST_PROBLEM
from service_standard.contract.schema import MOST_ERRORS
from service_standard.http.access import PROBES
from service_standard.manifest import Manifest
from service_standard.problems import (
    CONTENT_TOO_LARGE,
    FORBIDDEN,
    HEADERS_TOO_LARGE,
    INTERNAL_ERROR,
    MEDIA_TYPE,
    NOT_FOUND,
    PRECONDITION_REQUIRED,
    REQUEST_TIMEOUT,
    SERVICE_UNAVAILABLE,
    UNAUTHORIZED,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION_ERROR,
    FieldError,
    Problem,
    ProblemType,
    SentHeader,
)
from service_standard.writes.idempotency import REPLAYED

_TEXT: Final[Object] = {"type": "string"}
_PROBLEM: Final[Object] = {
    "type": "object",
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": _TEXT,
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        "traceId": _TEXT,
    },
    "required": ["detail", "instance", "status", "title", "type"],
}
_FIELD_ERROR: Final[Object] = {
    "type": "object",
    "properties": {"pointer": _TEXT, "detail": _TEXT},
    "required": ["detail", "pointer"],
}
# A text of a problem may be as long as this; the path that was asked for is in each of them.
_LONG: Final = "x" * 4096
_URL: Final = re.compile(r"/[^?>]*")
_PYTHON_TYPES: Final = {"string": str, "integer": int, "boolean": bool}
_REPLAY: Final = SentHeader(REPLAYED, "true", always=False)


def disagreements(contract: Contract, handlers: Sequence[Handler], manifest: Manifest) -> Iterator[str]:
    """One line for each fact on which they differ; none when the service can start."""
    yield from _identity(contract, manifest)
    by_id = {handler.operation_id: handler for handler in handlers}
    for missing in sorted(set(contract.operations) - set(by_id)):
        yield f"{missing}: no handler answers this operation"
    for superfluous in sorted(set(by_id) - set(contract.operations)):
        yield f"{superfluous}: the contract has no such operation"
    for name in sorted(set(by_id) & set(contract.operations)):
        operation, handler = contract.operations[name], by_id[name]
        for fault in _operation(contract, operation, handler):
            yield f"{name}: {fault}"


def _identity(contract: Contract, manifest: Manifest) -> Iterator[str]:
    if contract.version != manifest.version:
        yield f"info.version: is {contract.version}, the manifest's version is {manifest.version}"
    if contract.scopes != manifest.required_scopes:
        named = _listed(manifest.required_scopes)
        yield f"scopes: operations ask for {_listed(contract.scopes)}, the manifest names {named}"
    declared = frozenset(contract.declared_scopes)
    if contract.scopes != declared:
        yield f"scopes: operations ask for {_listed(contract.scopes)}, the security scheme declares {_listed(declared)}"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _operation(contract: Contract, operation: Operation, handler: Handler) -> Iterator[str]:
    yield from _signature(operation, handler)
    yield from _request_examples(operation)
    yield from _success(contract, operation, handler)
    yield from _problems(operation, handler)
    yield from link_faults(contract, operation)


def _signature(operation: Operation, handler: Handler) -> Iterator[str]:
    expected: dict[str, object] = {argument_name(p.name): _annotation(p) for p in operation.parameters}
    if operation.security:
        expected["caller"] = Caller
    if operation.success.others:
        expected[CHOSEN] = str
    hints = get_type_hints(handler.function)
    taken = {name: hints.get(name) for name in inspect.signature(handler.function).parameters}
    body = taken.pop("body", None)
    for name in sorted(set(expected) | set(taken)):
        if expected.get(name) != taken.get(name):
            given, wanted = _typename(expected.get(name)), _typename(taken.get(name))
            yield f"{name}: the contract gives {given}, the handler takes {wanted}"
    yield from _bodies(operation, body)


def _bodies(operation: Operation, taken: object) -> Iterator[str]:
    """One media type comes as its model, several as a `Body` that says which."""
    if len(operation.bodies) > 1:
        if taken is not Body:
            yield f"request body: it has several media types, the handler takes {_typename(taken)} instead of Body"
    else:
        only = operation.bodies[0] if operation.bodies else None
        yield from _model("request body", only, cast("type[BaseModel] | None", taken))


def _annotation(parameter: Parameter) -> object:
    plain = _PYTHON_TYPES[parameter.type]
    return plain if parameter.required or parameter.default is not None else plain | None


def _typename(annotation: object) -> str:
    if annotation is None:
        return "nothing"
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _model(what: str, content: Content | None, model: type[BaseModel] | None) -> Iterator[str]:
    declared = content.model if content else None
    named = model.__name__ if model else None
    if declared != named:
        yield f"{what}: the contract has {declared or 'no model'}, the handler {named or 'none'}"
    elif content and model:
        shapes = models_within(model)
        names = sorted(set(shapes) | set(content.shapes))
        different = [name for name in names if content.shapes.get(name) != shapes.get(name)]
        yield from (f"{what}: {name} has not the contract's shape, run make models" for name in different)


def _request_examples(operation: Operation) -> Iterator[str]:
    for body in operation.bodies:
        for example in body.examples:
            yield from _errors("an example of the request body", body, example)


def _errors(what: str, content: Content | None, value: Json) -> Iterator[str]:
    for error in content.schema.errors(value) if content else ():
        yield f"{what} is not allowed: {error.sentence}"


def _success(contract: Contract, operation: Operation, handler: Handler) -> Iterator[str]:
    answer = operation.success
    what = f"response {answer.status}"
    yield from _model(what, answer.content, handler.replies)
    for example in answer.content.examples:
        yield from _errors(f"an example of {what}", answer.content, example)
    if answer.content.is_of(handler.media_type):
        yield from (fault for specimen in handler.specimens for fault in _specimen(what, answer, specimen))
    else:
        yield f"{what}: {answer.content.media_type} is not {handler.media_type or 'a JSON media type'}"
    yield from _others(what, answer, handler)
    replays = any(p.name == "Idempotency-Key" for p in operation.parameters)
    yield from header_faults(answer.status, answer.headers, [*handler.headers, *([_REPLAY] if replays else [])])
    if operation.not_modified is not None:
        yield from not_modified_faults(operation.not_modified, handler.headers)
    for header in handler.headers:
        yield from _target(f"{what}: header {header.name}", contract, header)


def _others(what: str, answer: Response, handler: Handler) -> Iterator[str]:
    """What is answered in the media types beside the usual one."""
    declared = {content.media_type: content for content in answer.others}
    for media_type in sorted(set(declared) | set(handler.others)):
        if media_type not in handler.others:
            yield f"{what}: {media_type} is declared and never answered"
        elif media_type not in declared:
            yield f"{what}: {media_type} is answered and not declared"
        else:
            yield from _other(what, declared[media_type], handler.others[media_type])


def _other(what: str, content: Content, specimen: Reply) -> Iterator[str]:
    yield from _errors(f"{what}: what the handler replies", content, content.value(specimen.content))
    for example in content.examples:
        yield from _errors(f"an example of {what}", content, example)


def _specimen(what: str, answer: Response, specimen: Reply) -> Iterator[str]:
    yield from _errors(f"{what}: what the handler replies", answer.content, answer.content.value(specimen.content))
    for name, value in specimen.headers.items():
        declared = answer.headers.get(name)
        if declared is not None and not declared.schema.allows(value):
            yield f"{what}: header {name}: {value} is sent and not allowed"


def _target(what: str, contract: Contract, sent: SentHeader) -> Iterator[str]:
    """A header that leads somewhere leads to a path of the contract."""
    url = _URL.search(sent.example) if sent.name in {"Location", "Link"} else None
    if url and "GET" not in contract.allowed_methods(url[0]):
        yield f"{what}: leads to {url[0]}, where the contract has nothing to get"


def _problems(operation: Operation, handler: Handler) -> Iterator[str]:
    raised = {problem.status: problem for problem in _raised(operation, handler)}
    declared = {status: answer for status, answer in operation.responses.items() if status >= LOWEST_PROBLEM}
    for status in sorted(set(raised) | set(declared)):
        if status not in declared:
            yield f"response {status} is answered ({raised[status].type}) and not declared"
        elif status not in raised:
            yield f"response {status} is declared and never answered"
        else:
            yield from _problem(declared[status], raised[status])


def _raised(operation: Operation, handler: Handler) -> Iterator[ProblemType]:
    """Every problem that the edge, the gate and the handler can answer this operation with."""
    yield from (VALIDATION_ERROR, HEADERS_TOO_LARGE, INTERNAL_ERROR, *handler.refuses)
    yield from () if operation.path in PROBES else (SERVICE_UNAVAILABLE,)
    if operation.security:
        yield from (UNAUTHORIZED, FORBIDDEN)
    if operation.bodies:
        yield from (REQUEST_TIMEOUT, CONTENT_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE)
    if operation.is_conditional:
        yield PRECONDITION_REQUIRED
    if any(p.location == "path" for p in operation.parameters):
        yield NOT_FOUND


def _problem(answer: Response, raised: ProblemType) -> Iterator[str]:
    what = f"response {answer.status}"
    if answer.content.media_type != MEDIA_TYPE:
        yield f"{what}: must be {MEDIA_TYPE}"
    shapes = list(answer.content.shapes.values())
    if shapes != [_PROBLEM, _FIELD_ERROR]:
        yield f"{what}: its schema has not the shape of a problem"
    for specimen in _problem_specimens(raised):
        yield from _errors(f"{what}: the problem that is answered", answer.content, specimen)
    for example in answer.content.examples:
        yield from _errors(f"{what}: its example", answer.content, example)
        yield from _problem_example(what, example, raised)
    yield from header_faults(answer.status, answer.headers, raised.headers)


@cache
def _problem_specimens(raised: ProblemType) -> tuple[Json, Json]:
    """The least that is answered with a problem, and about the most."""
    most = Problem(raised, _LONG, errors=[FieldError(f"#/{_LONG}", _LONG)] * MOST_ERRORS)
    return from_json(Problem(raised, "detail").body("/", None)), from_json(most.body(f"/{_LONG}", "0" * 32))


def _problem_example(what: str, example: Json, raised: ProblemType) -> Iterator[str]:
    facts: Mapping[str, Json] = example if isinstance(example, dict) else {}
    for member, value in (("type", raised.type), ("title", raised.title), ("status", raised.status)):
        if facts.get(member) != value:
            yield f"{what}: its example has the {member} {facts.get(member)}, the problem that is answered {value}"
