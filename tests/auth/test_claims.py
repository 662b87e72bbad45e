"""Which claims are accepted of whom, and which scopes they grant."""

import pytest

from service_standard.auth import Authenticator, Principal
from tests.auth.asking import accepted, assert_refused
from tests.auth.issuer import NOW, Signer

BAD_DATES: list[object] = [
    "1900000000",
    "soon",
    True,
    None,
    float("nan"),
    float("inf"),
    1e308,
    -1,
    [NOW + 600],
    {},
]


async def test_a_good_token_tells_subject_and_scopes(service: Authenticator, signer: Signer) -> None:
    principal = await accepted(service, signer.token(scope="orders.read orders.write"))
    assert principal == Principal("ann", frozenset({"orders.read", "orders.write"}))


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 59},
        {"exp": NOW + 0.5},
        {"nbf": NOW + 60},
        {"iat": NOW + 60},
        {"iat": ...},
        {"aud": "another", "iss": "whoever"},
        {"aud": ["one", "another"]},
        {"sub": "x" * 255},
        {"sub": "\u202e\U0001f600 \u200b"},
    ],
    ids=str,
)
async def test_claims_within_the_rules_are_accepted(
    service: Authenticator, signer: Signer, claims: dict[str, object]
) -> None:
    principal = await accepted(service, signer.token(**claims))
    assert principal.subject == claims.get("sub", "ann")


async def test_issuer_and_audience_that_fit_are_accepted(strict: Authenticator, signer: Signer) -> None:
    good = {"iss": "https://issuer.test", "aud": ["billing", "orders"]}
    await accepted(strict, signer.token(**good))
    await accepted(strict, signer.token(**good | {"aud": "orders"}))


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": "a b"}, {"a", "b"}),
        ({"scope": " a  b "}, {"a", "b"}),
        ({"scope": "a\u00a0b"}, {"a\u00a0b"}),
        ({"scope": "orders.writeX"}, {"orders.writeX"}),
        ({"scope": ["a", "b"]}, {"a", "b"}),
        ({"scope": ..., "scopes": ["a"]}, {"a"}),
        ({"scope": ..., "scopes": "a b"}, {"a", "b"}),
        ({"scope": ..., "scp": ["a"]}, {"a"}),
        ({"scope": ..., "scp": "a b"}, {"a", "b"}),
        ({"scope": "a", "scopes": ["b"], "scp": "c"}, {"a", "b", "c"}),
        ({"scope": ["a b"]}, {"a b"}),
        ({"scope": ...}, set()),
        ({"scope": ""}, set()),
        ({"scope": [1, None, {"a": 1}, ["a"]]}, set()),
        ({"scope": ["a", 1]}, set()),
        ({"scope": {"a": 1}}, set()),
        ({"scope": 7, "scopes": True, "scp": None}, set()),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
async def test_scopes_are_the_union_of_whole_words(
    service: Authenticator, signer: Signer, claims: dict[str, object], scopes: set[str]
) -> None:
    assert (await accepted(service, signer.token(**claims))).scopes == scopes


@pytest.mark.parametrize(
    "claims",
    [
        *({"exp": exp} for exp in [..., 0, NOW - 60, *BAD_DATES]),
        *({"nbf": nbf} for nbf in [NOW + 61, *BAD_DATES]),
        *({"iat": iat} for iat in [NOW + 61, *BAD_DATES]),
        *({"sub": sub} for sub in [..., None, "", " ", 7, True, ["ann"], "\ud800", "x" * 256]),
        *({"sub": f"ann{control}"} for control in "\0\n\x1b\x1f\x7f\x80\x9f"),
        *({"aud": aud} for aud in [{"a": 1}, 7, [1, 2], ["orders", 2], None, True]),
        {"iss": 7},
        {"iss": None},
        {"iss": ["https://issuer.test"]},
    ],
    ids=str,
)
async def test_claims_outside_the_rules_are_refused(
    service: Authenticator, signer: Signer, claims: dict[str, object]
) -> None:
    await assert_refused(service, signer.token(**claims))


@pytest.mark.parametrize("aud", [..., "billing", "order", "orders ", ["billing"], [], ["orders", 2], {"orders": 1}])
async def test_a_wrong_or_missing_audience_is_refused(strict: Authenticator, signer: Signer, aud: object) -> None:
    await assert_refused(strict, signer.token(iss="https://issuer.test", aud=aud))


@pytest.mark.parametrize("iss", [..., "https://issuer.test/", "HTTPS://issuer.test", "", ["https://issuer.test"]])
@pytest.mark.parametrize("signer", ["RS256"], indirect=True)
async def test_a_wrong_or_missing_issuer_is_refused(strict: Authenticator, signer: Signer, iss: object) -> None:
    await assert_refused(strict, signer.token(iss=iss, aud="orders"))
