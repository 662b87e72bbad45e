"""Pages of a list: by `limit` and `offset`, and by following cursors to any depth."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from service_standard.problems import FieldError, validation_problem

_PADDING: Final = "=="


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins - `offset` entries past the id `after` - and how long it is."""

    limit: int
    offset: int
    after: str | None = None

    @property
    def with_one_more(self) -> "Place":
        """The place with room for the first entry of the next page, which tells whether there is one."""
        return replace(self, limit=self.limit + 1)

    def next_cursor(self, ids: Sequence[str]) -> str | None:
        """The cursor of the page after this one, if there is one; `ids` are those found with room for one more."""
        return _cursor(ids[self.limit - 1]) if len(ids) > self.limit else None


def place_of(limit: int, offset: int, cursor: str | None) -> Place:
    """The place that a request names.

    Raises:
        Problem: 400, the cursor stands for none.
    """
    return Place(limit, offset, None if cursor is None else _place_after(cursor))


def next_link(path: str, limit: int, cursor: str | None, **filters: str | None) -> dict[str, str]:
    """The header that leads to the next page under the same filters (RFC 8288), if there is one."""
    if cursor is None:
        return {}
    query = {"limit": limit, "cursor": cursor, **filters}
    given = {name: value for name, value in query.items() if value is not None}
    return {"Link": f'<{path}?{urlencode(given)}>; rel="next"'}


def _cursor(last_id: str) -> str:
    """The place after an id: its UUID in base64url, so that every text of the cursor's form is a place."""
    return base64.urlsafe_b64encode(UUID(last_id).bytes).decode().removesuffix(_PADDING)


def _place_after(cursor: str) -> str:
    """The id that a cursor stands for."""
    try:
        return str(UUID(bytes=base64.urlsafe_b64decode(cursor + _PADDING)))
    except ValueError:
        raise validation_problem([FieldError("query:cursor", "is not a cursor that this service gave")]) from None
