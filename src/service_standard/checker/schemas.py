"""Compiles the schemas of a contract, whoever wrote them, and says what is wrong with a value."""

from typing import Final

import jsonschema_rs

from service_standard.contract import ContractError, Json, Node

LONGEST_FAULT: Final = 240
SHOWN_END: Final = 80


class Compiled:
    """A schema with its references, formats asserted, and patterns as ECMAScript has them, look-around included."""

    def __init__(self, node: Node) -> None:
        try:
            self._validator = jsonschema_rs.Draft202012Validator(
                {"$ref": node.uri}, registry=node.files.registry, validate_formats=True
            )
        except (jsonschema_rs.ReferencingError, jsonschema_rs.ValidationError, ValueError) as error:
            raise ContractError([f"{node.place}: is not a usable schema: {first_line(str(error))}"]) from error

    def allows(self, value: Json) -> bool:
        return self._validator.is_valid(value)

    def fault(self, value: Json) -> str | None:
        """The first thing that is wrong with a value, at its place; None for one that is allowed."""
        for error in self._validator.iter_errors(value):
            place = "".join(f"/{word}" for word in error.instance_path)
            return f"{place or 'the whole'}: {first_line(error.message)}"
        return None


def first_line(text: str) -> str:
    """Of a long one its beginning and its end: validators tell the value first, and then what is wrong with it."""
    line = text.partition("\n")[0]
    return line if len(line) <= LONGEST_FAULT else f"{line[: LONGEST_FAULT - SHOWN_END]} … {line[-SHOWN_END:]}"
