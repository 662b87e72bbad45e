"""What a service has to keep: its manifest, and the two contracts that it names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel

from service_standard.binding.agreement import disagreements
from service_standard.binding.event_agreement import Extensions, envelope_disagreements, event_disagreements
from service_standard.binding.handler import Handler
from service_standard.contract import (
    Contract,
    ContractError,
    EventContract,
    EventType,
    Node,
    Schema,
    load_contract,
    load_event_contract,
)
from service_standard.contract.overlay import overlaid, parted, scopes_added
from service_standard.contract.shape import shape_of
from service_standard.manifest import Manifest, load_manifest
from service_standard.settings import Settings

Models: TypeAlias = Mapping[str, type[BaseModel]]
"""The models of the events' data, by the types of the events."""


@dataclass(frozen=True, slots=True)
class Law:
    """The documents, read."""

    manifest: Manifest
    contract: Contract
    events: EventContract

    @property
    def outgoing(self) -> str:
        """The address of the channel that events are sent to; empty if none are."""
        return _channel(self.events.sent)

    @property
    def incoming(self) -> str:
        """The address of the channel that events are received from; empty if none are."""
        return _channel(self.events.received)

    @property
    def envelope(self) -> Schema:
        """The schema of any CloudEvent, which the contract of a service that receives events has."""
        return Schema(self._cloud_event)

    @property
    def _cloud_event(self) -> Node:
        return self.contract.root["components"]["schemas"]["CloudEvent"]

    def faults(
        self, handlers: Sequence[Handler], sent: Models, received: Models, extensions: Extensions
    ) -> Iterator[str]:
        """Each fact on which code and contracts differ."""
        yield from disagreements(self.contract, handlers, self.manifest)
        yield from event_disagreements(self.events, sent, received, self.manifest, extensions)
        if self.events.received:
            yield from envelope_disagreements("CloudEvent", shape_of(self._cloud_event))
        for what, events in (("sent", self.events.sent), ("received", self.events.received)):
            if len({event.channel for event in events.values()}) > 1:
                yield f"channels: events are {what} on one channel, the contract names several"

    def unlisted(self, settings: type[Settings]) -> Iterator[str]:
        """Each variable that only the manifest or only the code knows."""
        read = {name.upper() for name in settings.model_fields}
        for name in sorted(self.manifest.environment - read):
            yield f"environment: the manifest lists {name}, which nothing reads"
        for name in sorted(read - self.manifest.environment):
            yield f"environment: {name} is read, and the manifest does not list it"


def read_law(path: Path, overlays: Sequence[Path] = ()) -> Law:
    """The manifest at `path` and what it names; the overlays change the documents that they extend.

    Raises:
        ContractError: with every fault in any of the documents.
    """
    manifest = load_manifest(path)
    manifest = replace(manifest, required_scopes=manifest.required_scopes | scopes_added(overlays))
    of_api, of_events = parted(overlays, manifest.events)
    faults: list[str] = []
    contract = events = None
    try:
        contract = load_contract(manifest.api, of_api)
    except ContractError as error:
        faults += [f"{manifest.api.name}: {fault}" for fault in error.faults]
    try:
        read = contract.root.files if contract else {}
        events = load_event_contract(manifest.events, {**read, **overlaid(manifest.events, of_events)})
    except ContractError as error:
        faults += [f"{manifest.events.name}: {fault}" for fault in error.faults]
    if contract is None or events is None:
        raise ContractError(faults)
    return Law(manifest, contract, events)


def _channel(events: Mapping[str, EventType]) -> str:
    return next((event.channel for event in events.values()), "")
