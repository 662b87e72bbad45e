"""A how-to as somebody follows it: the changes of files that it asks for, each where it says."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_CHANGE: Final = re.compile(
    r"^(?:In|Make) `([^`\n]+)`(?:, (above|below|instead of) `([^\n]+)`)?:\n\n```\w+\n(.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


class Change(NamedTuple):
    """Lines that go into a file: above, below or instead of the only line that is as the anchor, or as all of it."""

    path: str
    where: str
    anchor: str
    text: str

    def apply(self, project: Path) -> None:
        """Does it."""
        file = project / self.path
        if not self.anchor:
            assert not file.exists()
            file.write_text(self.text)
            return
        lines = file.read_text().splitlines(keepends=True)
        (place,) = [number for number, line in enumerate(lines) if line.strip() == self.anchor]
        first, last = {"above": (place, place), "below": (place + 1, place + 1)}.get(self.where, (place, place + 1))
        file.write_text("".join([*lines[:first], self.text, *lines[last:]]))


def changes(document: Path) -> Iterator[Change]:
    """Every change that a how-to asks for, in its order."""
    yield from (Change(*found) for found in _CHANGE.findall(document.read_text()))
