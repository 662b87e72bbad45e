"""Rules of captured log lines: OBS-01."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from service_standard.checker.captured import Line
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.subject import Subject
from service_standard.contract import Json

MEMBERS: Final = ("timestamp", "level", "service", "trace_id", "span_id", "message")
LEVELS: Final = frozenset({"TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL"})


def lines_are_json(subject: Subject) -> Iterator[Finding]:
    for line in subject.log:
        if not isinstance(line.value, dict):
            yield Finding("the line is not a JSON object", line.place, came=line.shown)


def lines_have_the_members(subject: Subject) -> Iterator[Finding]:
    for line in _objects(subject):
        missing = [name for name in MEMBERS if name not in line.members]
        if missing:
            yield Finding(f"the line lacks {', '.join(missing)}", line.place, came=line.shown)


def members_have_their_form(subject: Subject) -> Iterator[Finding]:
    for line in _objects(subject):
        wrong = [name for name, is_right in _FORMS.items() if name in line.members and not is_right(line.members[name])]
        if wrong:
            yield Finding(f"{', '.join(wrong)} of the line is malformed", line.place, came=line.shown)


def lines_are_of_the_service(subject: Subject) -> Iterator[Finding]:
    wanted = subject.manifest.name
    for line in _objects(subject):
        if line.members.get("service", wanted) != wanted:
            yield Finding(f"the line is of another service than {wanted}", line.place, came=line.shown)


def _objects(subject: Subject) -> list[Line]:
    found = [line for line in subject.log if isinstance(line.value, dict)]
    if not found:
        raise NotJudged("no line of the log is a JSON object")
    return found


def _is_utc_timestamp(value: Json) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
        return False
    try:
        datetime.fromisoformat(value[:19])
    except ValueError:
        return False
    return True


def _is_level(value: Json) -> bool:
    return isinstance(value, str) and value.upper() in LEVELS


def _is_trace_id(value: Json) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([0-9a-f]{32})?", value) is not None


def _is_span_id(value: Json) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([0-9a-f]{16})?", value) is not None


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


_FORMS: Final[Mapping[str, Callable[[Json], bool]]] = MappingProxyType(
    {
        "timestamp": _is_utc_timestamp,
        "level": _is_level,
        "trace_id": _is_trace_id,
        "span_id": _is_span_id,
        "message": _is_text,
    }
)

RULES: Final = (
    Rule(
        "OBS-01.json",
        "Each line of the log is one JSON object.",
        "A collector cannot take apart what is not JSON: a stack over many lines becomes many lines without a time.",
        "Send every logger, those of libraries and of the server included, through one JSON formatter.",
        lines_are_json,
    ),
    Rule(
        "OBS-01.members",
        "Each line has timestamp, level, service, trace_id, span_id and message.",
        "Search and alerts are by these six names in all services.",
        "Write all six; outside of a request the two ids are zeros, or empty.",
        lines_have_the_members,
    ),
    Rule(
        "OBS-01.form",
        "Timestamps are RFC 3339 in UTC with `Z`, levels are levels, ids are lower-case hexadecimal.",
        "Lines of several services are sorted and joined by these values.",
        "Write `2026-01-01T00:00:00.000Z`, 32 digits of a trace and 16 of a span.",
        members_have_their_form,
    ),
    Rule(
        "OBS-01.service",
        "Each line's `service` is the manifest's name.",
        "A line under another name is not found.",
        "Take the name from `service.yaml`.",
        lines_are_of_the_service,
    ),
)
