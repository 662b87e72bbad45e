"""docs/performance.md: its tables come from the results, so that the two cannot differ."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.results import Row, figures, table

FILE: Final = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
FILLED: Final = "<!-- {name}: written by make bench -->\n{text}\n<!-- end -->"


def fill(rows: Sequence[Row], file: Path = FILE) -> None:
    """Replaces the tables in the page."""
    page = file.read_text()
    for name, text in (("results", table(rows)), ("figures", figures(rows))):
        section = re.compile(f"<!-- {name}: .*?<!-- end -->", re.DOTALL)
        page = section.sub(FILLED.format(name=name, text=text).replace("\\", r"\\"), page)
    file.write_text(page)
