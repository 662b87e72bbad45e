"""Ids and times: both from one reading of the clock, so that ids sort as the times beside them."""

import secrets
import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

_VERSION_7: Final = 7 << 76
_VARIANT: Final = 2 << 62


def now_ns() -> int:
    """Nanoseconds since 1970-01-01 UTC."""
    return time.time_ns()


def new_id(at_ns: int) -> str:
    """A UUIDv7 (RFC 9562, 5.7) whose twelve bits beside the millisecond count its fractions (6.2, method 3)."""
    milliseconds, rest = divmod(at_ns, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    return str(UUID(int=milliseconds << 80 | _VERSION_7 | fraction << 64 | _VARIANT | secrets.randbits(62)))


def timestamp(at_ns: int) -> str:
    """RFC 3339 in UTC with milliseconds: of fixed width, so that text sorts as time."""
    return datetime.fromtimestamp(at_ns // 1_000_000 / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
