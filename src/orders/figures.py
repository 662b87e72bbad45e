"""Figures of orders: how many were created, how they moved through the workflow, and what became of payments."""

from collections import Counter
from collections.abc import Iterable

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from orders.order import Order
from orders.payments.changes import FAILED, IGNORED, OVERRIDDEN, REFUNDED, SUCCEEDED
from orders.workflow import Workflows
from service_standard.writes.queue import Decision


class OrderMetrics:
    """Counts what happened to orders; every step of a workflow and every outcome is told from the start, as 0."""

    def __init__(self, meter: Meter, workflows: Workflows) -> None:
        steps = [step for workflow in workflows.by_name.values() for step in workflow.steps]
        self._created = 0
        self._transitions = Counter(dict.fromkeys(steps, 0))
        self._payments = Counter(dict.fromkeys((SUCCEEDED, FAILED, REFUNDED, OVERRIDDEN, IGNORED), 0))
        meter.create_observable_counter("orders.created", [self._observe_created], "{order}", "Orders created.")
        meter.create_observable_counter(
            "orders.transitions", [self._observe_transitions], "{order}", "Orders that went to another status."
        )
        meter.create_observable_counter(
            "orders.payments",
            [self._observe_payments],
            "{payment}",
            "Payments that were told of, by their effect; `ignored` is one that came too late to matter.",
        )

    def happened(self, decision: Decision[Order]) -> None:
        """Counts a committed decision."""
        if decision.before is None:
            self._created += 1
        elif decision.before.status != decision.state.status:
            self._transitions[decision.before.status, decision.state.status] += 1
        if decision.what in self._payments:
            self._payments[decision.what] += 1

    def _observe_created(self, _: CallbackOptions) -> Iterable[Observation]:
        yield Observation(self._created)

    def _observe_transitions(self, _: CallbackOptions) -> Iterable[Observation]:
        for (status, to), count in self._transitions.items():
            yield Observation(count, {"from": status, "to": to})

    def _observe_payments(self, _: CallbackOptions) -> Iterable[Observation]:
        for what, count in self._payments.items():
            yield Observation(count, {"outcome": what.removeprefix("payment ")})
