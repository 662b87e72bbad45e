"""How lines of the log get out: those of one turn of the event loop in one write, which is a call of the system."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from select import PIPE_BUF
from typing import TextIO


class LinesOfATurn(logging.StreamHandler[TextIO]):
    """Writes what is logged in a turn of the event loop at its end.

    A warning or worse, and whatever is logged where no loop runs, is written at once, and all that came before it. The
    end of the process writes what is left. If it is killed, the lines of the turn that it was in are lost.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._promised_by: asyncio.AbstractEventLoop | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.append(self.format(record) + self.terminator)
            if record.levelno >= logging.WARNING or not self._put_off():
                self.flush()
        except Exception:  # noqa: BLE001 as of any handler, what keeps a line from being written harms nobody else
            self.handleError(record)

    def flush(self) -> None:
        self.acquire()
        try:
            lines, self._lines, self._promised_by = self._lines, [], None
            for piece in _pieces(lines):
                self.stream.write(piece)
                self.stream.flush()
        finally:
            self.release()

    def _put_off(self) -> bool:
        """Has the loop that runs here write when its turn is over; False if none runs."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        if loop is not self._promised_by:
            loop.call_soon(self.flush)
            self._promised_by = loop
        return True


def _pieces(lines: Sequence[str]) -> Iterator[str]:
    """Lines together, but no more than a pipe takes undivided: processes that share one would break each other's."""
    piece = ""
    for line in lines:
        if piece and len(piece) + len(line) > PIPE_BUF:
            yield piece
            piece = ""
        piece += line
    if piece:
        yield piece
