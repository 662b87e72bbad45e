"""Cross-origin requests: the origins that are configured are answered by name, every other not at all."""

from collections.abc import Callable, Collection
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

Allow = Callable[[str], str | None]
"""The methods of a path as `Allow` lists them, or None for a path that does not exist."""

Headers = tuple[tuple[bytes, bytes], ...]

EXPOSED: Final = b"ETag, Location, Link, Idempotency-Replayed, Retry-After"
ACCEPTED: Final = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, traceparent"
PREFLIGHT_SECONDS: Final = "600"


class Cors:
    """The policy for a set of origins. Bearer tokens are no cookies, so credentials are never allowed."""

    def __init__(self, origins: Collection[str], allow: Allow) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)
        self.allow = allow

    def headers(self, scope: Scope) -> Headers:
        """What every answer to this request carries: who may read it, and that it depends on who asks."""
        if not self._origins:
            return ()
        origin = self._origin(scope)
        if origin is None:
            return ((b"vary", b"Origin"),)
        return (
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", EXPOSED),
        )

    def preflight(self, scope: Scope) -> Response | None:
        """The answer to a browser's question whether it may ask; None when this is no such question.

        From an origin that is not configured, OPTIONS is a method like another, which the path does not have.
        """
        if scope["method"] != "OPTIONS" or not self._origin(scope):
            return None
        methods = self.allow(scope["path"])
        if methods is None or not _values(scope, b"access-control-request-method"):
            return None
        headers = {
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": ACCEPTED,
            "Access-Control-Max-Age": PREFLIGHT_SECONDS,
        }
        return Response(status_code=204, headers=headers)

    def _origin(self, scope: Scope) -> bytes | None:
        values = _values(scope, b"origin")
        return values[0] if len(values) == 1 and values[0] in self._origins else None


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]
