"""The report on one screen: a line for each requirement by heading, then each finding with its evidence."""

from collections.abc import Iterator
from itertools import groupby
from textwrap import fill
from types import MappingProxyType
from typing import Final

from service_standard.checker.rule import Finding, Outcome, Verdict
from service_standard.checker.run import Report
from service_standard.checker.standard import Requirement

SIGNS: Final = MappingProxyType({"passed": "✓", "failed": "✗", "warned": "!", "not judged": "\N{EN DASH}"})
COLOURS: Final = MappingProxyType({"passed": "32", "failed": "31;1", "warned": "33", "not judged": "2"})
WORST_FIRST: Final[tuple[Verdict, ...]] = ("failed", "warned", "not judged", "passed")
MOST_SHOWN: Final = 5
WIDTH: Final = 100
INDENT: Final = "      "


def as_table(report: Report, *, is_terminal: bool = False) -> str:
    return "\n".join(_lines(report, is_terminal)) + "\n"


def by_requirement(report: Report) -> list[tuple[Requirement, list[Outcome]]]:
    """The outcomes of each requirement, in the order of the standard."""
    groups = groupby(report.outcomes, key=lambda outcome: outcome.rule.requirement)
    return [(requirement, list(outcomes)) for requirement, outcomes in groups]


def verdict_of(outcomes: list[Outcome]) -> Verdict:
    """The verdict on a requirement: passed only if each of its rules was judged and has passed."""
    verdicts = {outcome.verdict for outcome in outcomes}
    return next(verdict for verdict in WORST_FIRST if verdict in verdicts)


def _lines(report: Report, is_terminal: bool) -> Iterator[str]:  # noqa: FBT001 private, and passed on
    yield title(report)
    for heading, group in groupby(by_requirement(report), key=lambda entry: entry[0].heading):
        yield f"\n{_coloured('1', heading, is_terminal)}"
        for requirement, outcomes in group:
            yield _row(requirement, outcomes, is_terminal)
    yield from _unjudged(report, is_terminal)
    for outcome in report.outcomes:
        yield from _evidence(outcome, is_terminal)
    yield f"\n{summary(report)}"


def title(report: Report) -> str:
    name = f"{report.name} {report.version}".strip() or report.directory
    return f"{name} at {report.url}" if report.url else name


def summary(report: Report) -> str:
    return (
        f"{report.count('passed')} passed, {report.count('failed')} failed, {report.count('warned')} warned, "
        f"{report.count('not judged')} not judged; {about(report)}"
    )


def about(report: Report) -> str:
    return f"{report.findings} findings in {report.seconds:.1f} s"


def _row(requirement: Requirement, outcomes: list[Outcome], is_terminal: bool) -> str:  # noqa: FBT001 private, and passed on
    verdict = verdict_of(outcomes)
    sign = _coloured(COLOURS[verdict], SIGNS[verdict], is_terminal)
    judged = sum(outcome.verdict != "not judged" for outcome in outcomes)
    note = f" {judged} of {len(outcomes)} rules judged" if 0 < judged < len(outcomes) else ""
    return f"  {sign} {requirement.id:<8} {requirement.text}{_coloured('2', note, is_terminal)}"


def _unjudged(report: Report, is_terminal: bool) -> Iterator[str]:  # noqa: FBT001 private, and passed on
    """Each reason once, with the rules that it kept from being judged."""
    reasons: dict[str, list[str]] = {}
    for outcome in report.outcomes:
        if outcome.verdict == "not judged":
            reasons.setdefault(outcome.reason, []).append(outcome.rule.id)
    if reasons:
        yield f"\n{_coloured('1', 'not judged', is_terminal)}"
    for reason, rules in reasons.items():
        yield f"  {SIGNS['not judged']} {reason}"
        yield _coloured(
            "2", fill(", ".join(rules), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT), is_terminal
        )


def _evidence(outcome: Outcome, is_terminal: bool) -> Iterator[str]:  # noqa: FBT001 private, and passed on
    if not outcome.findings:
        return
    rule = outcome.rule
    sign = _coloured(COLOURS[outcome.verdict], SIGNS[outcome.verdict], is_terminal)
    yield f"\n{sign} {_coloured('1', rule.id, is_terminal)}  {rule.message}"
    for finding in outcome.findings[:MOST_SHOWN]:
        yield from _finding(finding)
    if len(outcome.findings) > MOST_SHOWN:
        yield f"    … and {len(outcome.findings) - MOST_SHOWN} more (--format json has them all)"
    yield f"    why   {rule.why}"
    yield f"    mend  {rule.mend}"


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  • {finding.message}"
    if finding.place:
        yield f"      at    {finding.place}"
    if finding.request:
        yield f"      sent  {finding.request}"
    if finding.came:
        yield f"      came  {' '.join(finding.came.split())}"


def _coloured(colour: str, text: str, is_terminal: bool) -> str:  # noqa: FBT001 private, and passed on
    return f"\x1b[{colour}m{text}\x1b[0m" if is_terminal and text else text
