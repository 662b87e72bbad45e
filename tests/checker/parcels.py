"""The good service as it runs: a small app that keeps every live rule, of functions that a fault may replace."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qsl

import jwt
from starlette.types import Receive, Scope, Send

from tests.checker.samples import good
from tests.checker.served import SECRET

READ: Final = frozenset({"parcels.read"})
WRITE: Final = frozenset({"parcels.write"})
NAMES: Final = {"name": "parcels", "version": "1.2.0"}
PATHS: Final = {
    "/": ("GET",),
    "/healthz": ("GET",),
    "/readyz": ("GET",),
    "/openapi.json": ("GET",),
    "/events": ("GET",),
    "/parcels": ("GET", "POST"),
    "/parcels/{id}": ("GET", "PATCH"),
    "/parcels/{id}/cancel": ("POST",),
}


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def trace(self) -> str:
        return self.headers.get("traceparent", f"00-{'1' * 32}-").split("-")[1]


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    def but(self, **members: Any) -> "Answer":
        """The same with other members of its body."""
        return replace(self, body={**self.body, **members})

    def without(self, *names: str) -> "Answer":
        return replace(self, body={name: value for name, value in self.body.items() if name not in names})


class Refused(Exception):
    """The problem that answers a request."""

    def __init__(self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.headers = headers or {}


class Parcels:
    """An ASGI app; what it keeps may be shared by two of them."""

    def __init__(self, shared: "Parcels | None" = None) -> None:
        self.rows: list[dict[str, Any]] = shared.rows if shared else []
        self.events: list[dict[str, Any]] = shared.events if shared else []
        self.keys: dict[str, tuple[bytes, Answer]] = {}
        self.document = good()["openapi.yaml"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        answer = self.answered(Asked(scope["method"], scope["path"], query, headers, body))
        shown = {"content-type": answer.media_type, **answer.headers}
        encoded = [(name.encode(), value.encode()) for name, value in shown.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        await send({"type": "http.response.body", "body": text.encode()})

    def answered(self, asked: Asked) -> Answer:
        try:
            return self.answer(asked)
        except Refused as refused:
            return self.problem(asked, refused)

    def problem(self, asked: Asked, refused: Refused) -> Answer:
        title = refused.kind.replace("_", " ").title()
        members = {"type": refused.kind, "title": title, "status": refused.status, "detail": refused.detail}
        body = {**members, "instance": asked.path, "traceId": asked.trace}
        if refused.kind == "validation_error":
            body["errors"] = [{"pointer": "#", "detail": refused.detail}]
        return Answer(refused.status, body, refused.headers, "application/problem+json")

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.rstrip("/") or "/"
        template = re.sub(r"^/parcels/[^/]+", "/parcels/{id}", path)
        if template not in PATHS:
            raise Refused(404, "not_found", "there is no such path")
        if asked.method not in PATHS[template]:
            raise Refused(405, "method_not_allowed", "not so", {"allow": ", ".join(PATHS[template])})
        if template.startswith("/parcels"):
            return self.resource(asked, template, path.split("/")[-1 if template.endswith("}") else 2 :])
        return self.of_the_service(asked, template)

    def of_the_service(self, asked: Asked, path: str) -> Answer:
        after = asked.query.get("after", "")
        bodies = {"/": NAMES, "/openapi.json": self.document, "/events": [e for e in self.events if e["id"] > after]}
        return Answer(200, bodies.get(path, {"status": "ok"}))

    def resource(self, asked: Asked, template: str, ids: list[str]) -> Answer:
        self.authenticate(asked, READ if asked.method == "GET" else WRITE)
        if template == "/parcels":
            return self.page(asked) if asked.method == "GET" else self.create(asked)
        row = next((row for row in self.rows if row["id"] == ids[0]), None)
        if row is None:
            raise Refused(404, "not_found", "there is no such parcel")
        if asked.method == "GET":
            return self.shown(row)
        return self.change(asked, row, self.read(asked) if asked.method == "PATCH" else {"status": "cancelled"})

    def authenticate(self, asked: Asked, needed: frozenset[str]) -> None:
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            raise Refused(401, "unauthorized", "a token is needed", {"www-authenticate": "Bearer"})
        try:
            claims = self.verified(token)
        except jwt.PyJWTError:
            bad = {"www-authenticate": 'Bearer error="invalid_token"'}
            raise Refused(401, "unauthorized", "the token is bad", bad) from None
        if not self.covers(set(self.scopes(claims)), needed):
            told = f'Bearer error="insufficient_scope", scope="{" ".join(needed)}"'
            raise Refused(403, "forbidden", "a scope is missing", {"www-authenticate": told})

    def verified(self, token: str) -> dict[str, Any]:
        return jwt.decode(token, SECRET, algorithms=["HS256"], options={"require": ["exp", "sub"]})

    def scopes(self, claims: dict[str, Any]) -> Iterator[str]:
        for name in ("scope", "scopes", "scp"):
            value = claims.get(name, [])
            yield from value.split() if isinstance(value, str) else value

    def covers(self, scopes: set[str], needed: frozenset[str]) -> bool:
        return needed <= scopes

    def page(self, asked: Asked) -> Answer:
        limit, offset = self.bounds(asked)
        if asked.query.get("kind", "small") not in {"small", "large"}:
            raise Refused(400, "validation_error", "kind must be small or large")
        rows = [self.without_version(row) for row in self.ordered()]
        window = rows[offset : offset + limit]
        return Answer(200, {"items": window, "total": len(rows), "limit": limit, "offset": offset})

    def ordered(self) -> list[dict[str, Any]]:
        return self.rows

    def bounds(self, asked: Asked) -> tuple[int, int]:
        given = [asked.query.get("limit", "10"), asked.query.get("offset", "0")]
        if not all(text.isdigit() for text in given) or not 1 <= int(given[0]) <= 100:
            raise Refused(400, "validation_error", "limit must be from 1 to 100, offset from 0")
        return int(given[0]), int(given[1])

    def read(self, asked: Asked) -> Any:
        if asked.headers.get("content-type") != "application/json":
            raise Refused(415, "unsupported_media_type", "JSON only")
        known = {"status", "reason"} if asked.method == "PATCH" else {"status"}
        body = asked.json
        if not isinstance(body, dict) or not isinstance(body.get("status"), str):
            raise Refused(400, "validation_error", "status must be a text")
        if not self.allows(body) or set(body) - known:
            raise Refused(400, "validation_error", "status must have 1 to 40 characters, and stand alone")
        return body

    def allows(self, body: dict[str, Any]) -> bool:
        reason = body.get("reason", "x")
        return 1 <= len(body["status"]) <= 40 and isinstance(reason, str) and reason != ""

    def create(self, asked: Asked) -> Answer:
        body, key = self.read(asked), asked.headers.get("idempotency-key")
        if key in self.keys:
            return self.replayed(asked, *self.keys[key])
        row = {"id": f"p-{len(self.rows) + 1}", "status": body["status"], "parts": [], "version": 1}
        self.rows.append(row)
        self.publish(row, "created")
        answer = replace(self.shown(row), status=201)
        if key:
            self.keys[key] = (asked.body, answer)
        return answer

    def replayed(self, asked: Asked, first: bytes, answer: Answer) -> Answer:
        if asked.body != first:
            raise Refused(422, "idempotency_key_reused", "another body")
        return answer

    def change(self, asked: Asked, row: dict[str, Any], body: Any) -> Answer:
        if asked.headers.get("if-match", self.tag(row)) != self.tag(row):
            raise Refused(412, "precondition_failed", "it was changed")
        if row["status"] == body["status"]:
            raise Refused(409, "conflict", "it has that status")
        before, row["status"] = row["status"], body["status"]
        row["version"] += 1
        self.publish(row, "updated", previousStatus=before)
        return self.shown(row)

    def publish(self, row: dict[str, Any], what: str, **more: str) -> None:
        data = {"id": row["id"], "status": row["status"], **more}
        head = {"specversion": "1.0", "id": f"e-{len(self.events):06}", "source": "urn:service:parcels"}
        about = {"type": f"parcel.{what}", "subject": f"parcels/{row['id']}", "time": "2026-01-31T12:00:00Z"}
        self.events.append({**head, **about, "data": data})

    def tag(self, row: dict[str, Any]) -> str:
        return f'"{row["version"]}"'

    def shown(self, row: dict[str, Any]) -> Answer:
        return Answer(200, self.without_version(row), {"etag": self.tag(row)})

    def without_version(self, row: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name != "version"}
