"""The settings: name, default and bounds from the fields, the meaning from what stands below each in the source."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from orders.settings import OrdersSettings
from tests.reference.markdown import code, page, table

ABOUT = """\
Environment variables, and nothing else. An empty one counts as unset; a faulty one, or a misspelled `ORDERS_…`,
keeps the service from starting, and all faults are told at once. `orders settings` prints what they amount to,
without secrets. `make run` sets `ENVIRONMENT=development`, `HOST=127.0.0.1` and `DRAIN_SECONDS=0` unless they are
set.

More of [workflows](../workflows.md), the [catalogue](../catalog.md), [events](../events.md) and
[operations](../operations.md)."""
_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤"}


def settings() -> str:
    """The page."""
    shown, said = OrdersSettings.model_construct().shown(), meanings()
    fields: Mapping[str, dict[str, Any]] = OrdersSettings.model_json_schema()["properties"]
    rows = [[f"`{name.upper()}`", _default(shown[name.upper()]), _values(fields[name]), said[name]] for name in fields]
    return page("Settings", ABOUT, table(["Variable", "Default", "Values", "Meaning"], rows))


def meanings() -> dict[str, str]:
    """What the sources say below each field; what a service says of one outweighs what the library says."""
    classes = [kind for kind in OrdersSettings.__mro__ if kind.__module__.endswith(".settings")]
    return {name: text for kind in reversed(classes) for name, text in _below(kind)}


def _below(kind: type) -> Iterator[tuple[str, str]]:
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    for field, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield ast.unparse(field.target), str(after.value.value)


def _default(text: str) -> str:
    return f"`{text}`" if text else ""


def _values(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return _values(field["anyOf"][0])
    if "items" in field:
        return f"any of {_values(field['items'])}" if "enum" in field["items"] else "several"
    if "enum" in field:
        return code(*field["enum"])
    bounds = [f"{sign} {field[word]}" for word, sign in _BOUNDS.items() if word in field]
    if field["type"] == "boolean":
        return code("true", "false")
    return ", ".join(bounds) or ("a secret" if "writeOnly" in field else "a text")
