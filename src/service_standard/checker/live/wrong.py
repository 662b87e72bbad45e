"""Bodies that the contract refuses: a valid one in which one fact is wrong."""

import random
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from service_standard.checker.schemas import Compiled
from service_standard.contract import Json

UNKNOWN: Final = "serviceStandardUnknown"
# What no schema of one type allows, and what the usual limits forbid.
_STRANGERS: Final[tuple[Json, ...]] = (None, True, -1, 1.5, "", "\x00", "no-such-value", "x" * 5000, [], {}, [None])


@dataclass(frozen=True, slots=True)
class Wrong:
    """A body and what is wrong with it; `field` is the top-level member that is at fault, empty for the whole."""

    what: str
    field: str
    body: Json


def wrong_bodies(valid: Json, schema: Compiled, most: int, seed: int) -> list[Wrong]:
    """Those that the schema does not allow, from every place of a valid body in turn, `most` at the most."""
    places = [list(_at(valid, path, schema)) for path in _paths(valid)]
    order = random.Random(seed)  # noqa: S311 no secret depends on it
    for found in places:
        order.shuffle(found)
    longest = max(map(len, places), default=0)
    return [found[turn] for turn in range(longest) for found in places if turn < len(found)][:most]


def missing(valid: Json, schema: Compiled) -> list[Wrong]:
    """A body without each member that it must have."""
    names = list(valid) if isinstance(valid, dict) else []
    without = [Wrong(f"without {name}", name, {k: v for k, v in _members(valid) if k != name}) for name in names]
    return [wrong for wrong in without if not schema.allows(wrong.body)]


def with_unknown_member(valid: Json, schema: Compiled) -> Wrong | None:
    """A body with a member that the contract does not know; None where the contract allows it."""
    if not isinstance(valid, dict):
        return None
    body: Json = {**valid, UNKNOWN: "x"}
    return None if schema.allows(body) else Wrong("with an unknown member", UNKNOWN, body)


def _members(value: Json) -> list[tuple[str, Json]]:
    return list(value.items()) if isinstance(value, dict) else []


def _paths(value: Json, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places of a value, itself first; of an array only the first element."""
    yield above
    parts: list[tuple[str | int, Json]] = [*_members(value)]
    parts += list(enumerate(value[:1])) if isinstance(value, list) else []
    for key, part in parts:
        yield from _paths(part, (*above, key))


def _at(valid: Json, path: tuple[str | int, ...], schema: Compiled) -> Iterator[Wrong]:
    name = "".join(f"/{key}" for key in path) or "the body"
    for stranger in _STRANGERS:
        body = _replaced(valid, path, stranger)
        if not schema.allows(body):
            yield Wrong(f"{name} is {_shown(stranger)}", str(path[0]) if path else "", body)


def _replaced(valid: Json, path: tuple[str | int, ...], value: Json) -> Json:
    if not path:
        return value
    body = deepcopy(valid)
    holder: Json = body
    for key in path[:-1]:
        holder = _part(holder, key)
    _put(holder, path[-1], value)
    return body


def _part(holder: Json, key: str | int) -> Json:
    if isinstance(holder, dict):
        return holder[str(key)]
    return holder[int(key)] if isinstance(holder, list) else None


def _put(holder: Json, key: str | int, value: Json) -> None:
    if isinstance(holder, dict):
        holder[str(key)] = value
    elif isinstance(holder, list):
        holder[int(key)] = value


def _shown(value: Json) -> str:
    return f"{len(value)} characters" if isinstance(value, str) and len(value) > len(UNKNOWN) else repr(value)
