"""The service's documents with some of their facts changed."""

import json
import shutil
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

from service_standard.contract import Json, Object
from service_standard.contract.document import read_yaml
from tests.service import ROOT

FILES: Final = {
    "openapi": Path("openapi/orders.yaml"),
    "asyncapi": Path("asyncapi/orders.yaml"),
    "manifest": Path("service.yaml"),
    "catalog": Path("openapi/catalog.yaml"),
    "catalog events": Path("asyncapi/catalog.yaml"),
    "saga": Path("openapi/saga.yaml"),
}
APPENDED: Final = "-"


class Absent(Enum):
    """What stands where a fact is taken away."""

    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Moved:
    """What stands where a fact is put that stood elsewhere in the document."""

    pointer: str


Value: TypeAlias = "Json | Absent | Moved"


@dataclass(frozen=True, slots=True)
class Edit:
    """A new value at a JSON pointer (RFC 6901) of a document; `-` as its last token appends to an array."""

    document: Literal["openapi", "asyncapi", "manifest", "catalog", "catalog events", "saga"]
    pointer: str
    value: Value


GONE: Final = Absent.GONE


def openapi(pointer: str, value: Value) -> Edit:
    return Edit("openapi", pointer, value)


def asyncapi(pointer: str, value: Value) -> Edit:
    return Edit("asyncapi", pointer, value)


def manifest(pointer: str, value: Value) -> Edit:
    return Edit("manifest", pointer, value)


def catalog(pointer: str, value: Value) -> Edit:
    """An edit of the overlay of the catalogue, which is applied where one is made."""
    return Edit("catalog", pointer, value)


def catalog_events(pointer: str, value: Value) -> Edit:
    """An edit of the overlay of the events of the catalogue."""
    return Edit("catalog events", pointer, value)


def saga(pointer: str, value: Value) -> Edit:
    """An edit of the overlay of sagas, which is applied where orders have them."""
    return Edit("saga", pointer, value)


def mutated_documents(directory: Path, edits: Sequence[Edit]) -> None:
    """Writes manifest and contracts with the edits made, laid out as the originals are."""
    for name, path in FILES.items():
        target = directory / path
        target.parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, target)
        its_own = [edit for edit in edits if edit.document == name]
        if its_own:
            target.write_text(json.dumps(_edited(deepcopy(_original(path)), its_own)))


@cache
def _original(path: Path) -> Object:
    """A document of the service, read once."""
    return read_yaml(ROOT / path)


def _edited(document: Json, edits: Sequence[Edit]) -> Json:
    for edit in edits:
        _make(edit, document)
    return document


def _make(edit: Edit, document: Json) -> None:
    value = _taken(document, edit.value.pointer) if isinstance(edit.value, Moved) else edit.value
    holder, last = _holder(document, edit.pointer)
    if isinstance(value, Absent):
        _take(holder, last)
    elif isinstance(holder, dict):
        holder[last] = value
    elif last == APPENDED:
        holder.append(value)
    else:
        holder[int(last)] = value


def _taken(document: Json, pointer: str) -> Json:
    return _take(*_holder(document, pointer))


def _take(holder: dict[str, Json] | list[Json], last: str) -> Json:
    return holder.pop(last) if isinstance(holder, dict) else holder.pop(int(last))


def _holder(document: Json, pointer: str) -> tuple[dict[str, Json] | list[Json], str]:
    """The object or array in which the pointer's place is, and its name there."""
    *tokens, last = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    for token in tokens:
        document = document[int(token)] if isinstance(document, list) else _members(document)[token]
    assert isinstance(document, dict | list), pointer
    return document, last


def _members(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict)
    return value
