"""Rules of bodies and problems, as the contract declares them: API-04, API-08, API-09, API-10."""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from service_standard.checker.documents import part, properties, required
from service_standard.checker.examples import examples_of
from service_standard.checker.openapi import Operation, is_error, media_types
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.subject import Subject
from service_standard.contract import Node

PROBLEM: Final = "application/problem+json"
MEMBERS: Final = ("type", "title", "status", "detail", "instance")
TYPES: Final = MappingProxyType(
    {
        "400": "validation_error",
        "401": "unauthorized",
        "403": "forbidden",
        "404": "not_found",
        "409": "conflict",
        "500": "internal_error",
    }
)
# Prometheus reads text and people read pages; no client of the service does.
EXEMPT: Final = frozenset(
    {
        "/metrics",
        "/docs",
        "/docs.js",
        "/docs.css",
        "/redoc",
        "/reference",
        "/events/docs",
        "/pages.css",
        "/openapi.yaml",
        "/asyncapi.yaml",
    }
)


def bodies_are_json(subject: Subject) -> Iterator[Finding]:
    for operation in _operations(subject):
        answers = [node for status, node in operation.responses.items() if not is_error(status)]
        for node in (operation.body, *answers):
            wrong = [name for name in media_types(node) if not (_is_json(name) or _is_first_page(operation, name))]
            yield from (
                Finding(f"{operation.name}: a body is {name}, and not JSON", subject.shown(node or operation.node))
                for name in wrong
            )


def _is_first_page(operation: Operation, media_type: str) -> bool:
    """Whether it is what a browser gets at the root, where everyone else gets JSON."""
    return operation.path == "/" and media_type == "text/html" and "application/json" in media_types(operation.success)


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or re.fullmatch(r"application/[\w.-]+\+json", media_type) is not None


def errors_are_problems(subject: Subject) -> Iterator[Finding]:
    declared = [(o, status, node) for o in _operations(subject) for status, node in o.errors.items()]
    if not declared:
        raise NotJudged("the OpenAPI document declares no errors")
    for operation, status, node in declared:
        fault = _problem_fault(node)
        if fault:
            yield Finding(f"{operation.name} {status}: {fault}", subject.shown(node))


def _problem_fault(answer: Node) -> str | None:
    bodies = media_types(answer)
    if set(bodies) != {PROBLEM}:
        return f"is {', '.join(bodies) or 'without a body'}, not {PROBLEM}"
    schema = part(bodies[PROBLEM], "schema")
    missing = [name for name in MEMBERS if name not in properties(schema) or name not in required(schema)]
    return f"its schema does not require {', '.join(missing)}" if missing else None


def the_six_types_are_declared(subject: Subject) -> Iterator[Finding]:
    declared = [(status, node) for o in _operations(subject) for status, node in o.errors.items()]
    root = subject.openapi.root
    for status, type_ in TYPES.items():
        answers = {node.uri: node for known, node in declared if known == status}
        if not answers:
            yield Finding(f"no operation declares {status} ({type_})", subject.shown(root))
        for node in answers.values():
            yield from _wrong_types(subject, node, type_)


def _wrong_types(subject: Subject, answer: Node, wanted: str) -> Iterator[Finding]:
    for body in media_types(answer).values():
        shown = [(node, node.get("type")) for node in examples_of(body) if isinstance(node.value, dict)]
        wrong = [(node, came) for node, came in shown if came != wanted]
        yield from (
            Finding(f"an example has the type {came}, not {wanted}", subject.shown(node)) for node, came in wrong
        )


def a_validation_error_is_400(subject: Subject) -> Iterator[Finding]:
    for operation in _operations(subject):
        answer = operation.responses.get("422")
        if answer is not None and ("400" not in operation.responses or _speaks_of_validation(answer)):
            yield Finding(f"{operation.name}: a validation error is declared as 422, not 400", subject.shown(answer))


def _speaks_of_validation(answer: Node) -> bool:
    schemas = [part(body, "schema") for body in media_types(answer).values()]
    said = [answer.name, answer.get("description"), *(schema.name for schema in schemas if schema)]
    shown = [node.get("type") for body in media_types(answer).values() for node in examples_of(body)]
    return re.search(r"valid", " ".join(map(str, [*said, *shown])), re.IGNORECASE) is not None


def _operations(subject: Subject) -> list[Operation]:
    found = [operation for operation in subject.openapi.operations if operation.path not in EXEMPT]
    if not found:
        raise NotJudged("the OpenAPI document has no operations")
    return found


RULES: Final = (
    Rule(
        "API-04.declared",
        "Each declared body of a request or an answer is JSON.",
        "A second media type is a second contract, which nobody validates.",
        "Declare `application/json` (or a `+json` type that says more), and no other.",
        bodies_are_json,
    ),
    Rule(
        "API-08.declared",
        "Each declared error is `application/problem+json` and requires the five members.",
        "A client that has to guess the shape of an error shows its users nothing.",
        "Let all error answers refer to one Problem schema that requires type, title, status, detail and instance.",
        errors_are_problems,
    ),
    Rule(
        "API-09.declared",
        "The six problem types are declared, each with its status.",
        "Clients branch on the type: one that is missing or spelt otherwise falls through.",
        "Declare 400, 401, 403, 404, 409 and 500, with examples that have the type of the standard.",
        the_six_types_are_declared,
    ),
    Rule(
        "API-10.declared",
        "No operation declares 422 for a validation error.",
        "The standard has one status for it, 400, and clients look for no other.",
        "Answer 400 `validation_error`, and delete the 422 that a framework has put there.",
        a_validation_error_is_400,
    ),
)
