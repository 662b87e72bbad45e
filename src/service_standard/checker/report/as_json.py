"""The report as one JSON object."""

import json

from service_standard.checker.rule import Finding, Outcome
from service_standard.checker.run import Report
from service_standard.contract import Object


def as_json(report: Report, *, is_terminal: bool = False) -> str:  # noqa: ARG001 JSON has no colours
    value: Object = {
        "service": {"name": report.name, "version": report.version, "directory": report.directory, "url": report.url},
        "summary": {
            "passed": report.count("passed"),
            "failed": report.count("failed"),
            "warned": report.count("warned"),
            "notJudged": report.count("not judged"),
            "seconds": round(report.seconds, 3),
        },
        "rules": [outcome_object(outcome) for outcome in report.outcomes],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def outcome_object(outcome: Outcome) -> Object:
    rule = outcome.rule
    return {
        "id": rule.id,
        "requirement": rule.requirement.id,
        "severity": rule.severity,
        "message": rule.message,
        "verdict": outcome.verdict,
        "reason": outcome.reason,
        "why": rule.why,
        "mend": rule.mend,
        "seconds": round(outcome.seconds, 3),
        "findings": [finding_object(finding) for finding in outcome.findings],
    }


def finding_object(finding: Finding) -> Object:
    place: Object | None = None
    if finding.place:
        place = {"file": finding.place.file, "pointer": finding.place.pointer, "line": finding.place.line}
    return {"message": finding.message, "place": place, "request": finding.request, "came": finding.came}
