"""Figures of payments: what came of them."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from payments.payment import FAILED, SUCCESSFUL, Payment
from service_standard.writes.queue import Decision

REFUNDED: Final = "refunded"


class PaymentMetrics:
    """Counts what was committed; every outcome is told from the start, as 0."""

    def __init__(self, meter: Meter) -> None:
        self._outcomes = Counter(dict.fromkeys((SUCCESSFUL, FAILED, REFUNDED), 0))
        meter.create_observable_counter(
            "payments.outcomes",
            [self._observe],
            "{payment}",
            "Payments by what came of them; each refund is one of `refunded`.",
        )

    def happened(self, decision: Decision[Payment]) -> None:
        """Counts a committed decision; a pending payment has no outcome yet."""
        outcome = decision.what.removeprefix("payment ")
        if outcome in self._outcomes:
            self._outcomes[outcome] += 1

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        for outcome, count in self._outcomes.items():
            yield Observation(count, {"outcome": outcome})
