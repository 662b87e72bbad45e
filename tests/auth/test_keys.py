"""Which keys may verify a token, and which one a token's header names."""

from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from jwt.utils import der_to_raw_signature

from service_standard.auth import Authenticator
from tests.auth.asking import accepted, assert_refused, family_settings, started
from tests.auth.issuer import (
    Issuer,
    Signer,
    ec_signer,
    ed_signer,
    hs_signer,
    p384_signer,
    rsa_signer,
    segment,
)


@pytest.mark.parametrize("form", [Encoding.PEM, Encoding.DER], ids=["PEM", "DER"])
@pytest.mark.parametrize("signer", ["RS256", "ES256", "EdDSA"], indirect=True)
async def test_a_public_key_is_no_hmac_secret(service: Authenticator, signer: Signer, form: Encoding) -> None:
    header = signer.header | {"alg": "HS256"}
    await assert_refused(service, hs_signer(signer.public(form)).sign(header, signer.claims))


@pytest.mark.parametrize("signer", ["HS256"], indirect=True)
async def test_a_shared_secret_accepts_no_published_key(service: Authenticator) -> None:
    for other in (rsa_signer(None), ec_signer(None), ed_signer(None)):
        await assert_refused(service, other.token())


async def test_a_token_of_another_key_is_refused(service: Authenticator, signer: Signer) -> None:
    others = {
        "HS256": hs_signer(b"another-secret-of-at-least-thirty-two-bytes"),
        "RS256": rsa_signer("other"),
        "ES256": ec_signer("other"),
        "EdDSA": ed_signer("other"),
    }
    other = others[signer.algorithm]
    await assert_refused(service, other.sign(signer.header, signer.claims))
    await assert_refused(service, other.token())


async def test_an_rsa_key_of_1024_bits_is_refused(issuer: Issuer) -> None:
    small = rsa_signer("small", 1024)
    issuer.publish(rsa_signer(), small)
    async with started(family_settings("RS256", issuer)) as service:
        await accepted(service, rsa_signer().token())
        await assert_refused(service, small.token())


async def test_a_private_key_that_was_published_proves_nothing(issuer: Issuer) -> None:
    private = ec_signer().algorithm_object.to_jwk(ec_signer().key, as_dict=True)
    issuer.publish_entries({**private, "kid": "ec"})
    async with started(family_settings("RS256", issuer)) as service:
        await assert_refused(service, ec_signer().token())


async def test_a_key_on_another_curve_is_refused(issuer: Issuer) -> None:
    wrong = p384_signer()
    issuer.publish_entries(wrong.jwk | {"alg": "ES256"}, ec_signer().jwk)
    header = wrong.header | {"alg": "ES256"}
    assert isinstance(wrong.key, ec.EllipticCurvePrivateKey)
    content = segment(header) + b"." + segment(wrong.claims)
    signature = der_to_raw_signature(wrong.key.sign(content, ec.ECDSA(SHA256())), wrong.key.curve)
    async with started(family_settings("ES256", issuer)) as service:
        await assert_refused(service, content + b"." + segment(signature))
        await assert_refused(service, wrong.token())


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": None},
        {"alg": "RS512"},
        {"alg": "PS256"},
        {"key_ops": ["encrypt"]},
        {"key_ops": "verify"},
        {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"},
        {"kty": "EC", "crv": "P-256"},
        {"d": "AQAB"},
        {"n": 7},
        {"e": "AQ"},
        {"e": None},
        {"kid": ["rsa"]},
        {"kid": 7},
    ],
    ids=str,
)
async def test_a_key_that_is_not_meant_to_verify_is_left_out(issuer: Issuer, members: Mapping[str, object]) -> None:
    issuer.publish_entries(rsa_signer().jwk | dict(members), ec_signer().jwk, 7, None, [])
    async with started(family_settings("RS256", issuer)) as service:
        await accepted(service, ec_signer().token())
        await assert_refused(service, rsa_signer().token())
        await assert_refused(service, rsa_signer().headed({"kid": ...}))


async def test_a_key_that_says_it_verifies_is_used(issuer: Issuer) -> None:
    said = {"use": "sig", "alg": "RS256", "key_ops": ["verify"], "x5t": "ignored"}
    issuer.publish_entries(rsa_signer().jwk | said)
    async with started(family_settings("RS256", issuer)) as service:
        await accepted(service, rsa_signer().token())


async def test_without_kid_the_only_key_of_the_algorithm_is_used(issuer: Issuer) -> None:
    weak = rsa_signer("small", 1024)
    other_curve = p384_signer()
    issuer.publish(rsa_signer(), ec_signer(), ed_signer(), weak, other_curve)
    async with started(family_settings("RS256", issuer)) as service:
        for signer in (rsa_signer(), ec_signer(), ed_signer()):
            await accepted(service, signer.headed({"kid": ...}))


async def test_without_kid_two_keys_of_the_algorithm_are_no_choice(issuer: Issuer) -> None:
    issuer.publish(rsa_signer(), rsa_signer("other"))
    async with started(family_settings("RS256", issuer)) as service:
        await assert_refused(service, rsa_signer().headed({"kid": ...}))
        await accepted(service, rsa_signer("other").token())


async def test_a_kid_does_not_lend_its_key_to_another_algorithm(issuer: Issuer) -> None:
    async with started(family_settings("RS256", issuer)) as service:
        await assert_refused(service, rsa_signer().headed({"kid": "ec"}))
        await assert_refused(service, rsa_signer().headed({"kid": "ec", "alg": "ES256"}))
