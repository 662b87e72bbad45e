"""From the `Authorization` header of a request to its principal, with verified tokens remembered."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from service_standard.auth.bearer import bearer_token, invalid_token
from service_standard.auth.claims import ClaimRules
from service_standard.auth.keys import SYMMETRIC, KeySet, shared_key
from service_standard.auth.pace import Pace
from service_standard.auth.principal import Principal, principal_of
from service_standard.auth.tokens import read_header, verified_claims
from service_standard.problems import unavailable
from service_standard.settings import Settings, SettingsError

MOST_REMEMBERED: Final = 4096
RETRY_AFTER_SECONDS: Final = 5


class KeySource(Protocol):
    """Where keys come from: `current` is `None` until a first load."""

    @property
    def algorithms(self) -> frozenset[str]: ...
    @property
    def current(self) -> KeySet | None: ...
    async def start(self) -> None: ...
    async def aclose(self) -> None: ...
    async def search(self) -> None: ...


class SharedSecret:
    """The one key of a deployment that signs and verifies with the same secret."""

    algorithms: Final = SYMMETRIC

    def __init__(self, secret: str) -> None:
        self.current = KeySet((shared_key(secret),))

    async def start(self) -> None:
        """Nothing to fetch."""

    async def aclose(self) -> None:
        """Nothing to close."""

    async def search(self) -> None:
        """Nowhere to search."""


@dataclass(frozen=True, slots=True)
class Verified:
    principal: Principal
    keys: KeySet
    expires: float


class VerifiedTokens:
    """The tokens verified last, by their SHA-256, each until it expires or the keys change."""

    def __init__(self) -> None:
        self._verified: OrderedDict[bytes, Verified] = OrderedDict()

    def recall(self, digest: bytes, keys: KeySet, now: float) -> Principal | None:
        verified = self._verified.get(digest)
        if verified is None or verified.keys is not keys or verified.expires <= now:
            return None
        self._verified.move_to_end(digest)
        return verified.principal

    def remember(self, digest: bytes, verified: Verified) -> None:
        self._verified[digest] = verified
        if len(self._verified) > MOST_REMEMBERED:
            self._verified.popitem(last=False)


class Authenticator:
    """Tells who sent a request; `start` it before the first one and `aclose` it after the last."""

    def __init__(self, source: KeySource, rules: ClaimRules, clock: Callable[[], float]) -> None:
        self._source = source
        self._rules = rules
        self._clock = clock
        self._remembered = VerifiedTokens()

    @property
    def ready(self) -> bool:
        """Whether keys were loaded once; a later outage of the issuer does not take that back."""
        return self._source.current is not None

    async def start(self) -> None:
        await self._source.start()

    async def aclose(self) -> None:
        await self._source.aclose()

    async def authenticate(self, authorization: Sequence[bytes]) -> Principal:
        """The principal, from the raw values of all the `Authorization` headers of a request.

        Raises:
            Problem: 401 with its challenge, or 503 while no keys were ever loaded.
        """
        token = bearer_token(authorization)
        digest = sha256(token).digest()
        principal = self._remembered.recall(digest, self._loaded(), self._clock())
        return principal or await self._verify(token, digest)

    async def _verify(self, token: bytes, digest: bytes) -> Principal:
        header = read_header(token, self._source.algorithms)
        keys = self._loaded()
        if keys.named_by(header) is None:
            await self._source.search()
            keys = self._loaded()
        key = keys.named_by(header)
        if key is None:
            raise invalid_token()
        claims = verified_claims(token, key)
        expires = self._rules.enforce(claims, self._clock())
        principal = principal_of(claims)
        self._remembered.remember(digest, Verified(principal, keys, expires))
        return principal

    def _loaded(self) -> KeySet:
        keys = self._source.current
        if keys is None:
            raise unavailable("The signing keys are not loaded yet", retry_after=RETRY_AFTER_SECONDS)
        return keys


def authenticator(
    settings: Settings, *, pace: Pace | None = None, clock: Callable[[], float] = time.time
) -> Authenticator:
    """The authenticator for the one family of keys that the settings name.

    Raises:
        SettingsError: when they name none, or a secret that is none.
    """
    rules = ClaimRules(settings.jwt_issuer, settings.jwt_audience)
    if settings.jwt_jwks_url or settings.jwt_issuer:
        # An HTTP client is imported where keys are fetched: a shared secret needs none.
        from service_standard.auth.jwks import PublishedKeys  # noqa: PLC0415 as said above

        source: KeySource = PublishedKeys(settings.jwt_jwks_url, settings.jwt_issuer, pace or Pace())
    elif settings.verification_secret:
        source = SharedSecret(settings.verification_secret)
    else:
        raise SettingsError("JWT_SECRET_KEY: required (or JWT_JWKS_URL, or JWT_ISSUER for OIDC discovery)")
    return Authenticator(source, rules, clock)
