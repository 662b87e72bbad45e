"""Metrics of admission: what it says of itself is told."""

import pytest

from service_standard.http.admission import Admission
from service_standard.metrics.admission import observe_admission
from service_standard.problems import Problem
from service_standard.telemetry.providers import Telemetry
from tests.metrics.scrape import Scrape
from tests.service import settings_for

pytestmark = pytest.mark.anyio


async def test_who_runs_who_is_paused_who_waited_and_who_was_turned_away_is_told() -> None:
    telemetry = Telemetry("orders", "1.0.0", settings_for("sqlite:///unused.db"))
    admission = Admission(1, 0.01)
    observe_admission(telemetry.meter, admission)
    await admission.enter()
    with pytest.raises(Problem):
        await admission.enter()
    async with admission.paused_slot():
        await admission.enter()
        scrape = Scrape((await telemetry.exposition.text()).decode())
        admission.leave()
    told = {name: scrape.value(f"admission_{name}") for name in ("in_flight", "paused", "waiting", "shed_total")}
    assert told == {"in_flight": 1, "paused": 1, "waiting": 0, "shed_total": 1}
    assert scrape.value("admission_wait_seconds_count") == 1
    assert 0.01 <= scrape.value("admission_wait_seconds_sum") < 1
