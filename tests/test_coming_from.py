"""docs/coming-from.md is run: each row is a call, a setting or a command, and comes to what the row says."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx
import pytest

from orders.settings import OrdersSettings
from service_standard.settings import load_settings
from tests.service import ROOT, Caller, running, settings_for

pytestmark = pytest.mark.anyio

DOCUMENT: Final = (ROOT / "docs/coming-from.md").read_text()
HEAD: Final = "| Theirs | Here | What comes |\n|---|---|---|\n"
CUSTOMER: Final = "customer-123"
# What is written as code is one of these; what comes is an answer or an event.
CALL: Final = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (\S+)((?: [A-Z][\w-]+: \S+)*)(?: ([\[{].*))?")
SETTING: Final = re.compile(r"([A-Z][A-Z_]+)=(.+)")
COMMAND: Final = re.compile(r"python (.+)")
SCOPE: Final = re.compile(r"orders(?:\.[a-z]+)+")
ANSWER: Final = re.compile(r"(\d{3})(?: (.+))?")
EVENT: Final = re.compile(r"order\.[a-z_]+")
ANY: Final = "…"


@dataclass(frozen=True)
class Row:
    """What somebody has, what he has here instead, and what comes of it."""

    theirs: str
    ours: Sequence[str]
    comes: Sequence[str]

    def __str__(self) -> str:
        return f"{self.theirs}: {' '.join(self.ours)}"

    def found(self, form: re.Pattern[str]) -> list[re.Match[str]]:
        """What there is here that has a form."""
        return list(filter(None, map(form.fullmatch, self.ours)))


@dataclass(frozen=True)
class Section:
    """The rows for those who come from one service, and the settings that they start this one with."""

    title: str
    settings: Mapping[str, str]
    rows: Sequence[Row]


def coded(text: str) -> list[str]:
    """What is written as code."""
    return re.findall(r"`([^`]+)`", text)


def cells(table: str) -> list[list[str]]:
    """The cells of the rows that a table begins with."""
    rows = re.match(r"(?:\|.*\n)*", table)
    return [line.strip("| ").split(" | ") for line in rows[0].splitlines()] if rows else []


def sections() -> Iterator[Section]:
    for text in re.split(r"\n##+ ", DOCUMENT)[1:]:
        before, *tables = text.split(HEAD)
        chosen = {found[1]: found[2] for found in map(SETTING.fullmatch, coded(before)) if found}
        rows = [Row(theirs, coded(ours), coded(comes)) for table in tables for theirs, ours, comes in cells(table)]
        if rows:
            yield Section(before.partition("\n")[0], chosen, rows)


SECTIONS: Final = list(sections())
ROWS: Final = [row for section in SECTIONS for row in section.rows]


# The calls


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
async def test_each_call_is_answered_as_its_row_says(section: Section, sqlite_url: str) -> None:
    chosen = {name.lower(): value for name, value in section.settings.items()}
    async with running(settings_for(sqlite_url, **chosen)) as service:
        outcomes = {str(row): await outcome(service, row) for row in section.rows if row.found(CALL)}
    assert {row: fault for row, fault in outcomes.items() if fault} == {}


async def outcome(service: Caller, row: Row) -> str:
    """What is not as the row says; empty if everything is."""
    scopes = [found[0] for found in row.found(SCOPE)] or sorted(service.contract.scopes)
    ordered = any(" /orders" in call and "/products" not in row.ours[0] for call in row.ours)
    order = str((await service.create(customerId=CUSTOMER))["id"]) if ordered else ""
    for call in row.found(CALL):
        answer = await asked(service, call, order, service.token(*scopes, sub=CUSTOMER))
    event, said = (form.fullmatch(row.comes[0]) for form in (EVENT, ANSWER))
    if event:
        events = await told(service, answer.json()["id"])
        return "" if event[0] in events else f"told by {events}"
    return "" if said and is_as(answer, int(said[1]), said[2]) else f"{answer.status_code} {answer.text}"


async def asked(service: Caller, call: re.Match[str], order: str, token: dict[str, str]) -> httpx.Response:
    """The answer to a call; `{id}` in it is an order."""
    method, path, headers, body = call.groups()
    typed = {"Content-Type": "application/json"} if body else {}
    sent = {**token, **typed, **dict(re.findall(r" ([A-Z][\w-]+): (\S+)", headers))}
    content = body.replace("{id}", order) if body else None
    return await service.send(method, path.replace("{id}", order), sent, content=content)


async def told(service: Caller, order: str) -> list[str]:
    """The types of the events about an order."""
    token = service.token("orders.events")
    events = (await service.send("GET", "/events", token, params={"limit": 1000, "timeout": 5000})).json()
    return [event["type"] for event in events if event["subject"] == f"orders/{order}"]


def is_as(answer: httpx.Response, status: int, body: str | None) -> bool:
    """Whether an answer has this status, and these members, or this text."""
    if answer.status_code != status or not body:
        return answer.status_code == status
    return has(answer.json(), json.loads(body)) if body[0] in "[{" else body in answer.text


def has(value: object, wanted: object) -> bool:
    """Whether a value has what is wanted of it; what is not named may be anything."""
    match wanted, value:
        case dict(), dict():
            return all(name in value and has(value[name], wanted[name]) for name in wanted)
        case list(), list():
            return len(value) >= len(wanted) and all(map(has, value, wanted))
    return wanted in (ANY, value)


def test_what_is_not_as_a_row_says_is_noticed() -> None:
    assert has({"a": [{"b": 1, "c": 2}, 3], "d": 4}, {"a": [{"b": 1}], "d": ANY})
    assert not has({"a": [{"b": 1}]}, {"a": [{"b": 2}]})
    assert not has({"a": []}, {"a": [ANY]})
    assert not has({}, {"a": ANY})


# The settings and the commands


@pytest.mark.parametrize("row", [row for row in ROWS if row.found(SETTING)], ids=str)
def test_each_setting_is_read_as_its_row_says(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {found[1]: found[2] for found in row.found(SETTING)}
    for name, value in {"ENVIRONMENT": "development", **chosen}.items():
        monkeypatch.setenv(name, value)
    shown = load_settings(OrdersSettings).shown()
    assert {name: shown[name] for name in chosen if "***" not in shown[name]}.items() <= chosen.items()
    assert row.comes == [shown[name] for name in chosen]


@pytest.mark.parametrize("row", [row for row in ROWS if row.found(COMMAND)], ids=str)
def test_each_command_prints_what_its_row_says(row: Row) -> None:
    (command,) = row.found(COMMAND)
    done = subprocess.run([sys.executable, *command[1].split()], cwd=ROOT, check=True, capture_output=True, text=True)
    assert row.comes[0] in done.stdout


# The document


def test_no_row_is_without_its_run() -> None:
    kinds = [[bool(row.found(form)) for form in (CALL, SETTING, COMMAND)] for row in ROWS]
    assert [str(row) for row, kind in zip(ROWS, kinds, strict=True) if kind.count(True) != 1] == []
    assert [str(row) for row in ROWS if not row.comes] == []
    assert all(len(row.ours) == sum(len(row.found(form)) for form in (CALL, SETTING, COMMAND, SCOPE)) for row in ROWS)
    lines = [line for line in DOCUMENT.split("\n## What no call shows")[0].splitlines() if line.startswith("| ")]
    assert len(lines) - DOCUMENT.count(HEAD) == len(ROWS)


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", DOCUMENT)
    assert named
    assert [name for file, name in named if f"def {name}(" not in (ROOT / file).read_text()] == []
