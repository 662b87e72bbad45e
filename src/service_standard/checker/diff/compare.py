"""The difference of two sources: each contract that both have, and those that only one has."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from service_standard.checker.asyncapi import AsyncApi
from service_standard.checker.diff.asyncapi import of_asyncapi
from service_standard.checker.diff.change import Change, grouped
from service_standard.checker.diff.kinds import Effect, kind
from service_standard.checker.diff.openapi import of_openapi
from service_standard.checker.diff.source import Source
from service_standard.checker.live.deadline import within
from service_standard.checker.openapi import OpenApi
from service_standard.checker.refusal import Refused
from service_standard.checker.rule import Place
from service_standard.contract import ContractError

LONGEST: Final = 60.0
Document = TypeVar("Document", OpenApi, AsyncApi)


@dataclass(frozen=True, slots=True)
class Difference:
    """Every change between two sources, those that break first."""

    old: Source
    new: Source
    changes: tuple[Change, ...]

    def count(self, effect: Effect) -> int:
        return sum(change.kind.effect == effect for change in self.changes)

    def place(self, change: Change) -> Place:
        found = self.new.place(change.node) or self.old.place(change.node)
        return found or Place(str(change.node.file), change.node.pointer)


def compared(old: Source, new: Source) -> Difference:
    """The difference of two sources.

    Raises:
        Refused: one is an OpenAPI and the other an AsyncAPI document, or a reference leads nowhere.
    """
    if not (old.openapi and new.openapi) and not (old.asyncapi and new.asyncapi):
        raise Refused(f"{old.name} and {new.name} have no kind of contract in common")
    try:
        return within(LONGEST, lambda: Difference(old, new, tuple(grouped(_changes(old, new)))))
    except TimeoutError as error:
        raise Refused(f"the contracts are too large to be compared: {error}") from error
    except ContractError as error:
        raise Refused(" ".join(error.faults[0].split())) from error


def _changes(old: Source, new: Source) -> Iterator[Change]:
    yield from _of_documents("OpenAPI", old.openapi, new.openapi, of_openapi)
    yield from _of_documents("AsyncAPI", old.asyncapi, new.asyncapi, of_asyncapi)


def _of_documents(
    name: str,
    old: Document | None,
    new: Document | None,
    walk: Callable[[Document, Document], Iterator[Change]],
) -> Iterator[Change]:
    if old and new:
        yield from walk(old, new)
    elif old:
        yield Change(kind("document.removed"), (name,), old.version, None, old.root)
    elif new:
        yield Change(kind("document.added"), (name,), None, new.version, new.root)
