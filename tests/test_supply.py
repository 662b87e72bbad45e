"""`make check-supply` tells a weakness that is known from a look-up that could not be made."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest

from tests.sources import ROOT

# Stands for pip-audit, which is installed apart from the tests, and reports what pip-audit 2.10 reports.
STAND_IN: Final = "import sys; sys.stdout.write(sys.argv[1]); sys.exit(sys.argv[2])"
SOUND: Final = {"name": "anyio", "version": "4.16.0", "vulns": []}
WEAK: Final = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": ["CVE-2019-10906"], "description": ""}],
}
UNASKED: Final = {"name": "aiormq", "skip_reason": "Dependency not found and could not be audited: aiormq (7.2.4)"}


@pytest.mark.parametrize(
    ("reports", "code", "lines"),
    [
        ([SOUND, SOUND], 0, ["Looked up: 1 of 1 dependencies. Known weaknesses: 0."]),
        (
            [SOUND, WEAK],
            1,
            [
                "Looked up: 2 of 2 dependencies. Known weaknesses: 1.",
                "jinja2 2.4.1: PYSEC-2019-217, mended in 2.10.1",
            ],
        ),
        (
            [SOUND, UNASKED],
            3,
            [
                "Looked up: 1 of 2 dependencies. Known weaknesses: 0.",
                "Not looked up: aiormq",
                "The first because: Dependency not found and could not be audited: aiormq (7.2.4)",
            ],
        ),
    ],
    ids=["no weakness", "a weakness", "no answer"],
)
def test_a_weakness_is_told_from_a_dependency_that_nobody_could_be_asked_about(
    reports: Sequence[Mapping[str, Any]], code: int, lines: list[str]
) -> None:
    audit = _audit(json.dumps({"dependencies": reports, "fixes": []}), "")
    assert (audit.returncode, audit.stdout.splitlines()) == (code, lines)


def test_a_weakness_counts_more_than_what_nobody_could_be_asked_about() -> None:
    assert _audit(json.dumps({"dependencies": [WEAK, UNASKED], "fixes": []}), "").returncode == 1


def test_a_weakness_of_one_version_is_told_beside_a_sound_one() -> None:
    sound = {**WEAK, "version": "3.1.6", "vulns": []}
    assert _audit(json.dumps({"dependencies": [WEAK, sound], "fixes": []}), "").returncode == 1


def test_a_service_out_of_reach_is_one_sentence_and_no_traceback() -> None:
    audit = _audit("", "Traceback (most recent call last):\n  ...\nConnectionError: nobody answers")
    said = "No dependency was looked up: ConnectionError: nobody answers\n"
    assert (audit.returncode, audit.stdout, audit.stderr) == (3, said, "")


def _audit(out: str, errors: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts/audit.py"), sys.executable, "-c", STAND_IN, out, errors]
    return subprocess.run(command, capture_output=True, text=True, check=False)
