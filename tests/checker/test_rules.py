"""The rules as a whole: each row of the standard has one, and each tells what a reader needs."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from service_standard.checker.progress import Progress
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules import every_rule
from service_standard.checker.run import judge, run
from service_standard.checker.standard import REQUIREMENTS
from service_standard.checker.subject import Subject


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def rule_that(judge_: object) -> Rule:
    return Rule("API-01.sample", "It is so.", "Because.", "Do it.", judge_)  # type: ignore[arg-type] # any callable


def test_every_row_of_the_standard_has_a_rule_and_no_two_have_one_id() -> None:
    rules = every_rule()
    assert {rule.requirement.id for rule in rules} == set(REQUIREMENTS)
    assert len({rule.id for rule in rules}) == len(rules)


def test_every_rule_says_in_sentences_what_why_and_how_to_mend() -> None:
    unfinished = [rule.id for rule in every_rule() for text in (rule.message, rule.why, rule.mend) if text[-1:] != "."]
    assert unfinished == []


def test_the_order_of_the_report_is_that_of_the_standard() -> None:
    found = list(dict.fromkeys(rule.requirement.id for rule in every_rule()))
    assert found == list(REQUIREMENTS)


def test_a_rule_that_breaks_down_is_not_judged_and_the_others_are(tmp_path: Path) -> None:
    outcome = judge(rule_that(lambda subject: subject.nothing), Subject(tmp_path))
    assert (outcome.verdict, outcome.findings) == ("not judged", ())
    assert outcome.reason.startswith("the rule could not cope: AttributeError")


def test_findings_before_a_rule_gave_up_count(tmp_path: Path) -> None:
    def gives_up(_: Subject) -> Iterator[Finding]:
        yield Finding("this is wrong")
        raise NotJudged("the rest is not there")

    outcome = judge(rule_that(gives_up), Subject(tmp_path))
    assert (outcome.verdict, len(outcome.findings)) == ("failed", 1)


def test_the_bar_is_drawn_on_a_terminal_only_and_leaves_nothing_behind(tmp_path: Path) -> None:
    terminal, file = Terminal(), StringIO()
    for stream in (terminal, file):
        run(Subject(tmp_path), [rule_that(lambda _: iter(()))], Progress(stream).told)
    assert "0/1 API-01.sample" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert file.getvalue() == ""
