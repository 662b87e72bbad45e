"""The report as JUnit XML: a suite for each heading, a case for each rule."""

import re
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, tostring

from service_standard.checker.rule import Finding, Outcome
from service_standard.checker.run import Report


def as_junit(report: Report, *, is_terminal: bool = False) -> str:  # noqa: ARG001 XML has no colours
    root = Element("testsuites", name="service-standard", time=f"{report.seconds:.3f}")
    for heading, outcomes in groupby(report.outcomes, key=lambda outcome: outcome.rule.requirement.heading):
        _suite(root, heading, list(outcomes))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, heading: str, outcomes: list[Outcome]) -> None:
    suite = SubElement(
        root,
        "testsuite",
        name=heading,
        tests=str(len(outcomes)),
        failures=str(sum(outcome.verdict == "failed" for outcome in outcomes)),
        errors="0",
        skipped=str(sum(outcome.verdict == "not judged" for outcome in outcomes)),
        time=f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    )
    for outcome in outcomes:
        _case(suite, outcome)


def _case(suite: Element, outcome: Outcome) -> None:
    """A warning fails no build: it is told beside a case that passes."""
    rule = outcome.rule
    case = SubElement(suite, "testcase", classname=rule.requirement.id, name=rule.id, time=f"{outcome.seconds:.3f}")
    text = _xml_text("\n".join(_told(finding) for finding in outcome.findings))
    if outcome.verdict == "failed":
        SubElement(case, "failure", message=_xml_text(rule.message), type=rule.severity).text = text
    elif outcome.verdict == "not judged":
        SubElement(case, "skipped", message=_xml_text(outcome.reason))
    elif outcome.verdict == "warned":
        SubElement(case, "system-out").text = text


def _told(finding: Finding) -> str:
    return "\n  ".join(
        part for part in (finding.message, str(finding.place or ""), finding.request, finding.came) if part
    )


def _xml_text(text: str) -> str:
    """Without the characters that XML 1.0 cannot carry."""
    return re.sub(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]", "\N{REPLACEMENT CHARACTER}", text)
