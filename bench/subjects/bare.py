"""The limit's application: bare ASGI that does what the contract asks and nothing around it.

It checks nothing but what it needs to go on, authenticates nobody, and observes nothing.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.types import Receive, Scope, Send

from bench.subjects.rows import COLUMNS, Row, Rows

Update: TypeAlias = Callable[[Row], Awaitable[Sequence[Row]]]
Create: TypeAlias = Callable[[Row], Awaitable[object]]
JSON: Final = b"application/json"
PROBLEM: Final = b"application/problem+json"
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GET: Final = f"SELECT {COLUMNS} FROM orders WHERE id = $1"
PAGE: Final = f"SELECT {COLUMNS} FROM orders WHERE id > $1 ORDER BY id LIMIT $2 OFFSET $3"
COUNT: Final = "SELECT count(*) FROM orders"


class Bare:
    """`create` and `update` are how a row is committed, which is where the limits differ."""

    def __init__(self, rows: Rows, create: Create, update: Update) -> None:
        self._rows = rows
        self._create = create
        self._update = update

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        headers = dict(scope["headers"])
        if b"authorization" not in headers:
            await _refuse(send, 401, "unauthorized", scope["path"], (b"www-authenticate", b"Bearer"))
        elif scope["method"] == "POST":
            await self._post(headers, receive, send)
        elif scope["method"] == "PATCH":
            await self._patch(scope["path"], headers, receive, send)
        elif scope["path"] == "/orders":
            await self._list(dict(parse_qsl(scope["query_string"].decode())), send)
        else:
            order = (await self._rows.fetch(GET, scope["path"].removeprefix("/orders/")))[0]
            await _answer(send, 200, _shown(order), (b"etag", _etag(order)))

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._rows.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _post(self, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        wish = json.loads((await receive())["body"])
        if not wish.get("customerId"):
            await _refuse(send, 400, "validation_error", "/orders")
            return
        order, row = _new(wish, headers[b"idempotency-key"])
        await self._create(row)
        location = f"/orders/{row[0]}".encode()
        await _answer(send, 201, order, (b"etag", b'"1"'), (b"location", location))

    async def _patch(self, path: str, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        wish = json.loads((await receive())["body"])
        order_id, at, event_id = path.removeprefix("/orders/"), _now(), _new_id()
        version = headers[b"if-match"].decode().strip('"')
        envelope = _envelope("order.updated", order_id, event_id, at)
        order = (await self._update((order_id, wish["status"], version, at, "bench", event_id, envelope)))[0]
        await _answer(send, 200, _shown(order), (b"etag", _etag(order)))

    async def _list(self, query: dict[str, str], send: Send) -> None:
        limit, offset = int(query["limit"]), int(query.get("offset", 0))
        after = str(UUID(bytes=base64.urlsafe_b64decode(f"{query['cursor']}=="))) if "cursor" in query else ""
        orders = await self._rows.fetch(PAGE, after, limit + 1, offset)
        total = (await self._rows.fetch(COUNT))[0][0]
        page = f'{{"items":[{",".join(map(_shown, orders[:limit]))}],"total":{total},"limit":{limit},"offset":{offset}'
        if len(orders) > limit:
            page += f',"nextCursor":"{_cursor(str(orders[limit - 1][0]))}"'
        await _answer(send, 200, f"{page}}}")


def _new(wish: dict[str, Any], key: bytes) -> tuple[str, Row]:
    """The new order as it is shown, and its row for `create`."""
    order_id, event_id, at = _new_id(), _new_id(), _now()
    letters = "".join(LETTERS[byte & 31] for byte in secrets.token_bytes(10))
    number = f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
    customer, items = wish["customerId"], json.dumps(wish["items"])
    metadata = json.dumps(wish.get("metadata", {}))
    shown = _shown((order_id, number, "pending", customer, items, metadata, 1, at, at))
    envelope = _envelope("order.created", order_id, event_id, at) + (
        f'"data":{{"id":"{order_id}","number":"{number}","customerId":{json.dumps(customer)},"items":{items},'
        '"status":"pending","version":1}}'
    )
    claim, fingerprint = hashlib.sha256(key).hexdigest(), hashlib.sha256(shown.encode()).hexdigest()
    headers = f'{{"Location":"/orders/{order_id}","ETag":"\\"1\\""}}'
    row = (order_id, number, customer, items, metadata, at, "bench", event_id, envelope, claim, fingerprint, headers)
    return shown, (*row, shown)


def _envelope(kind: str, order_id: str, event_id: str, at: str) -> str:
    """The event as far as `data`."""
    return (
        f'{{"specversion":"1.0","id":"{event_id}","source":"urn:service:orders","type":"{kind}",'
        f'"subject":"orders/{order_id}","time":"{at}","datacontenttype":"application/json","partitionkey":"{order_id}",'
    )


def _shown(order: Row) -> str:
    order_id, number, status, customer, items, metadata, version, created_at, updated_at = order
    return (
        f'{{"id":"{order_id}","number":"{number}","status":"{status}","customerId":{json.dumps(customer)},'
        f'"items":{items},"metadata":{metadata},"version":{version},"createdAt":"{created_at}",'
        f'"updatedAt":"{updated_at}"}}'
    )


def _etag(order: Row) -> bytes:
    return f'"{order[6]}"'.encode()


def _cursor(order_id: str) -> str:
    return base64.urlsafe_b64encode(UUID(order_id).bytes).decode().removesuffix("==")


def _new_id() -> str:
    at = time.time_ns() // 1_000_000
    return str(UUID(int=at << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


async def _answer(
    send: Send, status: int, content: str, *headers: tuple[bytes, bytes], media_type: bytes = JSON
) -> None:
    body = content.encode()
    described = [(b"content-type", media_type), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": described})
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Send, status: int, kind: str, path: str, *headers: tuple[bytes, bytes]) -> None:
    problem = {"type": kind, "title": kind, "status": status, "detail": "refused", "instance": path}
    await _answer(send, status, json.dumps(problem), (b"cache-control", b"no-store"), *headers, media_type=PROBLEM)
