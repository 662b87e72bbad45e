"""Optional members of the generated models, which are absent, and never null."""

from typing import TypeVar

from pydantic import MISSING

Given = TypeVar("Given")


def present(value: Given | MISSING) -> Given | None:
    """The value of an optional member, None if it is absent."""
    return None if value is MISSING else value


def given(value: Given | None) -> Given | MISSING:
    """An optional member, absent if the value is None."""
    return MISSING if value is None else value
