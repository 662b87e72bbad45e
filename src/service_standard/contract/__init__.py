"""The contracts as values: OpenAPI and AsyncAPI documents read whole, with every fault reported at once."""

from service_standard.contract.asyncapi import EventContract, EventType, load_event_contract
from service_standard.contract.document import ContractError, Files, Json, Node, Object
from service_standard.contract.openapi import Content, Contract, Header, Operation, Parameter, Response
from service_standard.contract.openapi_reader import load_contract
from service_standard.contract.schema import Schema
from service_standard.contract.shape import model_shapes

__all__ = [
    "Content",
    "Contract",
    "ContractError",
    "EventContract",
    "EventType",
    "Files",
    "Header",
    "Json",
    "Node",
    "Object",
    "Operation",
    "Parameter",
    "Response",
    "Schema",
    "load_contract",
    "load_event_contract",
    "model_shapes",
]
