"""Finds the id of a resource in the answer that made or listed it, whatever the framework's habit."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from service_standard.checker.live.exchange import Exchange
from service_standard.checker.openapi import Operation
from service_standard.checker.rule import NotJudged
from service_standard.contract import Json, Object

# Where services put a resource, or a list of them, in an envelope.
ENVELOPES: Final = ("data", "result", "results", "items", "content", "records", "rows", "value", "values", "payload")
BODY_EXPRESSION: Final = "$response.body#"


def id_in(answer: Exchange, operation: Operation, name: str) -> Json:
    """What a path parameter of this name must be to lead to the resource that was answered.

    Raises:
        NotJudged: no id can be found.
    """
    for value in (*_by_links(answer, operation, name), *_by_location(answer), *_by_name(answer, operation, name)):
        if _may_be_an_id(value):
            return value
    raise NotJudged(f"the answer of {operation.name} tells no id: {answer.came[:120]}")


def _may_be_an_id(value: Json) -> bool:
    """Whether it may stand in a path: half of a surrogate pair cannot."""
    if isinstance(value, str):
        return value != "" and value.encode("utf-8", "replace").decode() == value
    return isinstance(value, int) and not isinstance(value, bool)


def _by_links(answer: Exchange, operation: Operation, name: str) -> Iterator[Json]:
    success = operation.success
    for _, link in success["links"].items() if success is not None and "links" in success else ():
        parameters = link.get("parameters")
        expression = parameters.get(name) if isinstance(parameters, dict) else None
        if isinstance(expression, str) and expression.startswith(BODY_EXPRESSION):
            yield at(answer.json, expression.removeprefix(BODY_EXPRESSION))


def _by_location(answer: Exchange) -> Iterator[Json]:
    location = str(answer.headers.get("location", ""))
    if location and "?" not in location:
        yield location.rstrip("/").rpartition("/")[2]


def _by_name(answer: Exchange, operation: Operation, name: str) -> Iterator[Json]:
    collection = operation.path.rstrip("/").rpartition("/")[2]
    singular = re.sub(r"ies$", "y", collection) if collection.endswith("ies") else collection.removesuffix("s")
    keys = ("id", name, f"{singular}Id", f"{singular}_id", "_id", "uuid", "key")
    # A resource may have a member that is called like an envelope: an order has items.
    whole = [answer.json] if isinstance(answer.json, dict) else []
    yield from (resource.get(key) for resource in (*whole, *islice(resources_in(answer.json), 1)) for key in keys)


def resources_in(value: Json) -> Iterator[Object]:
    """The objects of a list, in an envelope or not; the object itself where there is no list."""
    if isinstance(value, list):
        yield from (element for element in value if isinstance(element, dict))
    elif isinstance(value, dict):
        inner = None if "id" in value else _enveloped(value)
        yield from [value] if inner is None else resources_in(inner)


def _enveloped(value: Object) -> Json:
    """What a usual member holds, or the only one; None where neither is there."""
    named = [value[key] for key in ENVELOPES if key in value]
    only = list(value.values()) if len(value) == 1 else []
    return next((inner for inner in (*named, *only) if isinstance(inner, dict | list)), None)


def at(value: Json, pointer: str) -> Json:
    """What a JSON pointer leads to; None where it leads nowhere."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
