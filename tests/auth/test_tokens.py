"""The form and the header of a token: the compact form and JSON, both strictly."""

import json

import pytest

from service_standard.auth import Authenticator
from tests.auth.asking import accepted, assert_refused
from tests.auth.issuer import NOW, Issuer, Signer, rsa_signer, segment


@pytest.mark.parametrize("typ", [..., "JWT", "jwt", "at+jwt", "application/at+jwt"])
async def test_the_types_of_an_access_token_are_accepted(service: Authenticator, signer: Signer, typ: object) -> None:
    await accepted(service, signer.headed({"typ": typ}))


BAD_ALGORITHMS: list[object] = [
    *[..., None, "", "none", "nOnE", "HS384", "HS512", "RS512", "PS256", "ES384", "Ed25519"],
    *[["RS256"], {}, 7],
]


@pytest.mark.parametrize(
    "header",
    [
        *({"alg": alg} for alg in BAD_ALGORITHMS),
        *({"kid": kid} for kid in ["../../dev/null", "' OR 1=1 --", ["rsa"], 7, "unknown", "", {}, None]),
        *({"typ": typ} for typ in ["JWE", "dpop+jwt", "", 7, None, ["JWT"]]),
        *({"crit": crit} for crit in [["exp"], [], ["b64"], "exp", None]),
        {"b64": False},
        {"b64": True, "crit": ["b64"]},
        {"b64": True},
        {"b64": False, "crit": ["b64"]},
        {"jwk": rsa_signer("other").jwk},
    ],
    ids=lambda header: str(header)[:40],
)
async def test_a_header_outside_the_rules_is_refused(
    service: Authenticator, signer: Signer, header: dict[str, object]
) -> None:
    await assert_refused(service, signer.headed(header))


@pytest.mark.parametrize("parameter", ["jku", "x5u"])
async def test_an_address_in_the_header_is_refused_and_never_fetched(
    service: Authenticator, signer: Signer, issuer: Issuer, parameter: str
) -> None:
    await assert_refused(service, signer.headed({parameter: issuer.url + "/trap"}))
    assert issuer.fetches["/trap"] == 0


PAYLOADS = [
    "",
    "[]",
    '"text"',
    "null",
    "{",
    b"\xef\xbb\xbf{}",
    b'{"sub":"\xff"}',
    '{"sub":"ann","sub":"bob","exp":EXP}',
    '{"sub":"ann","exp":EXP,"deep":{"a":1,"a":2}}',
    '{"sub":"ann","exp":1e999}',
    '{"sub":"ann","exp":EXP,"number":' + "9" * 5000 + "}",
    '{"sub":"ann","exp":' + "9" * 5000 + "}",
    '{"exp":' + "9" * 400 + ',"sub":"ann"}',
    '{"sub":"ann","exp":EXP,"deep":' + "[" * 2000 + "]" * 2000 + "}",
    '{"sub":"ann","exp":EXP,"nest":' + '{"a":' * 300 + "1" + "}" * 301,
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: str(payload)[:33])
async def test_a_payload_that_is_no_strict_json_object_is_refused(
    service: Authenticator, signer: Signer, payload: str | bytes
) -> None:
    if isinstance(payload, str):
        payload = payload.replace("EXP", str(NOW + 600))
    await assert_refused(service, signer.sign(signer.header, payload))


@pytest.mark.parametrize(
    "member",
    ['"alg":"none"', '"a":1,"a":1', '"n":' + "9" * 5000, '"a":' + "[" * 900 + "]" * 900, '"a":NaN'],
    ids=lambda member: member[:20],
)
async def test_a_header_that_is_no_strict_json_object_is_refused(
    service: Authenticator, signer: Signer, member: str
) -> None:
    header = json.dumps(signer.header).replace("{", "{" + member + ",")
    await assert_refused(service, signer.sign(header, signer.claims))


FORMS = [
    "null",
    "HEAD",
    "HEAD.BODY",
    "HEAD.BODY.",
    ".BODY.SIGN",
    "HEAD..SIGN",
    ".HEAD.BODY.SIGN",
    "HEAD.BODY.SIGN.",
    "HEAD.BODY.SIGN.a.b",
    "HEAD.BODY.SIGN=",
    "HEAD.BODY.SIGN==",
    "HEAD=.BODY.SIGN",
    "HEAD.BODY=.SIGN",
    "HEAD .BODY.SIGN",
    "HEAD.\nBODY.SIGN",
    "HEAD.BODY.SIGN\x00",
    "HEAD.BODY.SIGN\xff",
    "aHEAD.BODY.SIGN",
    "HEAD.aBODY.SIGN",
    "HEAD.BODY.aSIGN",
    "HEAD.BODY.SIGNAAAA",
    "W10.BODY.SIGN",
    "HEAD.BODY.SIGN, Bearer HEAD.BODY.SIGN",
    "HEAD.BODY.ZERO",
    "HEAD.BODY." + "AAAA" * 8,
    "HEAD." + "BODY" * 200 + ".SIGN",
    "." * 8000,
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: ascii(form[:40]))
async def test_a_token_of_another_form_is_refused(service: Authenticator, signer: Signer, form: str) -> None:
    head, body, signature = signer.token().split(b".")
    token = form.encode("latin-1").replace(b"ZERO", segment(bytes(64)))
    token = token.replace(b"HEAD", head).replace(b"BODY", body).replace(b"SIGN", signature)
    await assert_refused(service, token)


async def test_a_changed_payload_is_refused(service: Authenticator, signer: Signer) -> None:
    header, _, signature = signer.token().split(b".")
    claims = segment({**signer.claims, "scope": "orders.admin"})
    await assert_refused(service, b".".join([header, claims, signature]))


async def test_trailing_bits_of_the_signature_are_refused(service: Authenticator, signer: Signer) -> None:
    """An encoding with spare bits has several spellings; only the canonical one is the token."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = signer.token()
    assert len(token.rpartition(b".")[2]) % 4, "the signature has spare bits"
    await assert_refused(service, token[:-1] + bytes([alphabet[alphabet.index(token[-1]) + 1]]))
