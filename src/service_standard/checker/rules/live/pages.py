"""Rules of collections on the wire: API-06."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

from service_standard.checker.documents import part
from service_standard.checker.live.exchange import Exchange
from service_standard.checker.live.identity import id_in, resources_in
from service_standard.checker.live.walk import LAST_PARAMETER
from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.answers import schema_fault
from service_standard.checker.rules.live.each import each
from service_standard.checker.subject import Subject
from service_standard.contract import Json, Object

OK: Final = 200
REFUSED: Final = 400
DEFAULT_LIMIT: Final = 10
HIGHEST_LIMIT: Final = 100
MADE: Final = 3
ENVELOPE: Final = ("items", "total", "limit", "offset")


def lists_have_the_envelope(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        answer = _page(subject, operation)
        members = answer.json
        if not isinstance(members, dict):
            yield answer.finding(f"{operation.name} answers no object with {', '.join(ENVELOPE)}")
            return
        missing = [name for name in ENVELOPE if name not in members]
        fault = f"the page lacks {', '.join(missing)}" if missing else schema_fault(operation, answer)
        if fault:
            yield answer.finding(f"{operation.name}: {fault}")

    yield from each(subject.walk.collections, judge)


def pages_say_what_was_applied(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        answer = _page(subject, operation)
        members = _enveloped(answer)
        if members["limit"] != DEFAULT_LIMIT or members["offset"] != 0:
            came = f"limit {members['limit']} and offset {members['offset']}"
            yield answer.finding(f"{operation.name}: by default {came} are applied, not {DEFAULT_LIMIT} and 0")
        answer = _page(subject, operation, limit=2, offset=1)
        members = _enveloped(answer)
        if (members["limit"], members["offset"]) != (2, 1):
            yield answer.finding(f"{operation.name}: limit=2&offset=1 is answered with others")

    yield from each(subject.walk.collections, judge)


def bounds_are_enforced(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        highest = _highest(operation)
        wrong: list[tuple[str, Json]] = [("limit", value) for value in (0, -1, highest + 1, "abc", "1.5")]
        wrong += [("offset", value) for value in (-1, "abc")]
        for name, value in wrong:
            answer = subject.walk.call(operation).with_query(**{name: value}).send()
            if answer.status != REFUSED:
                yield answer.finding(f"{operation.name}: {name}={value} is answered {answer.status}, not 400")
        answer = subject.walk.call(operation).with_query(limit=highest).send()
        if answer.status != OK:
            yield answer.finding(f"{operation.name}: limit={highest} is allowed, and is answered {answer.status}")

    yield from each(subject.walk.collections, judge)


def pages_are_parts_of_one_list(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        _make(subject, operation)
        whole, first, second = (_page(subject, operation, limit=n, offset=o) for n, o in ((2, 0), (1, 0), (1, 1)))
        rows, one, two = (_items(answer) for answer in (whole, first, second))
        if not rows:
            raise NotJudged(f"{operation.name} lists nothing")
        if len(one) > 1:
            yield first.finding(f"{operation.name}: limit=1 answers {len(one)} items")
        elif one + two != rows:
            yield second.finding(f"{operation.name}: two pages of one are not the page of two")

    yield from each(subject.walk.collections, judge)


def lists_are_oldest_first(subject: Subject) -> Iterator[Finding]:
    def judge(operation: Operation) -> Iterator[Finding]:
        creator = subject.walk.operation("POST", operation.path)
        if creator is None:
            return
        name = _parameter(subject, operation)
        made = [id_in(subject.walk.created(creator), creator, name) for _ in range(MADE)]
        total = _enveloped(_page(subject, operation, limit=1))["total"]
        if not isinstance(total, int):
            raise NotJudged(f"{operation.name} tells no total")
        answer = _page(subject, operation, limit=_highest(operation), offset=max(0, total - 2 * MADE))
        ids = [_id(row, name) for row in _items(answer)]
        if [value for value in ids if value in made] != made:
            yield answer.finding(f"{operation.name}: the {MADE} newest are not the last, in the order of their making")

    creators = {operation.path for operation in subject.walk.creators}
    yield from each([operation for operation in subject.walk.collections if operation.path in creators], judge)


def _id(row: Json, name: str) -> Json:
    return row.get("id", row.get(name)) if isinstance(row, dict) else None


def _parameter(subject: Subject, operation: Operation) -> str:
    found = (LAST_PARAMETER.match(other.path) for other in subject.walk.element(operation.path))
    return next((match.group(2) for match in found if match), "id")


def _make(subject: Subject, operation: Operation) -> None:
    """Makes a few, or as many as it takes: an order that is paid takes no further payment."""
    creator = subject.walk.operation("POST", operation.path)
    if creator is not None and subject.walk.may_send(creator):
        with suppress(NotJudged):
            for _ in range(MADE):
                subject.walk.created(creator)


def _page(subject: Subject, operation: Operation, **query: Json) -> Exchange:
    answer = subject.walk.call(operation).with_query(**query).send()
    if answer.status != OK:
        raise NotJudged(f"{operation.name} answers {answer.came[:120]}")
    return answer


def _enveloped(answer: Exchange) -> Object:
    if not isinstance(answer.json, dict) or not set(ENVELOPE) <= set(answer.json):
        raise NotJudged("the page has no envelope")
    return answer.json


def _items(answer: Exchange) -> list[Json]:
    return list(islice(resources_in(answer.json), HIGHEST_LIMIT))


def _highest(operation: Operation) -> int:
    schema = part(operation.parameter("limit"), "schema")
    maximum = schema.get("maximum") if schema else None
    return maximum if isinstance(maximum, int) else HIGHEST_LIMIT


RULES: Final = (
    Rule(
        "API-06.page",
        "A page is `{items,total,limit,offset}`, and valid against its schema.",
        "One generated client reads all services only if their pages look alike.",
        "Answer the object, not a bare array and no envelope of the framework's own.",
        lists_have_the_envelope,
    ),
    Rule(
        "API-06.applied",
        "A page says which limit and offset were applied; by default 10 and 0.",
        "A client that does not know the step skips items, or reads them twice.",
        "Repeat the applied values in the page, and give `limit` the default 10.",
        pages_say_what_was_applied,
    ),
    Rule(
        "API-06.bounds",
        "A limit or offset that is out of range is 400, never silently changed.",
        "Who asks for 1,000 and gets 100 believes that there are no more.",
        "Refuse what the parameter's schema does not allow.",
        bounds_are_enforced,
    ),
    Rule(
        "API-06.pages",
        "Pages are parts of one list: no item twice, none left out, never more than the limit.",
        "A client that reads to the end must have seen each item once.",
        "Sort by something unique before limit and offset are applied.",
        pages_are_parts_of_one_list,
    ),
    Rule(
        "API-06.order",
        "A list is sorted by age, oldest first, so that what is new comes last.",
        "With the newest first every insert moves all pages.",
        "Sort by time of creation, with the id as tie-break.",
        lists_are_oldest_first,
    ),
)
