"""How lines of the log get out: those of one turn of the event loop in one write, which is a call of the system."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from select import PIPE_BUF
from time import time
from typing import Final, TextIO

from opentelemetry.trace import Span, get_current_span

# What else any record has; another handler than ours may ask for it.
_UNSAID: Final[Mapping[str, object]] = {
    "args": (),
    "exc_text": None,
    "stack_info": None,
    "pathname": "",
    "filename": "",
    "module": "",
    "lineno": 0,
    "funcName": None,
}


class Told(logging.LogRecord):
    """A record of ours: it has all that a record has, but nothing is looked up for it that its line does not say.

    It knows the span that it was written in, and nothing in it changes: its line can be made later.
    """

    fields: Mapping[str, object]
    span: Span

    def __init__(
        self, name: str, level: int, message: str, fields: Mapping[str, object], error: Exception | None
    ) -> None:
        self.__dict__ = {
            **_UNSAID,
            **fields,
            "name": name,
            "levelno": level,
            "levelname": logging.getLevelName(level),
            "msg": message,
            "created": time(),
            "exc_info": (type(error), error, error.__traceback__) if error else None,
            "fields": fields,
            "span": get_current_span(),
        }


class LinesOfATurn(logging.StreamHandler[TextIO]):
    """Makes and writes the lines of a turn of the event loop at its end: one after the other costs half as much.

    A warning or worse, and whatever is logged where no loop runs, is written at once, and all that came before it. The
    end of the process writes what is left. If it is killed, the lines of the turn that it was in are lost.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str | Told] = []
        self._promised_by: asyncio.AbstractEventLoop | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            # Of a library's record nobody knows whether it will say the same later.
            self._lines.append(record if isinstance(record, Told) else self.format(record))
            if record.levelno >= logging.WARNING or not self._put_off():
                self.flush()
        except Exception:  # noqa: BLE001 as of any handler, what keeps a line from being written harms nobody else
            self.handleError(record)

    def flush(self) -> None:
        self.acquire()
        try:
            lines, self._lines, self._promised_by = self._lines, [], None
            for piece in _pieces([self.format(line) if isinstance(line, Told) else line for line in lines]):
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
        if piece and len(piece) + len(line) >= PIPE_BUF:
            yield piece
            piece = ""
        piece += f"{line}\n"
    if piece:
        yield piece
