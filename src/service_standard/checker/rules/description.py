"""Rules of how well operations are described: API-12."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from service_standard.checker.examples import examples_of, wrong_examples
from service_standard.checker.openapi import Operation, media_types
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.subject import Subject
from service_standard.contract import Node


def operations_have_ids(subject: Subject) -> Iterator[Finding]:
    operations = _operations(subject)
    counted = Counter(operation.id for operation in operations)
    for operation in operations:
        if operation.id is None:
            yield Finding(f"{operation.name} has no operationId", subject.shown(operation.node))
        elif counted[operation.id] > 1:
            yield Finding(f"{operation.name}: {operation.id} is not its alone", subject.shown(operation.node))


def operations_have_summaries(subject: Subject) -> Iterator[Finding]:
    for operation in _operations(subject):
        if not operation.node.get("summary"):
            yield Finding(f"{operation.name} has no summary", subject.shown(operation.node))


def operations_tell_their_statuses(subject: Subject) -> Iterator[Finding]:
    for operation in _operations(subject):
        missing = sorted(_expected(operation) - set(operation.responses))
        if operation.success is None:
            missing.insert(0, "2xx")
        if missing:
            yield Finding(f"{operation.name} does not declare {', '.join(missing)}", subject.shown(operation.node))


def _expected(operation: Operation) -> set[str]:
    """What any operation of its kind can answer."""
    expected = {"500"}
    if operation.body is not None or any(node.get("in") == "query" for node in operation.parameters):
        expected.add("400")
    if operation.security:
        expected |= {"401", "403"}
    if operation.path.endswith("}"):
        expected.add("404")
    return expected


def bodies_have_examples(subject: Subject) -> Iterator[Finding]:
    for operation in _operations(subject):
        bare = [node for node in _bodies(operation) if not list(examples_of(node))]
        yield from (Finding(f"{operation.name}: a body has no example", subject.shown(node)) for node in bare)


def examples_are_valid(subject: Subject) -> Iterator[Finding]:
    holders = [node for o in _operations(subject) for node in (*_bodies(o), *o.parameters, *_errors(o))]
    if not any(list(examples_of(node)) for node in holders):
        raise NotJudged("the OpenAPI document has no examples")
    for holder in {node.uri: node for node in holders}.values():
        for example, reason in wrong_examples(holder):
            yield Finding(f"the example is not allowed by its schema: {reason}", subject.shown(example))


def _bodies(operation: Operation) -> list[Node]:
    return [*media_types(operation.body).values(), *media_types(operation.success).values()]


def _errors(operation: Operation) -> Iterator[Node]:
    for answer in operation.errors.values():
        yield from media_types(answer).values()


def _operations(subject: Subject) -> tuple[Operation, ...]:
    if not subject.openapi.operations:
        raise NotJudged("the OpenAPI document has no operations")
    return subject.openapi.operations


RULES: Final = (
    Rule(
        "API-12.ids",
        "Each operation has an `operationId` of its own.",
        "Generators name methods after it; without one the name changes with every path.",
        "Add one in camel case: `createOrder`.",
        operations_have_ids,
    ),
    Rule(
        "API-12.summaries",
        "Each operation has a summary.",
        "It is the one line that a reader of the catalogue sees.",
        "Say in a few words what the operation does.",
        operations_have_summaries,
    ),
    Rule(
        "API-12.statuses",
        "Each operation declares every status that it can answer.",
        "A generated client raises on what was not announced.",
        "Declare success, 500, and as it applies 400, 401, 403 and 404.",
        operations_tell_their_statuses,
    ),
    Rule(
        "API-12.examples",
        "Each body has an example.",
        "Mocks, documentation and this checker's live rules start from examples.",
        "Add `example` or `examples` beside the schema.",
        bodies_have_examples,
    ),
    Rule(
        "API-12.valid-examples",
        "Each example is allowed by its own schema.",
        "People copy examples: a wrong one is a wrong request in every client.",
        "Correct the example, or the schema that it disproves.",
        examples_are_valid,
    ),
)
