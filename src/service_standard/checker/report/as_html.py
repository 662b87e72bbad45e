"""The report as one HTML page."""

from collections.abc import Iterator
from html import escape
from itertools import groupby
from types import MappingProxyType
from typing import Final

from service_standard.checker.page import page, prose
from service_standard.checker.report.as_table import SIGNS, about, by_requirement, title, verdict_of
from service_standard.checker.rule import Finding, Outcome, Verdict
from service_standard.checker.run import Report
from service_standard.checker.standard import Requirement

_CLASSES: Final = MappingProxyType({"passed": "ok", "failed": "no", "warned": "warn", "not judged": "none"})

IN_ORDER: Final[tuple[Verdict, ...]] = ("failed", "warned", "not judged", "passed")


def as_html(report: Report, *, is_terminal: bool = False) -> str:  # noqa: ARG001 a browser is no terminal
    return page(f"{title(report)}: Service Standard", _body(report))


def _body(report: Report) -> Iterator[str]:
    yield f'<h1>{escape(title(report))}</h1>\n<p class="soft">{escape(about(report))}</p>'
    yield f"{_bar(report)}\n{_counts(report)}"
    for heading, group in groupby(by_requirement(report), key=lambda entry: entry[0].heading):
        yield f"<h2>{heading}</h2>"
        yield from (_requirement(requirement, outcomes) for requirement, outcomes in group)


def _bar(report: Report) -> str:
    """How much of all is so, at a glance."""
    parts = "".join(f'<i class="{_CLASSES[word]}" style="flex: {report.count(word)}"></i>' for word in IN_ORDER)
    return f'<div class="bar">{parts}</div>'


def _counts(report: Report) -> str:
    cells = "".join(
        f'<li class="{_CLASSES[verdict]}"><b>{report.count(verdict)}</b> {verdict}</li>' for verdict in IN_ORDER
    )
    return f'<ul class="counts">{cells}</ul>'


def _requirement(requirement: Requirement, outcomes: list[Outcome]) -> str:
    verdict = verdict_of(outcomes)
    line = (
        f'<span class="sign {_CLASSES[verdict]}" title="{verdict}">{SIGNS[verdict]}</span>'
        f'<span class="id">{requirement.id}</span><span class="text">{prose(requirement.text)}</span>'
    )
    inner = "".join(_outcome(outcome) for outcome in outcomes)
    is_open = " open" if verdict in {"failed", "warned"} else ""
    return f'<details{is_open}><summary class="line">{line}</summary>{inner}</details>'


def _outcome(outcome: Outcome) -> str:
    rule, shown = outcome.rule, _CLASSES[outcome.verdict]
    sign = f'<span class="sign {shown}">{SIGNS[outcome.verdict]}</span>'
    head = f"<p>{sign}<code>{rule.id}</code> {prose(rule.message)}</p>"
    reason = f'<p class="soft">not judged: {escape(outcome.reason)}</p>' if outcome.verdict == "not judged" else ""
    findings = "".join(f"<li>{_finding(finding)}</li>" for finding in outcome.findings)
    advice = f'<p class="soft">{prose(rule.why)}<br><b>Mend:</b> {prose(rule.mend)}</p>' if findings else ""
    return (
        f'<div class="rule {outcome.verdict}">{head}{reason}{f"<ul>{findings}</ul>" if findings else ""}{advice}</div>'
    )


def _finding(finding: Finding) -> str:
    place = f'<br><code class="soft">{escape(str(finding.place))}</code>' if finding.place else ""
    evidence = "".join(f"<pre>{escape(text)}</pre>" for text in (finding.request, finding.came) if text)
    return f"{prose(finding.message)}{place}{evidence}"
