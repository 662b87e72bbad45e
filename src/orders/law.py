"""What the service has to keep: its manifest, its two contracts, and the workflow that one of them holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from orders.event_models import OrderCreatedData, OrderUpdatedData, PaymentData
from orders.payments import FAILED, SUCCESSFUL
from orders.workflow import Workflow, WorkflowError, read_workflow
from service_standard.binding.agreement import disagreements
from service_standard.binding.event_agreement import envelope_disagreements, event_disagreements
from service_standard.binding.handler import Handler
from service_standard.contract import (
    Contract,
    ContractError,
    EventContract,
    Node,
    Schema,
    load_contract,
    load_event_contract,
)
from service_standard.contract.shape import shape_of
from service_standard.manifest import Manifest, load_manifest
from service_standard.settings import Settings

SENT: Final[dict[str, type[BaseModel]]] = {"order.created": OrderCreatedData, "order.updated": OrderUpdatedData}
RECEIVED: Final[dict[str, type[BaseModel]]] = {SUCCESSFUL: PaymentData, FAILED: PaymentData}

# The events that move an order to the status that is reached by them; the others only leave a note.
MOVING: Final = frozenset({SUCCESSFUL})


@dataclass(frozen=True, slots=True)
class Law:
    """The documents, read."""

    manifest: Manifest
    contract: Contract
    events: EventContract
    workflow: Workflow

    @property
    def outgoing(self) -> str:
        """The address of the channel that events are sent to."""
        return next(event.channel for event in self.events.sent.values())

    @property
    def incoming(self) -> str:
        """The address of the channel that events are received from."""
        return next(event.channel for event in self.events.received.values())

    @property
    def envelope(self) -> Schema:
        """The schema of any CloudEvent."""
        return Schema(self._cloud_event)

    @property
    def _cloud_event(self) -> Node:
        return self.contract.root["components"]["schemas"]["CloudEvent"]

    def faults(self, handlers: Sequence[Handler]) -> Iterator[str]:
        """Each fact on which code and documents differ."""
        yield from disagreements(self.contract, handlers, self.manifest)
        yield from event_disagreements(self.events, SENT, RECEIVED, self.manifest)
        yield from envelope_disagreements("CloudEvent", shape_of(self._cloud_event))
        for what, events in (("sent", self.events.sent), ("received", self.events.received)):
            if len({event.channel for event in events.values()}) > 1:
                yield f"channels: events are {what} on one channel, the contract names several"
        for event, status in self.workflow.reached_by.items():
            if event not in MOVING:
                yield f"x-workflow: {status} is reached by {event}, which moves no order"
        yield from self._variables()

    def _variables(self) -> Iterator[str]:
        read = {name.upper() for name in Settings.model_fields}
        for name in sorted(self.manifest.environment - read):
            yield f"environment: the manifest lists {name}, which nothing reads"
        for name in sorted(read - self.manifest.environment):
            yield f"environment: {name} is read, and the manifest does not list it"


def read_law(path: Path) -> Law:
    """The manifest at `path` and what it names.

    Raises:
        ContractError: with every fault in any of the documents.
    """
    manifest = load_manifest(path)
    faults: list[str] = []
    contract = events = workflow = None
    try:
        contract = load_contract(manifest.api)
        workflow = _workflow(contract)
    except (ContractError, WorkflowError) as error:
        faults += [f"{manifest.api.name}: {fault}" for fault in error.faults]
    try:
        events = load_event_contract(manifest.events, contract.root.files if contract else None)
    except ContractError as error:
        faults += [f"{manifest.events.name}: {fault}" for fault in error.faults]
    if contract is None or events is None or workflow is None:
        raise ContractError(faults)
    return Law(manifest, contract, events, workflow)


def _workflow(contract: Contract) -> Workflow:
    status = contract.root["components"]["schemas"]["OrderStatus"]
    statuses = status.get("enum")
    return read_workflow(status.get("x-workflow"), statuses if isinstance(statuses, list) else [])
