"""Logs: one JSON object a line, whoever writes it and whatever it holds (OBS-01)."""

import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TextIO

from opentelemetry.trace import get_current_span
from pydantic_core import from_json, to_json
from pythonjsonlogger.core import RESERVED_ATTRS, BaseJsonFormatter

from service_standard.telemetry.log_stream import LinesOfATurn, Told
from service_standard.telemetry.spans import ids_of

LONGEST_VALUE: Final = 4096
LONGEST_STACK: Final = 16 * 1024

OURS: Final = frozenset({"timestamp", "level", "service", "trace_id", "span_id", "message", "logger", "exception"})

# Libraries that tell in prose what a line of ours says: a start (`serving`), an applied migration, a fetch of keys.
TALKATIVE: Final = ("uvicorn.error", "alembic", "httpx", "httpcore")

# The one place where a library's own words are written down whole: they may quote a database URL or a token.
SECRETS: Final = re.compile(r"(?<=://)[^\s/@]+(?=@)|\beyJ[\w-]+\.[\w-]+\.[\w-]*")


def tell(
    log: logging.Logger, level: int, message: str, fields: Mapping[str, object], error: Exception | None = None
) -> None:
    """Writes a line of ours, with its fields beside the message; the stack of an error goes into the same line.

    It is for lines that each request writes: `Logger.info` would look for the place in the code that called it, and
    take the path of its file apart.
    """
    if log.isEnabledFor(level):
        log.handle(Told(log.name, level, message, fields, error))


def configure_logs(service: str, level: str, stream: TextIO | None = None) -> None:
    """Send every logger's lines, and Python's warnings, to `stream`, by default standard output."""
    handler = LinesOfATurn(sys.stdout if stream is None else stream)
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    # Nobody reads the thread and the process of a record, and looking them up costs a fifth of a line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)
    # It writes a stack for each attempt of an outage, of which our own lines tell already.
    logging.getLogger("aiormq").setLevel(logging.NOTSET if level == "DEBUG" else logging.CRITICAL)


class JsonLines(BaseJsonFormatter):
    """Formats a record: the standard's six fields first, then the logger, the extra fields and the stack.

    An extra field that has the name of one of ours is written as `extra_<name>`: it cannot forge a level,
    a service or a trace. The line is ASCII, so that no reader takes a character in it for the end of a line.
    """

    def __init__(self, service: str) -> None:
        super().__init__(reserved_attrs=[*RESERVED_ATTRS, "color_message"])
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception:  # noqa: BLE001 whatever an argument's own __str__ raises, a line is written
            return super().format(_in_place_of(record))

    def add_fields(
        self, log_data: dict[str, object], record: logging.LogRecord, message_dict: dict[str, object]
    ) -> None:
        log_data["timestamp"] = _timestamp(int(record.created * 1000))
        log_data["level"] = record.levelname
        log_data["service"] = self._service
        span = record.span if isinstance(record, Told) else get_current_span()
        log_data["trace_id"], log_data["span_id"] = ids_of(span)
        log_data["message"] = record.message or str(record.msg)
        log_data["logger"] = record.name
        fields = self._fields(record)
        if not OURS.isdisjoint(fields):
            fields = {f"extra_{name}" if name in OURS else name: value for name, value in fields.items()}
        log_data.update(fields)
        if stack := message_dict.get("exc_info") or message_dict.get("stack_info"):
            log_data["exception"] = stack

    def jsonify_log_record(self, log_data: dict[str, object]) -> str:
        return _short(log_data) or _json({name: _bearable(name, value) for name, value in log_data.items()})

    def _fields(self, record: logging.LogRecord) -> Mapping[str, object]:
        if isinstance(record, Told):
            return record.fields
        return {name: value for name, value in record.__dict__.items() if name not in self.reserved_attrs}


def _short(log_data: Mapping[str, object]) -> str | None:
    """The line as it is, if it is short: then nothing in it is too long, and no value has to be looked at."""
    if "exception" in log_data:
        return None
    try:
        line = _json(log_data)
    except Exception:  # noqa: BLE001 whatever a value is that cannot be written, or raises
        return None
    return line if len(line) <= LONGEST_VALUE else None


def _json(log_data: Mapping[str, object]) -> str:
    return to_json(log_data, ensure_ascii=True, inf_nan_mode="strings").decode()


def _bearable(name: str, value: object) -> object:
    return _masked(value) if name == "exception" else _plain(value)


@lru_cache(maxsize=2)
def _timestamp(milliseconds: int) -> str:
    """RFC 3339 in UTC, with the `Z` that the standard asks for; many lines are written in the same one."""
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")[:19]


def _bounded(text: str) -> str:
    """The text without lone surrogates, which UTF-8 cannot carry, cut to `LONGEST_VALUE` characters."""
    if len(text) > LONGEST_VALUE:
        text = f"{text[:LONGEST_VALUE]}…"
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _plain(value: object) -> object:
    if isinstance(value, str):
        return _bounded(value)
    if value is None or isinstance(value, float) or (isinstance(value, int) and -(2**63) <= value < 2**63):
        return value
    return _structured(value)


def _structured(value: object) -> object:
    """Lists and mappings as they are, other objects as their `str`, cut when they are long."""
    try:
        text = to_json(value, fallback=str, inf_nan_mode="strings", ensure_ascii=True)
    except Exception:  # noqa: BLE001 a circle, a lone surrogate, or whatever the object's own __str__ raises
        return f"<{type(value).__name__}>"
    return from_json(text) if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE].decode()}…"


def _masked(stack: object) -> str:
    """The stack's end, where the exception stands, without what looks like a credential."""
    return SECRETS.sub("***", str(stack))[-LONGEST_STACK:].encode(errors="backslashreplace").decode()


def _in_place_of(record: logging.LogRecord) -> logging.LogRecord:
    place = (record.name, record.levelno, record.pathname, record.lineno)
    return logging.LogRecord(*place, "a log line could not be formatted", None, None)
