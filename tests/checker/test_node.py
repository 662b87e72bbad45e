"""Services in another language: one that keeps the standard, and one with the habits of a well-known framework."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from service_standard.checker.rule import Outcome
from service_standard.checker.rules import every_rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from tests.checker.running import SCOPES
from tests.checker.samples import GOOD, good
from tests.checker.served import SECRET, live

NODE: Final = shutil.which("node")
HERE: Final = Path(__file__).parent / "node"
EXPRESS: Final = HERE / "express"
# What is not so of a service that leaves everything to the framework, though its contract promises little.
HABITS: Final = {
    "API-02.served",
    "API-03.root",
    "API-04.requests",
    "API-05.redirects",
    "API-06.page",
    "API-06.bounds",
    "API-07.refuses",
    "API-08.problems",
    "API-09.reachable",
    "API-11.methods",
    "AUTH-01.required",
    "AUTH-01.declared",
    "AUTH-02.tokens",
    "AUTH-03.agree",
    "EVT-02.envelope",
    "LIFE-01.probes",
}

pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node to run these services")


@contextmanager
def started(program: Path) -> Iterator[str]:
    environ = {**os.environ, "JWT_SECRET_KEY": SECRET, "OPENAPI": json.dumps(good()["openapi.yaml"])}
    with subprocess.Popen([str(NODE), str(program)], stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout
        port = process.stdout.readline().strip()
        yield f"http://127.0.0.1:{port}"
        process.kill()


def judged(program: Path, directory: Path, feed: str = "") -> dict[str, Outcome]:
    with started(program) as url, live(url, scopes=SCOPES) as target:
        few = replace(target, examples=3)
        subject = Subject(directory, events_file=url + feed if feed else None, target=few)
        return {outcome.rule.id: outcome for outcome in run(subject, every_rule()).outcomes}


def test_a_good_service_in_another_language_breaks_nothing() -> None:
    found = judged(HERE / "parcels.mjs", GOOD, "/events")
    assert [(rule, outcome.findings) for rule, outcome in found.items() if outcome.findings] == []
    assert sum(outcome.verdict == "passed" for outcome in found.values()) >= 74


def test_the_habits_of_a_framework_are_findings_and_no_rule_breaks_down() -> None:
    found = judged(EXPRESS / "main.mjs", EXPRESS)
    assert HABITS - {rule for rule, outcome in found.items() if outcome.verdict == "failed"} == set()
    assert [outcome.reason for outcome in found.values() if "could not cope" in outcome.reason] == []
