"""The live side of a subject: the service that runs, tokens for it, and a second replica if there is one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Unpack

from service_standard.checker.live.client import Client, Parts
from service_standard.checker.live.exchange import Exchange
from service_standard.checker.live.telemetry import Receiver
from service_standard.checker.live.tokens import Tokens
from service_standard.checker.rule import NotJudged
from service_standard.contract import Json

DEFAULT_EXAMPLES: Final = 20


@dataclass(frozen=True)
class Live:
    """A running service. `examples` bounds what is tried of each operation, `seed` decides which.

    `every_scope` is what a token for everything has: the scopes of the manifest and of the contract. `receiver` gets
    the service's telemetry. `breaking` and `mending` are commands that take a dependency away and bring it back.
    """

    client: Client
    tokens: Tokens | None = None
    other: Client | None = None
    examples: int = DEFAULT_EXAMPLES
    seed: int = 0
    every_scope: frozenset[str] = field(default_factory=frozenset)
    receiver: Receiver | None = None
    breaking: str | None = None
    mending: str | None = None

    def send(self, method: str, path: str, **parts: Unpack[Parts]) -> Exchange:
        """As `Client.send`."""
        return self.client.send(method, path, **parts)

    def token(self, scopes: Iterable[str], /, **claims: Json) -> str:
        """A token with these scopes, and with other claims where they are given (None leaves one out).

        Raises:
            NotJudged: nothing makes tokens, or none like this.
        """
        if self.tokens is None:
            raise NotJudged("no tokens can be made: give --jwt-secret, --jwt-key or --token-command")
        return self.tokens.token(scopes, claims)

    def token_for_all(self) -> str:
        """A token with every scope that the service knows."""
        return self.token(self.every_scope)
