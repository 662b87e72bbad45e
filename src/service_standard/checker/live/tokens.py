"""Tokens for a service under test: minted with its secret or key, or asked from a command."""

import shlex
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import jwt

from service_standard.checker.rule import NotJudged
from service_standard.contract import Json

LIFETIME_SECONDS: Final = 600
COMMAND_SECONDS: Final = 20
SUBJECT: Final = "service-standard-check"


class Tokens(Protocol):
    """Where tokens come from."""

    def token(self, scopes: Iterable[str], claims: Mapping[str, Json]) -> str:
        """A token with these scopes; `claims` stand beside or instead of the usual ones, None leaves one out.

        Raises:
            NotJudged: such a token cannot be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class Minted:
    """Signs tokens with a secret (HS256) or with the text of a private key in PEM; `usual` are claims of each."""

    key: str
    algorithm: str
    usual: Mapping[str, Json]

    def token(self, scopes: Iterable[str], claims: Mapping[str, Json]) -> str:
        now = int(time.time())
        every: dict[str, Json] = {"sub": SUBJECT, "iat": now, "exp": now + LIFETIME_SECONDS}
        every |= {"scope": " ".join(sorted(scopes)), **self.usual, **claims}
        try:
            return jwt.encode({k: v for k, v in every.items() if v is not None}, self.key, self.algorithm)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise NotJudged(f"no token can be signed: {error}") from error


@dataclass(frozen=True, slots=True)
class Commanded:
    """Asks a command for tokens; `{scopes}` in it is the scopes with blanks between, else they follow its words."""

    command: str

    def token(self, scopes: Iterable[str], claims: Mapping[str, Json]) -> str:
        if claims:
            raise NotJudged("--token-command makes ordinary tokens only: give --jwt-secret or --jwt-key")
        wanted = " ".join(sorted(scopes))
        words = [word.replace("{scopes}", wanted) for word in shlex.split(self.command)]
        if "{scopes}" not in self.command:
            words += wanted.split()
        return _output(words)


def _output(words: list[str]) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)  # noqa: S603 the user's own command
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotJudged(f"--token-command cannot be run: {error}") from error
    if done.returncode or not done.stdout.strip():
        raise NotJudged(f"--token-command gave no token, and exit code {done.returncode}: {done.stderr.strip()[:200]}")
    return done.stdout.split()[-1]


def algorithm_of(pem: str) -> str:
    """The algorithm that a private key in PEM is for; RSA where it does not say."""
    return "ES256" if "EC PRIVATE KEY" in pem else "RS256"
