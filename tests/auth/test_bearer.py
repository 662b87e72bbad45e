"""The Authorization header: when there is a token in it, and how a refusal challenges."""

import pytest

from service_standard.auth import Authenticator, insufficient_scope
from tests.auth.asking import INVALID, accepted, assert_refused, refusal
from tests.auth.issuer import Signer


@pytest.mark.parametrize("scheme", [b"Bearer ", b"bearer ", b"BEARER   "])
async def test_the_scheme_is_a_word_in_any_case(service: Authenticator, signer: Signer, scheme: bytes) -> None:
    await service.authenticate([scheme + signer.token() + b" "])


@pytest.mark.parametrize(
    "authorization",
    [
        [],
        [b""],
        [b"  "],
        [b"Basic dTpw"],
        [b"Bearer"],
        [b"Bearer "],
        [b"bearer\t"],
        [b"Bearerx y"],
        [b"\xff"],
    ],
    ids=str,
)
async def test_without_a_bearer_token_the_challenge_has_no_error(
    service: Authenticator, authorization: list[bytes]
) -> None:
    problem = await refusal(service, *authorization)
    assert (problem.problem_type.status, problem.problem_type.type) == (401, "unauthorized")
    assert problem.headers == {"WWW-Authenticate": "Bearer"}


async def test_two_authorization_headers_are_refused(service: Authenticator, signer: Signer) -> None:
    good = b"Bearer " + signer.token()
    for headers in ((good, good), (b"Basic dTpw", good), (good, b"")):
        assert (await refusal(service, *headers)).headers == {"WWW-Authenticate": INVALID}


async def test_a_token_of_8_kib_is_read_and_one_more_byte_is_not(service: Authenticator, signer: Signer) -> None:
    sizes = {len(token): token for token in (signer.token(pad="x" * size) for size in range(5500, 6000))}
    await accepted(service, sizes[max(size for size in sizes if size <= 8192)])
    await assert_refused(service, sizes[min(size for size in sizes if size > 8192)])


def test_a_missing_scope_is_named_in_the_challenge() -> None:
    problem = insufficient_scope("orders.write")
    assert (problem.problem_type.status, problem.problem_type.type) == (403, "forbidden")
    assert problem.headers == {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="orders.write"'}
