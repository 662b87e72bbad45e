"""A handler as the binding takes it: a function for one operation, with what its signature cannot say."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pydantic import BaseModel

from service_standard.binding.reply import Reply
from service_standard.problems import ProblemType, SentHeader

Function: TypeAlias = "Callable[..., Awaitable[Reply]]"


@dataclass(frozen=True, slots=True)
class Handler:
    """The function that answers one operation.

    Its parameters are the contract's (`customerId` is `customer_id`), `body`, `caller` if the operation is secured, and
    `media_type`, the one that the caller wants, if its answer can be had in several.
    `replies` is the model that it replies with, None for a bare JSON object; `headers` are those that it sends;
    `refuses` are the problems that it raises itself; `specimens` are replies that the contract must allow.
    `media_type` is that of a reply which is text and no JSON; `others` are specimens in the other media types.
    """

    operation_id: str
    function: Function
    replies: type[BaseModel] | None
    headers: tuple[SentHeader, ...] = ()
    refuses: tuple[ProblemType, ...] = ()
    specimens: tuple[Reply, ...] = ()
    media_type: str | None = None
    others: Mapping[str, Reply] = field(default_factory=dict)
