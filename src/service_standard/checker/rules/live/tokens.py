"""Rules of tokens on the wire: AUTH-01, AUTH-02, AUTH-05 and AUTH-06."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Final

from service_standard.checker.live.call import Call
from service_standard.checker.live.exchange import Exchange
from service_standard.checker.live.tokens import Minted
from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.rules.live.problem import challenge
from service_standard.checker.subject import Subject
from service_standard.contract import Json

UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
LONG_AGO: Final = 3600


def without_a_token_it_is_401(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        answer = _without_token(subject, operation).send()
        if answer.status != UNAUTHORIZED:
            yield answer.finding(f"{operation.name} without a token is answered {answer.status}, not 401")

    yield from each(_protected(subject), judge)


def the_401_challenges(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        answer = _without_token(subject, operation).send()
        if answer.status != UNAUTHORIZED:
            raise NotJudged(f"{operation.name} without a token is not answered 401")
        if not challenge(answer):
            yield answer.finding(f"{operation.name}: the 401 has no `WWW-Authenticate: Bearer`")

    yield from each(_protected(subject), judge)


def authentication_comes_first(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        answer = _without_token(subject, operation).with_content(b"{").send()
        if answer.status != UNAUTHORIZED:
            yield answer.finding(f"{operation.name}: a broken body without a token is {answer.status}, not 401")

    taking = {operation.name for operation in subject.walk.with_body}
    yield from each([o for o in _protected(subject) if o.name in taking], judge)


def bad_tokens_are_401(subject: Subject) -> Iterator[Finding]:
    call = _probe(subject)
    accepted = call.send()
    if accepted.status in {UNAUTHORIZED, FORBIDDEN}:
        raise NotJudged(f"a good token is refused too: {accepted.came[:120]}")

    def judge(bad: tuple[str, str]) -> Iterator[Finding]:
        what, token = bad
        yield from _judged_as_bad(what, call.with_token(token).send())

    yield from each(_bad_tokens(subject), judge)


def _judged_as_bad(what: str, answer: Exchange) -> Iterator[Finding]:
    if answer.status != UNAUTHORIZED:
        yield answer.finding(f"a token that {what} is answered {answer.status}, not 401")
    elif challenge(answer).get("error") != "invalid_token":
        yield answer.finding(f'a token that {what} is answered without `error="invalid_token"`')


def _bad_tokens(subject: Subject) -> list[tuple[str, str]]:
    """What is wrong with a token, and the token; those that need a key only where there is one."""
    live = subject.live
    good = live.token_for_all()
    header, _, rest = good.partition(".")
    payload, _, signature = rest.partition(".")
    found = [
        ("is no token", "not-a-token"),
        ("has five parts", f"{good}.a.b"),
        ("is not signed", f"{header}.{payload}."),
    ]
    if signature:
        found.append(("has another signature", f"{header}.{payload}.{_other(signature)}"))
        found.append(("has `alg` none", f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{payload}."))
    return found + (_bad_claims(subject) if isinstance(live.tokens, Minted) else [])


def _bad_claims(subject: Subject) -> list[tuple[str, str]]:
    live, now = subject.live, int(time.time())
    scopes = live.every_scope
    found = [
        ("has expired", live.token(scopes, exp=now - LONG_AGO, iat=now - 2 * LONG_AGO)),
        ("is not valid yet", live.token(scopes, nbf=now + LONG_AGO)),
        ("has an `exp` that is a text", live.token(scopes, exp="tomorrow")),
    ]
    usual = live.tokens.usual if isinstance(live.tokens, Minted) else {}
    wrong = [
        (name, live.token(scopes, **{name: "https://other.example.com"})) for name in ("iss", "aud") if name in usual
    ]
    return found + [(f"has another `{name}`", token) for name, token in wrong]


def _other(signature: str) -> str:
    return ("A" if signature[0] != "A" else "B") + signature[1:]


def _encoded(value: dict[str, Json]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def each_form_of_scopes_is_accepted(subject: Subject) -> Iterator[Finding]:
    call = _probe(subject)
    scopes: list[Json] = [*sorted(subject.live.every_scope)]
    refused = call.with_token(subject.live.token(())).send()
    if refused.status != FORBIDDEN:
        raise NotJudged(f"a token without any scope is answered {refused.status}, so that its claims show nothing")

    def judge(name: str) -> Iterator[Finding]:
        claims: dict[str, Json] = {"scope": None, name: scopes if name != "scope" else " ".join(map(str, scopes))}
        answer = call.with_token(subject.live.token((), **claims)).send()
        if answer.status in {UNAUTHORIZED, FORBIDDEN}:
            yield answer.finding(f"a token with the claim `{name}` is answered {answer.status}")

    yield from each(("scope", "scopes", "scp"), judge)


def _probe(subject: Subject) -> Call:
    """A call that only reads, and needs a scope."""
    reading = [operation for operation in _protected(subject) if operation.method == "GET"]
    if not reading:
        raise NotJudged("no operation that reads asks for a token")
    plain = [operation for operation in reading if "{" not in operation.path]
    return subject.walk.call((plain or reading)[0]).with_token(subject.live.token_for_all())


def _without_token(subject: Subject, operation: Operation) -> Call:
    """A call that needs nothing: without a token no resource is asked for, so any id will do."""
    call = Call(subject.live.client, operation, operation.path.replace("{", "").replace("}", ""))
    is_writing = operation.method in {"POST", "PUT", "PATCH"}
    return call.with_content(b"{}", "application/json") if is_writing else call


def _protected(subject: Subject) -> list[Operation]:
    """The operations on resources that the contract does not call public."""
    found = [o for o in subject.walk.operations if o.security or "security" not in o.node]
    if not found:
        raise NotJudged("the contract calls every operation public")
    return found


RULES: Final = (
    Rule(
        "AUTH-01.required",
        "Without a token an operation on a resource is 401.",
        "Data that anybody reads is public; a 403 says that another token would not help either.",
        "Ask for a bearer token before anything else.",
        without_a_token_it_is_401,
    ),
    Rule(
        "AUTH-01.challenge",
        "The 401 says `WWW-Authenticate: Bearer`.",
        "Clients and gateways learn from it what they have to send.",
        "Add the header to each 401.",
        the_401_challenges,
    ),
    Rule(
        "AUTH-02.tokens",
        'A bad token is 401 with `error="invalid_token"`.',
        "A token that is taken though it is bad opens the service; a 500 tells an attacker where to look.",
        "Verify algorithm, signature, times, issuer and audience, and answer each failure alike.",
        bad_tokens_are_401,
    ),
    Rule(
        "AUTH-05.claims",
        'Scopes are read from `scope: "a b"`, from `scopes: [..]` and from `scp`.',
        "An authorization server has one of the three forms, and cannot be told to have another.",
        "Read the union of the three claims.",
        each_form_of_scopes_is_accepted,
    ),
    Rule(
        "AUTH-06.first",
        "A bad body without a token is 401.",
        "Whoever has no token learns the contract from the validation errors.",
        "Authenticate before the body is read.",
        authentication_comes_first,
    ),
)
