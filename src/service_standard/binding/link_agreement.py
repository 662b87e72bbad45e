"""Whether the links of an answer lead to operations of the contract, with what those need and the reply has."""

from collections.abc import Iterator
from typing import cast

from service_standard.contract import Contract, Node, Object, Operation


def link_faults(contract: Contract, operation: Operation) -> Iterator[str]:
    """One line for each link that cannot be followed."""
    shape = next(iter(operation.success.content.shapes.values()))
    replied = {f"$response.body#/{name}" for name in cast("Object", shape.get("properties", {}))}
    for link in operation.success.links:
        for fault in _link(contract, link, replied):
            yield f"link {link.name}: {fault}"


def _link(contract: Contract, link: Node, replied: set[str]) -> Iterator[str]:
    target = contract.operations.get(str(link.get("operationId")))
    if target is None:
        yield f"{link.get('operationId')} is no operation"
        return
    given = dict(link["parameters"].items()) if "parameters" in link else {}
    known = {parameter.name for parameter in target.parameters}
    required = {parameter.name for parameter in target.parameters if parameter.required}
    yield from (f"{target.id} has no parameter {name}" for name in sorted(set(given) - known))
    yield from (f"{target.id} requires the parameter {name}" for name in sorted(required - set(given)))
    yield from (
        f"{name}: {value.value} is not in the reply" for name, value in given.items() if value.value not in replied
    )
