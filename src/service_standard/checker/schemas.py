"""Compiles the schemas of a contract, whoever wrote them, and says what is wrong with a value."""

from typing import Final

import jsonschema_rs

from service_standard.contract import ContractError, Json, Node

LONGEST_FAULT: Final = 240


class Compiled:
    """A schema with its references, formats asserted, and patterns as ECMAScript has them, look-around included."""

    def __init__(self, node: Node) -> None:
        files = [(path.as_uri(), root) for path, root in node.files.items()]
        registry = jsonschema_rs.Registry(files, draft=jsonschema_rs.Draft202012)
        try:
            self._validator = jsonschema_rs.Draft202012Validator(
                {"$ref": node.uri}, registry=registry, validate_formats=True
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
    return text.partition("\n")[0][:LONGEST_FAULT]
