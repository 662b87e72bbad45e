"""Ids and times: both from one reading of the clock, so that ids sort as the times beside them."""

import os
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_SECOND_NS: Final = 1_000_000_000
_MILLISECOND_NS: Final = 1_000_000
_VARIANT: Final = 2 << 62
_MILLISECOND: Final = timedelta(milliseconds=1)


def now_ns() -> int:
    """Nanoseconds since 1970-01-01 UTC."""
    return time.time_ns()


def new_id(at_ns: int) -> str:
    """A UUIDv7 (RFC 9562, 5.7) whose twelve bits beside the millisecond count its fractions (6.2, method 3)."""
    milliseconds, rest = divmod(at_ns, _MILLISECOND_NS)
    fraction, rest = rest * 4096 // _MILLISECOND_NS, _VARIANT | int.from_bytes(os.urandom(8)) >> 2
    digits = f"{milliseconds:012x}7{fraction:03x}{rest:016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def timestamp(at_ns: int) -> str:
    """RFC 3339 in UTC with milliseconds: of fixed width, so that text sorts as time."""
    seconds, rest = divmod(at_ns, _SECOND_NS)
    return f"{_second(seconds)}.{rest // _MILLISECOND_NS:03d}Z"


def milliseconds(at: str) -> int:
    """Those from 1970 to a time (RFC 3339), not before 1970; a part of one counts as a whole.

    Raises:
        ValueError: there is no such time.
    """
    until = datetime.fromtimestamp(0, UTC) - datetime.fromisoformat(at.upper())
    return max(0, -(until // _MILLISECOND))


def least_id(at: str) -> str:
    """What every id is less than that was made before a time (RFC 3339), and no other.

    Raises:
        ValueError: there is no such time.
    """
    digits = f"{milliseconds(at):012x}"
    return f"{digits[:8]}-{digits[8:]}"


@lru_cache(maxsize=8)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
