"""Ids and times: both from one reading of the clock, so that ids sort as the times beside them."""

import os
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_SECOND_NS: Final = 1_000_000_000
_MILLISECOND_NS: Final = 1_000_000
_VARIANT: Final = 2 << 62


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


@lru_cache(maxsize=8)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
