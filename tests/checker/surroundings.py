"""What is planted beside the running service: a replica, a receiver of telemetry, a dependency that breaks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Final, NamedTuple

from service_standard.checker.live.client import Bounds
from service_standard.checker.live.target import Live
from service_standard.checker.live.telemetry import listening
from service_standard.checker.rule import Outcome, Rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from tests.checker.parcels import Parcels
from tests.checker.running import SCOPES
from tests.checker.samples import GOOD
from tests.checker.served import live, served

# What waits for something that never comes waits until the time is over.
SECONDS: Final = 2.0
Surround = Callable[[Live, ExitStack], Live]


class Beside(NamedTuple):
    """A fault of the surroundings, the one rule that must find it, and how it is planted."""

    rule: str
    words: str
    surround: Surround


def forgets(target: Live, stack: ExitStack) -> Live:
    """Another replica, which knows nothing of what the first one has."""
    url = stack.enter_context(served(Parcels()))
    return replace(target, other=stack.enter_context(live(url)).client)


def is_silent(target: Live, stack: ExitStack) -> Live:
    """Somebody who listens for telemetry, and hears none."""
    return replace(target, receiver=stack.enter_context(listening(0)))


def overlooks(target: Live, _: ExitStack) -> Live:
    """A dependency that goes away, of which the service takes no notice."""
    return replace(target, breaking="true", mending="true")


FAULTS: Final = (
    Beside("LIFE-04.replicas", "keeps parcels in its own memory", forgets),
    Beside("OBS-02.otlp", "sends no telemetry", is_silent),
    Beside("LIFE-02.readiness", "is ready without its database", overlooks),
)


@contextmanager
def surrounded(fault: Beside, seconds: float) -> Iterator[Subject]:
    with served(Parcels()) as url, ExitStack() as stack:
        target = stack.enter_context(live(url, scopes=SCOPES, bounds=Bounds(rate=1000.0, time_limit=seconds)))
        yield Subject(GOOD, target=fault.surround(replace(target, examples=3), stack))


def judged_beside(fault: Beside, rules: Sequence[Rule], seconds: float = SECONDS) -> dict[str, Outcome]:
    """The outcome of each rule by its id."""
    with surrounded(fault, seconds) as subject:
        return {outcome.rule.id: outcome for outcome in run(subject, rules).outcomes}
