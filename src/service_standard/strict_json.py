"""JSON read strictly (RFC 8259, and I-JSON's RFC 7493): true Unicode, each name once, bounded depth and numbers."""

import json
from functools import cache
from typing import Final, NoReturn

from pydantic_core import from_json

DEEPEST_NESTING: Final = 32
LARGEST_INTEGER: Final = 2**63 - 1
SMALLEST_INTEGER: Final = -(2**63)


class JsonError(ValueError):
    """The bytes are not JSON as this service reads it; the message never repeats them."""


def read_json(data: bytes) -> object:
    """The value that the bytes hold.

    Raises:
        JsonError: for anything that two readers could understand differently, or that is not bounded.
    """
    try:
        value: object = _decoder().decode(data.decode())
        # What is UTF-8 can have a lone surrogate only as an escape. The decoder lets it through, this reader does not.
        if b"\\u" in data:
            from_json(data)
    except JsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise JsonError("is not valid JSON") from error
    # Each level of depth has a bracket of its own, so most bodies need no walk.
    if data.count(b"{") + data.count(b"[") > DEEPEST_NESTING and _depth_exceeds(value, DEEPEST_NESTING):
        raise JsonError(f"is nested deeper than {DEEPEST_NESTING} levels")
    return value


def read_json_object(data: bytes) -> dict[str, object]:
    """The object that the bytes hold; raises JsonError for any other value."""
    value = read_json(data)
    if not isinstance(value, dict):
        raise JsonError("is not a JSON object")
    return value


@cache
def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_each_name_once, parse_int=_bounded, parse_float=_finite, parse_constant=_refuse
    )


def _each_name_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise JsonError("has an object in which a name stands twice")
    return members


def _bounded(digits: str) -> int:
    number = int(digits)
    if SMALLEST_INTEGER <= number <= LARGEST_INTEGER:
        return number
    raise JsonError("has an integer beyond 64 bits")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise JsonError("has a number beyond the range of a double")
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _depth_exceeds(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [child for node in level if isinstance(node, dict | list) for child in _children(node)]
    return any(isinstance(node, dict | list) for node in level)


def _children(node: dict[str, object] | list[object]) -> list[object]:
    return list(node.values()) if isinstance(node, dict) else node
