"""The examples of a contract: where they stand, and whether their schemas allow them."""

from collections.abc import Iterator

from service_standard.checker.documents import part
from service_standard.checker.schemas import Compiled
from service_standard.contract import Node


def examples_of(holder: Node) -> Iterator[Node]:
    """The examples of a body or a parameter: beside its schema, by name, and in the schema itself."""
    if "example" in holder:
        yield holder.child("example")
    for _, example in holder["examples"].items() if "examples" in holder else ():
        yield from [example.child("value")] if "value" in example else []
    schema = part(holder, "schema")
    if schema is not None:
        yield from [schema.child("example")] if "example" in schema else []
        yield from [schema.child("examples").child(str(index)) for index in range(_length(schema))]


def _length(schema: Node) -> int:
    examples = schema.get("examples")
    return len(examples) if isinstance(examples, list) else 0


def wrong_examples(holder: Node) -> Iterator[tuple[Node, str]]:
    """Each example that its schema does not allow, with the reason."""
    schema = part(holder, "schema")
    if schema is None:
        return
    compiled = Compiled(schema)
    for example in examples_of(holder):
        fault = compiled.fault(example.value)
        if fault:
            yield example, fault
