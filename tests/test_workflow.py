"""The workflows are the contract's: any that makes sense is taken, any other is refused with every reason at once."""

import pytest

from orders.workflow import Workflow
from orders.workflow_reader import WorkflowError, read_workflows

SOUND = {"initial": "new", "statuses": {"new": {"next": ["done"]}, "done": {"next": [], "final": True}}}


def faults(declared: object, *statuses: str) -> list[str]:
    with pytest.raises(WorkflowError) as refused:
        read_workflows({"default": "short", "workflows": {"short": declared}}, statuses)
    assert str(refused.value) == "\n".join(refused.value.faults)
    return refused.value.faults


def read(declared: object, *statuses: str) -> Workflow:
    return read_workflows({"default": "short", "workflows": {"short": declared}}, statuses).default


def declared(initial: object = "new", **statuses: object) -> dict[str, object]:
    return {"initial": initial, "statuses": statuses}


def test_a_workflow_allows_what_it_declares_and_nothing_else() -> None:
    workflow = read(SOUND, "new", "done")
    assert (workflow.name, workflow.initial) == ("short", "new")
    assert list(workflow.steps) == [("new", "done")]
    allowed = [(a, b) for a in ("new", "done", "lost") for b in ("new", "done", "lost") if workflow.allows(a, b)]
    assert allowed == [("new", "done")]


def test_a_workflow_may_go_round_in_circles() -> None:
    circle = declared(new={"next": ["open"]}, open={"next": ["new", "done"]}, done={"final": True})
    assert read(circle, "new", "open", "done").allows("open", "new")


@pytest.mark.parametrize(
    "nonsense",
    [None, [], "pending", {}, {"default": "new"}, {"default": "a", "workflows": ["a"]}, {"workflows": {"a": SOUND}}],
)
def test_what_is_no_workflow_is_refused(nonsense: object) -> None:
    with pytest.raises(WorkflowError, match="x-workflow: must have workflows, and the name of one of them"):
        read_workflows(nonsense, ["new", "done"])


def test_the_enum_has_the_statuses_of_all_workflows() -> None:
    other = declared("new", new={"next": ["lost"]}, lost={"final": True})
    found = read_workflows({"default": "b", "workflows": {"a": SOUND, "b": other}}, ["new", "done", "lost"])
    assert (found.default.name, found.of("a").following("new")) == ("b", ("done",))
    assert found.of("gone").following("new") == ()


@pytest.mark.parametrize(
    ("workflow", "statuses", "reason"),
    [
        (SOUND, "new", "done is not in both the enum and a workflow"),
        (SOUND, "new done lost", "lost is not in both the enum and a workflow"),
        (declared(new={"next": ["lost"]}), "new", "lost follows another and is no status"),
        (declared("lost", new={"final": True}), "new", "the initial status lost is no status"),
        (declared(None, new={"final": True}), "new", "the initial status None is no status"),
        (declared(new={"final": True}, far={"final": True}), "new far", "far cannot be reached from new"),
        (declared(new={"next": []}), "new", "new must either be final or be followed by another status"),
        (declared(new=None), "new", "new must either be final or be followed by another status"),
        (declared(new={"next": "done"}), "new", "new must either be final or be followed by another status"),
        (declared(new={"next": ["new"], "final": True}), "new", "new must either be final or be followed by another"),
        (declared(new={"final": True, "editable": "yes"}), "new", "new: editable must be true or false"),
        (declared(new={"final": True, "reachedBy": 1}), "new", "new: reachedBy must be an event"),
        (declared(new={"final": True, "open": True}), "new", "new: open is not supported"),
        (declared(new={"final": True, "cancellable": True}), "new", "new must be cancellable and be followed by a"),
        (declared(new={"next": ["off"]}, off={"final": True, "reachedBy": "cancelOrder"}), "new off", "new must be c"),
        (SOUND, "new done new", "new stands twice in the enum"),
        (declared(new={"final": "yes"}), "new", "new must either be final or be followed by another status"),
    ],
)
def test_a_workflow_that_makes_no_sense_is_refused(workflow: object, statuses: str, reason: str) -> None:
    assert any(
        fault.startswith((f"x-workflow: {reason}", f"x-workflow: short: {reason}"))
        for fault in faults(workflow, *statuses.split())
    )


def test_every_fault_of_a_workflow_is_told_at_once() -> None:
    assert len(faults(declared("lost", a={"next": ["b"]}, c={"next": []}), "a", "d")) >= 5
