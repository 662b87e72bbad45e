"""What a handler replies: a body that is serialised already, and the headers that go with it."""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel


class Reply(NamedTuple):
    """A body, JSON unless its handler says otherwise, and response headers; the status is the contract's.

    Immutable, since it may be kept for a replay.
    """

    content: bytes
    headers: Mapping[str, str] = {}


def reply(model: BaseModel, headers: Mapping[str, str] | None = None) -> Reply:
    """The model as JSON; absent members are left out."""
    return Reply(model.__pydantic_serializer__.to_json(model, by_alias=True), headers or {})
