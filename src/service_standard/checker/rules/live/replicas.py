"""Rules of replicas and of dependencies of a running service: LIFE-02 and LIFE-04."""

import shlex
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from service_standard.checker.live.identity import resources_in
from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.subject import Subject

OK: Final = 200
UNAVAILABLE: Final = 503
BREAK_SECONDS: Final = 30.0
NOTICE_SECONDS: Final = 15.0
PAUSE: Final = 0.25


def what_one_writes_the_other_reads(subject: Subject) -> Iterator[Finding]:
    live, walk = subject.live, subject.walk
    other = live.other
    if other is None:
        raise NotJudged("there is one replica only: give a second --url")

    def judge(creator: Operation) -> Iterator[Finding]:
        getter = next(operation for operation in walk.element(creator.path) if operation.method == "GET")
        call = walk.call(getter, fresh=True)
        here, there = call.send(), replace(call, client=other).send()
        if here.status != OK:
            raise NotJudged(f"{getter.name} answers {here.came[:120]}")
        if there.status != OK:
            yield there.finding(f"{getter.name}: what one replica has written is {there.status} at the other")
        elif list(resources_in(there.json)) != list(resources_in(here.json)):
            yield there.finding(f"{getter.name}: the other replica shows another resource")

    yield from each(walk.creators, judge)


def a_broken_dependency_shows_in_readiness(subject: Subject) -> Iterator[Finding]:
    live = subject.live
    if live.breaking is None or live.mending is None:
        raise NotJudged("nobody said how a dependency is broken (--break and --mend, two commands)")
    _run(live.breaking)
    try:
        yield from _not_ready(subject)
    finally:
        _run(live.mending)


def _not_ready(subject: Subject) -> Iterator[Finding]:
    seconds = min(NOTICE_SECONDS, subject.live.client.seconds_left / 2)
    end = time.monotonic() + seconds
    answer = subject.live.send("GET", "/readyz")
    while answer.status != UNAVAILABLE and time.monotonic() < end:
        time.sleep(PAUSE)
        answer = subject.live.send("GET", "/readyz")
    if answer.status != UNAVAILABLE:
        yield answer.finding(f"a dependency is down for {seconds:.0f} s, and /readyz is {answer.status}, not 503")


def _run(command: str) -> None:
    try:
        subprocess.run(shlex.split(command), capture_output=True, timeout=BREAK_SECONDS, check=True)  # noqa: S603 the user's own command
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise NotJudged(f"{command} does not succeed: {error}") from error


RULES: Final = (
    Rule(
        "LIFE-02.readiness",
        "`/readyz` is 503 while a hard dependency is down.",
        "Requests are sent to a replica that can answer none of them.",
        "Ask the dependency, with a time-out, and keep the answer for a second.",
        a_broken_dependency_shows_in_readiness,
    ),
    Rule(
        "LIFE-04.replicas",
        "What is written to one replica can be read from another.",
        "Behind a load balancer every second request meets a replica that knows nothing of it.",
        "Keep state in a database, and none in the process.",
        what_one_writes_the_other_reads,
    ),
)
