"""The run: judges each rule, whatever happens to it, and counts."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from service_standard.checker.live.client import Bounds
from service_standard.checker.live.deadline import within
from service_standard.checker.live.exchange import NoAnswer
from service_standard.checker.rule import Finding, NotJudged, Outcome, Rule, Verdict
from service_standard.checker.subject import Subject
from service_standard.contract import ContractError

MOST_FINDINGS: Final = 50
# What only reads documents has this many seconds; what speaks to a service is bounded by its client.
LONGEST_STATIC: Final = 20.0
# And this many it has even when time is over: most rules need no more, and those that ask the service find it closed.
SHORTEST: Final = 1.0
Told: TypeAlias = Callable[[int, int, Rule | None], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What is so of a subject: an outcome for each rule, in the order of the standard."""

    name: str
    version: str
    directory: str
    url: str
    outcomes: tuple[Outcome, ...]
    seconds: float

    def count(self, verdict: Verdict) -> int:
        return sum(outcome.verdict == verdict for outcome in self.outcomes)

    @property
    def findings(self) -> int:
        return sum(len(outcome.findings) for outcome in self.outcomes)

    @property
    def has_failed(self) -> bool:
        return self.count("failed") > 0


def run(
    subject: Subject, rules: Sequence[Rule], told: Told | None = None, time_limit: float = Bounds.time_limit
) -> Report:
    """The report on a subject; `told` hears how many rules are done, of how many, and which is next (or None).

    After `time_limit` seconds no request is sent, and no rule takes more than a second.
    """
    started = time.monotonic()
    outcomes = []
    for number, rule in enumerate(rules):
        if told:
            told(number, len(rules), rule)
        left = max(started + time_limit - time.monotonic(), SHORTEST)
        outcomes.append(judge(rule, subject, left if subject.target else min(left, LONGEST_STATIC)))
    if told:
        told(len(rules), len(rules), None)
    return Report(
        *_identity(subject),
        str(subject.directory),
        subject.target.client.base_url if subject.target else "",
        tuple(outcomes),
        time.monotonic() - started,
    )


def judge(rule: Rule, subject: Subject, seconds: float = Bounds.time_limit) -> Outcome:
    """The outcome of one rule; a fault of the rule itself is one that was not judged, never a traceback.

    After `seconds` it is left alone; what it found by then counts.
    """
    started = time.monotonic()
    findings: list[Finding] = []
    reason = ""
    try:
        within(seconds, lambda: _collect(findings, rule.judge(subject)))
    except NotJudged as error:
        reason = error.reason
    except ContractError as error:
        reason = f"the document cannot be followed: {error.faults[0]}"
    except NoAnswer as error:
        findings.append(error.finding())
    except TimeoutError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 a service that nobody foresaw must not end the check of everything else
        reason = f"the rule could not cope: {type(error).__name__}: {error}"
    found = tuple(findings)
    return Outcome(rule, _verdict(rule, found, reason), found, reason, time.monotonic() - started)


def _collect(findings: list[Finding], found: Iterable[Finding]) -> None:
    for finding in found:
        if len(findings) == MOST_FINDINGS:
            return
        if finding not in findings:
            findings.append(finding)


def _verdict(rule: Rule, findings: tuple[Finding, ...], reason: str) -> Verdict:
    if findings:
        return "failed" if rule.severity == "MUST" else "warned"
    return "not judged" if reason else "passed"


def _identity(subject: Subject) -> tuple[str, str]:
    try:
        return subject.manifest.name, subject.manifest.version
    except NotJudged:
        return "", ""
