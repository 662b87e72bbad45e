"""What the tests of authentication share: a real issuer, and an authenticator for each family of keys."""

from collections.abc import AsyncIterator, Iterator

import pytest

from service_standard.auth import Authenticator
from tests.auth.asking import SIGNERS, family_settings, started
from tests.auth.issuer import Issuer, Signer


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer that a test may change."""
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="session")
def steady_issuer() -> Iterator[Issuer]:
    """An issuer that never changes; the tables of tokens share it."""
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module", params=SIGNERS)
def signer(request: pytest.FixtureRequest) -> Signer:
    return SIGNERS[request.param]()


@pytest.fixture(scope="module")
async def service(signer: Signer, steady_issuer: Issuer) -> AsyncIterator[Authenticator]:
    async with started(family_settings(signer.algorithm, steady_issuer)) as service:
        yield service


@pytest.fixture(scope="module")
async def strict(signer: Signer, steady_issuer: Issuer) -> AsyncIterator[Authenticator]:
    """Insists on an audience and, where keys are published, on an issuer."""
    settings = family_settings(signer.algorithm, steady_issuer).model_copy(update={"jwt_audience": "orders"})
    if signer.algorithm != "HS256":
        settings = settings.model_copy(update={"jwt_issuer": "https://issuer.test"})
    async with started(settings) as service:
        yield service
