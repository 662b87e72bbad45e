"""Figures that tests measure: lines `proof: …` at the end of the run, whichever process the tests ran in."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest

Proof: TypeAlias = Callable[[str], None]


@pytest.fixture
def proof(record_property: Callable[[str, object], None]) -> Proof:
    """Notes a line of figures."""
    return lambda figures: record_property("proof", figures)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in sorted(_proofs(terminalreporter)):
        terminalreporter.write_line(f"proof: {line}")


def _proofs(reporter: pytest.TerminalReporter) -> Iterator[str]:
    reports = [report for reports in reporter.stats.values() for report in reports]
    for report in reports:
        if isinstance(report, pytest.TestReport) and report.when == "call":
            yield from (str(value) for name, value in report.user_properties if name == "proof")
