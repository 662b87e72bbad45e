"""What is written for those who keep the service running names the metrics that there are, and no other."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import pytest
import yaml

from tests.contract.probes import creating, paying
from tests.events.stream import eventually
from tests.metrics.scrape import Scrape, scraped
from tests.service import ROOT, Caller, migrated, running, settings_for
from tests.storage import held

pytestmark = pytest.mark.anyio

DOCUMENT: Final = (ROOT / "docs/operations.md").read_text()
ALERTS: Final = ROOT / "docs/operations/alerts.yaml"
DASHBOARD: Final = ROOT / "docs/operations/dashboard.json"
UNREACHABLE: Final = "http://127.0.0.1:1/hook"
# Prometheus itself tells whether a scrape succeeded.
OF_PROMETHEUS: Final = {"up"}
# What is no metric in an expression: strings, matchers, ranges, what is grouped by, functions, and words between.
GROUPING: Final = r"\b(?:by|without|on|ignoring|group_left|group_right)\b\s*(?:\([^)]*\))?"
NO_METRIC: Final = rf'"[^"]*"|\{{[^}}]*\}}|\[[^\]]*\]|{GROUPING}|\b[a-z_]+\s*(?=\()|\b(?:and|or|unless|max|sum)\b'


@pytest.fixture(scope="module")
async def exposed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scrape]:
    """The metrics of a service to which everything has happened that any metric tells of."""
    settings = settings_for(
        f"sqlite:///{tmp_path_factory.mktemp('operations')}/orders.db",
        database_timeout_seconds=0.3,
        event_sinks="log,http",
        event_http_url=UNREACHABLE,
        max_in_flight=1,
    )
    # The first figures of the second start know the sinks; else they would be told with the next, in five seconds.
    async with running(migrated(settings)) as service:
        await paying()(service)
        await eventually(lambda: tells(service, "sink_errors_total"))
    async with running(settings) as service:
        await paying()(service)
        async with held(settings, "orders"):
            assert set(await asyncio.gather(creating()(service), creating()(service))) == {503}
        await eventually(lambda: tells(service, "sink_epoch", "sink_errors_total"))
        yield await scraped(service)


async def tells(service: Caller, *names: str) -> bool:
    return set(names) <= {name for name, _ in (await scraped(service)).samples}


def names(scrape: Scrape) -> set[str]:
    """Everything that an expression can ask for."""
    return {name for name, _ in scrape.samples}


def documented() -> dict[str, set[str]]:
    """The attributes of each metric of the table, as Prometheus names both."""
    return {cells[1].strip("`"): set(re.findall(r"`([^`]+)`", cells[2].replace(".", "_"))) for cells in rows("Metrics")}


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of the table under a heading."""
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    yield from ([cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:])


def asked_for(expression: str) -> set[str]:
    """The metrics of an expression."""
    return set(re.findall(r"\b[a-z_]\w*", re.sub(NO_METRIC, " ", expression)))


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    """Those of the alert rules and of the dashboard, whose variables stand for something."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [
        *(rule["expr"] for rule in rules()),
        *(target["expr"] for panel in panels for target in panel.get("targets", ())),
    ]


async def test_the_table_has_exactly_the_metrics_that_are_exposed_with_their_attributes(exposed: Scrape) -> None:
    found = {
        family.name + ("_total" if family.type == "counter" else ""): {
            label for sample in family.samples for label in sample.labels if label != "le"
        }
        for family in exposed.families.values()
    }
    del found["target_info"]
    assert documented() == found


def test_each_metric_has_one_name_in_two_spellings() -> None:
    for cells in rows("Metrics"):
        name, in_prometheus = (cell.strip("`") for cell in cells[:2])
        assert re.fullmatch(re.escape(name.replace(".", "_")) + "(_seconds|_total)?", in_prometheus)


async def test_alerts_and_dashboard_ask_for_metrics_that_are_exposed(exposed: Scrape) -> None:
    wanted = {metric for expression in expressions() for metric in asked_for(expression)}
    assert wanted - names(exposed) == OF_PROMETHEUS


async def test_alerts_and_dashboard_select_by_labels_that_are_exposed(exposed: Scrape) -> None:
    labels = {label for _, pairs in exposed.samples for label, _ in pairs}
    selectors = [text for expression in expressions() for text in re.findall(r"\{([^}]*)\}", expression)]
    selected = {label for text in selectors for label in re.findall(r"(\w+)\s*[=!]", text)}
    assert selected - labels == {"job"}


def test_the_dashboard_shows_every_metric() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    shown = {m for panel in panels for target in panel.get("targets", ()) for m in asked_for(target["expr"])}
    bare = {re.sub("_(bucket|count|sum)$", "", metric) for metric in shown} | shown
    assert set(documented()) - bare == {"outbox_head", "sink_position", "sink_leader", "sink_epoch"}


def test_each_alert_is_a_rule_that_says_what_is_wrong_how_bad_it_is_and_in_the_document_what_to_do() -> None:
    for rule in rules():
        assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
    assert [cells[0].strip("`") for cells in rows("Alerts")] == [rule["alert"] for rule in rules()]


@pytest.mark.parametrize(
    ("expression", "metrics"),
    [
        ("up == 0", {"up"}),
        ('sum by (le) (rate(a_bucket{b="c"}[5m])) > 0.5', {"a_bucket"}),
        ("a / ignoring (b) group_left sum(c) and d", {"a", "c", "d"}),
    ],
)
def test_the_metrics_of_an_expression_are_found(expression: str, metrics: set[str]) -> None:
    assert asked_for(expression) == metrics
