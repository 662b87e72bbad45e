"""How published keys are fetched: found, refreshed, limited, and kept when their issuer is away."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from service_standard.auth import authenticator
from service_standard.auth.jwks import LARGEST_DOCUMENT
from service_standard.auth.pace import Pace
from service_standard.settings import Settings
from tests.auth.asking import accepted, assert_refused, family_settings, refusal, started
from tests.auth.certificates import self_signed
from tests.auth.issuer import DISCOVERY, JWKS, Issuer, ec_signer, ed_signer, rsa_signer

BRISK = Pace(refresh=0.01, retry=0.01, first=0.01)


def by_url(issuer: Issuer) -> Settings:
    return family_settings("RS256", issuer)


def by_discovery(issuer: Issuer) -> Settings:
    return Settings(jwt_issuer=issuer.url, jwt_audience="orders")


async def more_fetches(issuer: Issuer, count: int = 2) -> None:
    """Two more fetches have begun, so the first has had its effect: there is one in flight at a time."""
    await anyio.to_thread.run_sync(issuer.wait_for_more_fetches, count)


async def test_keys_are_loaded_when_start_returns(issuer: Issuer) -> None:
    async with started(by_url(issuer)) as service:
        assert service.ready
        assert issuer.fetches[JWKS] == 1


async def test_nothing_is_fetched_before_start(issuer: Issuer) -> None:
    service = authenticator(by_url(issuer))
    assert not service.ready
    assert not issuer.fetches
    await service.aclose()


async def test_keys_that_were_never_loaded_are_a_503_with_retry_after(issuer: Issuer) -> None:
    issuer.status = 500
    async with started(by_url(issuer)) as service:
        assert not service.ready
        problem = await refusal(service, b"Bearer " + rsa_signer().token())
    assert problem.problem_type.status == 503
    assert int(problem.headers["Retry-After"]) > 0


async def test_without_token_it_is_401_even_while_no_keys_are_loaded(issuer: Issuer) -> None:
    issuer.status = 500
    async with started(by_url(issuer)) as service:
        assert (await refusal(service)).headers == {"WWW-Authenticate": "Bearer"}


async def test_keys_that_come_late_are_found_in_the_background(issuer: Issuer) -> None:
    issuer.status = 500
    async with started(by_url(issuer), pace=BRISK) as service:
        issuer.status = 200
        await more_fetches(issuer)
        assert service.ready
        await accepted(service, rsa_signer().token())


async def test_an_issuer_that_is_silent_holds_the_start_for_two_seconds_only(issuer: Issuer) -> None:
    issuer.gate.clear()
    with anyio.fail_after(4):
        async with started(by_url(issuer)) as service:
            assert not service.ready


async def test_an_issuer_that_is_not_there_is_no_crash(issuer: Issuer) -> None:
    settings = Settings(jwt_jwks_url="http://127.0.0.1:1/keys.json")
    async with started(settings) as service:
        assert (await refusal(service, b"Bearer " + rsa_signer().token())).problem_type.status == 503


@pytest.mark.parametrize("url", ["not a url", "file:///etc/passwd", "http://[::1", "http://\ud800/"], ids=ascii)
async def test_an_address_that_is_none_is_no_crash(url: str) -> None:
    async with started(Settings.model_construct(jwt_jwks_url=url)) as service:
        assert not service.ready


async def test_a_document_of_64_kib_is_read(issuer: Issuer) -> None:
    issuer.documents[JWKS] = issuer.documents[JWKS].ljust(LARGEST_DOCUMENT)
    async with started(by_url(issuer)) as service:
        assert service.ready


SPOILT = {
    "html": b"<html>",
    "list": b"[]",
    "no list of keys": b'{"keys": {}}',
    "keys twice": b'{"keys": [], "keys": []}',
    "too deep": b'{"keys":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "no Unicode": b"\xff\xfe",
    "over 64 KiB": b'{"keys":[]}'.ljust(LARGEST_DOCUMENT + 1),
}


@pytest.mark.parametrize("document", SPOILT.values(), ids=SPOILT.keys())
async def test_a_document_that_is_no_key_set_replaces_nothing(issuer: Issuer, document: bytes) -> None:
    async with started(by_url(issuer), pace=BRISK) as service:
        issuer.documents[JWKS] = document
        await more_fetches(issuer)
        await accepted(service, rsa_signer().token())
    async with started(by_url(issuer)) as service:
        assert not service.ready


async def test_a_redirection_is_not_followed(issuer: Issuer) -> None:
    issuer.documents["/moved"] = b"moved"
    issuer.status = 302
    async with started(Settings(jwt_jwks_url=issuer.url + "/moved")) as service:
        assert not service.ready
    assert issuer.fetches == {"/moved": 1}


async def test_an_outage_after_the_first_load_serves_the_keys_that_are_known(issuer: Issuer) -> None:
    async with started(by_url(issuer), pace=BRISK) as service:
        issuer.status = 503
        await more_fetches(issuer)
        assert service.ready
        await accepted(service, rsa_signer().token())
        await assert_refused(service, rsa_signer("unknown").token())


async def test_keys_that_changed_are_found_in_the_background(issuer: Issuer) -> None:
    async with started(by_url(issuer), pace=BRISK) as service:
        before = rsa_signer().token()
        await accepted(service, before)
        issuer.publish(rsa_signer("new"))
        await more_fetches(issuer)
        await accepted(service, rsa_signer("new").token())
        await assert_refused(service, before)


async def test_an_unknown_kid_finds_a_key_that_is_new(issuer: Issuer) -> None:
    async with started(by_url(issuer)) as service:
        issuer.publish(rsa_signer(), rsa_signer("new"))
        await accepted(service, rsa_signer("new").token())
        assert issuer.fetches[JWKS] == 2


async def test_a_thousand_unknown_kids_are_one_fetch(issuer: Issuer) -> None:
    async with started(by_url(issuer)) as service:
        before = issuer.fetches[JWKS]
        tokens = [ed_signer().headed({"kid": f"unknown-{number}"}) for number in range(1000)]
        async with anyio.create_task_group() as callers:
            for token in tokens[:500]:
                callers.start_soon(assert_refused, service, token)
        for token in tokens[500:]:
            await assert_refused(service, token)
        assert issuer.fetches[JWKS] == before + 1
        await accepted(service, rsa_signer().token())


async def test_an_algorithm_of_another_family_is_no_reason_to_fetch(issuer: Issuer) -> None:
    async with started(by_url(issuer)) as service:
        for algorithm in ("none", "HS256", "RS512"):
            await assert_refused(service, rsa_signer().headed({"alg": algorithm, "kid": "unknown"}))
        assert issuer.fetches[JWKS] == 1


async def test_callers_of_one_new_key_share_one_fetch(issuer: Issuer) -> None:
    async with started(by_url(issuer)) as service:
        issuer.publish(ec_signer("new"))
        token = ec_signer("new").token()
        issuer.gate.clear()
        async with anyio.create_task_group() as callers:
            for _ in range(20):
                callers.start_soon(accepted, service, token)
            await more_fetches(issuer, 1)
            issuer.gate.set()
        assert issuer.fetches[JWKS] == 2


async def test_a_caller_that_leaves_does_not_end_the_fetch(issuer: Issuer) -> None:
    async with started(by_url(issuer)) as service:
        issuer.publish(ec_signer("new"))
        token = ec_signer("new").token()
        issuer.gate.clear()
        async with anyio.create_task_group() as callers:
            callers.start_soon(accepted, service, token)
            await more_fetches(issuer, 1)
            callers.cancel_scope.cancel()
        issuer.gate.set()
        await accepted(service, token)
        assert issuer.fetches[JWKS] == 2


async def test_a_fetch_in_flight_does_not_hold_the_end(issuer: Issuer) -> None:
    service = authenticator(by_url(issuer), pace=BRISK)
    await service.start()
    issuer.gate.clear()
    await more_fetches(issuer, 1)
    with anyio.fail_after(1.5):
        await service.aclose()


async def test_an_issuer_tells_where_its_keys_are(issuer: Issuer) -> None:
    issuer.announce()
    async with started(by_discovery(issuer)) as service:
        await accepted(service, rsa_signer().token(iss=issuer.url, aud="orders"))
        await assert_refused(service, rsa_signer().token(iss="https://other.test", aud="orders"))
    assert issuer.fetches == {DISCOVERY: 1, JWKS: 1}


async def test_an_issuer_may_have_a_path_that_ends_in_a_slash(issuer: Issuer) -> None:
    name = issuer.url + "/realm/"
    issuer.announce(issuer=name)
    issuer.documents["/realm" + DISCOVERY] = issuer.documents.pop(DISCOVERY)
    async with started(Settings(jwt_issuer=name)) as service:
        await accepted(service, rsa_signer().token(iss=name))


async def test_an_address_of_keys_is_taken_before_discovery(issuer: Issuer) -> None:
    async with started(Settings(jwt_issuer=issuer.url, jwt_jwks_url=issuer.url + JWKS)) as service:
        await accepted(service, rsa_signer().token(iss=issuer.url))
    assert issuer.fetches == {JWKS: 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://other.test"},
        {"issuer": ...},
        {"jwks_uri": ...},
        {"jwks_uri": 7},
        {"jwks_uri": "/keys.json"},
        {"jwks_uri": "http://[::1"},
    ],
    ids=str,
)
async def test_a_discovery_document_that_is_not_the_issuers_leads_nowhere(
    issuer: Issuer, changes: dict[str, object]
) -> None:
    issuer.announce(**changes)
    async with started(by_discovery(issuer)) as service:
        assert not service.ready
    assert issuer.fetches == {DISCOVERY: 1}


@pytest.fixture
def secure_issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """An issuer with a certificate of its own, which this process trusts as the operating system would."""
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(self_signed("127.0.0.1"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Issuer(tls) as issuer:
        yield issuer


async def test_the_certificates_that_the_system_trusts_are_trusted(secure_issuer: Issuer) -> None:
    secure_issuer.announce()
    async with started(by_discovery(secure_issuer)) as service:
        await accepted(service, rsa_signer().token(iss=secure_issuer.url, aud="orders"))


async def test_any_other_certificate_is_not_trusted(secure_issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with started(by_url(secure_issuer)) as service:
        assert not service.ready


async def test_an_https_issuer_does_not_lead_to_keys_over_http(secure_issuer: Issuer, issuer: Issuer) -> None:
    secure_issuer.announce(jwks_uri=issuer.url + JWKS)
    async with started(by_discovery(secure_issuer)) as service:
        assert not service.ready
    assert not issuer.fetches
