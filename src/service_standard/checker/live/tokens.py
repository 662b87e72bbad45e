"""Tokens for a service under test: minted with its secret or key, or asked from a command."""

import shlex
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from service_standard.checker.rule import NotJudged
from service_standard.contract import Json

LIFETIME_SECONDS: Final = 600
COMMAND_SECONDS: Final = 20
KEPT_SECONDS: Final = 60.0
_CURVES: Final = MappingProxyType({"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"})
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
    """Asks a command for tokens; `{scopes}` in it is the scopes with blanks between, else they follow its words.

    A token is asked for again after a minute: nobody knows how long it lives, and a run needs hundreds.
    """

    command: str
    _given: dict[str, tuple[float, str]] = field(default_factory=dict)

    def token(self, scopes: Iterable[str], claims: Mapping[str, Json]) -> str:
        if claims:
            raise NotJudged("--token-command makes ordinary tokens only: give --jwt-secret or --jwt-key")
        wanted = " ".join(sorted(scopes))
        asked, token = self._given.get(wanted, (0.0, ""))
        if not token or time.monotonic() - asked > KEPT_SECONDS:
            token = self._asked(wanted)
            self._given[wanted] = (time.monotonic(), token)
        return token

    def _asked(self, wanted: str) -> str:
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
    """The algorithm that a private key in PEM signs with.

    Raises:
        ValueError, TypeError: it is no such key, or it is locked by a password.
    """
    key = load_pem_private_key(pem.encode(), None)
    if isinstance(key, EllipticCurvePrivateKey):
        return _CURVES.get(key.curve.name, "ES256")
    return "EdDSA" if isinstance(key, Ed25519PrivateKey) else "RS256"
