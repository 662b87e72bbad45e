"""`service-standard check`: judges a directory and, when told where it runs, the service itself."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from service_standard.checker.asyncapi import AsyncApi
from service_standard.checker.diff.source import opened
from service_standard.checker.live.announcement import announcement
from service_standard.checker.live.arguments import arguments as live_arguments
from service_standard.checker.live.arguments import running
from service_standard.checker.live.target import Live
from service_standard.checker.openapi import Operation
from service_standard.checker.output import is_terminal, write
from service_standard.checker.progress import Progress
from service_standard.checker.refusal import Refused
from service_standard.checker.report import FORMATS
from service_standard.checker.rule import NotJudged
from service_standard.checker.rules import chosen
from service_standard.checker.run import run
from service_standard.checker.subject import MANIFEST, Subject
from service_standard.contract import ContractError

BROKEN: Final = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "subject", nargs="?", default=".", metavar="DIR|service.yaml", help="what to check; the directory here"
    )
    _about_rules(parser.add_argument_group("rules and report"))
    _about_evidence(parser.add_argument_group("evidence"))
    live_arguments(parser.add_argument_group("a running service"))


def _about_rules(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--only", action="append", default=[], metavar="ID", help="rules, requirements or headings to judge"
    )
    group.add_argument("--skip", action="append", default=[], metavar="ID", help="those to leave out")
    group.add_argument("--format", choices=FORMATS, default="table")
    group.add_argument("--output", type=Path, metavar="FILE", help="where the report goes; standard output")


def _about_evidence(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--logs", type=Path, metavar="FILE", help="captured log lines of the service")
    group.add_argument("--events", metavar="FILE|URL", help="captured CloudEvents (JSON lines), or the URL of a feed")
    group.add_argument(
        "--overlay",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="an Overlay that the service applies to the contract that it extends",
    )
    group.add_argument(
        "--baseline", metavar="OLD", help="an older version whose consumers must be served, named as `diff` does"
    )


def check(given: argparse.Namespace) -> int:
    """Exit code 0, or 1 if a MUST is broken.

    Raises:
        Refused: there is nothing to check.
    """
    try:
        rules = chosen(given.only, given.skip)
    except ValueError as error:
        raise Refused(str(error)) from error
    with _subject(given) as subject:
        report = run(subject, rules, Progress(sys.stderr).told, given.time_limit)
    write(FORMATS[given.format](report, is_terminal=is_terminal(given.output)), given.output)
    return BROKEN if report.has_failed else 0


@contextmanager
def _subject(given: argparse.Namespace) -> Iterator[Subject]:
    path = Path(given.subject)
    if not path.exists():
        raise Refused(f"{path}: there is no such directory or file")
    directory, name = (path, MANIFEST) if path.is_dir() else (path.parent, path.name)
    subject = Subject(directory, name, given.logs, given.events, overlays=tuple(given.overlay))
    with _older_events(given) as older, running(given) as live:
        if live is None:
            yield replace(subject, older_events=older)
            return
        subject = replace(subject, older_events=older, target=live)
        subject = replace(subject, target=replace(live, every_scope=_every_scope(subject)))
        _announce(subject, live)
        yield subject


@contextmanager
def _older_events(given: argparse.Namespace) -> Iterator[AsyncApi | None]:
    if given.baseline is None:
        yield None
        return
    with opened(given.baseline) as source:
        yield source.asyncapi


def _announce(subject: Subject, live: Live) -> None:
    operations: tuple[Operation, ...] = ()
    with suppress(NotJudged, ContractError):
        operations = subject.openapi.resources
    sys.stderr.write(f"service-standard check: {announcement(live, operations)}\n")


def _every_scope(subject: Subject) -> frozenset[str]:
    """What the manifest and the contract know, as far as they can be read."""
    found: set[str] = set()
    with suppress(NotJudged):
        named = subject.manifest.scopes
        found |= set(map(str, named)) if isinstance(named, list) else set()
    with suppress(NotJudged, ContractError):
        found |= subject.openapi.scopes
    return frozenset(found)
