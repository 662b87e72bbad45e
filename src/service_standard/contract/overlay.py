"""Applies an Overlay (1.0.0): a document that says in which facts a contract differs from the one written.

One that `extends` the AsyncAPI document changes that one, in the same words; any other the OpenAPI document.
A target is a path of names, indexes and wildcards, as `$.paths['/orders'].get.tags[0]`; other JSONPath (RFC 9535) is
refused. So is a target that selects nothing: a fact that nobody finds would be silently not the contract's.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Final, TypeAlias, cast

from service_standard.contract.document import ContractError, Json, Object, read_yaml

Place: TypeAlias = "tuple[str | int, ...]"
"""The names and indexes that lead to a value."""

_ANY: Final = None
_SCOPES: Final = "x-required-scopes"
_STEP: Final = re.compile(
    r"""\.(?P<name>[^\W\d]\w*) | \['(?P<single>[^'\\]*)'\] | \["(?P<double>[^"\\]*)"\]
      | \[(?P<index>0|[1-9][0-9]*)\] | (?P<any>\.\*|\[\*\])""",
    re.VERBOSE,
)


def overlaid(path: Path, overlays: Sequence[Path]) -> dict[Path, Object]:
    """The document at `path` under its absolute path, once the overlays have been applied in turn; nothing without any.

    Raises:
        ContractError: a file cannot be read, or with every fault of the first overlay that cannot be applied.
    """
    if not overlays:
        return {}
    document = read_yaml(path)
    for overlay in overlays:
        document = _applied(document, path, overlay)
    return {path.resolve(): document}


def parted(overlays: Sequence[Path], events: Path | None) -> tuple[list[Path], list[Path]]:
    """The overlays of the OpenAPI document, and those that say that they extend the AsyncAPI document at `events`.

    Raises:
        ContractError: a file cannot be read.
    """
    of_events = [overlay for overlay in overlays if events and _extends(read_yaml(overlay), overlay, events)]
    return [overlay for overlay in overlays if overlay not in of_events], of_events


def both_overlaid(api: Path | None, events: Path | None, overlays: Sequence[Path]) -> dict[Path, Object]:
    """The two contracts as the overlays of each have them; nothing of one that none changes.

    Raises:
        ContractError: as `overlaid` and `parted` do.
    """
    of_api, of_events = parted(overlays, events)
    chosen = ((api, of_api), (events, of_events))
    return {file: found for path, own in chosen if path for file, found in overlaid(path, own).items()}


def scopes_added(overlays: Sequence[Path]) -> frozenset[str]:
    """The scopes that the overlays' operations ask for beside the manifest's: their `x-required-scopes`.

    Raises:
        ContractError: a file cannot be read.
    """
    added = (read_yaml(overlay).get(_SCOPES) for overlay in overlays)
    return frozenset(str(scope) for scopes in added if isinstance(scopes, list) for scope in scopes)


def _applied(document: Object, path: Path, overlay: Path) -> Object:
    values = read_yaml(overlay)
    result, faults = deepcopy(document), list(_head_faults(values, path, overlay))
    actions = values.get("actions")
    for number, action in enumerate(actions if isinstance(actions, list) else []):
        faults += (f"actions/{number}: {fault}" for fault in _act(result, action))
    if faults:
        raise ContractError([f"{overlay}: {fault}" for fault in faults])
    return result


def _head_faults(values: Object, path: Path, overlay: Path) -> Iterator[str]:
    if not re.fullmatch(r"1\.0\.\d+", str(values.get("overlay"))):
        yield "overlay: must be 1.0"
    info = values.get("info")
    if not (isinstance(info, dict) and isinstance(info.get("title"), str) and isinstance(info.get("version"), str)):
        yield "info: must have a title and a version"
    if not isinstance(values.get("actions"), list) or not values["actions"]:
        yield "actions: must be a list, and not empty"
    if "extends" in values and not _extends(values, overlay, path):
        yield f"extends: names another document than {path.name}"
    yield from _unknown(values, "overlay info extends actions")


def _extends(values: Object, overlay: Path, path: Path) -> bool:
    extended = values.get("extends")
    # No file's name has a NUL, and to look for one is an error of the system's own.
    if not isinstance(extended, str) or "\0" in extended:
        return False
    return (overlay.parent / extended).resolve() == path.resolve()


def _act(document: Object, action: Json) -> Iterator[str]:
    """Does what an action says, or tells why it cannot be done."""
    if not isinstance(action, dict) or not isinstance(action.get("target"), str):
        yield "must have a target"
        return
    yield from _unknown(action, "target description update remove")
    target = str(action["target"])
    steps = _steps(target)
    if steps is None:
        yield f"{target} is more of JSONPath than is followed: names, indexes and *"
        return
    places = list(_places(document, steps))
    if not places:
        yield f"{target} selects nothing"
    for place in reversed(places):
        yield from _change(document, place, action)


def _unknown(values: Object, known: str) -> Iterator[str]:
    words = (word for word in values if word not in known.split() and not word.startswith("x-"))
    yield from (f"{word} is not supported" for word in words)


def _steps(target: str) -> list[str | int | None] | None:
    """The names and indexes of a target, `_ANY` for a wildcard; None if it is more than that."""
    steps: list[str | int | None] = []
    end = len("$") if target.startswith("$") else len(target) + 1
    while found := _STEP.match(target, end):
        end = found.end()
        index, name = found["index"], found["name"] or found["single"] or found["double"] or ""
        steps.append(_ANY if found["any"] else int(index) if index else name)
    return steps if end == len(target) else None


def _places(value: Json, steps: Sequence[str | int | None]) -> Iterator[Place]:
    """Every place that the steps select, in the order of the document."""
    if not steps:
        yield ()
        return
    members: Sequence[tuple[str | int, Json]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    for key, member in members:
        if steps[0] in (_ANY, key):
            yield from ((key, *rest) for rest in _places(member, steps[1:]))


def _change(document: Object, place: Place, action: Object) -> Iterator[str]:
    target = _at(document, place)
    update = action.get("update")
    if not isinstance(target, dict | list):
        yield f"{action['target']} selects what is neither an object nor an array"
    elif action.get("remove") is True and not place:
        yield "the document itself cannot be removed"
    elif action.get("remove") is True:
        del cast("dict[str | int, Json]", _at(document, place[:-1]))[place[-1]]
    elif isinstance(target, list):
        target += deepcopy(update if isinstance(update, list) else [update])
    elif isinstance(update, dict):
        _merge(target, update)
    else:
        yield "update must be an object, as the target is one"


def _at(document: Object, place: Place) -> Json:
    value: Json = document
    for key in place:
        value = cast("dict[str | int, Json]", value)[key]
    return value


def _merge(target: Object, update: Object) -> None:
    """Objects are merged member by member and arrays follow each other; anything else takes the place of what was."""
    for name, value in update.items():
        present = target.get(name)
        if isinstance(present, dict) and isinstance(value, dict):
            _merge(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            present += deepcopy(value)
        else:
            target[name] = deepcopy(value)
