"""Reads documents of any dialect so that one JSON Schema compiler understands them, each value at its place."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Final, NamedTuple, cast

import yaml

from service_standard.checker.weight import refuse_heavy
from service_standard.contract import ContractError, Files, Json, Node, Object
from service_standard.contract.document import load_document, walk

SERVED: Final = Path("/served")


class Document(NamedTuple):
    """A document with all files that it refers to: `root` has its schemas in the words of JSON Schema 2020-12."""

    root: Node
    written: Object


def read_document(path: Path, known: Mapping[Path, Object] | None = None) -> Document:
    """The document at `path`; what is known is not read again.

    Raises:
        ContractError: a file is missing, too large or not YAML, or a reference leads out of the file system.
    """
    return _modern(load_document(path, known))


def served_document(text: bytes, name: str) -> Document:
    """A document that a service answered as JSON.

    Raises:
        ContractError: it is not a JSON object.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ContractError([f"{name}: is not valid JSON"]) from error
    if not isinstance(value, dict):
        raise ContractError([f"{name}: is not a JSON object"])
    file = SERVED / name.strip("/")
    return _modern(Node(Files({file: cast("Object", value)}), file, "", cast("Json", value)))


def _modern(written: Node) -> Document:
    """Older schemas in today's words, each at the place where it was."""
    refuse_heavy(written)
    files = Files(deepcopy(dict(written.files)))
    for schema in (schema for file in files.values() for schema in list(walk(cast("Json", file)))):
        _allow_null(schema)
        _exclude_bounds(schema)
    root = Node(files, written.file, "", cast("Json", files[written.file]))
    return Document(root, written.files[written.file])


def _allow_null(schema: Object) -> None:
    """`nullable`, a word of OpenAPI 3.0."""
    if schema.get("nullable") is not True:
        return
    kind, choices = schema.get("type"), schema.get("enum")
    if isinstance(kind, str):
        schema["type"] = [kind, "null"]
    if isinstance(choices, list) and None not in choices:
        schema["enum"] = [*choices, None]


def _exclude_bounds(schema: Object) -> None:
    """`exclusiveMinimum: true`, as draft 4 has it."""
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(word), bool):
            excluded = {word: schema.pop(bound)} if schema.pop(word) and bound in schema else {}
            schema.update(excluded)


def part(node: Node | None, *keys: str) -> Node | None:
    """What stands under the keys, one within the other, references followed; None where one is not there."""
    for key in keys:
        node = node[key] if node is not None and key in node else None
    return node


def composed(schema: Node | None) -> Iterator[Node]:
    """A schema and those of its `allOf`, each once, though they may refer to each other in a ring."""
    waiting, seen = [schema] if schema else [], set[str]()
    while waiting:
        node = waiting.pop(0)
        if node.uri not in seen:
            seen.add(node.uri)
            yield node
            waiting += node["allOf"].elements() if "allOf" in node else ()


def properties(schema: Node | None) -> dict[str, Node]:
    """The properties of an object, those of its `allOf` included; its own before theirs."""
    found: dict[str, Node] = {}
    for node in composed(schema):
        found = {**(dict(node["properties"].items()) if "properties" in node else {}), **found}
    return found


def required(schema: Node | None) -> frozenset[str]:
    """The names of the properties that an object must have, as `properties` collects them."""
    lists = (node.get("required") for node in composed(schema))
    return frozenset(str(name) for names in lists if isinstance(names, list) for name in names)


def line_of(file: Path, pointer: str) -> int | None:
    """The line (from 1) at which a place of a YAML or JSON file begins; None if it cannot be told."""
    try:
        node = yaml.compose(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, ValueError, yaml.YAMLError):
        return None
    line = 1
    for token in pointer.split("/")[1:]:
        line, node = next(_step(node, token.replace("~1", "/").replace("~0", "~")), (line, None))
    return line


def _step(node: yaml.Node | None, token: str) -> Iterator[tuple[int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key.start_mark.line + 1, value) for key, value in node.value if key.value == token)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((v.start_mark.line + 1, v) for i, v in enumerate(node.value) if str(i) == token)
