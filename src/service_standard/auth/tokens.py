"""The compact form of a signed token (RFC 7515), read more strictly than a JOSE library reads it."""

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Final

from jwt import PyJWK, PyJWTError
from jwt.api_jws import decode as payload_of

from service_standard.auth.bearer import invalid_token
from service_standard.strict_json import read_json_object

_COMPACT_FORM: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
# A token must not say which key to trust, nor ask for an extension of the form: none is supported here.
_REFUSED_PARAMETERS: Final = frozenset({"jku", "jwk", "x5u", "crit", "b64"})


@dataclass(frozen=True, slots=True)
class Header:
    """What a token says about its own signature; to be believed only as the choice of a key."""

    algorithm: str
    key_id: str | None


def read_header(token: bytes, algorithms: frozenset[str]) -> Header:
    """The header of a token that claims one of these algorithms.

    Raises:
        Problem: 401 for any other header.
    """
    if not _COMPACT_FORM.fullmatch(token):
        raise invalid_token()
    parameters = _header_parameters(token.partition(b".")[0])
    algorithm, key_id = parameters.get("alg"), parameters.get("kid")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise invalid_token()
    if key_id is not None and not isinstance(key_id, str):
        raise invalid_token()
    return Header(algorithm, key_id)


def _header_parameters(segment: bytes) -> dict[str, object]:
    try:
        parameters = read_json_object(urlsafe_b64decode(segment + b"=" * (-len(segment) % 4)))
    except ValueError:
        raise invalid_token() from None
    if _REFUSED_PARAMETERS & parameters.keys() or str(parameters.get("typ", "JWT")).lower() not in _TYPES:
        raise invalid_token()
    return parameters


def verified_claims(token: bytes, key: PyJWK) -> dict[str, object]:
    """The claims that this key signed, with the one algorithm that belongs to it.

    Raises:
        Problem: 401 when the signature or the form is wrong.
    """
    try:
        payload = payload_of(token, key, [key.algorithm_name], options={"enforce_minimum_key_length": True})
        return read_json_object(payload)
    except (PyJWTError, ValueError):
        raise invalid_token() from None
