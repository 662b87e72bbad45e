"""Verification keys: what may serve as one, and which one a token's header names."""

import logging
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from jwt import InvalidKeyError, PyJWK, PyJWTError

from service_standard.auth.tokens import Header
from service_standard.settings import SettingsError
from service_standard.strict_json import read_json_object

SYMMETRIC: Final = frozenset({"HS256"})
ASYMMETRIC: Final = frozenset({"RS256", "ES256", "EdDSA"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class KeySet:
    """Keys that hold at the same time; what one set verified, another has to verify anew."""

    keys: tuple[PyJWK, ...]

    def named_by(self, header: Header) -> PyJWK | None:
        """The one key that fits: of the header's `kid`, or without one, the only key of its algorithm."""
        fitting = [key for key in self.keys if _fits(key, header)]
        return fitting[0] if len(fitting) == 1 else None


def _fits(key: PyJWK, header: Header) -> bool:
    return key.algorithm_name == header.algorithm and header.key_id in (None, key.key_id)


def shared_key(secret: str) -> PyJWK:
    """The HS256 key that is this secret.

    Raises:
        SettingsError: when the secret is a public key or a certificate, which everybody knows.
    """
    octets = urlsafe_b64encode(secret.encode()).rstrip(b"=").decode()
    key = PyJWK({"kty": "oct", "k": octets}, "HS256")
    try:
        key.Algorithm.prepare_key(key.key)
    except InvalidKeyError as error:
        raise SettingsError("JWT_SECRET_KEY: is an asymmetric key or a certificate, not a secret") from error
    return key


def published_keys(document: bytes) -> KeySet:
    """The keys of a JWK set (RFC 7517) that may verify tokens; the others are left out, which is logged.

    Raises:
        ValueError: when the document is no JWK set.
    """
    entries = read_json_object(document).get("keys")
    if not isinstance(entries, list):
        raise ValueError("not a JWK set")  # noqa: TRY004 one type of error for every fault of a document
    keys = tuple(key for entry in entries if (key := _published_key(entry)) is not None)
    if len(keys) < len(entries):
        logger.warning("signing keys left out: %d of %d", len(entries) - len(keys), len(entries))
    return KeySet(keys)


def _published_key(entry: object) -> PyJWK | None:
    algorithm = _algorithm_of(entry)
    if algorithm is None or not isinstance(entry, dict) or not _is_meant_to_verify(entry, algorithm):
        return None
    try:
        key = PyJWK(entry, algorithm)
    except (PyJWTError, ValueError, TypeError):
        return None
    return None if key.Algorithm.check_key_length(key.key) else key


def _algorithm_of(entry: object) -> str | None:
    """The one algorithm for a key of this type and curve, so that no token can choose another."""
    match entry:
        case {"kty": "RSA"}:
            return "RS256"
        case {"kty": "EC", "crv": "P-256"}:
            return "ES256"
        case {"kty": "OKP", "crv": "Ed25519"}:
            return "EdDSA"
        case _:
            return None


def _is_meant_to_verify(entry: dict[str, object], algorithm: str) -> bool:
    """Whether the entry allows this use of it; a published private key (`d`) proves nothing."""
    operations = entry.get("key_ops", ["verify"])
    return (
        entry.get("use", "sig") == "sig"
        and entry.get("alg", algorithm) == algorithm
        and isinstance(operations, list)
        and "verify" in operations
        and isinstance(entry.get("kid", ""), str)
        and "d" not in entry
    )
