"""One schema of a contract, compiled; tells what is wrong with a value without ever repeating the value."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind as Kind

from service_standard.contract.document import ContractError, Node
from service_standard.problems import FieldError

MOST_ERRORS: Final = 20
Phrase: TypeAlias = "Callable[[Mapping[str, object]], str]"


class Schema:
    """A compiled JSON Schema (2020-12, formats asserted), the one that stands at a node of a contract."""

    def __init__(self, node: Node) -> None:
        self._files = node.files
        validators = node.files.validators
        if node.uri not in validators:
            validators[node.uri] = _compiled(node)
        self._validator = validators[node.uri]

    def allows(self, value: object) -> bool:
        return self._validator.is_valid(value)

    def errors(self, value: object, root: str = "#") -> list[FieldError]:
        """What is wrong with `value`, 20 faults at the most; pointers start at `root`."""
        if self._validator.is_valid(value):
            return []
        found: dict[FieldError, None] = {}
        for error in self._validator.iter_errors(value):
            found.update(dict.fromkeys(self._field_errors(error, root)))
            if len(found) >= MOST_ERRORS:
                break
        return list(found)[:MOST_ERRORS]

    def _field_errors(self, error: jsonschema_rs.ValidationError, root: str) -> Iterator[FieldError]:
        place = "/".join([root, *self._tokens(error.instance_path)])
        match error.kind:
            case Kind.Required():
                yield FieldError(f"{place}/{error.kind.property}", "is required")
            case Kind.AdditionalProperties() | Kind.UnevaluatedProperties():
                yield from self._unexpected(place, error.kind.unexpected)
            case _:
                yield FieldError(place, _phrase(error.kind))

    def _unexpected(self, place: str, names: list[str]) -> Iterator[FieldError]:
        """Names that the contract uses elsewhere are repeated, a caller's inventions are not."""
        known = [name for name in names if name in self._files.property_names]
        for name in known[:MOST_ERRORS]:
            yield FieldError(f"{place}/{name}", "is not allowed here")
        if len(known) < len(names):
            yield FieldError(place, "has a property that is not allowed")

    def _tokens(self, path: list[str | int]) -> Iterator[str]:
        """The path as far as it is the contract's: a key that a caller made up is not repeated."""
        for token in path:
            if isinstance(token, str) and token not in self._files.property_names:
                return
            yield str(token)


def _compiled(node: Node) -> jsonschema_rs.Draft202012Validator:
    try:
        return jsonschema_rs.Draft202012Validator(
            {"$ref": node.uri},
            registry=node.files.registry,
            validate_formats=True,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        raise ContractError([f"{node.place}: is not a usable schema: {error}"]) from error


def _phrase(kind: Kind) -> str:
    phrase = _PHRASES.get(kind.name)
    return phrase(kind.as_dict()) if phrase else f"does not meet the contract's {kind.name}"


def _length(facts: Mapping[str, object]) -> str:
    limit = facts["limit"]
    return "should not be empty" if limit == 1 else f"must have at least {limit} characters"


def _options(facts: Mapping[str, object]) -> str:
    options = facts["options"]
    return f"must be one of {', '.join(map(str, options))}" if isinstance(options, list) else "is not allowed"


_PHRASES: Final[Mapping[str, Phrase]] = {
    "minLength": _length,
    "maxLength": lambda facts: f"must have at most {facts['limit']} characters",
    "minItems": lambda facts: f"must contain at least {facts['limit']} elements",
    "maxItems": lambda facts: f"must contain at most {facts['limit']} elements",
    "minProperties": lambda facts: f"must have at least {facts['limit']} properties",
    "maxProperties": lambda facts: f"must have at most {facts['limit']} properties",
    "minimum": lambda facts: f"must not be less than {facts['limit']}",
    "maximum": lambda facts: f"must not be greater than {facts['limit']}",
    "exclusiveMinimum": lambda facts: f"must be greater than {facts['limit']}",
    "exclusiveMaximum": lambda facts: f"must be less than {facts['limit']}",
    "multipleOf": lambda facts: f"must be a multiple of {facts['multiple_of']}",
    "pattern": lambda facts: f"must match {facts['pattern']}",
    "format": lambda facts: f"must be a valid {facts['format']}",
    "enum": _options,
    "const": lambda facts: f"must be {facts['expected_value']}",
    "type": lambda facts: f"must be of type {_types(facts)}",
    "falseSchema": lambda _: "is not allowed here",
    "not": lambda _: "is not allowed here",
    "uniqueItems": lambda _: "must not contain an element twice",
    "propertyNames": lambda _: "has a property whose name is not allowed",
}


def _types(facts: Mapping[str, object]) -> str:
    types = facts["types"]
    return " or ".join(map(str, types)) if isinstance(types, list) else str(types)
