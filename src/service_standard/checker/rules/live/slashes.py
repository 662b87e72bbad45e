"""Rules of a trailing slash on the wire: API-05."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.subject import Subject

FIRST_REDIRECT: Final = 300
FIRST_ERROR: Final = 400


def a_trailing_slash_changes_nothing(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        call = subject.walk.call(operation)
        plain, slashed = call.send(), call.with_path(call.path.rstrip("/") + "/").send()
        if FIRST_REDIRECT <= slashed.status < FIRST_ERROR:
            yield slashed.finding(f"{operation.name}: a trailing slash is redirected")
        elif plain.status >= FIRST_ERROR:
            raise NotJudged(f"{operation.name} itself answers {plain.status}")
        elif slashed.status != plain.status:
            yield slashed.finding(f"{operation.name}: with a trailing slash it is {slashed.status}, not {plain.status}")

    yield from each([o for o in subject.walk.operations if o.method == "GET"], judge)


RULES: Final = (
    Rule(
        "API-05.redirects",
        "A trailing slash is no other path and no redirect: `/orders/` answers as `/orders` does.",
        "A redirected POST loses its body, and half of the clients lose the token as well.",
        "Take the slash away before the path is matched, and switch off the framework's redirect.",
        a_trailing_slash_changes_nothing,
    ),
)
