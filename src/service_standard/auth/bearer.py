"""The bearer scheme (RFC 6750): the token in a request's header, and the refusals with their challenges."""

from collections.abc import Sequence
from typing import Final

from service_standard.problems import FORBIDDEN, UNAUTHORIZED, Problem

LONGEST_TOKEN: Final = 8 * 1024


def bearer_token(authorization: Sequence[bytes]) -> bytes:
    """The token in the values of the `Authorization` headers of one request, not yet looked into.

    Raises:
        Problem: 401 when there is no bearer token, more than one header, or more than 8 KiB of token.
    """
    if len(authorization) > 1:
        raise invalid_token("More than one Authorization header was sent")
    credentials = b"".join(authorization).strip(b" \t")
    scheme, _, token = credentials.partition(b" ")
    if scheme.lower() != b"bearer" or not token:
        raise missing_token()
    if len(token) > LONGEST_TOKEN:
        raise invalid_token()
    return token.lstrip(b" ")


def missing_token() -> Problem:
    """The 401 for a request without bearer token: a challenge and no error code (RFC 6750, section 3.1)."""
    return Problem(UNAUTHORIZED, "A bearer token is required", headers={"WWW-Authenticate": "Bearer"})


def invalid_token(detail: str = "The bearer token is not valid") -> Problem:
    """The 401 for a token that proves nothing; `detail` is a fixed text and never a part of the token."""
    return Problem(UNAUTHORIZED, detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def insufficient_scope(missing: str) -> Problem:
    """The 403 for a valid token that lacks a scope; `missing` is the contract's word, never the caller's."""
    challenge = f'Bearer error="insufficient_scope", scope="{missing}"'
    detail = f"The token lacks the scope {missing}"
    return Problem(FORBIDDEN, detail, headers={"WWW-Authenticate": challenge})
