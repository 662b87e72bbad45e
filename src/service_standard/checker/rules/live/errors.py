"""Rules of errors on the wire: API-08 and API-09, each kind of error provoked."""

import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from service_standard.checker.live.call import Call
from service_standard.checker.live.exchange import Exchange, NoAnswer
from service_standard.checker.live.walk import LAST_PARAMETER
from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.rules.live.problem import LOWEST_ERROR, TYPES, faults_of, has_type, members_of
from service_standard.checker.subject import Subject

NOWHERE: Final = "/service-standard-no-such-path"
BROKEN: Final = b'{"a": '
LARGE: Final = b'{"a": "' + b"x" * (512 * 1024) + b'"}'
NOT_FOUND: Final = 404
CONFLICT: Final = 409
BAD_REQUEST: Final = 400
MOST_REPEATS: Final = 2
UNUSUAL: Final = ("TRACE", "DELETE", "PUT")


@dataclass(frozen=True, slots=True)
class Provoked:
    """An error that a request was meant to bring about."""

    by: str
    answer: Exchange


def errors_are_problems(subject: Subject) -> Iterator[Finding]:
    def judge(kind: str) -> Iterator[Finding]:
        for provoked in _errors(kind, subject):
            faults = list(faults_of(provoked.answer))
            yield from (provoked.answer.finding(f"the error for {provoked.by} {fault}") for fault in faults)

    yield from each(_PROVOCATIONS, judge)


def the_types_are_those_of_the_standard(subject: Subject) -> Iterator[Finding]:
    def judge(kind: str) -> Iterator[Finding]:
        for provoked in _errors(kind, subject):
            wanted = TYPES.get(provoked.answer.status)
            if wanted and "type" in members_of(provoked.answer) and not has_type(provoked.answer, wanted):
                came = members_of(provoked.answer)["type"]
                yield provoked.answer.finding(f"{provoked.answer.status} for {provoked.by} is {came}, not {wanted}")

    yield from each(_PROVOCATIONS, judge)


def each_error_has_its_status(subject: Subject) -> Iterator[Finding]:
    def judge(kind: str) -> Iterator[Finding]:
        for provoked in _PROVOCATIONS[kind](subject):
            if provoked.answer.status not in _WANTED[kind]:
                wanted = " or ".join(map(str, _WANTED[kind]))
                yield provoked.answer.finding(f"{provoked.by} is answered {provoked.answer.status}, not {wanted}")

    yield from each(_WANTED, judge)


def _errors(kind: str, subject: Subject) -> Iterator[Provoked]:
    """The errors among what was provoked; a repeated change need not be one.

    Raises:
        NotJudged: the service has answered with something else, which other rules tell.
    """
    for provoked in _PROVOCATIONS[kind](subject):
        if provoked.answer.status < LOWEST_ERROR:
            raise NotJudged(f"{provoked.by} is answered {provoked.answer.status}, which is no error")
        yield provoked


def an_unknown_path(subject: Subject) -> Iterator[Provoked]:
    token = subject.live.token_for_all() if subject.live.tokens else None
    yield Provoked("an unknown path", subject.live.send("GET", NOWHERE, token=token))


def an_unknown_id(subject: Subject) -> Iterator[Provoked]:
    for operation in _getters(subject):
        call = subject.walk.call(operation)
        known = call.path.rpartition("/")[2]
        yield Provoked("an unknown id", call.with_path(call.path.removesuffix(known) + unknown(known)).send())


def unknown(known: str) -> str:
    """An id of the same form that no resource has: the last letter or digit is another one."""
    if known.isdigit():
        return str(int(known) + 900_000_000)
    swapped = "0" if known[-1:] != "0" else "1"
    return known[:-1] + swapped if known[-1:] in string.hexdigits else known + "0"


def no_token(subject: Subject) -> Iterator[Provoked]:
    for operation in _secured(subject)[:1]:
        yield Provoked("no token", subject.walk.call(operation).with_token(None).send())


def too_few_scopes(subject: Subject) -> Iterator[Provoked]:
    for operation in _secured(subject)[:1]:
        token = subject.live.token(())
        yield Provoked("a token without scopes", subject.walk.call(operation).with_token(token).send())


def broken_json(subject: Subject) -> Iterator[Provoked]:
    for operation in subject.walk.with_body[:2]:
        yield Provoked("broken JSON", subject.walk.call(operation).with_content(BROKEN).send())


def a_wrong_body(subject: Subject) -> Iterator[Provoked]:
    for operation in subject.walk.with_body[:2]:
        yield Provoked("a body of the wrong type", subject.walk.call(operation).with_body([]).send())


def a_large_body(subject: Subject) -> Iterator[Provoked]:
    call = subject.walk.call(subject.walk.with_body[0]).with_content(LARGE)
    try:
        yield Provoked("a large body", call.send())
    except NoAnswer as error:
        raise NotJudged(f"a large body is cut off without an answer that can be read: {error.reason}") from error


def a_wrong_method(subject: Subject) -> Iterator[Provoked]:
    operation = subject.walk.operations[0]
    has = {other.method for other in subject.walk.operations if other.path == operation.path}
    method = next(method for method in UNUSUAL if method not in has)
    yield Provoked("a method that the path does not have", _call_without_body(subject, operation, method).send())


def a_repeated_change(subject: Subject) -> Iterator[Provoked]:
    """An update sent again to the same resource, where the contract says that this can be a conflict."""
    changes = [o for o in subject.walk.operations if o.method != "GET" and "{" in o.path and "409" in o.responses]
    for operation in changes[:MOST_REPEATS]:
        call = subject.walk.call(operation, fresh=True)
        answers = [call.send() for _ in range(MOST_REPEATS)]
        yield from (Provoked("a change that was made before", a) for a in answers if a.status == CONFLICT)


def _call_without_body(subject: Subject, operation: Operation, method: str) -> Call:
    return subject.walk.call(operation).with_content(None).with_method(method)


def _getters(subject: Subject) -> list[Operation]:
    found = [o for o in subject.walk.operations if o.method == "GET" and LAST_PARAMETER.match(o.path)]
    ends = [o for o in found if o.path.rstrip("/").endswith("}")]
    if not ends:
        raise NotJudged("the contract has no operation that gets one resource")
    return ends


def _secured(subject: Subject) -> list[Operation]:
    found = [o for o in subject.walk.operations if o.scopes]
    if not found:
        raise NotJudged("the contract asks for no scopes")
    return found


Provocation: TypeAlias = Callable[[Subject], Iterator[Provoked]]
_PROVOCATIONS: Final[Mapping[str, Provocation]] = {
    "path": an_unknown_path,
    "id": an_unknown_id,
    "token": no_token,
    "scope": too_few_scopes,
    "json": broken_json,
    "body": a_wrong_body,
    "large": a_large_body,
    "method": a_wrong_method,
    "repeat": a_repeated_change,
}
_WANTED: Final = {"path": (NOT_FOUND,), "id": (NOT_FOUND,), "json": (BAD_REQUEST,)}

RULES: Final = (
    Rule(
        "API-08.problems",
        "Every error is `application/problem+json` with the five members: those of the framework too.",
        "A client that has to guess the shape of an error shows its users nothing.",
        "Give unknown paths, wrong methods, broken JSON and large bodies the handler that all errors have.",
        errors_are_problems,
    ),
    Rule(
        "API-09.types",
        "An error has the type that the standard has for its status.",
        "Clients branch on the type: one that is spelt otherwise falls through.",
        "Use `validation_error`, `unauthorized`, `forbidden`, `not_found`, `conflict` and `internal_error`.",
        the_types_are_those_of_the_standard,
    ),
    Rule(
        "API-09.reachable",
        "An unknown path and an unknown id are 404, broken JSON is 400.",
        "An error with another status is handled as another error.",
        "Answer each by its own type and status.",
        each_error_has_its_status,
    ),
)
