"""The shape of a schema: which properties, of which types, required or not; without limits, patterns and enums.

The generated models have the contract's shape, the gate has its limits: so a limit that changes is enforced at once,
and a shape that changes needs new models, without which the service does not start.
"""

from typing import cast

from service_standard.contract.document import Json, Node, Object, walk


def model_shapes(root: Node) -> dict[str, Object]:
    """The shape of each component schema that has properties, by name: those that become models."""
    return {name: shape_of(schema) for name, schema in root["components"]["schemas"].items() if "properties" in schema}


def shapes_within(schema: Node) -> dict[str, Object]:
    """The shape of a schema and that of every model within it, by name."""
    found: dict[str, Object] = {}
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if node.name not in found:
            found[node.name] = shape_of(node)
            waiting += [node.at(str(part["$ref"])) for part in walk(found[node.name]) if "$ref" in part]
    return found


def shape_of(schema: Node) -> Object:
    """The shape of one schema; models within it stay references to `#/components/schemas/…`."""
    shape: Object = {"type": schema.get("type") or "any"}
    if "properties" in schema:
        shape["properties"] = {name: _part(value) for name, value in schema["properties"].items()}
        required = schema.get("required")
        shape["required"] = cast("Json", sorted(map(str, required if isinstance(required, list) else [])))
    if "items" in schema:
        shape["items"] = _part(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        shape["additionalProperties"] = _part(schema["additionalProperties"])
    return shape


def _part(schema: Node) -> Json:
    """A property, element or value: a reference if it is a model, else its shape in place."""
    if "properties" in schema and schema.pointer.startswith("/components/schemas/"):
        return {"$ref": f"#/components/schemas/{schema.name}"}
    return shape_of(schema)
