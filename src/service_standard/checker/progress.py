"""A bar on a terminal while rules are judged, and nothing anywhere else."""

from dataclasses import dataclass
from typing import Final, TextIO

from service_standard.checker.rule import Rule

WIDTH: Final = 24
CLEAR: Final = "\r\x1b[K"


@dataclass(frozen=True, slots=True)
class Progress:
    """Draws over its own line, and takes the line away with the last rule."""

    stream: TextIO

    def told(self, done: int, every: int, rule: Rule | None) -> None:
        """As `run` tells it; no rule means that the run is over."""
        if not self.stream.isatty():
            return
        filled = WIDTH * done // max(every, 1)
        bar = f"{'━' * filled}{'╌' * (WIDTH - filled)} {done}/{every} {rule.id}" if rule else ""
        self.stream.write(CLEAR + bar)
        self.stream.flush()
