"""Tokens for development: what `generate_test_token.py` and the service's `token` command print."""

import argparse
import math
import re
import time
import uuid
from collections.abc import Sequence
from typing import Final

import jwt

from service_standard.auth.keys import shared_key
from service_standard.auth.principal import LONGEST_SUBJECT
from service_standard.settings import Settings, SettingsError

MOST_HOURS: Final = 24 * 366
_SCOPES: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")


def mint(settings: Settings, subject: str, scopes: Sequence[str], hours: float) -> str:
    """A token that a service with these settings accepts for so many hours.

    Raises:
        SettingsError: in production, or when the service takes only its issuer's tokens.
    """
    if settings.environment != "development":
        raise SettingsError("ENVIRONMENT: test tokens are made in development only")
    if settings.verification_secret is None:
        raise SettingsError("JWT_SECRET_KEY: with JWT_JWKS_URL or JWT_ISSUER only the issuer makes tokens")
    now = time.time()
    claims: dict[str, object] = {
        "sub": subject,
        "scope": " ".join(scopes),
        "iat": int(now),
        "exp": int(now + hours * 3600),
        "jti": str(uuid.uuid4()),
    }
    if settings.jwt_audience:
        claims["aud"] = settings.jwt_audience
    return jwt.encode(claims, shared_key(settings.verification_secret), "HS256")


def token_text(settings: Settings, arguments: Sequence[str], *, scopes: Sequence[str], path: str) -> str:
    """What to print for these arguments of the command line; `path` is where the example request goes.

    Raises:
        SettingsError: as `mint`.
        SystemExit: from argparse, for faulty arguments.
    """
    wanted = _parser(scopes).parse_args(arguments)
    token = mint(settings, wanted.sub, wanted.scopes, wanted.exp_hours)
    if wanted.raw:
        return token
    example = f'curl -H "Authorization: Bearer {token}" http://localhost:{settings.port}{path}'
    return f"Generated JWT token:\n{token}\n\n{example}"


def _parser(scopes: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Print a signed token for development.", allow_abbrev=False)
    parser.add_argument("--scopes", nargs="*", type=_scope, default=list(scopes), metavar="SCOPE")
    parser.add_argument("--sub", type=_subject, default="test-user", help="whom the token speaks for")
    parser.add_argument("--exp-hours", type=_hours, default=24.0, metavar="HOURS", help="may be a fraction")
    parser.add_argument("--raw", action="store_true", help="print the token alone")
    return parser


def _scope(text: str) -> str:
    if not _SCOPES.fullmatch(text):
        raise argparse.ArgumentTypeError("a scope is printable ASCII without quotes and backslashes")
    return text


def _subject(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_SUBJECT or not text.isprintable():
        raise argparse.ArgumentTypeError(f"a subject is 1 to {LONGEST_SUBJECT} printable characters")
    return text


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not 0 < hours <= MOST_HOURS:
        raise argparse.ArgumentTypeError(f"hours are more than 0 and at most {MOST_HOURS}")
    return hours
