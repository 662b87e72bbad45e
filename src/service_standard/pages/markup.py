"""Text of the contracts as HTML, and tables: whatever a contract says, it stays text."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

_CODE: Final = re.compile(r"`([^`]+)`")
_BULLET: Final = re.compile(r"^- ", re.MULTILINE)
_BAR: Final = "|"


def prose(text: str) -> str:
    """The text of a description as HTML: paragraphs, lists, tables, and code between backticks."""
    return "".join(_block(block.splitlines()) for block in re.split(r"\n\s*\n", text.strip()) if block)


def _block(lines: Sequence[str]) -> str:
    if len(lines) > 1 and all(line.startswith(_BAR) for line in lines):
        heads, _, *rows = ([inline(cell.strip()) for cell in line.strip(_BAR).split(_BAR)] for line in lines)
        return table(heads, (row(*cells) for cells in rows))
    before, *items = (inline(" ".join(part.split())) for part in _BULLET.split("\n".join(lines)))
    paragraph = f"<p>{before}</p>" if before else ""
    return paragraph + (f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else "")


def inline(text: str) -> str:
    """A line of it."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def table(heads: Sequence[str], rows: Iterable[str]) -> str:
    """A table of rows that are HTML already."""
    cells = "".join(f"<th>{head}</th>" for head in heads)
    return f'<div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def row(*cells: str) -> str:
    first, *rest = cells
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
