"""The difference for people, as a table, and for machines, as JSON."""

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from service_standard.checker.diff.change import Change
from service_standard.checker.diff.compare import Difference
from service_standard.checker.diff.kinds import EFFECTS
from service_standard.contract import Json, Object

SIGNS: Final = MappingProxyType({"breaking": "✗", "warning": "!", "additive": "+"})
COLOURS: Final = MappingProxyType({"breaking": "31;1", "warning": "33", "additive": "32"})
MOST_SHOWN: Final = 4
LONGEST_VALUE: Final = 90


def as_table(difference: Difference, *, colour: bool = False) -> str:
    return "\n".join(_lines(difference, _painter(is_on=colour))) + "\n"


def as_json(difference: Difference, *, colour: bool = False) -> str:  # noqa: ARG001 JSON has no colours
    value: Object = {
        "old": difference.old.name,
        "new": difference.new.name,
        "summary": {effect: difference.count(effect) for effect in EFFECTS},
        "changes": [_object(difference, change) for change in difference.changes],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


FORMATS: Final[Mapping[str, Callable[..., str]]] = MappingProxyType({"table": as_table, "json": as_json})


def _object(difference: Difference, change: Change) -> Object:
    place = difference.place(change)
    return {
        "rule": change.kind.id,
        "effect": change.kind.effect,
        "where": [*change.where],
        "place": {"file": place.file, "pointer": place.pointer},
        "old": change.old,
        "new": change.new,
        "breaks": change.kind.who if change.kind.effect != "additive" else None,
        "why": change.kind.why,
    }


Painter = Callable[[str, str], str]


def _painter(*, is_on: bool) -> Painter:
    return lambda colour, text: f"\x1b[{colour}m{text}\x1b[0m" if is_on else text


def _lines(difference: Difference, paint: Painter) -> Iterator[str]:
    yield f"{difference.old.name} → {difference.new.name}"
    for change in difference.changes:
        yield from _breach(difference, change, paint) if change.kind.effect != "additive" else _addition(change, paint)
    counts = [f"{difference.count(effect)} {effect}" for effect in EFFECTS]
    yield f"\n{', '.join(counts)}" if difference.changes else "no changes"


def _breach(difference: Difference, change: Change, paint: Painter) -> Iterator[str]:
    colour = COLOURS[change.kind.effect]
    yield f"\n{paint(colour, SIGNS[change.kind.effect])} {paint('1', change.kind.id)}  {_where(change)}"
    yield f"    was   {shown(change.old)}"
    yield f"    is    {shown(change.new)}"
    yield f"    at    {difference.place(change)}"
    yield f"    why   {change.kind.who}: {change.kind.why}"


def _addition(change: Change, paint: Painter) -> Iterator[str]:
    values = [shown(value) for value in (change.old, change.new) if value is not None]
    yield f"{paint(COLOURS['additive'], SIGNS['additive'])} {change.kind.id}  {_where(change)}: {' → '.join(values)}"


def _where(change: Change) -> str:
    rest = len(change.where) - MOST_SHOWN
    more = [f"and {rest} more"] if rest > 0 else []
    return ", ".join([*change.where[:MOST_SHOWN], *more])


def shown(value: Json) -> str:
    """A value on one line, cut short; nothing is a dash."""
    text = "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)  # noqa: RUF001 a dash as readers know it
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
