"""The plot: for each work, what every subject reaches as a share of the fastest, drawn as SVG by hand."""

from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final

from bench.results import Row

FILE: Final = Path(__file__).resolve().parent / "results.svg"
WIDTH: Final = 880
LEFT: Final = 195
BAR: Final = 16
GAP: Final = 5
BETWEEN: Final = 30
TOP: Final = 86
LONGEST: Final = WIDTH - LEFT - 210
COLOURS: Final = {"limit": "#b8c4d0", "limit-grouped": "#8fa1b3", "naive": "#e0a458", "ours": "#2a7f62"}
STYLE: Final = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 19px; font-weight: 600 }
  .work { font-weight: 600 }
  .quiet { fill: #6e7781; font-size: 12px }
  .name { text-anchor: end }
  .ground { fill: #ffffff }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .quiet { fill: #9198a1 } .ground { fill: #0d1117 } }
"""
TITLE: Final = "Requests a second, side by side"
BELOW: Final = "One run, one machine, subjects in turn; 32 connections. Bars compare within a group only."


def draw(rows: Sequence[Row], file: Path = FILE) -> None:
    """Draws the rows that have a rate, one group for each work and database."""
    chosen = [row for row in rows if row.rps is not None and row.subject in COLOURS and row.work != "create-half"]
    groups = [list(group) for _, group in groupby(chosen, lambda row: (row.work, row.database))]
    parts, top = [], TOP
    for group in groups:
        parts.append(_group(group, top))
        top += BETWEEN + len(group) * (BAR + GAP) + GAP
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" aria-label="{TITLE}">\n'
        f'<style>{STYLE}</style>\n<rect class="ground" width="{WIDTH}" height="{top}" rx="8"/>\n'
        f'<text class="title" x="24" y="36">{TITLE}</text>\n<text class="quiet" x="24" y="58">{BELOW}</text>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _group(rows: Sequence[Row], top: int) -> str:
    most = max(row.rps or 0 for row in rows)
    heading = f'<text class="work" x="24" y="{top + 12}">{escape(_heading(rows[0]))}</text>'
    bars = [_bar(row, top + 22 + number * (BAR + GAP), most) for number, row in enumerate(rows)]
    return "\n".join([heading, *bars])


def _heading(row: Row) -> str:
    return f"{row.work} on {'PostgreSQL' if row.database == 'postgresql' else 'SQLite'}"


def _bar(row: Row, top: int, most: float) -> str:
    length = max((row.rps or 0) / most * LONGEST, 1)
    middle = top + BAR - 4
    return (
        f'<text class="name" x="{LEFT - 10}" y="{middle}">{escape(_name(row))}</text>'
        f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR}" rx="3" fill="{COLOURS[row.subject]}"/>'
        f'<text class="quiet" x="{LEFT + length + 8:.1f}" y="{middle}">{row.rps:,.0f}/s{_ratio(row)}</text>'
    )


def _name(row: Row) -> str:
    share = f", {row.sampled:.0%}" if row.subject == "ours" and row.sampled is not None else ""
    return f"{row.subject}{share}{f', {row.workers} workers' if row.workers > 1 else ''}"


def _ratio(row: Row) -> str:
    """Of the limit with group commit where there is one: a limit without it is none."""
    limit = row.of_limit_grouped or row.of_limit
    if row.subject != "ours":
        return ""
    of_limit = f" · {limit:.2f} of the limit" if limit else ""
    return of_limit + (f" · {row.of_naive:.0f} times naive" if row.of_naive else "")
