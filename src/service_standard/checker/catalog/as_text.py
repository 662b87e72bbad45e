"""The catalogue as text."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.catalog.catalog import Catalog, Entry
from service_standard.checker.report.as_table import SIGNS

MARKS: Final = {(True, False): "sends", (False, True): "receives", (True, True): "both", (False, False): "·"}


def as_text(catalog: Catalog) -> str:
    return "\n".join(_lines(catalog)) + "\n"


def mark(service: Entry, event: str) -> str:
    """What a service has to do with an event."""
    return MARKS[event in service.sends, event in service.receives]


def counts(service: Entry) -> str:
    """What the static rules found, in words."""
    failed, warned = service.report.count("failed"), service.report.count("warned")
    words = [f"{failed} rules broken"] if failed else []
    words += [f"{warned} warnings"] if warned else []
    return ", ".join(words) or "no findings"


def _lines(catalog: Catalog) -> Iterator[str]:
    yield from _table(
        ["service", "version", "owner", "operations", "events", "findings"],
        [[*_row(service)] for service in catalog.services],
    )
    for name in catalog.shared_names:
        yield f"! more than one service is called {name}"
    if catalog.events:
        yield "\nevents"
        names = [service.name for service in catalog.talkers]
        yield from _table(["", *names], [[event, *_marks(catalog, event)] for event in catalog.events])
    for service in catalog.services:
        yield from _service(service)


def _row(service: Entry) -> Iterator[str]:
    yield from (service.name, service.version or "?", service.owner or "?")
    yield str(len(service.operations))
    yield str(len(service.sends | service.receives))
    yield "cannot be read" if service.faults else counts(service)


def _marks(catalog: Catalog, event: str) -> list[str]:
    return [mark(service, event) for service in catalog.talkers]


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _service(service: Entry) -> Iterator[str]:
    yield f"\n{service.name}  {service.directory}"
    yield from (f"  ✗ {fault}" for fault in service.faults)
    if service.scopes:
        yield f"  scopes  {', '.join(service.scopes)}"
    width = max((len(operation.name) for operation in service.operations), default=0)
    for operation in service.operations:
        yield f"  {operation.name:<{width}}  {operation.summary}{_asked(operation.scopes)}"
    for outcome in service.breaches:
        message = " ".join(outcome.findings[0].message.split())
        yield f"  {SIGNS[outcome.verdict]} {outcome.rule.id}  {message}"


def _asked(scopes: tuple[str, ...]) -> str:
    return f"  [{', '.join(scopes)}]" if scopes else ""
