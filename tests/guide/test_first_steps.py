"""What the README and the tutorial have a newcomer type works as it stands there, and answers what they show."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from tests.guide.checkout import checkout, serving, typed
from tests.guide.document import Step, same_each_time, steps
from tests.jaeger import Jaeger
from tests.process import WISH
from tests.sources import ROOT

TUTORIAL: Final = ROOT / "docs/tutorial.md"
# What a service says that does not start, with which make ends.
REFUSED: Final = ("orders serve: cannot go on:", 2)
COLLECTOR: Final = "http://localhost:4318"

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "make"))), reason="bash, curl or make is not installed"
)


def in_order(document: Path) -> tuple[Step, Sequence[Step], Sequence[Step]]:
    """The step that starts the service, those that are typed elsewhere, and those that need Docker or a collector."""
    first, *others = steps(document)
    more = [step for step in others if step.typed.startswith("docker ") or COLLECTOR in step.typed]
    return first, [step for step in others if step not in more], more


def test_every_step_answers_what_is_shown(tmp_path: Path) -> None:
    """One service for both documents: what the README has somebody start is what the tutorial starts."""
    (started, readme, _), (start, tutorial, _) = in_order(ROOT / "README.md"), in_order(TUTORIAL)
    assert started.typed.split("#")[0].strip() in start.typed
    project, others = checkout(tmp_path), [*readme, *tutorial]
    with serving(project, start.typed) as service:
        for step, came in zip(others, typed(project, service, others), strict=True):
            assert came.status == (REFUSED[1] if step.shown.startswith(REFUSED[0]) else 0), came.output
            assert same_each_time(came.output).startswith(same_each_time(step.shown)), came.output


def test_the_trace_is_where_the_tutorial_looks_for_it(jaeger: Jaeger, tmp_path: Path) -> None:
    *_, (start_jaeger, start) = in_order(TUTORIAL)
    assert "jaegertracing/jaeger" in start_jaeger.typed
    run = uuid4().hex
    command = start.typed.replace(COLLECTOR, jaeger.otlp)
    with serving(checkout(tmp_path), command, OTEL_RESOURCE_ATTRIBUTES=f"test.run={run}") as service:
        with service.caller() as caller:
            caller.post("/orders", json=WISH).raise_for_status()
        traces = jaeger.until("orders", json.dumps({"test.run": run}), lambda found: len(found.spans) >= 3)
    request = traces.span("POST /orders")
    transaction = traces.span("transaction", request.place)
    assert traces.span("create order.created", transaction.place).kind == "producer"
