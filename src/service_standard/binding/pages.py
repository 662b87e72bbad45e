"""Pages of a list: by `limit` and `offset`, and by following cursors to any depth."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from service_standard.identity import milliseconds, timestamp
from service_standard.problems import FieldError, validation_problem

_PADDING: Final = "=="
# A cursor is the UUID of an entry; in a list that is sorted by times, the milliseconds of its time stand before it.
_TIME_BYTES: Final = 6
_MILLISECOND_NS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins - `offset` entries past the id `after` - and how long it is.

    `at` is the time of that entry, in a list that is sorted by times.
    """

    limit: int
    offset: int
    after: str | None = None
    at: str | None = None

    @property
    def with_one_more(self) -> "Place":
        """The place with room for the first entry of the next page, which tells whether there is one."""
        return replace(self, limit=self.limit + 1)

    def next_cursor(self, ids: Sequence[str]) -> str | None:
        """The cursor of the page after this one, if there is one; `ids` are those found with room for one more."""
        return cursor_of(ids[self.limit - 1]) if len(ids) > self.limit else None


def place_of(limit: int, offset: int, cursor: str | None, *, by_time: bool = False) -> Place:
    """The place that a request names, in a list that is sorted by ids, or by times.

    Raises:
        Problem: 400, the cursor stands for none.
    """
    if cursor is None:
        return Place(limit, offset)
    try:
        after, at = _entry(base64.urlsafe_b64decode(cursor + _PADDING), by_time=by_time)
    except ValueError:
        raise validation_problem([FieldError("query:cursor", "is not a cursor that this service gave")]) from None
    return Place(limit, offset, after, at)


def next_link(path: str, limit: int, cursor: str | None, **filters: str | None) -> dict[str, str]:
    """The header that leads to the next page under the same filters (RFC 8288), if there is one."""
    if cursor is None:
        return {}
    query = {"limit": limit, "cursor": cursor, **filters}
    given = {name: value for name, value in query.items() if value is not None}
    return {"Link": f'<{path}?{urlencode(given)}>; rel="next"'}


def cursor_of(last_id: str, at: str | None = None) -> str:
    """The place after an entry, in base64url: after its id, or after its time and its id."""
    time = b"" if at is None else milliseconds(at).to_bytes(_TIME_BYTES)
    return base64.urlsafe_b64encode(time + UUID(last_id).bytes).decode().rstrip("=")


def _entry(place: bytes, *, by_time: bool) -> tuple[str, str | None]:
    """Id and time of the entry that a place is after.

    Raises:
        ValueError: it is no such place.
    """
    time, entry = (place[:_TIME_BYTES], place[_TIME_BYTES:]) if by_time else (b"", place)
    return str(UUID(bytes=entry)), timestamp(int.from_bytes(time) * _MILLISECOND_NS) if by_time else None
