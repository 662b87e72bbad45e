"""Captured log lines and events, each with the place that it came from."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from service_standard.checker.live.target import Live
from service_standard.checker.rule import NotJudged, Place
from service_standard.contract import ContractError, Json, Object

LARGEST_CAPTURE: Final = 64 * 1024 * 1024
LONGEST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `value` is None for what is not JSON."""

    place: Place
    text: str
    value: Json

    @property
    def members(self) -> Object:
        return self.value if isinstance(self.value, dict) else {}

    @property
    def shown(self) -> str:
        return self.text[:LONGEST_SHOWN]


@dataclass(frozen=True, slots=True)
class Captured:
    """One event as it was published, an object or not."""

    place: Place
    value: Json

    @property
    def attributes(self) -> Object:
        return self.value if isinstance(self.value, dict) else {}

    @property
    def data(self) -> Object:
        data = self.attributes.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def type(self) -> str:
        return str(self.attributes.get("type") or "")

    @property
    def shown(self) -> str:
        return json.dumps(self.value)[:LONGEST_SHOWN]


def read_lines(path: Path) -> tuple[Line, ...]:
    """The lines of a file that say anything.

    Raises:
        ContractError: it cannot be read, is too large, or is empty.
    """
    try:
        if path.stat().st_size > LARGEST_CAPTURE:
            raise ContractError([f"{path}: is larger than {LARGEST_CAPTURE} bytes"])
        texts = path.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise ContractError([f"{path}: cannot be read: {error.strerror}"]) from error
    found = tuple(
        Line(Place(str(path), line=number), text, _json(text)) for number, text in enumerate(texts, 1) if text.strip()
    )
    if not found:
        raise ContractError([f"{path}: is empty"])
    return found


def read_events(source: str, target: Live | None) -> tuple[Captured, ...]:
    """The events of a file of JSON lines, of a JSON array, or of a feed's URL.

    Raises:
        ContractError: the file cannot be read, or is empty.
        NotJudged: the feed does not answer a list.
    """
    if source.startswith(("http://", "https://")):
        return _feed(source, target)
    lines = read_lines(Path(source))
    whole = _json("\n".join(line.text for line in lines))
    if isinstance(whole, list):
        return tuple(Captured(Place(source), value) for value in whole)
    return tuple(Captured(line.place, line.text if line.value is None else line.value) for line in lines)


def _feed(url: str, target: Live | None) -> tuple[Captured, ...]:
    if target is None:
        raise NotJudged("a feed of events is read with --url and its tokens only")
    answer = target.send("GET", url, token=target.token_for_all())
    if not isinstance(answer.json, list) or not answer.json:
        raise NotJudged(f"{url} did not answer a list of events: {answer.came}")
    return tuple(Captured(Place(url), value) for value in answer.json)


def _json(text: str) -> Json:
    try:
        return cast("Json", json.loads(text))
    except (ValueError, RecursionError):
        return None
