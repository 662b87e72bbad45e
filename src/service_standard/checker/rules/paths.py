"""Rules of paths: API-05."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.subject import Subject

VERBS: Final = frozenset(
    """add cancel create delete do edit execute fetch find get insert list make modify patch perform put remove
    retrieve save search send set submit update upload""".split()  # noqa: SIM905 a list of words is read as words
)
# Plurals without an s, and nouns that have no plural.
PLURALS: Final = frozenset(
    """audio children content criteria data equipment feedback feet indices information inventory media men metadata
    mice people staff stock teeth traffic women""".split()  # noqa: SIM905 a list of words is read as words
)
PREFIXES: Final = re.compile(r"api|v\d+(\.\d+)?|\.well-known")


def collections_are_plural(subject: Subject) -> Iterator[Finding]:
    for operation in _resources(subject):
        singular = [name for name in _collections(operation) if not _is_plural(name)]
        yield from (_finding(subject, operation, f"{name} is a collection, and no plural noun") for name in singular)


def no_segment_is_a_verb(subject: Subject) -> Iterator[Finding]:
    for operation in _resources(subject):
        verbs = [name for name in _without_action(operation.path) if _is_verb(name)]
        yield from (_finding(subject, operation, f"{name} is a verb, and no action of one resource") for name in verbs)


def no_path_ends_with_a_slash(subject: Subject) -> Iterator[Finding]:
    for operation in _resources(subject):
        if operation.path.endswith("/"):
            yield _finding(subject, operation, "ends with a slash")


def _resources(subject: Subject) -> tuple[Operation, ...]:
    if not subject.openapi.resources:
        raise NotJudged("the OpenAPI document has no resources")
    return subject.openapi.resources


def _finding(subject: Subject, operation: Operation, what: str) -> Finding:
    return Finding(f"{operation.path}: {what}", subject.shown(operation.item))


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment and not PREFIXES.fullmatch(segment)]


def _collections(operation: Operation) -> Iterator[str]:
    """The segments that an id follows, and the end of a path without any id to which one may POST."""
    segments = _segments(operation.path)
    for name, following in pairwise(segments):
        if following.startswith("{") and not name.startswith("{"):
            yield name
    if operation.method == "POST" and "201" in operation.responses and "{" not in operation.path:
        yield from segments[-1:]


def _without_action(path: str) -> list[str]:
    """The segments, without one that stands last behind an id: a custom action of one resource."""
    segments = _segments(path)
    has_action = segments[-2:-1] != [] and segments[-2].startswith("{")
    return [segment for segment in (segments[:-1] if has_action else segments) if not segment.startswith("{")]


def _words(segment: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", segment).lower())


def _is_plural(segment: str) -> bool:
    word = next(reversed(_words(segment)), "s")
    return word in PLURALS or (word.endswith("s") and not word.endswith(("ss", "us", "is")))


def _is_verb(segment: str) -> bool:
    return _words(segment)[:1] != [] and _words(segment)[0] in VERBS


RULES: Final = (
    Rule(
        "API-05.nouns",
        "Collections are plural nouns: `/orders/{id}`.",
        "Who knows one path of a service then knows the others, and clients get the names that people expect.",
        "Name the collection in the plural: `/order/{id}` becomes `/orders/{id}`.",
        collections_are_plural,
    ),
    Rule(
        "API-05.verbs",
        "No path has a verb, except as a final custom action of one resource.",
        "What to do is the method's to say: a verb in the path makes a second vocabulary beside it.",
        "`POST /orders/create` becomes `POST /orders`; `/orders/{id}/cancel` may stay.",
        no_segment_is_a_verb,
    ),
    Rule(
        "API-05.slashes",
        "No path of the contract ends with a slash.",
        "A client that leaves it out meets a redirect, which drops the body of a POST.",
        "Write `/orders`, and let the service answer `/orders/` in the same way.",
        no_path_ends_with_a_slash,
    ),
)
