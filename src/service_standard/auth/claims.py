"""What the claims of a token must say about time, issuer and audience (RFC 7519, section 4.1)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service_standard.auth.bearer import invalid_token

LEEWAY_SECONDS: Final = 60
_LAST_DATE: Final = 253_402_300_799  # The end of the year 9999: whatever is later was not meant as a date.


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """The issuer and the audience to insist on; `None` takes any that is well formed."""

    issuer: str | None
    audience: str | None

    def enforce(self, claims: Mapping[str, object], now: float) -> float:
        """The time from which the claims hold no longer; it and `now` are seconds since 1970.

        Raises:
            Problem: 401 that names the first claim that does not hold.
        """
        expires = _seconds(claims.get("exp")) + LEEWAY_SECONDS
        holds = {
            "exp": now < expires,
            "nbf": _seconds(claims.get("nbf", 0)) <= now + LEEWAY_SECONDS,
            "iat": _seconds(claims.get("iat", 0)) <= now + LEEWAY_SECONDS,
            "iss": self._is_issuer(claims.get("iss", "")),
            "aud": self._is_addressed(claims.get("aud", [])),
        }
        for name, held in holds.items():
            if not held:
                raise invalid_token(f"The {name} claim of the token does not hold")
        return expires

    def _is_issuer(self, claim: object) -> bool:
        return isinstance(claim, str) and self.issuer in {None, claim}

    def _is_addressed(self, claim: object) -> bool:
        audiences = claim if isinstance(claim, list) else [claim]
        well_formed = all(isinstance(audience, str) for audience in audiences)
        return well_formed and (self.audience is None or self.audience in audiences)


def _seconds(claim: object) -> float:
    """The claim as seconds since 1970; NaN, which passes no comparison, when it is no such number."""
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not 0 <= claim <= _LAST_DATE:
        return math.nan
    return float(claim)
