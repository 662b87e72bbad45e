"""The report in its formats: a table for people, and what machines read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

from service_standard.checker.report.as_html import as_html
from service_standard.checker.report.as_json import as_json
from service_standard.checker.report.as_junit import as_junit
from service_standard.checker.report.as_sarif import as_sarif
from service_standard.checker.report.as_table import as_table
from service_standard.checker.run import Report


class Format(Protocol):
    """Writes a report as text; colours are for a terminal only."""

    def __call__(self, report: Report, *, is_terminal: bool) -> str: ...


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "table": as_table,
        "json": as_json,
        "junit": as_junit,
        "sarif": as_sarif,
        "html": as_html,
    }
)
