"""One call of an operation: a request that the contract allows, to be sent as it is or with one fact changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote, urlencode

from service_standard.checker.live.client import Client, Parts
from service_standard.checker.live.exchange import Exchange
from service_standard.checker.openapi import Operation
from service_standard.contract import Json

JSON: Final = "application/json"


@dataclass(frozen=True)
class Call:
    """`token` is None for a call without one; `content` is the body's bytes, None for no body."""

    client: Client
    operation: Operation
    path: str
    query: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    token: str | None = None
    method: str = ""

    def send(self) -> Exchange:
        """As `Client.send`."""
        parts: Parts = {"token": self.token, "headers": self.headers}
        if self.content is not None:
            parts["content"] = self.content
        return self.client.send(self.method or self.operation.method, self.url, **parts)

    @property
    def url(self) -> str:
        """The path, below that of the contract's server where the client's own URL does not end with it."""
        words = {name: text(value) for name, value in self.query.items()}
        base = "" if self.client.base_url.endswith(self.operation.base) else self.operation.base
        return base + self.path + (f"?{urlencode(words)}" if words else "")

    def with_token(self, token: str | None) -> "Call":
        return replace(self, token=token)

    def with_method(self, method: str) -> "Call":
        return replace(self, method=method)

    def with_path(self, path: str) -> "Call":
        return replace(self, path=path)

    def with_body(self, body: Json) -> "Call":
        return self.with_content(json.dumps(body, ensure_ascii=True).encode())

    def with_content(self, content: bytes | None, media_type: str | None = None) -> "Call":
        headers = dict(self.headers) if media_type is None else {**self.headers, "Content-Type": media_type}
        return replace(self, content=content, headers=headers)

    def with_query(self, **values: Json) -> "Call":
        return replace(self, query={**self.query, **values})

    def with_headers(self, **values: str) -> "Call":
        """Header names have `_` for `-`."""
        return replace(self, headers={**self.headers, **{name.replace("_", "-"): v for name, v in values.items()}})


def text(value: Json) -> str:
    """A value as it stands in a path or a query."""
    return value if isinstance(value, str) else json.dumps(value)


def filled(template: str, values: Mapping[str, Json]) -> str:
    """A path with its parameters, those that are known."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", quote(text(value), safe=""))
    return template
