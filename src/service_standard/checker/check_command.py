"""`service-standard check`: judges a directory and, when told where it runs, the service itself."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from service_standard.checker.asyncapi import AsyncApi
from service_standard.checker.diff.source import opened
from service_standard.checker.live.client import Bounds, Client, connect, reachable
from service_standard.checker.live.target import DEFAULT_EXAMPLES, Live
from service_standard.checker.live.tokens import Commanded, Minted, Tokens, algorithm_of
from service_standard.checker.openapi import OpenApi
from service_standard.checker.output import is_terminal, write
from service_standard.checker.progress import Progress
from service_standard.checker.refusal import Refused
from service_standard.checker.report import FORMATS
from service_standard.checker.rule import NotJudged
from service_standard.checker.rules import chosen
from service_standard.checker.run import run
from service_standard.checker.subject import MANIFEST, Subject
from service_standard.contract import ContractError, Json

BROKEN: Final = 1
MOST_URLS: Final = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "subject", nargs="?", default=".", metavar="DIR|service.yaml", help="what to check; the directory here"
    )
    _about_rules(parser.add_argument_group("rules and report"))
    _about_evidence(parser.add_argument_group("evidence"))
    _about_service(parser.add_argument_group("a running service"))


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
        "--baseline", metavar="OLD", help="an older version whose consumers must be served, named as `diff` does"
    )


def _about_service(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--url", action="append", default=[], help="where the service runs; twice for two replicas")
    tokens = group.add_mutually_exclusive_group()
    tokens.add_argument("--token-command", metavar="CMD", help="prints a token for the scopes that follow it")
    tokens.add_argument("--jwt-secret", metavar="S", help="the secret that signs tokens (HS256)")
    tokens.add_argument("--jwt-key", type=Path, metavar="FILE", help="the private key that signs tokens (PEM)")
    group.add_argument(
        "--claim", action="append", default=[], metavar="NAME=VALUE", help="a claim of each token, such as iss or aud"
    )
    group.add_argument("--read-only", action="store_true", help="send GET, HEAD and OPTIONS only")
    group.add_argument("--examples", type=int, default=DEFAULT_EXAMPLES, metavar="N", help="tries of each operation")
    group.add_argument("--seed", type=int, default=0, metavar="S", help="which examples are tried")
    group.add_argument("--rate", type=float, default=Bounds.rate, help="requests a second at the most")
    group.add_argument("--time-limit", type=float, default=Bounds.time_limit, metavar="SECONDS", help="in all")


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
        report = run(subject, rules, Progress(sys.stderr).told)
    write(FORMATS[given.format](report, is_terminal=is_terminal(given.output)), given.output)
    return BROKEN if report.has_failed else 0


@contextmanager
def _subject(given: argparse.Namespace) -> Iterator[Subject]:
    path = Path(given.subject)
    if not path.exists():
        raise Refused(f"{path}: there is no such directory or file")
    directory, name = (path, MANIFEST) if path.is_dir() else (path.parent, path.name)
    subject = Subject(directory, name, given.logs, given.events)
    with _older_events(given) as older, _target(given, subject) as target:
        yield replace(subject, older_events=older, target=target)


@contextmanager
def _older_events(given: argparse.Namespace) -> Iterator[AsyncApi | None]:
    if given.baseline is None:
        yield None
        return
    with opened(given.baseline) as source:
        yield source.asyncapi


@contextmanager
def _target(given: argparse.Namespace, subject: Subject) -> Iterator[Live | None]:
    if not given.url:
        yield None
        return
    if len(given.url) > MOST_URLS:
        raise Refused("--url: two replicas are enough")
    bounds = Bounds(rate=max(given.rate, 1.0), time_limit=given.time_limit, read_only=given.read_only)
    clients = [_client(url, bounds) for url in given.url]
    with closing(clients[0].http), closing(clients[-1].http):
        other = clients[1] if len(clients) == MOST_URLS else None
        yield Live(clients[0], _tokens(given), other, given.examples, given.seed, _every_scope(subject))


def _client(url: str, bounds: Bounds) -> Client:
    if not url.startswith(("http://", "https://")):
        raise Refused(f"--url: {url} must start with http:// or https://")
    client = connect(url, bounds)
    reason = reachable(client)
    if reason:
        client.http.close()
        raise Refused(f"--url: {url} does not answer: {reason}")
    return client


def _tokens(given: argparse.Namespace) -> Tokens | None:
    claims = dict(_claim(text) for text in given.claim)
    if given.token_command:
        return Commanded(given.token_command)
    if given.jwt_secret:
        return Minted(given.jwt_secret, "HS256", claims)
    if given.jwt_key:
        pem = _pem(given.jwt_key)
        return Minted(pem, algorithm_of(pem), claims)
    return None


def _pem(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise Refused(f"--jwt-key: {path} cannot be read: {error}") from error


def _claim(text: str) -> tuple[str, Json]:
    name, is_there, value = text.partition("=")
    if not is_there:
        raise Refused(f"--claim: {text} must be NAME=VALUE")
    return name, value


def _every_scope(subject: Subject) -> frozenset[str]:
    """What the manifest and the contract know, as far as they can be read."""
    found: set[str] = set()
    with suppress(NotJudged):
        named = subject.manifest.scopes
        found |= set(map(str, named)) if isinstance(named, list) else set()
    with suppress(NotJudged, ContractError):
        found |= _scopes_of(subject.openapi)
    return frozenset(found)


def _scopes_of(openapi: OpenApi) -> set[str]:
    return {scope for operation in openapi.operations for scope in operation.scopes}
