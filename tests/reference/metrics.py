"""The metrics: what a service exposes to which everything has happened, each by both of its names."""

import ast
import re
from collections.abc import Iterator

from prometheus_client import Metric

from tests.metrics.scrape import Scrape
from tests.reference.markdown import code, page, table
from tests.sources import modules

ABOUT = """\
What `GET /metrics` answers in the text form of Prometheus, and what is sent over OTLP where
`OTEL_EXPORTER_OTLP_ENDPOINT` says. In OTLP the names have dots, and attributes too. How to scrape them, what they
mean together, and the alerts on them: [operations](../operations.md#metrics)."""
_NAME = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")


def metrics(exposed: Scrape) -> str:
    """The page, of a service to which everything has happened that any metric tells of."""
    families = exposed.families.values()
    dotted = {name.replace(".", "_"): name for name in _dotted_names()}
    rows = sorted([_row(family, dotted) for family in families if family.name != "target_info"])
    return page("Metrics", ABOUT, table(["Metric", "In Prometheus", "Kind", "Attributes", "Meaning"], rows))


def _row(family: Metric, dotted: dict[str, str]) -> list[str]:
    labels = {label for sample in family.samples for label in sample.labels if label != "le"}
    plain = family.name.removesuffix("_seconds")
    shown = family.name + ("_total" if family.type == "counter" else "")
    attributes = code(*sorted(dotted.get(label, label) for label in labels))
    return [f"`{dotted[plain]}`", f"`{shown}`", family.type, attributes, family.documentation]


def _dotted_names() -> Iterator[str]:
    """Every name with dots in it that the sources have: Prometheus does not tell where its dots were."""
    constants = (node for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.Constant))
    yield from (node.value for node in constants if isinstance(node.value, str) and _NAME.fullmatch(node.value))
