"""The pace at which an issuer's keys are fetched."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between fetches: in good times, after a failure, before a first load, and for unknown keys."""

    refresh: float = 300
    retry: float = 30
    first: float = 5
    unknown: float = 30
