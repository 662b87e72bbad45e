"""The caller that a verified token speaks for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service_standard.auth.bearer import invalid_token

LONGEST_SUBJECT: Final = 255
_SCOPE_CLAIMS: Final = ("scope", "scopes", "scp")
# C0, DEL and C1: nothing that is shown or kept under a subject's name has a use for them.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Principal:
    """`subject` is the token's `sub`; a scope is held as a whole word or not at all."""

    subject: str
    scopes: frozenset[str]

    def holds_any(self, alternatives: Sequence[frozenset[str]]) -> bool:
        """Whether it holds every scope of one of them."""
        return any(map(self.scopes.issuperset, alternatives))


def principal_of(claims: Mapping[str, object]) -> Principal:
    """The principal of verified claims.

    Raises:
        Problem: 401 when `sub` is no text of 1 to 255 characters, or holds a control character.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not _is_name(subject):
        raise invalid_token("The sub claim of the token does not hold")
    return Principal(subject, frozenset().union(*(_scopes(claims.get(name)) for name in _SCOPE_CLAIMS)))


def _is_name(subject: str) -> bool:
    return bool(subject.strip()) and len(subject) <= LONGEST_SUBJECT and not _CONTROL.search(subject)


def _scopes(claim: object) -> frozenset[str]:
    """The scopes in a text of words (RFC 6749, section 3.3) or in a list; a malformed claim grants none."""
    if isinstance(claim, str):
        return frozenset(claim.split(" ")) - {""}
    if not isinstance(claim, list):
        return frozenset()
    scopes = [scope for scope in claim if isinstance(scope, str)]
    return frozenset(scopes) if len(scopes) == len(claim) else frozenset()
