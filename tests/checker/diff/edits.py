"""Edits of a document: a value, or nothing, put at a JSON pointer."""

from typing import Any, Final, NamedTuple

GONE: Final = object()
YES: Final = True
NO: Final = False
API: Final = "openapi.yaml"
EVENTS: Final = "asyncapi.yaml"


class Edit(NamedTuple):
    """One edit, and the rules that must tell of it, with their signs: all of them, and no others."""

    sentence: str
    file: str
    pointer: str
    value: Any
    rules: set[str]


def put(document: Any, pointer: str, value: Any) -> None:
    """Writes, adds (`-` at the end of a list) or, for GONE, removes."""
    *way, last = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    for token in way:
        document = document[int(token) if isinstance(document, list) else token]
    key = int(last) if isinstance(document, list) and last != "-" else last
    if value is GONE:
        del document[key]
    elif key == "-":
        document.append(value)
    else:
        document[key] = value
