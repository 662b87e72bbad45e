"""Prints rule by sample: which rules fire on each planted fault, and that none fires on what is good."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from service_standard.checker.live.target import DEFAULT_EXAMPLES
from service_standard.checker.rule import Outcome
from service_standard.checker.rules import every_rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from tests.checker.parcels import Parcels
from tests.checker.running import judged_live, orders_running
from tests.checker.samples import GOOD, good, subject_of
from tests.checker.spoilt import FAULTS, Fault
from tests.checker.surroundings import FAULTS as BESIDE
from tests.checker.surroundings import judged_beside
from tests.checker.unfit import FAULTS as UNFIT
from tests.sources import ROOT

# For every rule, and for the one that waits until the time is over.
LONG_ENOUGH: Final = 30.0


def fired(outcomes: tuple[Outcome, ...]) -> list[str]:
    return [outcome.rule.id for outcome in outcomes if outcome.findings]


def judged(fault: Fault | None) -> tuple[Outcome, ...]:
    """The outcomes on the good sample, after a fault was planted in it."""
    files = good()
    if fault:
        fault.plant(files)
    with TemporaryDirectory() as directory:
        return run(subject_of(files, Path(directory), fault.older if fault else GOOD), every_rule()).outcomes


def samples() -> Iterator[tuple[str, str, tuple[Outcome, ...]]]:
    """Each planted fault, the rule that must find it, and what was found."""
    yield from ((fault.rule, fault.words, judged(fault)) for fault in FAULTS)
    for unfit in UNFIT:
        yield unfit.rule, unfit.words, tuple(judged_live(unfit.app(), every_rule()).values())
    for beside in BESIDE:
        yield beside.rule, beside.words, tuple(judged_beside(beside, every_rule(), LONG_ENOUGH).values())


def matrix() -> Iterator[str]:
    """A line for each fault, then the figures; the last one begins with ✗ if anything is not as it should be."""
    number = found = alarms = 0
    for number, (rule, words, outcomes) in enumerate(samples(), 1):  # noqa: B007 counted, for the figures
        others = [o.rule.id for o in outcomes if o.verdict == "failed" and o.rule.id != rule]
        found += rule in fired(outcomes)
        alarms += len(others)
        sign = "✓" if rule in fired(outcomes) else "✗ missed"
        yield f"{rule:<24} {sign} {words}{f'; also {others}' if others else ''}"
    for name, outcomes in clean():
        alarms += len(fired(outcomes))
        unjudged = sum(outcome.verdict == "not judged" for outcome in outcomes)
        yield f"{name}: {len(fired(outcomes))} findings, {unjudged} of {len(outcomes)} rules not judged"
    sign = "✓" if found == number and not alarms else "✗"
    yield f"{sign} faults: {number}, found by their own rule: {found}, false alarms: {alarms}"


def clean() -> Iterator[tuple[str, tuple[Outcome, ...]]]:
    """What no rule may find anything in."""
    yield "the good sample", judged(None)
    yield "the good sample as it runs", tuple(judged_live(Parcels(), every_rule()).values())
    yield "our own service", run(Subject(ROOT), every_rule()).outcomes
    with orders_running(examples=DEFAULT_EXAMPLES) as subject:
        yield "our own service as it runs", run(subject, every_rule()).outcomes


if __name__ == "__main__":
    line = ""
    for line in matrix():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    sys.exit(line.startswith("✗"))
