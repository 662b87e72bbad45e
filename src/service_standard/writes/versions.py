"""Versions: each change of a thing counts one up, and a caller may insist on the version that it has seen."""

from typing import Final

from service_standard.problems import PRECONDITION_FAILED, Problem, SentHeader

ETAG: Final = SentHeader("ETag", '"1"')


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def require_version(version: int, if_match: str | None) -> None:
    """Refuses with 412 unless `If-Match` is absent, `*`, or names this version (RFC 9110, 13.1.1: strongly).

    Raises:
        Problem: 412, it is another version.
    """
    if if_match is None or if_match == "*":
        return
    if etag(version) not in (tag.strip() for tag in if_match.split(",")):
        raise Problem(PRECONDITION_FAILED, "It has changed since that version")
