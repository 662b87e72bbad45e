"""Metrics of admission: who runs, who waits for a turn, and who was turned away."""

from collections.abc import Callable, Iterable
from typing import Final

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from service_standard.http.admission import Admission

WAITS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


def observe_admission(meter: Meter, admission: Admission) -> None:
    """What `admission` says of itself; from now on it tells of each wait as well."""

    def observed(value: Callable[[], int]) -> list[Callable[[CallbackOptions], Iterable[Observation]]]:
        return [lambda _: [Observation(value())]]

    meter.create_observable_up_down_counter(
        "admission.in_flight",
        observed(lambda: admission.in_flight),
        "{request}",
        "Requests that have a slot, at most `MAX_IN_FLIGHT`.",
    )
    meter.create_observable_up_down_counter(
        "admission.waiting", observed(lambda: admission.waiting), "{request}", "Requests that wait for a slot."
    )
    meter.create_observable_up_down_counter(
        "admission.paused",
        observed(lambda: admission.paused),
        "{request}",
        "Requests without a slot that wait for something else, such as an event.",
    )
    meter.create_observable_counter(
        "admission.shed", observed(lambda: admission.shed), "{request}", "Requests that were turned away with 503."
    )
    waits = meter.create_histogram(
        "admission.wait",
        "s",
        "How long requests waited for a slot that had to.",
        explicit_bucket_boundaries_advisory=WAITS,
    )
    admission.waited = waits.record
