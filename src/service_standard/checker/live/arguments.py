"""What the command line says of a running service: where it is, whose tokens it takes, what may be done to it."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from service_standard.checker.live.client import Bounds, Client, connect, reachable
from service_standard.checker.live.target import DEFAULT_EXAMPLES, Live
from service_standard.checker.live.telemetry import Receiver, listening
from service_standard.checker.live.tokens import Commanded, Minted, Tokens, algorithm_of
from service_standard.checker.refusal import Refused
from service_standard.contract import Json

MOST_URLS: Final = 2
SLOWEST_RATE: Final = 1.0


def arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--url", action="append", default=[], help="where the service runs; twice for two replicas")
    _about_tokens(group)
    group.add_argument("--read-only", action="store_true", help="send GET, HEAD and OPTIONS only")
    group.add_argument("--examples", type=int, default=DEFAULT_EXAMPLES, metavar="N", help="tries of each operation")
    group.add_argument("--seed", type=int, default=0, metavar="S", help="which examples are tried")
    group.add_argument("--rate", type=float, default=Bounds.rate, help="requests a second at the most")
    group.add_argument("--time-limit", type=float, default=Bounds.time_limit, metavar="SECONDS", help="in all")
    group.add_argument("--otlp", type=int, metavar="PORT", help="listen there for the service's traces and metrics")
    group.add_argument("--break", dest="breaking", metavar="CMD", help="takes a hard dependency of the service away")
    group.add_argument("--mend", dest="mending", metavar="CMD", help="brings it back")


def _about_tokens(group: argparse._ArgumentGroup) -> None:
    tokens = group.add_mutually_exclusive_group()
    tokens.add_argument("--token-command", metavar="CMD", help="prints a token for the scopes that follow it")
    tokens.add_argument("--jwt-secret", metavar="S", help="the secret that signs tokens (HS256)")
    tokens.add_argument("--jwt-key", type=Path, metavar="FILE", help="the private key that signs tokens (PEM)")
    group.add_argument(
        "--claim", action="append", default=[], metavar="NAME=VALUE", help="a claim of each token, such as iss or aud"
    )


@contextmanager
def running(given: argparse.Namespace) -> Iterator[Live | None]:
    """The running service that was named, None if none was; `every_scope` is yet to be told.

    Raises:
        Refused: it does not answer, or what was said of it means nothing.
    """
    if not given.url:
        yield None
        return
    if len(given.url) > MOST_URLS:
        raise Refused("--url: two replicas are enough")
    bounds = Bounds(rate=max(given.rate, SLOWEST_RATE), time_limit=given.time_limit, read_only=given.read_only)
    tokens = _tokens(given)
    with ExitStack() as stack:
        receiver = _receiver(stack, given.otlp)
        clients = [_client(url, bounds) for url in given.url]
        for client in clients:
            stack.enter_context(closing(client.http))
        other = clients[1] if len(clients) == MOST_URLS else None
        yield Live(
            clients[0],
            tokens,
            other,
            max(given.examples, 1),
            given.seed,
            receiver=receiver,
            breaking=given.breaking,
            mending=given.mending,
        )


def _receiver(stack: ExitStack, port: int | None) -> Receiver | None:
    if port is None:
        return None
    try:
        return stack.enter_context(listening(port))
    except (OSError, OverflowError) as error:
        raise Refused(f"--otlp: nobody can listen on port {port}: {error}") from error


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
        return _signed(given.jwt_key, claims)
    return None


def _signed(path: Path, claims: dict[str, Json]) -> Minted:
    try:
        pem = path.read_text("utf-8")
        return Minted(pem, algorithm_of(pem), claims)
    except (OSError, ValueError, TypeError) as error:
        raise Refused(f"--jwt-key: {path} cannot be used: {error}") from error


def _claim(text: str) -> tuple[str, Json]:
    name, is_there, value = text.partition("=")
    if not is_there:
        raise Refused(f"--claim: {text} must be NAME=VALUE")
    return name, value
