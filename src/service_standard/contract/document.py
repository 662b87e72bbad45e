"""Reads a contract document as what it says: YAML 1.2 values only, no duplicate keys, references resolved."""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias, cast
from urllib.parse import quote

import jsonschema_rs
import yaml

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Object: TypeAlias = "dict[str, Json]"

LARGEST_DOCUMENT: Final = 4 * 1024 * 1024
LONGEST_CHAIN: Final = 32
DEEPEST_NESTING: Final = 100
MOST_VALUES: Final = 1_000_000
_INT: Final = re.compile(r"^-?(?:0|[1-9][0-9]*)$")
_FLOAT: Final = re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$")


class ContractError(Exception):
    """A document cannot be used; `faults` has one line for each reason, all of them at once."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class NotFollowed(ContractError):
    """A document may be right, and is more than is read here: it is too large, or refers to another host."""


class _JsonLoader(yaml.CSafeLoader):
    """YAML as JSON has it: PyYAML by itself turns `200:` into an int, a date into a datetime and `on` into True."""

    yaml_implicit_resolvers = {  # noqa: RUF012 PyYAML declares it without ClassVar
        **{first: [("tag:yaml.org,2002:int", _INT), ("tag:yaml.org,2002:float", _FLOAT)] for first in "-0123456789"},
        **{first: [("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"))] for first in "tf"},
        **{first: [("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"))] for first in ("n", "~", "")},
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = True) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002, ARG002 PyYAML's signature
        """Keys are always text, and none stands twice."""
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    problem="found a key that is no word", problem_mark=key_node.start_mark
                )
            if key_node.value in mapping:
                raise yaml.constructor.ConstructorError(problem="found a key twice", problem_mark=key_node.start_mark)
            mapping[str(key_node.value)] = self.construct_object(value_node, deep=True)
        return mapping


def read_yaml(path: Path) -> Object:
    """The mapping that a YAML or JSON file holds.

    Raises:
        ContractError: it is missing, too large, not UTF-8, not YAML, or not a mapping.
    """
    try:
        if path.stat().st_size > LARGEST_DOCUMENT:
            raise NotFollowed([f"{path}: is larger than {LARGEST_DOCUMENT} bytes"])
        text = path.read_text("utf-8")
        if excess := _excess(text):
            raise ContractError([f"{path}: {excess}"])
        value = yaml.load(text, Loader=_JsonLoader)  # noqa: S506 a child of SafeLoader
    except OSError as error:
        raise ContractError([f"{path}: cannot be read: {error.strerror}"]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ContractError([f"{path}: is not valid YAML: {error}"]) from error
    if not isinstance(value, dict):
        raise ContractError([f"{path}: must be a mapping"])
    return cast("Object", value)


def _excess(text: str) -> str | None:
    """What there is too much of: of nesting, at which the C composer would end the process, or of values.

    An alias counts as what it stands for: a few lines can stand for billions of values.
    """
    anchored: dict[str | None, int] = {}
    open_: list[tuple[str | None, int]] = [(None, 0)]
    for event in yaml.parse(text, Loader=_JsonLoader):
        if len(open_) > 1 + DEEPEST_NESTING:
            return f"is nested deeper than {DEEPEST_NESTING}"
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, 1))
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, size = open_.pop()
        elif isinstance(event, yaml.NodeEvent):
            anchor, size = event.anchor, anchored.get(event.anchor, 1) if isinstance(event, yaml.AliasEvent) else 1
        else:
            continue
        anchored[anchor] = size
        open_[-1] = (open_[-1][0], open_[-1][1] + size)
    many = open_[0][1] > MOST_VALUES
    return f"has more than {MOST_VALUES} values, aliases counted as what they stand for" if many else None


class Files(dict[Path, Object]):
    """The files of a document by their paths, which do not change any more once a schema of theirs is compiled."""

    @cached_property
    def registry(self) -> jsonschema_rs.Registry:
        """Where every schema of these files finds the others."""
        files = [(path.as_uri(), root) for path, root in self.items()]
        return jsonschema_rs.Registry(files, draft=jsonschema_rs.Draft202012)

    @cached_property
    def validators(self) -> dict[str, jsonschema_rs.Draft202012Validator]:
        """The schemas that were compiled, by their URIs: many places share one, which is then there once."""
        return {}

    @cached_property
    def property_names(self) -> frozenset[str]:
        """Every property name in the schemas of these files."""
        found = (part.get("properties") for root in self.values() for part in walk(cast("Json", root)))
        return frozenset(name for properties in found if isinstance(properties, dict) for name in properties)


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a document: the value there, and the URI that names it. Walking on follows references."""

    files: Files
    file: Path
    pointer: str
    value: Json

    @property
    def uri(self) -> str:
        """Where this is, as a schema's `$ref` can name it."""
        return f"{self.file.as_uri()}#{quote(self.pointer, safe='/~')}"

    @property
    def place(self) -> str:
        """Where this is, as a person finds it."""
        return f"{self.file.name}#{self.pointer}"

    @property
    def name(self) -> str:
        """The last word of the place."""
        return self.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def __getitem__(self, key: str) -> "Node":
        """What stands under `key`, references followed.

        Raises:
            ContractError: nothing stands there, or its references lead nowhere.
        """
        return self.child(key).resolved()

    def items(self) -> "Iterator[tuple[str, Node]]":
        """The members of an object, references followed; nothing for any other value."""
        for key in self.value if isinstance(self.value, dict) else ():
            yield key, self[key]

    def elements(self) -> "Iterator[Node]":
        """The elements of an array, references followed; nothing for any other value."""
        for index in range(len(self.value) if isinstance(self.value, list) else 0):
            yield self[str(index)]

    def get(self, key: str) -> Json:
        """The value under `key`, or None."""
        return self[key].value if key in self else None

    def text(self, key: str) -> str:
        """The string under `key`.

        Raises:
            ContractError: there is none.
        """
        value = self.get(key)
        if not isinstance(value, str):
            raise ContractError([f"{self.place}: {key} must be a string"])
        return value

    def resolved(self) -> "Node":
        """This place, or the one that its chain of references ends at."""
        node = self
        for _ in range(LONGEST_CHAIN):
            reference = node.value.get("$ref") if isinstance(node.value, dict) else None
            if not isinstance(reference, str):
                return node
            node = node.at(reference)
        raise ContractError([f"{self.place}: a chain of references has no end"])

    def at(self, reference: str) -> "Node":
        """The place that a `$ref` names, seen from here."""
        name, _, pointer = reference.partition("#")
        file = (self.file.parent / name).resolve() if name else self.file
        if file not in self.files:
            raise ContractError([f"{self.file.name}: {reference} names a file that is not there"])
        node = Node(self.files, file, "", cast("Json", self.files[file]))
        for token in pointer.split("/")[1:]:
            node = node.child(token.replace("~1", "/").replace("~0", "~"))
        return node

    def child(self, key: str) -> "Node":
        """What stands under `key` itself, be it a reference.

        Raises:
            ContractError: nothing stands there.
        """
        value: Json = None
        if isinstance(self.value, dict) and key in self.value:
            value = self.value[key]
        elif isinstance(self.value, list) and key.isdigit() and int(key) < len(self.value):
            value = self.value[int(key)]
        else:
            raise ContractError([f"{self.place}: has no {key}"])
        pointer = f"{self.pointer}/{key.replace('~', '~0').replace('/', '~1')}"
        return Node(self.files, self.file, pointer, value)


def load_document(path: Path, known: Mapping[Path, Object] | None = None) -> Node:
    """The root of the document at `path`, which holds every file that it refers to; what is known is not read again."""
    files, read = Files(), known or {}
    waiting = {path.resolve()}
    while waiting:
        file = waiting.pop()
        files[file] = read[file] if file in read else read_yaml(file)
        waiting |= set(_files_named(file, files[file])) - set(files)
    return Node(files, path.resolve(), "", cast("Json", files[path.resolve()]))


def _files_named(file: Path, value: Json) -> Iterator[Path]:
    for node in walk(value):
        reference = node.get("$ref")
        if isinstance(reference, str) and "://" in reference:
            raise NotFollowed([f"{file}: {reference} is on another host, which is not asked"])
        if isinstance(reference, str) and not reference.startswith("#"):
            yield (file.parent / reference.partition("#")[0]).resolve()


def walk(value: Json) -> Iterator[Object]:
    """Every object within a value, itself included."""
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack += node.values()
        elif isinstance(node, list):
            stack += node
