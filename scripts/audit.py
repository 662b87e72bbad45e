"""`python scripts/audit.py COMMAND`: COMMAND is pip-audit's, which looks each dependency up; this says what came of it.

pip-audit ends alike for a weakness and for a look-up that failed, of which it tells the first, or where in its code it
was. Here 1 means that a weakness is known, and 3 that none is, but that not every dependency was looked up.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NotRequired, TypedDict

WEAK: Final = 1
NOT_ASKED: Final = 3


class Weakness(TypedDict):
    id: str
    fix_versions: list[str]


class Report(TypedDict):
    """What pip-audit says of a dependency: in which version which weaknesses are known, or why it does not know."""

    name: str
    version: NotRequired[str]
    vulns: NotRequired[list[Weakness]]
    skip_reason: NotRequired[str]


def main(command: Sequence[str]) -> int:
    audit = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, check=False)
    try:
        found: list[Report] = json.loads(audit.stdout)["dependencies"]
    except ValueError:
        print(f"No dependency was looked up: {_last_line(audit.stderr)}")
        return NOT_ASKED
    # A dependency may be locked in several versions, and may be reported more than once.
    reports = {(report["name"], report.get("version")): report for report in found}.values()
    weak = [line for report in reports for line in _weaknesses(report)]
    unasked = {report["name"]: report["skip_reason"] for report in reports if "skip_reason" in report}
    summary = f"Looked up: {len(reports) - len(unasked)} of {len(reports)} dependencies. Known weaknesses: {len(weak)}."
    print("\n".join([summary, *weak, *_missing(unasked)]))
    return WEAK if weak else NOT_ASKED if unasked else 0


def _weaknesses(report: Report) -> Iterator[str]:
    for weakness in report.get("vulns", ()):
        mended = ", ".join(weakness["fix_versions"]) or "no version"
        yield f"{report['name']} {report['version']}: {weakness['id']}, mended in {mended}"


def _missing(unasked: Mapping[str, str]) -> Iterator[str]:
    if unasked:
        yield f"Not looked up: {', '.join(unasked)}"
        yield f"The first because: {next(iter(unasked.values()))}"


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["pip-audit said nothing"])[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
