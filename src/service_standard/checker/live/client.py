"""Sends requests at a bounded rate, within a total time, and reads no more of an answer than it must."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypedDict, Unpack

import httpx

from service_standard.checker.live.deadline import within
from service_standard.checker.live.exchange import Exchange, NoAnswer, Request
from service_standard.checker.rule import NotJudged
from service_standard.contract import Json

LARGEST_ANSWER: Final = 4 * 1024 * 1024
# After so many requests in a row that nobody answered, there is nobody.
MOST_SILENCES: Final = 4
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Parts(TypedDict, total=False):
    """What a request may have beside its method and path. `json` is sent as JSON, `content` as it is."""

    token: str | None
    json: Json
    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Bounds:
    """What the checker may do to a service: requests a second, seconds in all, seconds a request, only reads."""

    rate: float = 50.0
    time_limit: float = 120.0
    timeout: float = 5.0
    read_only: bool = False


@dataclass
class Client:
    """One base URL and its bounds. Redirects are answers here, and are not followed."""

    base_url: str
    bounds: Bounds
    http: httpx.Client
    started: float = field(default_factory=time.monotonic)
    sent: list[Request] = field(default_factory=list)
    _next: float = 0.0
    _silences: int = 0
    _hanging: set[tuple[str, str]] = field(default_factory=set)

    @property
    def seconds_left(self) -> float:
        """Of the time limit."""
        return max(0.0, self.started + self.bounds.time_limit - time.monotonic())

    def send(self, method: str, path: str, **parts: Unpack[Parts]) -> Exchange:
        """The answer to one request; a path may be a whole URL.

        Raises:
            NotJudged: the bounds do not allow another request, or not this one.
            NoAnswer: none came; a run makes a finding of it.
        """
        url = path if path.startswith(("http://", "https://")) else self.base_url + path
        request = request_of(method, url, parts)
        place = (method, url.partition("?")[0])
        if place in self._hanging:
            raise NotJudged(f"{method} {place[1]} did not answer in time, and is not asked again")
        self._wait_for_turn(method)
        self.sent.append(request)
        self._silences += 1
        try:
            answer = within(min(2 * self.bounds.timeout, self.seconds_left), lambda: self._exchange(request))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, TimeoutError) as error:
            if isinstance(error, httpx.ReadTimeout | TimeoutError):
                self._hanging.add(place)
            raise NoAnswer(request, f"{type(error).__name__}: {error}") from error
        self._silences = 0
        return answer

    def _wait_for_turn(self, method: str) -> None:
        if self.bounds.read_only and method not in SAFE_METHODS:
            raise NotJudged(f"--read-only does not allow {method}")
        if not self.seconds_left:
            raise NotJudged(f"the time limit of {self.bounds.time_limit:g} s is over")
        if self._silences >= MOST_SILENCES:
            raise NotJudged(f"the service has stopped answering: {MOST_SILENCES} requests in a row had no answer")
        now = time.monotonic()
        if self._next > now:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.bounds.rate

    def _exchange(self, request: Request) -> Exchange:
        before = time.monotonic()
        headers = [(name.encode(), value.encode()) for name, value in request.headers]
        with self.http.stream(request.method, request.url, headers=headers, content=request.body) as response:
            body, is_cut = self._read(response)
        return Exchange(request, response.status_code, response.headers, body, time.monotonic() - before, is_cut)

    def _read(self, response: httpx.Response) -> tuple[bytes, bool]:
        body = b""
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                return body[:LARGEST_ANSWER], True
        return body, False


def request_of(method: str, url: str, parts: Parts) -> Request:
    headers, content = dict(parts.get("headers", {})), parts.get("content")
    token = parts.get("token")
    if token is not None:
        headers.setdefault("Authorization", f"Bearer {token}")
    if "json" in parts:
        content = json.dumps(parts["json"], ensure_ascii=False).encode()
        headers.setdefault("Content-Type", "application/json")
    return Request(method, url, tuple(headers.items()), content)


def connect(base_url: str, bounds: Bounds) -> Client:
    """A client of a service; closes with its `http`."""
    timeout = httpx.Timeout(min(bounds.timeout, bounds.time_limit))
    return Client(base_url.rstrip("/"), bounds, httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False))


def reachable(client: Client) -> str | None:
    """Why nothing answers there; None if something does, whatever it says."""
    with suppress(NotJudged):
        try:
            client.send("GET", "/healthz")
        except NoAnswer as error:
            return error.reason
    return None
