"""Every static rule finds the fault that was planted for it, and no other rule that must be kept fires on it."""

from pathlib import Path

import pytest

from service_standard.checker.rule import Outcome
from service_standard.checker.rules import every_rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from tests.checker.samples import good, subject_of
from tests.checker.spoilt import FAULTS, Fault
from tests.sources import ROOT

NEEDS_A_SERVICE = "no running service was given (--url)"


def outcomes(subject: Subject) -> dict[str, Outcome]:
    return {outcome.rule.id: outcome for outcome in run(subject, every_rule()).outcomes}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.rule}: {fault.words}")
def test_a_planted_fault_is_found_by_its_own_rule_alone(fault: Fault, tmp_path: Path) -> None:
    files = good()
    fault.plant(files)
    found = outcomes(subject_of(files, tmp_path, fault.older))
    assert found[fault.rule].findings
    assert [rule for rule, outcome in found.items() if outcome.verdict == "failed" and rule != fault.rule] == []


def test_a_good_service_breaks_no_rule_and_every_static_rule_is_judged(tmp_path: Path) -> None:
    found = outcomes(subject_of(good(), tmp_path)).values()
    assert [outcome.findings for outcome in found if outcome.findings] == []
    assert {outcome.reason for outcome in found if outcome.verdict == "not judged"} <= {NEEDS_A_SERVICE}


def test_every_static_rule_has_a_fault_that_breaks_it(tmp_path: Path) -> None:
    static = {rule for rule, outcome in outcomes(subject_of(good(), tmp_path)).items() if outcome.verdict == "passed"}
    assert static == {fault.rule for fault in FAULTS}


def test_our_own_service_breaks_no_static_rule() -> None:
    found = outcomes(Subject(ROOT)).values()
    assert [(outcome.rule.id, outcome.findings) for outcome in found if outcome.findings] == []


def test_an_empty_directory_is_a_finding_and_nothing_in_it_has_passed(tmp_path: Path) -> None:
    found = outcomes(Subject(tmp_path)).values()
    assert {outcome.rule.id for outcome in found if outcome.verdict == "failed"} == {"MAN-01.present"}
    assert not any(outcome.verdict == "passed" for outcome in found)
