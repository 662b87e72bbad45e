"""A mutation: one changed fact of a contract, and the verdict whether the service follows it or refuses to start."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from orders.app import compose
from orders.law import law_of
from orders.settings import OrdersSettings
from service_standard.contract import ContractError
from tests.contract.documents import Edit, mutated_documents
from tests.contract.probes import Probe
from tests.service import Caller, migrated, running, settings_for

# What has the contract of a service have an overlay.
ADDING: Final[Mapping[str, Mapping[str, str]]] = {
    "": {},
    "catalog": {"catalog": "embedded"},
    "saga": {"saga": "payments"},
}
Kind: TypeAlias = Literal["driven", "refused", "ignored"]


@dataclass(frozen=True, slots=True)
class Follows:
    """The service starts; the probe sees `before` without the mutation and `after` with it."""

    probe: Probe
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Refuses:
    """The service does not start, and one of the faults has these words."""

    naming: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """One changed fact and what it must lead to; a fact that stands in several places takes several edits."""

    sentence: str
    edits: tuple[Edit, ...]
    expected: Follows | Refuses

    @property
    def added(self) -> str:
        """The part whose overlays it changes, which the service that it is tried on has; empty for none."""
        changed = (edit.document.partition(" ")[0] for edit in self.edits)
        return next((part for part in changed if part in ADDING), "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutation; `reason` says why it counts as ignored."""

    kind: Kind
    reason: str = ""


def driven(sentence: str, *edits: Edit, probe: Probe, before: object, after: object) -> Mutation:
    """A mutation that the service follows."""
    return Mutation(sentence, edits, Follows(probe, before, after))


def refused(sentence: str, *edits: Edit, naming: str) -> Mutation:
    """A mutation with which the service does not start."""
    return Mutation(sentence, edits, Refuses(naming))


@dataclass(frozen=True, slots=True)
class Bench:
    """Where mutations are tried: a directory, a migrated database to copy, and services without any mutation.

    There is one without any overlay, and one with each.
    """

    directory: Path
    database: Path
    unmutated: Mapping[str, Caller]

    async def verdict(self, mutation: Mutation) -> Verdict:
        """What becomes of a mutation; anything but what is expected of it is `ignored`."""
        with tempfile.TemporaryDirectory(dir=self.directory) as directory:
            place = Path(directory)
            mutated_documents(place, mutation.edits)
            database = shutil.copy(self.database, place / "orders.db")
            manifest, added = place / "service.yaml", ADDING[mutation.added]
            settings = settings_for(f"sqlite:///{database}", service_manifest=manifest, **added)
            if isinstance(mutation.expected, Refuses):
                return _refusal(settings, mutation.expected)
            return await self._following(settings, self.unmutated[mutation.added], mutation.expected)

    async def _following(self, settings: OrdersSettings, unmutated: Caller, expected: Follows) -> Verdict:
        before = await _observed(unmutated, expected.probe)
        try:
            async with running(settings) as mutated:
                after = await _observed(mutated, expected.probe)
        except ContractError as error:
            return Verdict("ignored", f"was refused: {error}")
        if before == expected.before != expected.after == after:
            return Verdict("driven")
        wanted = f"wanted {expected.before!r} and {expected.after!r}"
        return Verdict("ignored", f"{before!r} became {after!r}, {wanted}")


async def _observed(service: Caller, probe: Probe) -> object:
    """What the probe sees; an answer that its own contract does not allow is an observation too."""
    try:
        return await probe(service)
    except AssertionError as error:
        return f"outside of the contract: {error}"


def _refusal(settings: OrdersSettings, expected: Refuses) -> Verdict:
    try:
        compose(law_of(settings), settings)
    except ContractError as error:
        if any(expected.naming in fault for fault in error.faults):
            return Verdict("refused")
        return Verdict("ignored", f"no fault names {expected.naming!r}: {error}")
    return Verdict("ignored", "the service started")


@asynccontextmanager
async def bench(directory: Path) -> AsyncIterator[Bench]:
    """A bench in an empty directory."""
    database = directory / "migrated.db"
    migrated(settings_for(f"sqlite:///{database}"))
    async with AsyncExitStack() as stack:
        unmutated = {}
        for added, values in ADDING.items():
            used = shutil.copy(database, directory / f"with {added}.db")
            unmutated[added] = await stack.enter_async_context(running(settings_for(f"sqlite:///{used}", **values)))
        yield Bench(directory, database, unmutated)
