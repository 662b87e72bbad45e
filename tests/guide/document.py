"""A document as a newcomer works through it: what it says to type, and what it says comes of that."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What is another each time, and what stands for it when two outputs are compared.
_ANOTHER: Final = (
    (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"),
    (r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}\b", "NUMBER"),
    (r"\b[0-9a-f]{32}\b", "TRACE"),
    (r"\b[0-9a-f]{16}\b", "SPAN"),
    (r"\b20\d\d-\d\d-\d\dT[0-9:.]+Z", "TIME"),
)


class Step(NamedTuple):
    """Commands for a shell, and the output that the document shows; empty if it shows none."""

    typed: str
    shown: str


def steps(path: Path) -> Iterator[Step]:
    """Each block of commands, with the block of JSON or text right behind it."""
    blocks = [(language, text) for language, text in _BLOCK.findall(path.read_text())]
    for number, (language, text) in enumerate(blocks):
        if language == "bash":
            after, shown = blocks[number + 1] if number + 1 < len(blocks) else ("", "")
            yield Step(text, shown if after in {"json", "text"} else "")


def same_each_time(output: str) -> str:
    """The output without what differs from one time to the next, and JSON in one form."""
    for pattern, word in _ANOTHER:
        output = re.sub(pattern, word, output)
    lines = output.strip()
    return json.dumps(json.loads(lines), indent=4) if lines[:1] in {"{", "["} else lines
