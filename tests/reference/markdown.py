"""Markdown as the reference is written in: a page that says what it was made from, and tables."""

from collections.abc import Iterable, Sequence


def page(title: str, about: str, *parts: str) -> str:
    """A whole page; each part is a block of its own."""
    note = "<!-- Written by `make reference`: what is changed here is lost. -->"
    return "\n\n".join([f"# {title}", note, about, *parts]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a cell may hold a line or nothing."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |".replace("|  |", "| |") for line in lines)


def code(*words: str) -> str:
    """The words as code, separated by commas."""
    return ", ".join(f"`{word}`" for word in words)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
