"""Which of several media types a caller wants: `Accept` with its qualities (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_QUALITY: Final = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_ANY: Final = "*"


class _Range(NamedTuple):
    """An element of `Accept`: `*/*`, `text/*` or a media type, and how much it is wanted."""

    type: str
    subtype: str
    quality: float

    def fits(self, media_type: str) -> bool:
        kind, _, subtype = _essence(media_type).partition("/")
        return self.type in {_ANY, kind} and self.subtype in {_ANY, subtype}

    @property
    def exactness(self) -> int:
        """A media type outweighs `text/*`, which outweighs `*/*`, whatever their order."""
        return (self.type != _ANY) + (self.subtype != _ANY)


def preferred(accept: Sequence[bytes], offered: Sequence[str]) -> str:
    """The one of the offered media types that is wanted most; the first of them when others are not wanted more.

    `accept` has the values of every such header. What it says amiss is passed over, and whoever wants none of what is
    offered gets the first as well.
    """
    ranges = [found for value in accept for found in _ranges(value.decode("latin-1"))]
    return max(offered, key=lambda media_type: _quality(ranges, media_type))


def _ranges(accept: str) -> Iterator[_Range]:
    for element in accept.split(","):
        name, *parameters = (part.strip().lower() for part in element.split(";"))
        kind, _, subtype = name.partition("/")
        quality = next((value for key, _, value in (p.partition("=") for p in parameters) if key == "q"), "1")
        if kind and subtype and _QUALITY.fullmatch(quality):
            yield _Range(kind, subtype, float(quality))


def _quality(ranges: Sequence[_Range], media_type: str) -> float:
    fitting = [each for each in ranges if each.fits(media_type)]
    return max(fitting, key=lambda each: each.exactness).quality if fitting else 0.0


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
