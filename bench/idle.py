"""What the service costs before it does anything: the time to its first answer, and its memory when idle."""

import time
from contextlib import ExitStack
from statistics import median
from typing import Final

from bench.databases import KINDS
from bench.processes import free_port, running
from bench.results import Row
from bench.rounds import Plan
from bench.subjects import OURS

STARTED: Final = 3
IDLE_SECONDS: Final = 2.0


def idle(plan: Plan) -> list[Row]:
    """Rows of start and memory, one start after another with nothing beside it."""
    return [row for kind in KINDS for row in _on(plan, kind)]


def _on(plan: Plan, kind: str) -> list[Row]:
    print(f"start and memory, {kind}", flush=True)
    seen = [_start(plan, kind) for _ in range(STARTED)]
    starts, memories = zip(*seen, strict=True)
    return [
        Row("start to first answer", "ours", kind, value=round(median(starts), 2), unit="s"),
        Row("memory of an idle worker", "ours", kind, value=round(median(memories), 1), unit="MB"),
    ]


def _start(plan: Plan, kind: str) -> tuple[float, float]:
    """Seconds and megabytes of one start."""
    database, port = plan.databases.seeded(kind, 1_000), free_port()
    environ = OURS.environ(port, database.url, plan.collector)
    with ExitStack() as stack:
        process = stack.enter_context(running(OURS.command(port), environ, plan.directory / "idle.log", port))
        seconds = process.answered()
        time.sleep(IDLE_SECONDS)
        return seconds, process.memory()
