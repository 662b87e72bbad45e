"""The report as one HTML file that needs nothing else, on a phone as on a desk, by day and by night."""

from collections.abc import Iterator
from html import escape
from itertools import groupby
from types import MappingProxyType
from typing import Final

from service_standard.checker.report.as_table import SIGNS, by_requirement, summary, title, verdict_of
from service_standard.checker.rule import Finding, Outcome
from service_standard.checker.run import Report
from service_standard.checker.standard import Requirement

_CLASSES: Final = MappingProxyType({"passed": "ok", "failed": "no", "warned": "warn", "not judged": "none"})
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #667; --paper: #fff; --card: #f5f6f8; --line: #dde0e5;
  --ok: #17813b; --no: #c4281c; --warn: #9a6a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #9aa3ad; --paper: #15181c; --card: #1e2227;
  --line: #333940; --ok: #56c97b; --no: #ff7b6e; --warn: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 56rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2rem 0 .5rem; font-size: .85rem;
  letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
p { margin: .25rem 0; } code, pre { font: .85em/1.45 ui-monospace, monospace; }
pre { margin: .25rem 0; padding: .5rem .6rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: 6px; white-space: pre-wrap; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; padding: 0; list-style: none; }
.counts li { padding: .4rem .8rem; background: var(--card); border-radius: 8px; }
.counts b { font-size: 1.2rem; } .soft { color: var(--soft); font-size: .9rem; }
details, .row { border-top: 1px solid var(--line); } summary, .row { padding: .45rem 0; }
summary { cursor: pointer; list-style: none; } summary::-webkit-details-marker { display: none; }
.sign { display: inline-block; width: 1.3em; font-weight: 700; } .id { font-weight: 600; margin-right: .4em; }
.ok { color: var(--ok); } .no { color: var(--no); } .warn { color: var(--warn); } .none { color: var(--soft); }
.rule { margin: .25rem 0 1rem; padding: .75rem .9rem; background: var(--card); border-radius: 8px; }
.rule ul { margin: .5rem 0; padding-left: 1.1rem; }
"""


def as_html(report: Report, *, is_terminal: bool = False) -> str:  # noqa: ARG001 a browser is no terminal
    return "\n".join(_page(report)) + "\n"


def _page(report: Report) -> Iterator[str]:
    name = escape(title(report))
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{name}: Service Standard</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield f'<h1>{name}</h1>\n<p class="soft">{escape(summary(report))}</p>\n{_counts(report)}'
    for heading, group in groupby(by_requirement(report), key=lambda entry: entry[0].heading):
        yield f"<h2>{heading}</h2>"
        yield from (_requirement(requirement, outcomes) for requirement, outcomes in group)
    yield "</body>\n</html>"


def _counts(report: Report) -> str:
    cells = "".join(
        f'<li class="{_CLASSES[verdict]}"><b>{report.count(verdict)}</b> {verdict}</li>'
        for verdict in ("failed", "warned", "not judged", "passed")
    )
    return f'<ul class="counts">{cells}</ul>'


def _requirement(requirement: Requirement, outcomes: list[Outcome]) -> str:
    verdict = verdict_of(outcomes)
    line = (
        f'<span class="sign {_CLASSES[verdict]}" title="{verdict}">{SIGNS[verdict]}</span>'
        f'<span class="id">{requirement.id}</span>{_prose(requirement.text)}'
    )
    inner = "".join(_outcome(outcome) for outcome in outcomes)
    is_open = " open" if verdict in {"failed", "warned"} else ""
    return f"<details{is_open}><summary>{line}</summary>{inner}</details>"


def _outcome(outcome: Outcome) -> str:
    rule, shown = outcome.rule, _CLASSES[outcome.verdict]
    sign = f'<span class="sign {shown}">{SIGNS[outcome.verdict]}</span>'
    head = f"<p>{sign}<code>{rule.id}</code> {_prose(rule.message)}</p>"
    reason = f'<p class="soft">not judged: {escape(outcome.reason)}</p>' if outcome.verdict == "not judged" else ""
    findings = "".join(f"<li>{_finding(finding)}</li>" for finding in outcome.findings)
    advice = f'<p class="soft">{_prose(rule.why)}<br><b>Mend:</b> {_prose(rule.mend)}</p>' if findings else ""
    return f'<div class="rule">{head}{reason}{f"<ul>{findings}</ul>" if findings else ""}{advice}</div>'


def _finding(finding: Finding) -> str:
    place = f'<br><code class="soft">{escape(str(finding.place))}</code>' if finding.place else ""
    evidence = "".join(f"<pre>{escape(text)}</pre>" for text in (finding.request, finding.came) if text)
    return f"{_prose(finding.message)}{place}{evidence}"


def _prose(text: str) -> str:
    """What stands between backticks is code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))
