"""Rules of scopes on the wire, AUTH-04: every operation with every scope, as the contract has them."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.live.call import Call
from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.rules.live.problem import challenge
from service_standard.checker.subject import Subject

UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403


def too_few_scopes_are_403(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        call = subject.walk.call(operation)
        for scopes in _too_few(subject, operation):
            answer = call.with_token(subject.live.token(scopes)).send()
            if answer.status != FORBIDDEN:
                yield answer.finding(f"{operation.name} with {_told(scopes)} is answered {answer.status}, not 403")

    yield from each(_scoped(subject), judge)


def enough_scopes_are_let_in(subject: Subject) -> Iterator[Finding]:
    refusal = subject.walk.refusal
    if refusal:
        yield refusal.finding("a token with every scope of the contract is refused as a bad one")
        return

    def judge(operation: Operation) -> Iterator[Finding]:
        for scopes in operation.security:
            call = subject.walk.call(operation, fresh=operation.method == "DELETE")
            answer = call.with_token(subject.live.token(scopes)).send()
            if answer.status in {UNAUTHORIZED, FORBIDDEN}:
                yield answer.finding(f"{operation.name} with {_told(scopes)} is answered {answer.status}")

    yield from each(_scoped(subject), judge)


def scopes_are_whole_words(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        call = subject.walk.call(operation)
        near = [text for scope in sorted(operation.scopes) for text in (f"x{scope}", f"{scope}x", scope.upper())]
        for scope in near:
            answer = call.with_token(subject.live.token([scope])).send()
            if answer.status not in {UNAUTHORIZED, FORBIDDEN}:
                yield answer.finding(f"{operation.name}: {scope} is let in, and is no scope of the contract")

    yield from each(_scoped(subject), judge)


def the_403_says_what_is_missing(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        answer = _forbidden(subject, operation).send()
        if answer.status != FORBIDDEN:
            raise NotJudged(f"{operation.name} with too few scopes is not answered 403")
        told = challenge(answer)
        if told.get("error") != "insufficient_scope":
            yield answer.finding(f'{operation.name}: the 403 is no challenge with `error="insufficient_scope"`')
        elif not set(told.get("scope", "").split()) & operation.scopes:
            yield answer.finding(f"{operation.name}: the 403 does not name the scope that is missing")

    yield from each(_scoped(subject), judge)


def _forbidden(subject: Subject, operation: Operation) -> Call:
    return subject.walk.call(operation).with_token(subject.live.token(()))


def _too_few(subject: Subject, operation: Operation) -> Iterator[frozenset[str]]:
    """No scope, each other scope alone, and all scopes but those that would do."""
    singles = [frozenset[str](), *(frozenset({scope}) for scope in sorted(subject.live.every_scope))]
    every_other = subject.live.every_scope - operation.scopes
    for scopes in dict.fromkeys([*singles, every_other]):
        if not any(enough <= scopes for enough in operation.security):
            yield scopes


def _told(scopes: frozenset[str]) -> str:
    return " ".join(sorted(scopes)) or "no scope"


def _scoped(subject: Subject) -> list[Operation]:
    found = [o for o in subject.walk.operations if o.security and all(o.security)]
    if not found:
        raise NotJudged("the contract asks for no scopes")
    return found


RULES: Final = (
    Rule(
        "AUTH-04.too-few",
        "A token without the scopes of an operation is 403.",
        "A token that may only read writes.",
        "Check the operation's scopes, taken from the contract, in one place.",
        too_few_scopes_are_403,
    ),
    Rule(
        "AUTH-04.enough",
        "A token with the scopes of an operation is let in, with each alternative.",
        "A caller who has what the contract asks for is refused.",
        "Accept each alternative of `security`, and ask for no other scope.",
        enough_scopes_are_let_in,
    ),
    Rule(
        "AUTH-04.words",
        "Scopes count as whole words.",
        "`xorders.read` is a scope of somebody else's service.",
        "Split the claim, and compare the words; never look for a part of a text.",
        scopes_are_whole_words,
    ),
    Rule(
        "AUTH-04.challenge",
        'The 403 says `error="insufficient_scope"` and the scope that is missing.',
        "A client can ask for the scope only if it knows which.",
        'Add `WWW-Authenticate: Bearer error="insufficient_scope", scope="..."`.',
        the_403_says_what_is_missing,
    ),
)
