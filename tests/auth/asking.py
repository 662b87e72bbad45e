"""How a test asks an authenticator: one of each family of keys, and what an acceptance or a refusal is."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from service_standard.auth import Authenticator, Principal, authenticator
from service_standard.auth.pace import Pace
from service_standard.problems import Problem
from service_standard.settings import Settings
from tests.auth.issuer import JWKS, NOW, SECRET, Issuer, Signer, ec_signer, ed_signer, hs_signer, rsa_signer

SIGNERS: dict[str, Callable[[], Signer]] = {
    "HS256": hs_signer,
    "RS256": rsa_signer,
    "ES256": ec_signer,
    "EdDSA": ed_signer,
}
INVALID = 'Bearer error="invalid_token"'


def family_settings(algorithm: str, issuer: Issuer) -> Settings:
    """Settings under which tokens of this algorithm are good."""
    if algorithm == "HS256":
        return Settings(jwt_secret_key=SecretStr(SECRET))
    return Settings(jwt_jwks_url=issuer.url + JWKS)


@asynccontextmanager
async def started(
    settings: Settings, *, pace: Pace | None = None, clock: Callable[[], float] = lambda: NOW
) -> AsyncIterator[Authenticator]:
    service = authenticator(settings, pace=pace, clock=clock)
    await service.start()
    try:
        yield service
    finally:
        await service.aclose()


async def accepted(service: Authenticator, token: bytes) -> Principal:
    return await service.authenticate([b"Bearer " + token])


async def refusal(service: Authenticator, *authorization: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        await service.authenticate(authorization)
    return caught.value


async def assert_refused(service: Authenticator, token: bytes) -> None:
    problem = await refusal(service, b"Bearer " + token)
    assert (problem.problem_type.status, problem.headers) == (401, {"WWW-Authenticate": INVALID})
    assert token.decode("latin-1") not in problem.detail
