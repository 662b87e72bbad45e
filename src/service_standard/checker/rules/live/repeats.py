"""Rules of requests that are sent again or too late, API-07: `Idempotency-Key` and `If-Match`, as declared."""

from collections.abc import Iterator
from typing import Final
from uuid import uuid4

from service_standard.checker.live.call import Call
from service_standard.checker.live.exchange import Exchange
from service_standard.checker.live.identity import id_in
from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.subject import Subject

KEY: Final = "Idempotency-Key"
MATCH: Final = "If-Match"
STALE: Final = '"service-standard-stale"'
PRECONDITION_FAILED: Final = 412
REUSED: Final = frozenset({409, 422})


def a_key_makes_one_resource(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        call = _keyed(subject, operation)
        first, second = call.send(), call.send()
        if not first.is_success:
            raise NotJudged(f"{operation.name} answers {first.came[:120]}")
        if second.status != first.status or _id(second, operation) != _id(first, operation):
            yield second.finding(f"{operation.name}: the same key and body are not answered as the first time")

    yield from each(_creators(subject), judge)


def a_key_is_for_one_request(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        call = _keyed(subject, operation)
        other = next(
            (body for body in subject.walk.bodies(operation) if call.with_body(body).content != call.content), None
        )
        if other is None or not call.send().is_success:
            raise NotJudged(f"no two bodies of {operation.name} are taken")
        answer = call.with_body(other).send()
        if answer.status not in REUSED:
            yield answer.finding(f"{operation.name}: another body with the same key is answered {answer.status}")

    yield from each([o for o in _creators(subject) if REUSED & set(map(_number, o.responses))], judge)


def a_stale_version_is_412(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        call = subject.walk.call(operation, fresh=True)
        answer = call.with_headers(**{MATCH: STALE}).send()
        if answer.status != PRECONDITION_FAILED:
            yield answer.finding(f"{operation.name}: a stale `If-Match` is answered {answer.status}, not 412")

    declared = [o for o in subject.walk.operations if o.parameter(MATCH, "header") and "412" in o.responses]
    yield from each(declared, judge)


def _keyed(subject: Subject, operation: Operation) -> Call:
    return subject.walk.call(operation).with_headers(**{KEY: str(uuid4())})


def _creators(subject: Subject) -> list[Operation]:
    return [operation for operation in subject.walk.creators if operation.parameter(KEY, "header")]


def _id(answer: Exchange, operation: Operation) -> object:
    return id_in(answer, operation, "id")


def _number(status: str) -> int:
    return int(status) if status.isdigit() else 0


RULES: Final = (
    Rule(
        "API-07.idempotency",
        "A create that is sent again with its `Idempotency-Key` makes nothing twice.",
        "A client whose answer was lost has no other way to be safe.",
        "Keep the key with the answer, in the transaction of the create.",
        a_key_makes_one_resource,
    ),
    Rule(
        "API-07.key-reuse",
        "An `Idempotency-Key` that comes with another body is refused.",
        "The client believes that its second request was done.",
        "Keep a fingerprint of the request beside the key, and answer 422 (or 409) for another one.",
        a_key_is_for_one_request,
    ),
    Rule(
        "API-07.if-match",
        "A stale `If-Match` is 412, where the contract declares it.",
        "Of two who change the same thing, the later one overwrites what it has not seen.",
        "Compare the version in the same statement that changes the row.",
        a_stale_version_is_412,
    ),
)
