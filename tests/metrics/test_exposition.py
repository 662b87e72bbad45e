"""The exposition: what a service answers to Prometheus."""

import pytest

from service_standard.metrics.exposition import MEDIA_TYPE
from service_standard.telemetry.providers import Telemetry
from tests.metrics.scrape import Scrape, scraped
from tests.service import Caller, settings_for

pytestmark = pytest.mark.anyio


async def test_anybody_may_read_the_metrics_in_the_text_form_of_prometheus(embedded: Caller) -> None:
    answer = await embedded.send("GET", "/metrics", {})
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    types = {name: family.type for name, family in Scrape(answer.text).families.items()}
    assert types["event_loop_lag_seconds"] == "histogram"
    assert types["write_queue_depth"] == "gauge"
    assert types["sink_delivered"] == "counter"


async def test_the_metrics_say_whose_they_are(embedded: Caller) -> None:
    (info,) = (await scraped(embedded)).families["target_info"].samples
    assert (info.labels["service_name"], info.labels["service_version"]) == ("orders", "1.0.0")
    assert info.labels["deployment_environment_name"] == "development"
    assert info.labels["service_instance_id"]


async def test_each_metric_says_what_it_means(embedded: Caller) -> None:
    assert [name for name, family in (await scraped(embedded)).families.items() if not family.documentation] == []


async def test_two_services_in_one_process_keep_their_metrics_apart() -> None:
    first, second = (Telemetry(name, "1.0.0", settings_for("sqlite:///unused.db")) for name in ("first", "second"))
    first.meter.create_counter("happened").add(1)
    assert Scrape((await first.exposition.text()).decode()).value("happened_total") == 1
    assert "happened" not in Scrape((await second.exposition.text()).decode()).families
