"""The manifest's rules on a good service, and on one that breaks each of them."""

from pathlib import Path

import pytest

from service_standard.checker.rules import chosen
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from tests.checker.samples import good, write


def test_a_good_manifest_breaks_no_rule(tmp_path: Path) -> None:
    report = run(Subject(write(good(), tmp_path)), chosen(["manifest"], []))
    assert report.count("passed") == len(report.outcomes)


@pytest.mark.parametrize(
    ("word", "value", "broken"),
    [
        ("owner", None, "MAN-01.words"),
        ("version", "1.2", "MAN-01.words"),
        ("api", "openapi.yml", "MAN-01.files"),
        ("name", "parcels-service", "MAN-02.documents"),
    ],
)
def test_a_wrong_word_breaks_the_rule_that_is_about_it(word: str, value: str, broken: str, tmp_path: Path) -> None:
    files = good()
    files["service.yaml"][word] = value
    report = run(Subject(write(files, tmp_path)), chosen(["manifest"], []))
    assert broken in {outcome.rule.id for outcome in report.outcomes if outcome.findings}
