"""Reads workflows as the contract's `x-workflow` has them; what makes no sense is refused with every reason at once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from orders.workflow import CANCEL, Status, Workflow, Workflows

CAPABILITIES: Final = ("cancellable", "editable", "refundable", "final")
# Facts of a status that are the types of events.
EVENTS: Final = ("reachedBy", "event")


class WorkflowError(Exception):
    """The contract's workflows make no sense; `faults` has one line for each reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read_workflows(declared: object, statuses: Sequence[object]) -> Workflows:
    """The workflows that `x-workflow` declares, whose statuses are those of the enum beside it.

    Raises:
        WorkflowError: with every fault; a status that cannot be reached, or that is neither final nor followed, is one.
    """
    facts = _members(_members(declared).get("workflows"))
    workflows = {name: _workflow(name, workflow) for name, workflow in facts.items()}
    default = workflows.get(str(_members(declared).get("default")))
    faults = [
        *_unknown(_members(declared), "default", "workflows"),
        *_enum_faults([str(status) for status in statuses], workflows.values()),
        *(f"{name}: {fault}" for name, workflow in facts.items() for fault in _written_faults(_members(workflow))),
        *(f"{name}: {fault}" for name, workflow in workflows.items() for fault in _faults(workflow)),
    ]
    if default is None:
        faults.insert(0, "must have workflows, and the name of one of them as the default")
    if default is None or faults:
        raise WorkflowError([f"x-workflow: {fault}" for fault in faults])
    return Workflows(default, workflows)


def _members(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _workflow(name: str, declared: object) -> Workflow:
    facts = _members(declared)
    statuses = {status: _status(_members(each)) for status, each in _members(facts.get("statuses")).items()}
    return Workflow(name, str(facts.get("initial")), statuses)


def _status(facts: Mapping[str, object]) -> Status:
    following = facts.get("next")
    return Status(
        following=tuple(map(str, following)) if isinstance(following, list) else (),
        cancellable=facts.get("cancellable") is True,
        editable=facts.get("editable") is True,
        refundable=facts.get("refundable") is True,
        final=facts.get("final") is True,
        reached_by=_text(facts, "reachedBy"),
        event=_text(facts, "event"),
    )


def _text(facts: Mapping[str, object], name: str) -> str | None:
    value = facts.get(name)
    return value if isinstance(value, str) else None


def _unknown(facts: Mapping[str, object], *known: str) -> Iterator[str]:
    """A word that nothing follows would be a promise that nobody keeps."""
    yield from (f"{word} is not supported" for word in sorted(set(facts) - set(known)))


def _written_faults(declared: Mapping[str, object]) -> Iterator[str]:
    """What is wrong with the facts as they are written."""
    yield from _unknown(declared, "initial", "statuses")
    for status, written in _members(declared.get("statuses")).items():
        yield from (f"{status}: {fault}" for fault in _status_faults(_members(written)))


def _status_faults(facts: Mapping[str, object]) -> Iterator[str]:
    yield from _unknown(facts, "next", *EVENTS, *CAPABILITIES)
    unclear = (name for name in CAPABILITIES if not isinstance(facts.get(name, False), bool))
    yield from (f"{name} must be true or false" for name in unclear)
    yield from (f"{name} must be an event" for name in EVENTS if not isinstance(facts.get(name, ""), str))


def _enum_faults(enum: Sequence[str], workflows: Iterable[Workflow]) -> Iterator[str]:
    used = {status for workflow in workflows for status in workflow.statuses}
    yield from (f"{status} is not in both the enum and a workflow" for status in sorted(used ^ set(enum)))
    yield from (f"{status} stands twice in the enum" for status, times in Counter(enum).items() if times > 1)


def _faults(workflow: Workflow) -> Iterator[str]:
    following = {to for _, to in workflow.steps}
    if workflow.initial not in workflow.statuses:
        yield f"the initial status {workflow.initial} is no status"
    yield from (f"{name} follows another and is no status" for name in sorted(following - set(workflow.statuses)))
    unreachable = sorted(set(workflow.statuses) - workflow.reachable())
    yield from (f"{name} cannot be reached from {workflow.initial}" for name in unreachable)
    events = [status.reached_by for status in workflow.statuses.values() if status.reached_by]
    if len(set(events)) < len(events):
        yield "no two statuses are reached by the same event or operation"
    for name, status in workflow.statuses.items():
        yield from _dead_ends(name, status)
        if status.cancellable != (workflow.cancelled in status.following):
            cancelled = workflow.cancelled or f"a status that is reached by {CANCEL}"
            yield f"{name} must be cancellable and be followed by {cancelled}, or neither"


def _dead_ends(name: str, status: Status) -> Iterator[str]:
    if name in status.following:
        yield f"{name} cannot follow itself"
    if len(set(status.following)) < len(status.following):
        yield f"{name} must not be followed by the same status twice"
    if bool(status.following) == status.final:
        yield f"{name} must either be final or be followed by another status"
