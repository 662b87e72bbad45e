"""Rules of methods that a path does not have: API-11."""

import re
from collections.abc import Iterator
from typing import Final

from service_standard.checker.live.call import Call
from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.subject import Subject

NOT_ALLOWED: Final = 405
# A method of nobody's is the HTTP parser's to refuse, which no contract reaches.
TRIED: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")
# A service may answer these by itself, and so may list them.
FREE: Final = frozenset({"HEAD", "OPTIONS"})


def other_methods_are_405(subject: Subject) -> Iterator[Finding]:
    operations = {operation.path: operation for operation in subject.walk.openapi.operations}

    def judge(operation: Operation) -> Iterator[Finding]:
        allowed = _methods(subject, operation.path)
        call = subject.walk.call(operation).with_content(None)
        for method in (method for method in TRIED if method not in allowed):
            yield from _judged(call.with_method(method), allowed)

    yield from each(operations.values(), judge)


def _judged(call: Call, allowed: frozenset[str]) -> Iterator[Finding]:
    answer = call.send()
    place = f"{call.method} {call.operation.path}"
    told = frozenset(word.upper() for word in re.findall(r"[A-Za-z]+", answer.headers.get("allow", "")))
    if answer.status != NOT_ALLOWED:
        yield answer.finding(f"{place} is not in the contract, and is answered {answer.status}, not 405")
    elif told - FREE != allowed - FREE:
        wanted, came = ", ".join(sorted(allowed)), ", ".join(sorted(told)) or "nothing"
        yield answer.finding(f"{place}: `Allow` lists {came}, the contract has {wanted}")


def _methods(subject: Subject, path: str) -> frozenset[str]:
    return frozenset(operation.method for operation in subject.walk.openapi.operations if operation.path == path)


RULES: Final = (
    Rule(
        "API-11.methods",
        "A method that the contract does not have is 405, and `Allow` lists exactly those that it has.",
        "A 404 says that the resource is gone, a 500 that the service is broken; neither is so.",
        "Answer 405 for every other method of a known path, TRACE included, with `Allow` from the contract.",
        other_methods_are_405,
    ),
)
