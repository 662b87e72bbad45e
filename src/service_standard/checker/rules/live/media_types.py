"""Rules of media types on the wire: API-04."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.subject import Subject

UNSUPPORTED: Final = 415
FOREIGN: Final = (
    ("text/plain", b"hello"),
    ("application/x-www-form-urlencoded", b"a=1&b=2"),
    ("application/xml", b"<order><id>1</id></order>"),
)


def other_request_types_are_refused(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        call = subject.walk.call(operation)
        for media_type, content in FOREIGN:
            answer = call.with_content(content, media_type).send()
            if answer.status != UNSUPPORTED:
                yield answer.finding(f"{operation.name} answers a body of {media_type} with {answer.status}, not 415")

    yield from each(subject.walk.with_body, judge)


def answers_are_json(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        answer = subject.walk.call(operation, fresh=operation.method == "DELETE").send()
        if answer.body and not answer.media_type.endswith(("/json", "+json")):
            yield answer.finding(f"{operation.name} answers {answer.media_type or 'without a content type'}")
        elif answer.body and answer.json is None and answer.body.strip() != b"null" and not answer.is_cut:
            yield answer.finding(f"{operation.name} calls its answer JSON, and it is none")

    yield from each(subject.walk.operations, judge)


RULES: Final = (
    Rule(
        "API-04.requests",
        "A request body that is not JSON is answered 415.",
        "What is parsed by guessing is accepted by accident, or fails with a 500.",
        "Compare the media type before the body is read.",
        other_request_types_are_refused,
    ),
    Rule(
        "API-04.answers",
        "Answers are JSON, and say so.",
        "A client parses by the content type, and fails on any other.",
        "Send `Content-Type: application/json` with each answer.",
        answers_are_json,
    ),
)
