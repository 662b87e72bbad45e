"""The workflow: which status may follow which, as the contract's `x-workflow` has it; no status is known by name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast


class WorkflowError(Exception):
    """The contract's workflow makes no sense; `faults` has one line for each reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Workflow:
    """The first status, those that may follow each, and those that an event from another service leads to."""

    initial: str
    following: Mapping[str, tuple[str, ...]]
    reached_by: Mapping[str, str]

    def allows(self, present: str, to: str) -> bool:
        return to in self.following.get(present, ())

    def passed(self, present: str, status: str) -> bool:
        """Whether an order that is in the present status must have been in another: no way around it leads there."""
        return present == status or present not in _reachable(self, without=status)


def read_workflow(declared: object, statuses: Sequence[object]) -> Workflow:
    """The workflow that `x-workflow` declares for the statuses of the enum beside it.

    Raises:
        WorkflowError: with every fault; a status that cannot be reached, or that is neither final nor followed, is one.
    """
    if not isinstance(declared, Mapping) or not isinstance(declared.get("statuses"), Mapping):
        raise WorkflowError(["x-workflow: must have an initial status and its statuses"])
    following = {str(name): _next(facts) for name, facts in declared["statuses"].items()}
    workflow = Workflow(str(declared.get("initial")), following, _reached_by(declared["statuses"]))
    finals = {str(name) for name, facts in declared["statuses"].items() if _is_final(facts)}
    faults = [
        *_unknown_words(declared),
        *_names(workflow, [str(status) for status in statuses]),
        *_dead_ends(workflow, finals),
    ]
    if faults:
        raise WorkflowError([f"x-workflow: {fault}" for fault in faults])
    return workflow


def _unknown_words(declared: Mapping[str, object]) -> Iterator[str]:
    """A word that nothing follows would be a promise that nobody keeps."""
    yield from (f"{word} is not supported" for word in sorted(set(declared) - {"initial", "statuses"}))
    statuses = cast("Mapping[str, object]", declared["statuses"])
    for status, facts in statuses.items():
        words = set(facts) if isinstance(facts, Mapping) else {str(facts)}
        yield from (f"{status}: {word} is not supported" for word in sorted(words - {"next", "final", "reachedBy"}))
    reached = sum("reachedBy" in facts for facts in statuses.values() if isinstance(facts, Mapping))
    if reached > len(_reached_by(statuses)):
        yield "reachedBy: must be an event, and no two statuses are reached by the same"


def _next(facts: object) -> tuple[str, ...]:
    following = facts.get("next") if isinstance(facts, Mapping) else None
    return tuple(map(str, following)) if isinstance(following, list) else ()


def _reached_by(statuses: Mapping[str, object]) -> dict[str, str]:
    """The statuses that say so, by the type of the event."""
    events = {name: facts.get("reachedBy") for name, facts in statuses.items() if isinstance(facts, Mapping)}
    return {event: name for name, event in events.items() if isinstance(event, str)}


def _is_final(facts: object) -> bool:
    return isinstance(facts, Mapping) and facts.get("final") is True


def _names(workflow: Workflow, statuses: Sequence[str]) -> Iterator[str]:
    for status in sorted(set(statuses) ^ set(workflow.following)):
        yield f"{status} is not in both the enum and the workflow"
    for status in sorted(
        {to for following in workflow.following.values() for to in following} - set(workflow.following)
    ):
        yield f"{status} follows another and is no status"
    if workflow.initial not in workflow.following:
        yield f"the initial status {workflow.initial} is no status"
    for status in sorted(set(workflow.following) - _reachable(workflow)):
        yield f"{status} cannot be reached from {workflow.initial}"


def _dead_ends(workflow: Workflow, finals: set[str]) -> Iterator[str]:
    for status, following in workflow.following.items():
        if status in following:
            yield f"{status} cannot follow itself"
        if bool(following) == (status in finals):
            yield f"{status} must either be final or be followed by another status"


def _reachable(workflow: Workflow, without: str | None = None) -> set[str]:
    """The statuses that an order can come to, on ways that avoid one of them."""
    reached: set[str] = set()
    waiting = [workflow.initial]
    while waiting:
        status = waiting.pop()
        if status not in reached and status != without:
            reached.add(status)
            waiting += workflow.following.get(status, ())
    return reached
