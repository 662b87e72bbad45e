"""The workflow is the contract's: any that makes sense is taken, any other is refused with every reason at once."""

import pytest

from orders.workflow import WorkflowError, read_workflow

SOUND = {"initial": "new", "statuses": {"new": {"next": ["done"]}, "done": {"next": [], "final": True}}}


def faults(declared: object, *statuses: str) -> list[str]:
    with pytest.raises(WorkflowError) as refused:
        read_workflow(declared, statuses)
    assert str(refused.value) == "\n".join(refused.value.faults)
    return refused.value.faults


def declared(initial: object = "new", **statuses: object) -> dict[str, object]:
    return {"initial": initial, "statuses": statuses}


def test_a_workflow_allows_what_it_declares_and_nothing_else() -> None:
    workflow = read_workflow(SOUND, ["new", "done"])
    assert workflow.initial == "new"
    assert workflow.following == {"new": ("done",), "done": ()}
    allowed = [(a, b) for a in ("new", "done", "lost") for b in ("new", "done", "lost") if workflow.allows(a, b)]
    assert allowed == [("new", "done")]


def test_a_workflow_may_go_round_in_circles() -> None:
    circle = declared(new={"next": ["open"]}, open={"next": ["new", "done"]}, done={"final": True})
    assert read_workflow(circle, ["new", "open", "done"]).allows("open", "new")


@pytest.mark.parametrize("nonsense", [None, [], "pending", {}, {"initial": "new"}, {"initial": "a", "statuses": ["a"]}])
def test_what_is_no_workflow_is_refused(nonsense: object) -> None:
    assert faults(nonsense, "new") == ["x-workflow: must have an initial status and its statuses"]


@pytest.mark.parametrize(
    ("workflow", "statuses", "reason"),
    [
        (SOUND, "new", "done is not in both the enum and the workflow"),
        (SOUND, "new done lost", "lost is not in both the enum and the workflow"),
        (declared(new={"next": ["lost"]}), "new", "lost follows another and is no status"),
        (declared("lost", new={"final": True}), "new", "the initial status lost is no status"),
        (declared(None, new={"final": True}), "new", "the initial status None is no status"),
        (declared(new={"final": True}, far={"final": True}), "new far", "far cannot be reached from new"),
        (declared(new={"next": []}), "new", "new must either be final or be followed by another status"),
        (declared(new=None), "new", "new must either be final or be followed by another status"),
        (declared(new={"next": "done"}), "new", "new must either be final or be followed by another status"),
        (declared(new={"next": ["new"], "final": True}), "new", "new must either be final or be followed by another"),
        (declared(new={"final": "yes"}), "new", "new must either be final or be followed by another status"),
    ],
)
def test_a_workflow_that_makes_no_sense_is_refused(workflow: object, statuses: str, reason: str) -> None:
    assert any(fault.startswith(f"x-workflow: {reason}") for fault in faults(workflow, *statuses.split()))


def test_every_fault_of_a_workflow_is_told_at_once() -> None:
    assert len(faults(declared("lost", a={"next": ["b"]}, c={"next": []}), "a", "d")) >= 5
