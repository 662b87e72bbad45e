"""What a catalogue knows: the services below some directories, each with its contracts and its findings."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from service_standard.checker.asyncapi import Direction
from service_standard.checker.refusal import Refused
from service_standard.checker.rule import NotJudged, Outcome
from service_standard.checker.rules import every_rule
from service_standard.checker.run import Report, run
from service_standard.checker.subject import MANIFEST, ManifestFile, Subject
from service_standard.contract import ContractError

Part = TypeVar("Part")
# Directories of others' code, in which a manifest is nobody's here.
NOT_SEARCHED: Final = frozenset({"node_modules", "venv", "vendor", "dist", "build", "target", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as a caller sees it."""

    name: str
    id: str
    summary: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One service; `faults` say what of it cannot be read, and `report` what the static rules found."""

    name: str
    version: str
    owner: str
    directory: Path
    scopes: tuple[str, ...]
    operations: tuple[Operation, ...]
    sends: frozenset[str]
    receives: frozenset[str]
    faults: tuple[str, ...]
    report: Report

    @property
    def breaches(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.report.outcomes if outcome.findings)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All services that were found, by name."""

    services: tuple[Entry, ...]

    @property
    def events(self) -> tuple[str, ...]:
        return tuple(sorted({event for service in self.services for event in service.sends | service.receives}))

    @property
    def talkers(self) -> tuple[Entry, ...]:
        """The services that send or receive any event."""
        return tuple(service for service in self.services if service.sends or service.receives)

    @property
    def shared_names(self) -> tuple[str, ...]:
        """Names that more than one service has."""
        names = [service.name for service in self.services if service.name]
        return tuple(sorted({name for name in names if names.count(name) > 1}))


def catalog_of(directories: Sequence[Path]) -> Catalog:
    """The catalogue of every manifest below the directories.

    Raises:
        Refused: a directory is not there, or there is no manifest in any of them.
    """
    missing = [str(directory) for directory in directories if not directory.is_dir()]
    if missing:
        raise Refused(f"{', '.join(missing)}: there is no such directory")
    found = sorted({path.resolve() for directory in directories for path in _manifests(directory)})
    if not found:
        raise Refused(f"there is no {MANIFEST} below {', '.join(map(str, directories))}")
    services = [_service(Subject(path)) for path in found]
    return Catalog(tuple(sorted(services, key=lambda service: (service.name, str(service.directory)))))


def _manifests(directory: Path) -> Iterator[Path]:
    """The directories with a manifest; links are not followed, for they may lead round in a ring."""
    for place, below, files in os.walk(directory):
        below[:] = [name for name in below if name not in NOT_SEARCHED and not name.startswith(".")]
        if MANIFEST in files:
            yield Path(place)


def _service(subject: Subject) -> Entry:
    faults: list[str] = []
    manifest = _read(lambda: subject.manifest, faults) or ManifestFile(subject.manifest_path, {})
    operations = _read(lambda: tuple(_operations(subject)), faults)
    sends = _read(lambda: _events(subject, "send"), faults)
    receives = _read(lambda: _events(subject, "receive"), faults)
    return Entry(
        name=manifest.name or subject.directory.name,
        version=manifest.version,
        owner=str(manifest.values.get("owner") or ""),
        directory=subject.directory,
        scopes=tuple(map(str, manifest.scopes)) if isinstance(manifest.scopes, list) else (),
        operations=operations or (),
        sends=sends or frozenset(),
        receives=receives or frozenset(),
        faults=tuple(dict.fromkeys(faults)),
        report=run(subject, every_rule()),
    )


def _read(read: Callable[[], Part], faults: list[str]) -> Part | None:
    """What can be read; of what cannot, the fault is noted on one line."""
    try:
        return read()
    except NotJudged as error:
        reason = error.reason
    except ContractError as error:
        reason = error.faults[0]
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # A document of a shape that nobody foresaw is a fault of the document, and the catalogue lists the others.
        reason = f"a document is of an unknown shape: {error}"
    faults.append(" ".join(reason.split()))
    return None


def _operations(subject: Subject) -> Iterator[Operation]:
    for one in subject.openapi.operations:
        yield Operation(one.name, one.id or "", str(one.node.get("summary") or ""), tuple(sorted(one.scopes)))


def _events(subject: Subject, direction: Direction) -> frozenset[str]:
    return frozenset(message.type for message in subject.asyncapi.messages if message.direction == direction)
