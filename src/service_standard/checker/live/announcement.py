"""Says, before the first request that changes anything, what a run will write and where."""

from collections.abc import Iterator

from service_standard.checker.live.client import SAFE_METHODS
from service_standard.checker.live.target import Live
from service_standard.checker.openapi import Operation


def announcement(live: Live, operations: tuple[Operation, ...]) -> str:
    """One line for a person who may still interrupt."""
    bounds = live.client.bounds
    pace = f"at most {bounds.rate:g} requests/s for at most {bounds.time_limit:g} s"
    writing = list(_writing(operations))
    if bounds.read_only or not writing:
        return f"reads from {live.client.base_url}, {pace}; nothing is written"
    names = ", ".join(writing)
    return f"writes to {live.client.base_url} by {names}, and leaves what it makes; {pace} (--read-only only reads)"


def _writing(operations: tuple[Operation, ...]) -> Iterator[str]:
    yield from (operation.name for operation in operations if operation.method not in SAFE_METHODS)
