"""HTTP as a sink: each event is POSTed as a structured CloudEvent, and signed as Standard Webhooks asks for."""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from pydantic_core import from_json

from service_standard.sinks.delivery import Accepted, Never, NotNow, Outcome, Outgoing
from service_standard.sinks.signing import Signer

CONNECT_SECONDS: Final = 2.0
POST_SECONDS: Final = 10.0
AT_ONCE: Final = 8
LARGEST_ANSWER: Final = 64 * 1024
LONGEST_WAIT: Final = 3600.0
CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"

# Statuses that speak of the moment and not of the event: time-out, too early, too many; and every 5xx.
_OF_THE_MOMENT: Final = frozenset({408, 425, 429})

logger = logging.getLogger(__name__)


class HttpSink:
    """POSTs events to `url`, a few at once; once it says "not now", the rest of the wave waits with it.

    410 Gone stops it: nothing more is sent until the process is restarted, and the events wait, none is lost.
    """

    name: Final = "http"

    def __init__(self, url: str, secret: str | None = None, timeout: float = POST_SECONDS) -> None:
        self._url = url
        self._timeout = timeout
        self._signer = Signer(secret) if secret else None
        # Only settings.py reads the environment: no proxy, no .netrc; the system's store says whom to trust.
        self._client = httpx.AsyncClient(
            verify=ssl.create_default_context(),
            trust_env=False,
            follow_redirects=False,
            # How long an attempt may take as a whole is limited where it is made.
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=AT_ONCE),
        )
        self._gone: NotNow | None = None

    async def start(self) -> None:
        """Connections are made when there is something to send."""

    async def aclose(self) -> None:
        await self._client.aclose()

    async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        turn = _Turn()
        return await asyncio.gather(*(self._in_turn(turn, event) for event in wave))

    async def _in_turn(self, turn: "_Turn", event: Outgoing) -> Outcome:
        async with turn.places:
            outage = self._gone or turn.outage
            if outage is not None:
                return outage
            outcome = await self._posted(event)
            if isinstance(outcome, NotNow):
                turn.outage = outcome
            return outcome

    async def _posted(self, event: Outgoing) -> Outcome:
        try:
            async with asyncio.timeout(self._timeout):
                return self._judged(await self._answer_to(event))
        except (httpx.HTTPError, TimeoutError) as error:
            return NotNow(type(error).__name__)

    async def _answer_to(self, event: Outgoing) -> httpx.Response:
        """The answer; its body is read, up to 64 KiB, only so that the connection can be used again."""
        request = self._client.stream("POST", self._url, content=event.content, headers=self._headers(event))
        length = 0
        async with request as response:
            async for chunk in response.aiter_raw():
                length += len(chunk)
                if length > LARGEST_ANSWER:
                    break
        return response

    def _headers(self, event: Outgoing) -> dict[str, str]:
        headers = {"Content-Type": CONTENT_TYPE}
        traceparent = from_json(event.content).get("traceparent")
        if traceparent is not None:
            headers["traceparent"] = traceparent
        if self._signer is not None:
            headers |= self._signer.headers(event.id, event.content, datetime.now(UTC))
        return headers

    def _judged(self, response: httpx.Response) -> Outcome:
        status = response.status_code
        if response.is_success:
            return Accepted()
        if status == httpx.codes.GONE:
            return self._stopped()
        if status in _OF_THE_MOMENT or response.is_server_error:
            return NotNow(f"answered {status}", _retry_after(response.headers.get("Retry-After", "")))
        return Never(f"answered {status}")

    def _stopped(self) -> NotNow:
        if self._gone is None:
            logger.error("the destination is gone (410): nothing more is sent to it until a restart")
            self._gone = NotNow("is gone (410)", LONGEST_WAIT)
        return self._gone


class _Turn:
    """One wave on its way: the places of those that are sent at once, and the outage that ends it."""

    def __init__(self) -> None:
        self.places = asyncio.Semaphore(AT_ONCE)
        self.outage: NotNow | None = None


def _retry_after(value: str) -> float | None:
    """Seconds from now to what a Retry-After header says (RFC 9110 section 10.2.3), an hour at most."""
    try:
        seconds = float(value) if value.isdecimal() else _seconds_until(value)
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _seconds_until(date: str) -> float:
    moment = parsedate_to_datetime(date)
    # A date that names no zone is meant in GMT, like every date of HTTP.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - datetime.now(UTC)).total_seconds()
