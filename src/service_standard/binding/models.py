"""The models of requests, replies and events, in the words of the contract that they were generated from."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from service_standard.contract import Files, Node, Object
from service_standard.contract.shape import shapes_within


@cache
def models_within(model: type[BaseModel]) -> Mapping[str, Object]:
    """The shape of a model and of each within it, in the words of the contract's."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = {**schema.pop("$defs", {}), model.__name__: schema}
    document: Object = {"components": {"schemas": schemas}}
    root = Node(Files({Path("models"): document}), Path("models"), "", document)
    return shapes_within(root["components"]["schemas"][model.__name__])
