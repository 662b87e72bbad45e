"""What is written for those who keep the service running names the metrics that there are, and no other."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml

from orders.settings import OrdersSettings
from tests.metrics.everything import everything_measured
from tests.metrics.scrape import Scrape
from tests.reference.settings import meanings
from tests.reference.write import PLACE, pages
from tests.service import ROOT

pytestmark = pytest.mark.anyio

DOCUMENT: Final = (ROOT / "docs/operations.md").read_text()
REFERENCE: Final = (PLACE / "metrics.md").read_text()
ALERTS: Final = ROOT / "docs/operations/alerts.yaml"
DASHBOARD: Final = ROOT / "docs/operations/dashboard.json"
# Prometheus itself tells whether a scrape succeeded.
OF_PROMETHEUS: Final = {"up"}
# What is no metric in an expression: strings, matchers, ranges, what is grouped by, functions, and words between.
GROUPING: Final = r"\b(?:by|without|on|ignoring|group_left|group_right)\b\s*(?:\([^)]*\))?"
NO_METRIC: Final = rf'"[^"]*"|\{{[^}}]*\}}|\[[^\]]*\]|{GROUPING}|\b[a-z_]+\s*(?=\()|\b(?:and|or|unless|max|sum)\b'


@pytest.fixture(scope="module")
async def exposed(tmp_path_factory: pytest.TempPathFactory) -> Scrape:
    """The metrics of a service to which everything has happened that any metric tells of."""
    return await everything_measured(tmp_path_factory.mktemp("operations"))


def names(scrape: Scrape) -> set[str]:
    """Everything that an expression can ask for."""
    return {name for name, _ in scrape.samples}


def documented() -> set[str]:
    """The metrics of the reference, as Prometheus names them."""
    return {cells[1].strip("`") for cells in rows(REFERENCE)}


def rows(section: str) -> Iterator[list[str]]:
    """The cells of the first table."""
    lines = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("|")]
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


async def test_the_reference_is_as_make_reference_writes_it(exposed: Scrape) -> None:
    written = {path.name: path.read_text() for path in PLACE.glob("*.md")}
    assert written == pages(exposed), "run make reference"


def test_every_setting_says_what_it_means() -> None:
    assert [name for name in OrdersSettings.model_fields if not meanings()[name].endswith(".")] == []


def test_each_metric_has_one_name_in_two_spellings() -> None:
    for cells in rows(REFERENCE):
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
    assert documented() - bare == {"outbox_head", "sink_position", "sink_leader", "sink_epoch"}


def test_each_alert_is_a_rule_that_says_what_is_wrong_how_bad_it_is_and_in_the_document_what_to_do() -> None:
    for rule in rules():
        assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
    assert [cells[0].strip("`") for cells in rows(DOCUMENT.partition("\n## Alerts\n")[2])] == [
        rule["alert"] for rule in rules()
    ]


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
