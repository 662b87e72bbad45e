"""The report as SARIF 2.1.0, for code scanning: a result for each finding, at its line."""

import json
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final
from urllib.parse import quote

from service_standard.checker.documents import line_of
from service_standard.checker.rule import Finding, Outcome, Place, Rule
from service_standard.checker.run import Report
from service_standard.checker.subject import MANIFEST
from service_standard.contract import Json, Object

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
DISTRIBUTION: Final = "orders"


def as_sarif(report: Report, *, is_terminal: bool = False) -> str:  # noqa: ARG001 JSON has no colours
    rules = [outcome.rule for outcome in report.outcomes]
    driver: Object = {
        "name": "service-standard",
        "version": _version(),
        "rules": [_rule_object(rule) for rule in rules],
    }
    results: list[Json] = [
        _result(report, outcome, finding, index)
        for index, outcome in enumerate(report.outcomes)
        for finding in outcome.findings
    ]
    unjudged: list[Json] = [_notification(outcome) for outcome in report.outcomes if outcome.verdict == "not judged"]
    invocation: Object = {"executionSuccessful": True, "toolExecutionNotifications": unjudged}
    run: Object = {"tool": {"driver": driver}, "invocations": [invocation], "results": results}
    return json.dumps({"version": "2.1.0", "$schema": SCHEMA, "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0.0.0"


def _rule_object(rule: Rule) -> Object:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.message},
        "fullDescription": {"text": f"{rule.requirement.text} {rule.why}"},
        "help": {"text": rule.mend},
        "defaultConfiguration": {"level": _level(rule)},
        "properties": {"requirement": rule.requirement.id, "tags": [rule.requirement.heading]},
    }


def _level(rule: Rule) -> str:
    return "error" if rule.severity == "MUST" else "warning"


def _result(report: Report, outcome: Outcome, finding: Finding, index: int) -> Object:
    place = finding.place or Place(MANIFEST)
    evidence: Object = {"request": finding.request, "came": finding.came}
    return {
        "ruleId": outcome.rule.id,
        "ruleIndex": index,
        "level": _level(outcome.rule),
        "message": {"text": "\n".join(part for part in (finding.message, finding.request, finding.came) if part)},
        "locations": [_location(report, place)],
        "partialFingerprints": {"finding/v1": _fingerprint(outcome.rule, place, finding)},
        "properties": {name: text for name, text in evidence.items() if text},
    }


def _fingerprint(rule: Rule, place: Place, finding: Finding) -> str:
    """The same for a finding of another run, though another port was asked, or the lines of a document have moved."""
    return sha256(f"{rule.id}\n{place}\n{finding.message}".encode("utf-8", "replace")).hexdigest()


def _location(report: Report, place: Place) -> Object:
    """The line of a place; what only a request shows is told at the manifest, which speaks for the whole service."""
    file = Path(report.directory) / place.file
    line = place.line or line_of(file, place.pointer) or 1
    physical: Object = {
        "artifactLocation": {"uri": quote(Path(place.file).as_posix().lstrip("/"))},
        "region": {"startLine": line},
    }
    location: Object = {"physicalLocation": physical}
    if place.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": place.pointer}]
    return location


def _notification(outcome: Outcome) -> Object:
    return {
        "level": "note",
        "message": {"text": f"not judged: {outcome.reason}"},
        "associatedRule": {"id": outcome.rule.id},
    }
