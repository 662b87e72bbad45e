"""The page about the checker names every flag, and the page about its rules every rule, as they are."""

import argparse
import re
from collections.abc import Iterator
from typing import Final

import pytest

from service_standard.checker.__main__ import COMMANDS
from service_standard.checker.report import FORMATS
from service_standard.checker.rules import every_rule
from tests.sources import ROOT

PAGE: Final = (ROOT / "docs/checker.md").read_text()
RULES: Final = (ROOT / "docs/checker-rules.md").read_text()
ROW: Final = re.compile(r"^\| `([A-Z]+-\d+\.[\w-]+)` \| (.*) \| (.*) \|$", re.MULTILINE)


def flags(command: str) -> Iterator[str]:
    parser = argparse.ArgumentParser(add_help=False)
    COMMANDS[command][0](parser)
    yield from (action.option_strings[0] for action in parser._actions if action.option_strings)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_flag_is_told(command: str) -> None:
    assert [flag for flag in flags(command) if not re.search(rf"{flag}(?![\w-])", PAGE)] == []


def test_every_format_is_told() -> None:
    assert [name for name in FORMATS if f"`{name}`" not in PAGE] == []


def test_every_rule_is_told_as_it_is_and_no_other() -> None:
    assert ROW.findall(RULES) == [(rule.id, rule.message, rule.mend) for rule in every_rule()]
    for rule in every_rule():
        assert f"**{rule.requirement.id}** ({rule.severity}) {rule.requirement.text}" in RULES
