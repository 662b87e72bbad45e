"""What an authenticator chooses by its settings, and what it remembers."""

import time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr

from service_standard.auth import Principal, authenticator
from service_standard.auth.authenticator import MOST_REMEMBERED, Verified, VerifiedTokens
from service_standard.auth.keys import KeySet
from service_standard.settings import Settings, SettingsError
from tests.auth.asking import accepted, assert_refused, family_settings, started
from tests.auth.issuer import NOW, Issuer, Signer, ec_signer, hs_signer, rsa_signer


def test_a_secret_that_is_a_public_key_is_no_secret() -> None:
    pem = rsa_signer().public(Encoding.PEM).decode()
    with pytest.raises(SettingsError, match="JWT_SECRET_KEY"):
        authenticator(Settings(jwt_secret_key=SecretStr(pem)))


def test_settings_without_any_key_are_refused() -> None:
    with pytest.raises(SettingsError, match="JWT_SECRET_KEY"):
        authenticator(Settings())


async def test_a_remembered_token_expires(signer: Signer, issuer: Issuer) -> None:
    now = [float(NOW)]
    async with started(family_settings(signer.algorithm, issuer), clock=lambda: now[0]) as service:
        token = signer.token(exp=NOW + 10)
        assert await accepted(service, token) is await accepted(service, token)
        now[0] = NOW + 69
        await accepted(service, token)
        now[0] = NOW + 70
        await assert_refused(service, token)


async def test_the_clock_is_the_worlds_unless_another_is_given(issuer: Issuer) -> None:
    service = authenticator(family_settings("HS256", issuer))
    await accepted(service, hs_signer().token(iat=..., exp=time.time() + 5))
    await assert_refused(service, hs_signer().token(iat=..., exp=time.time() - 65))


async def test_a_remembered_token_does_not_outlive_its_key(issuer: Issuer) -> None:
    async with started(family_settings("RS256", issuer)) as service:
        token = rsa_signer().token()
        await accepted(service, token)
        issuer.publish(ec_signer())
        await assert_refused(service, rsa_signer("unknown").token())
        await assert_refused(service, token)


def test_the_tokens_used_last_are_remembered_and_no_more_than_the_bound() -> None:
    keys, remembered = KeySet(()), VerifiedTokens()
    verified = Verified(Principal("ann", frozenset()), keys, expires=NOW + 1)
    for number in range(MOST_REMEMBERED):
        remembered.remember(b"%d" % number, verified)
    assert remembered.recall(b"0", keys, NOW)
    remembered.remember(b"one more", verified)
    assert remembered.recall(b"0", keys, NOW)
    assert remembered.recall(b"1", keys, NOW) is None
    assert remembered.recall(b"0", KeySet(()), NOW) is None
