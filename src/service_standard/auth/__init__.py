"""Who is calling: bearer tokens (RFC 6750) verified by a shared secret or by an issuer's published keys."""

from service_standard.auth.authenticator import Authenticator, authenticator
from service_standard.auth.bearer import insufficient_scope, invalid_token, missing_token
from service_standard.auth.principal import Principal

__all__ = [
    "Authenticator",
    "Principal",
    "authenticator",
    "insufficient_scope",
    "invalid_token",
    "missing_token",
]
