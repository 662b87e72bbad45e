"""One request and its answer, as evidence: what to type to see it again, and what came."""

import json
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import Final, cast

import httpx

from service_standard.checker.rule import Finding
from service_standard.contract import Json

LONGEST_SHOWN: Final = 300
# What httpx sends by itself, and nobody needs to type.
_UNSHOWN: Final = frozenset({"host", "accept", "accept-encoding", "connection", "user-agent", "content-length"})


@dataclass(frozen=True)
class Request:
    """What was sent; `body` is None for a request without one."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    @property
    def curl(self) -> str:
        """A command that sends the same; a token stands in it as `$TOKEN`."""
        words = ["curl", "-i", "-X", self.method]
        for name, value in self.headers:
            if name.lower() not in _UNSHOWN:
                words += ["-H", shlex.quote(f"{name}: {value}") if name.lower() != "authorization" else _AUTHORIZATION]
        if self.body is not None:
            words += ["--data-binary", shlex.quote(self.body[:LONGEST_SHOWN].decode("utf-8", "replace"))]
        return " ".join([*words, shlex.quote(self.url)])


_AUTHORIZATION: Final = '"Authorization: Bearer $TOKEN"'


@dataclass(frozen=True)
class Exchange:
    """A request that was answered; `body` is cut off at the client's limit, and `is_cut` then says so."""

    request: Request
    status: int
    headers: httpx.Headers
    body: bytes
    seconds: float
    is_cut: bool = False

    @cached_property
    def json(self) -> Json:
        """The value of the body; None for what is not JSON."""
        try:
            return cast("Json", json.loads(self.body))
        except (ValueError, RecursionError):
            return None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 the bounds of success

    @property
    def media_type(self) -> str:
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def came(self) -> str:
        text = self.body[:LONGEST_SHOWN].decode("utf-8", "replace")
        return f"{self.status} {self.media_type or 'without a content type'}: {text}"

    def finding(self, message: str) -> Finding:
        return Finding(message, request=self.request.curl, came=self.came)


class NoAnswer(Exception):
    """A request was not answered: refused, hung, cut off, or not HTTP."""

    def __init__(self, request: Request, reason: str) -> None:
        super().__init__(reason)
        self.request = request
        self.reason = reason

    def finding(self) -> Finding:
        return Finding("the request is not answered", request=self.request.curl, came=self.reason)
