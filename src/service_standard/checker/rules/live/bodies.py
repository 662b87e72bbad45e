"""Rules of what a service takes: API-07 and API-10, by bodies made from the contract's own schemas."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.documents import part
from service_standard.checker.live.call import Call
from service_standard.checker.live.exchange import Exchange
from service_standard.checker.live.walk import body_of
from service_standard.checker.live.wrong import Wrong, missing, with_unknown_member, wrong_bodies
from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.rules.live.problem import LOWEST_ERROR, members_of
from service_standard.checker.schemas import Compiled
from service_standard.checker.subject import Subject
from service_standard.contract import Json

REFUSED: Final = 400
# How a framework says that a body is not valid.
REFUSALS: Final = frozenset({400, 422})
# A refusal for what the body means, and no longer for what it looks like.
LAWFUL: Final = frozenset({404, 409, 412})


def what_the_contract_allows_is_taken(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        call = subject.walk.call(operation)
        for body in subject.walk.bodies(operation):
            answer = call.with_body(body).send()
            if answer.status >= LOWEST_ERROR and answer.status not in LAWFUL:
                yield answer.finding(f"{operation.name} answers {answer.status} to a body that the contract allows")

    yield from each(subject.walk.with_body, judge)


def what_the_contract_refuses_is_refused(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        wrong = _wrong(subject, operation)
        for answer, body in _answers(subject.walk.call(operation), wrong):
            if answer.status not in REFUSALS:
                yield answer.finding(f"{operation.name}: {body.what}, and is answered {answer.status}")

    yield from each(subject.walk.with_body, judge)


def unknown_members_are_refused(subject: Subject) -> Iterator[Finding]:
    forbidding = [operation for operation in subject.walk.with_body if _unknown(subject, operation)]

    def judge(operation: Operation) -> Iterator[Finding]:
        for answer, _ in _answers(subject.walk.call(operation), _unknown(subject, operation)):
            if answer.status < LOWEST_ERROR:
                yield answer.finding(f"{operation.name} takes a member that the contract forbids")

    yield from each(forbidding, judge)


def query_values_are_gated(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        for name, value in _wrong_queries(operation):
            answer = subject.walk.call(operation).with_query(**{name: value}).send()
            if answer.status not in REFUSALS:
                yield answer.finding(f"{operation.name}: {name}={value[:40]!r} is answered {answer.status}, not 400")

    yield from each([o for o in subject.walk.operations if o.method == "GET" and list(_wrong_queries(o))], judge)


def _wrong_queries(operation: Operation) -> Iterator[tuple[str, str]]:
    """Texts that no value of a parameter is written as; `limit` and `offset` have a rule of their own."""
    for node in (node for node in operation.parameters if node.get("in") == "query"):
        name, schema = str(node.get("name")), part(node, "schema")
        if schema is not None and name not in {"limit", "offset"}:
            compiled, is_text = Compiled(schema), "string" in str(schema.get("type"))
            tried = ("no such value", "x" * 5000) if is_text else ("no-such-value",)
            yield from ((name, text) for text in tried if not compiled.allows(text))


def a_validation_error_is_400(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        for answer, body in _answers(subject.walk.call(operation), _missing(subject, operation)):
            _came_to_a_refusal(answer, body)
            if answer.status != REFUSED:
                yield answer.finding(f"{operation.name}: {body.what}, and is answered {answer.status}, not 400")

    yield from each(_requiring(subject), judge)


def its_detail_names_the_fields(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        wrong = _missing(subject, operation)
        whole = [Wrong("nothing is in it", "", {})] if len(wrong) > 1 else []
        for answer, body in _answers(subject.walk.call(operation), [*wrong, *whole]):
            _came_to_a_refusal(answer, body)
            names = [body.field] if body.field else [one.field for one in wrong]
            unnamed = [name for name in names if name not in str(members_of(answer).get("detail"))]
            if unnamed:
                yield answer.finding(f"{operation.name}: {body.what}, and `detail` does not name {', '.join(unnamed)}")

    yield from each(_requiring(subject), judge)


def its_errors_point_at_the_fields(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        for answer, body in _answers(subject.walk.call(operation), _missing(subject, operation)[:1]):
            _came_to_a_refusal(answer, body)
            if not _points(members_of(answer).get("errors")):
                yield answer.finding(f"{operation.name}: the problem has no `errors` of {{pointer,detail}}")

    yield from each(_requiring(subject), judge)


def _points(errors: Json) -> bool:
    found = errors if isinstance(errors, list) else []
    return bool(found) and all(isinstance(error, dict) and {"pointer", "detail"} <= set(error) for error in found)


def _came_to_a_refusal(answer: Exchange, body: Wrong) -> None:
    if answer.status not in REFUSALS:
        raise NotJudged(f"a wrong body ({body.what}) is answered {answer.status}, and not as a validation error")


def _requiring(subject: Subject) -> list[Operation]:
    """The operations whose body must have some member; without one nothing can be named."""
    found = [operation for operation in subject.walk.with_body if _missing(subject, operation)]
    if not found:
        raise NotJudged("no operation takes a body with a required member")
    return found


def _answers(call: Call, bodies: list[Wrong]) -> Iterator[tuple[Exchange, Wrong]]:
    for wrong in bodies:
        yield call.with_body(wrong.body).send(), wrong


def _schema(operation: Operation) -> Compiled:
    schema = part(body_of(operation), "schema")
    if schema is None:
        raise NotJudged(f"the body of {operation.name} has no schema")
    return Compiled(schema)


def _wrong(subject: Subject, operation: Operation) -> list[Wrong]:
    live = subject.live
    valid, schema = subject.walk.bodies(operation)[0], _schema(operation)
    found = missing(valid, schema) + wrong_bodies(valid, schema, live.examples, live.seed)
    if not found:
        raise NotJudged(f"the contract of {operation.name} refuses no body")
    return found[: max(live.examples, 1)]


def _missing(subject: Subject, operation: Operation) -> list[Wrong]:
    try:
        return missing(subject.walk.bodies(operation)[0], _schema(operation))
    except NotJudged:
        return []


def _unknown(subject: Subject, operation: Operation) -> list[Wrong]:
    try:
        found = with_unknown_member(subject.walk.bodies(operation)[0], _schema(operation))
    except NotJudged:
        return []
    return [found] if found else []


RULES: Final = (
    Rule(
        "API-07.accepts",
        "Each body that the contract allows is taken.",
        "A client that keeps the contract is refused, and nobody can tell it why.",
        "Refuse nothing by code that the schema does not say; or say it in the schema.",
        what_the_contract_allows_is_taken,
    ),
    Rule(
        "API-07.refuses",
        "Each body that the contract refuses is refused as a validation error.",
        "What gets past the contract ends in the database, or in a 500.",
        "Validate by the contract's own schema before anything else looks at the body.",
        what_the_contract_refuses_is_refused,
    ),
    Rule(
        "API-07.unknown",
        "A member that the contract forbids is refused.",
        "A misspelt member is dropped without a word, or sets what nobody may set.",
        "Enforce `additionalProperties: false`.",
        unknown_members_are_refused,
    ),
    Rule(
        "API-07.parameters",
        "A query value that its schema does not allow is refused.",
        "A filter that is misspelt lists everything.",
        "Validate query parameters by the contract as bodies are.",
        query_values_are_gated,
    ),
    Rule(
        "API-10.status",
        "A validation error is 400.",
        "Clients look for the one status that the standard has.",
        "Map the framework's own 422 to 400.",
        a_validation_error_is_400,
    ),
    Rule(
        "API-10.detail",
        "The `detail` of a validation error names each faulty field.",
        "Who reads `Bad Request` has to guess.",
        "Join the messages: `customerId should not be empty, items must contain at least 1 elements`.",
        its_detail_names_the_fields,
    ),
    Rule(
        "API-10.errors",
        "A validation error has `errors:[{pointer,detail}]`.",
        "A form can show a fault beside its field only if a program can read which.",
        "Add one entry for each fault, with a JSON pointer such as `#/customerId`.",
        its_errors_point_at_the_fields,
    ),
)
