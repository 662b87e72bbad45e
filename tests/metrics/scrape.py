"""A scrape: the metrics of a service as Prometheus reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.service import Caller


@dataclass(frozen=True)
class Scrape:
    """What an exposition says, read by Prometheus's own parser, which refuses what is not well-formed."""

    text: str

    @cached_property
    def families(self) -> Mapping[str, Metric]:
        """The metrics by name; a counter's is without its `_total`, as the parser has it."""
        return {family.name: family for family in text_string_to_metric_families(self.text)}

    @cached_property
    def samples(self) -> Mapping[tuple[str, frozenset[tuple[str, str]]], float]:
        """Each series and its value; an empty label is none."""
        return {
            (sample.name, frozenset((label, value) for label, value in sample.labels.items() if value)): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """The value of the series with exactly these labels; 0 if there is none."""
        return self.samples.get((name, frozenset(labels.items())), 0.0)


async def scraped(service: Caller) -> Scrape:
    """What a service says now."""
    return Scrape((await service.send("GET", "/metrics", {})).text)
