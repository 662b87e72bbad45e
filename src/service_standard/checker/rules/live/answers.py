"""Rules of what a service answers: API-07, each answer held to the contract that declares it."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.documents import part
from service_standard.checker.live.exchange import Exchange
from service_standard.checker.openapi import Operation, media_types
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.rules.live.problem import LOWEST_ERROR
from service_standard.checker.schemas import Compiled
from service_standard.checker.subject import Subject
from service_standard.contract import Json, Node


def answers_are_declared(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        for answer in _answers(subject, operation):
            fault = _undeclared(operation, answer)
            if fault:
                yield answer.finding(f"{operation.name}: {fault}")

    yield from each(_operations(subject), judge)


def answers_fit_their_schemas(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        answer = _answer(subject, operation)
        fault = schema_fault(operation, answer)
        if fault:
            yield answer.finding(f"{operation.name}: {fault}")

    collections = subject.walk.openapi.collections
    yield from each([o for o in subject.walk.operations if o.responses and o not in collections], judge)


def schema_fault(operation: Operation, answer: Exchange) -> str | None:
    """What is wrong with the body of a success; other bodies than JSON, and errors, have rules of their own."""
    schema = part(media_types(_declared(operation, answer)).get(answer.media_type), "schema")
    if schema is None or answer.json is None or answer.is_cut or answer.status >= LOWEST_ERROR:
        return None
    return Compiled(schema).fault(answer.json)


def answers_have_their_headers(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        for answer in _answers(subject, operation):
            declared = _headers(_declared(operation, answer))
            faults = [_header_fault(name, header, answer) for name, header in declared]
            yield from (answer.finding(f"{operation.name}: {fault}") for fault in faults if fault)

    yield from each([o for o in _operations(subject) if _has_headers(o)], judge)


def _answer(subject: Subject, operation: Operation) -> Exchange:
    """What an operation says to a call that it allows; what it changes or deletes, nobody else needs."""
    return subject.walk.call(operation, fresh=operation.method not in {"GET", "HEAD"}).send()


def _answers(subject: Subject, operation: Operation) -> Iterator[Exchange]:
    """That, and what it says without a token."""
    yield _answer(subject, operation)
    yield subject.walk.call(operation).with_token(None).send()


def _operations(subject: Subject) -> list[Operation]:
    found = [o for o in subject.walk.openapi.operations if o.responses]
    if not found:
        raise NotJudged("the contract declares no answers")
    return found


def _declared(operation: Operation, answer: Exchange) -> Node | None:
    responses = operation.responses
    status = str(answer.status)
    return next((responses[key] for key in (status, f"{status[0]}XX", "default") if key in responses), None)


def _undeclared(operation: Operation, answer: Exchange) -> str | None:
    declared = _declared(operation, answer)
    if declared is None:
        return f"{answer.status} is not declared (there are: {', '.join(operation.responses)})"
    types = media_types(declared)
    is_json = answer.media_type.endswith(("/json", "+json"))
    if answer.body and types and is_json and answer.status < LOWEST_ERROR and answer.media_type not in types:
        return f"{answer.status} is answered as {answer.media_type}, declared is {', '.join(types)}"
    return None


def _headers(declared: Node | None) -> Iterator[tuple[str, Node]]:
    yield from declared["headers"].items() if declared is not None and "headers" in declared else ()


def _has_headers(operation: Operation) -> bool:
    return any(list(_headers(node)) for node in operation.responses.values())


def _header_fault(name: str, header: Node, answer: Exchange) -> str | None:
    value = answer.headers.get(name)
    if value is None:
        return f"{answer.status} lacks the header {name}" if header.get("required") is True else None
    schema = part(header, "schema")
    if schema is None or any(Compiled(schema).allows(known) for known in _readings(value)):
        return None
    return f"{answer.status}: the header {name} is {value}, which its schema does not allow"


def _readings(value: str) -> Iterator[Json]:
    """A header's text, and the number or truth value that it may stand for."""
    yield value
    if value.lstrip("-").isdigit():
        yield int(value)
    yield from ([value == "true"] if value in {"true", "false"} else [])


RULES: Final = (
    Rule(
        "API-07.declared",
        "Each answer has a status and a media type that the contract declares.",
        "A generated client has no branch for an answer that the contract does not know.",
        "Declare the answer, or do not give it.",
        answers_are_declared,
    ),
    Rule(
        "API-07.answers",
        "Each answer is valid against the schema that the contract declares for it.",
        "Typed clients fail on the first value that is not what the schema said.",
        "Validate answers against the contract in the service's own tests.",
        answers_fit_their_schemas,
    ),
    Rule(
        "API-07.headers",
        "Each answer has the headers that the contract requires, with values that their schemas allow.",
        "A client that needs the `ETag` or the `Location` cannot go on without it.",
        "Send the header, or declare it as one that may be absent.",
        answers_have_their_headers,
    ),
)
