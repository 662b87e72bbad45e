"""Prints rule by sample: which rules fire on each planted fault, and that none fires on what is good."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from service_standard.checker.rule import Outcome
from service_standard.checker.rules import every_rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from tests.checker.samples import GOOD, good, subject_of
from tests.checker.spoilt import FAULTS, Fault
from tests.sources import ROOT


def fired(outcomes: tuple[Outcome, ...]) -> list[str]:
    return [outcome.rule.id for outcome in outcomes if outcome.findings]


def judged(fault: Fault | None) -> tuple[Outcome, ...]:
    """The outcomes on the good sample, after a fault was planted in it."""
    files = good()
    if fault:
        fault.plant(files)
    with TemporaryDirectory() as directory:
        return run(subject_of(files, Path(directory), fault.older if fault else GOOD), every_rule()).outcomes


def matrix() -> Iterator[str]:
    """A line for each fault, then the figures."""
    found = alarms = 0
    for fault in FAULTS:
        outcomes = judged(fault)
        others = [o.rule.id for o in outcomes if o.verdict == "failed" and o.rule.id != fault.rule]
        found += fault.rule in fired(outcomes)
        alarms += len(others)
        sign = "✓" if fault.rule in fired(outcomes) else "✗ missed"
        yield f"{fault.rule:<24} {sign} {fault.words}{f'; also {others}' if others else ''}"
    clean = {"the good sample": judged(None), "our own service": run(Subject(ROOT), every_rule()).outcomes}
    for name, outcomes in clean.items():
        alarms += len(fired(outcomes))
        unjudged = sum(outcome.verdict == "not judged" for outcome in outcomes)
        yield f"{name}: {len(fired(outcomes))} findings, {unjudged} of {len(outcomes)} rules not judged"
    yield f"faults: {len(FAULTS)}, found by their own rule: {found}, false alarms: {alarms}"


if __name__ == "__main__":
    for line in matrix():
        sys.stdout.write(line + "\n")
