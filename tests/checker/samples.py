"""A small service that keeps every static rule, as files; a test spoils one fact of it at a time."""

import json
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from service_standard.checker.asyncapi import AsyncApi
from service_standard.checker.documents import read_document
from service_standard.checker.subject import Subject
from service_standard.contract import ContractError

Files = dict[str, Any]
GOOD: Final = Path(__file__).parent / "good"


def good() -> Files:
    """The files of a good service by their paths: documents as values that a test may change, others as text."""
    return deepcopy(_good())


@cache
def _good() -> Files:
    """The same, read once: to read YAML takes longer than most of what is tried with it."""
    found = (path for path in GOOD.rglob("*") if path.is_file())
    return {str(path.relative_to(GOOD)): _value(path) for path in found}


def _value(path: Path) -> Any:
    text = path.read_text()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return yaml.safe_load(text) if path.suffix == ".yaml" else text


def subject_of(files: Files, directory: Path, older: Path = GOOD) -> Subject:
    """What the checker checks when it is given these files, log and events included, and an older version."""
    write(files, directory)
    log, events = directory / "log.jsonl", str(directory / "events.jsonl")
    subject = Subject(directory, log_file=log, events_file=events)
    return replace(subject, older_events=_events_of(directory / older / "asyncapi.yaml"))


def _events_of(path: Path) -> AsyncApi | None:
    """None where a fault has left no document."""
    try:
        return AsyncApi(*read_document(path))
    except ContractError:
        return None


def write(files: Files, directory: Path) -> Path:
    """Writes documents as files; a value that is a text is written as it is, None is left out."""
    for name, value in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if value is not None:
            path.write_text(_text(name, value))
    return directory


def _text(name: str, value: Any) -> str:
    if name.endswith(".jsonl") and isinstance(value, list):
        return "".join(json.dumps(line) + "\n" for line in value)
    return value if isinstance(value, str) else json.dumps(value)
