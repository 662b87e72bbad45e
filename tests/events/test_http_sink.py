"""HTTP as a sink: what is POSTed, how it is signed, and what each answer means."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import cast

import pytest
from cloudevents.core.bindings import http as binding

from service_standard.sinks import http as module
from service_standard.sinks.delivery import Accepted, Never, NotNow, Outcome, Outgoing
from service_standard.sinks.http import HttpSink
from tests.events.outgoing import TRACEPARENT, outgoing, several
from tests.events.receiver import Receiver, Reply, Request

KEY = bytes(range(32))
WHSEC = "whsec_" + base64.b64encode(KEY).decode()


@asynccontextmanager
async def sink_to(url: str, secret: str | None = None, seconds: float = module.POST_SECONDS) -> AsyncIterator[HttpSink]:
    sink = HttpSink(url, secret, seconds)
    await sink.start()
    try:
        yield sink
    finally:
        await sink.aclose()


async def outcome_of(receiver: Receiver, reply: Reply, event: Outgoing | None = None) -> Outcome:
    """What becomes of an event, when it is answered so."""
    receiver.reply = lambda _: reply
    async with sink_to(receiver.url) as sink:
        (outcome,) = await sink.deliver([event or outgoing()])
    return outcome


def signed_with(key: bytes, request: Request) -> str:
    """The signature that the request should have, worked out as the specification says it."""
    message_id, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    content = f"{message_id}.{timestamp}.".encode() + request.body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


# --- What is sent ----------------------------------------------------------------------------------------------------


async def test_an_event_is_posted_as_a_structured_cloudevent(receiver: Receiver) -> None:
    event = outgoing()
    assert await outcome_of(receiver, Reply(), event) == Accepted()
    (request,) = receiver.requests
    assert (request.method, request.path) == ("POST", "/hook")
    assert request.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert request.body == event.content
    assert not [name for name in request.headers if name.startswith("ce-")]


async def test_the_sdk_reads_every_attribute_back(receiver: Receiver) -> None:
    event = outgoing(41, traceparent=TRACEPARENT, causationid="an-event")
    await outcome_of(receiver, Reply(), event)
    (request,) = receiver.requests
    parsed = binding.from_http_event(binding.HTTPMessage(dict(request.headers), request.body))
    sent = json.loads(event.content)
    data, moment = sent.pop("data"), datetime.fromisoformat(sent.pop("time"))
    attributes = dict(parsed.get_attributes())
    assert attributes.pop("time") == moment
    assert attributes == sent
    assert parsed.get_data() == data


async def test_the_trace_of_the_event_goes_with_it_as_a_header(receiver: Receiver) -> None:
    await outcome_of(receiver, Reply(), outgoing(traceparent=TRACEPARENT))
    await outcome_of(receiver, Reply(), outgoing())
    assert [request.headers.get("traceparent") for request in receiver.requests] == [TRACEPARENT, None]


async def test_a_wave_is_sent_a_few_at_once_over_as_many_connections(receiver: Receiver) -> None:
    receiver.gate.clear()
    async with sink_to(receiver.url) as sink:
        delivery = asyncio.ensure_future(sink.deliver(several(30)))
        await asyncio.to_thread(receiver.wait_for_requests, module.AT_ONCE)
        receiver.gate.set()
        outcomes = await delivery
    assert outcomes == [Accepted()] * 30
    assert receiver.most_at_once == len(receiver.connections) == module.AT_ONCE


async def test_the_outcomes_have_the_order_of_the_wave(receiver: Receiver) -> None:
    wave = several(12)
    refused = wave[5].content
    receiver.reply = lambda request: Reply(422 if request.body == refused else 202)
    async with sink_to(receiver.url) as sink:
        outcomes = await sink.deliver(wave)
    assert [type(outcome) for outcome in outcomes] == [Accepted] * 5 + [Never] + [Accepted] * 6


# --- Signatures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("secret", "key"), [(WHSEC, KEY), ("plain text, ünsigned", "plain text, ünsigned".encode())])
async def test_a_request_is_signed_as_standard_webhooks_says(receiver: Receiver, secret: str, key: bytes) -> None:
    event = outgoing()
    async with sink_to(receiver.url, secret) as sink:
        await sink.deliver([event])
    (request,) = receiver.requests
    assert request.headers["webhook-id"] == event.id
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    assert request.headers["webhook-signature"] == signed_with(key, request)


async def test_the_next_attempt_has_the_same_id(receiver: Receiver) -> None:
    event = outgoing()
    async with sink_to(receiver.url, WHSEC) as sink:
        await sink.deliver([event])
        await sink.deliver([event])
    assert {request.headers["webhook-id"] for request in receiver.requests} == {event.id}


async def test_without_a_secret_nothing_is_signed(receiver: Receiver) -> None:
    await outcome_of(receiver, Reply())
    assert not [name for name in receiver.requests[0].headers if name.startswith("webhook-")]


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2VjcmV0!", "whsec_YQ"])
def test_a_secret_that_is_not_base64_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="goes on in base64") as refusal:
        HttpSink("http://127.0.0.1/", secret)
    assert secret not in f"{str(refusal.value).replace('whsec_', '', 1)}{refusal.value.__cause__}" or secret == "whsec_"


# --- What the answer means -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_an_acceptance(receiver: Receiver, status: int) -> None:
    assert await outcome_of(receiver, Reply(status)) == Accepted()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
async def test_what_may_pass_is_tried_again(receiver: Receiver, status: int) -> None:
    assert await outcome_of(receiver, Reply(status)) == NotNow(f"answered {status}")


@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 405, 409, 413, 415, 422, 451])
async def test_other_answers_are_refusals(receiver: Receiver, status: int) -> None:
    assert await outcome_of(receiver, Reply(status)) == Never(f"answered {status}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirection_is_not_followed(receiver: Receiver, status: int) -> None:
    with Receiver() as elsewhere:
        outcome = await outcome_of(receiver, Reply(status, {"Location": elsewhere.url}))
        assert outcome == Never(f"answered {status}")
        assert not elsewhere.requests


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        ("3600", 3600),
        ("999999999999", 3600),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("Fri, 99 Dec 9999 23:59:59 GMT", None),
    ],
)
async def test_retry_after_is_obeyed_for_an_hour_at_most(receiver: Receiver, value: str, seconds: float | None) -> None:
    assert await outcome_of(receiver, Reply(503, {"Retry-After": value})) == NotNow("answered 503", seconds)


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock does not show GMT."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC-14")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("zone", ["GMT", "-0000"])
async def test_retry_after_may_be_a_date(receiver: Receiver, zone: str, far_east: None) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True).replace("GMT", zone)
    outcome = await outcome_of(receiver, Reply(429, {"Retry-After": date}))
    assert isinstance(outcome, NotNow)
    assert outcome.retry_after is not None
    assert 60 < outcome.retry_after <= 90


async def test_once_it_says_not_now_the_rest_of_the_wave_waits(receiver: Receiver) -> None:
    receiver.reply = lambda _: Reply(503, {"Retry-After": "9"})
    async with sink_to(receiver.url) as sink:
        outcomes = await sink.deliver(several(100))
        assert outcomes == [NotNow("answered 503", 9)] * 100
        assert len(receiver.requests) <= module.AT_ONCE
        receiver.reply = lambda _: Reply()
        assert await sink.deliver(several(2)) == [Accepted()] * 2


async def test_410_stops_the_sink_and_is_logged_once(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    receiver.reply = lambda _: Reply(410, {"Retry-After": "1"})
    receiver.gate.clear()
    async with sink_to(receiver.url) as sink:
        gone = NotNow("is gone (410)", 3600)
        delivery = asyncio.create_task(sink.deliver(several(20)))
        await asyncio.to_thread(receiver.wait_for_requests, module.AT_ONCE)
        receiver.gate.set()
        assert await delivery == [gone] * 20
        receiver.reply = lambda _: Reply()
        assert await sink.deliver(several(20)) == [gone] * 20
    assert len(receiver.requests) == module.AT_ONCE
    assert [record.levelno for record in caplog.records if record.name == module.__name__] == [logging.ERROR]


# --- Outages ---------------------------------------------------------------------------------------------------------


async def test_a_destination_that_is_not_there_is_an_outage() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with sink_to(f"http://127.0.0.1:{closed.getsockname()[1]}/") as sink:
            assert await sink.deliver(several(1)) == [NotNow("ConnectError")]


async def test_a_connection_that_is_not_taken_is_given_up() -> None:
    """A listener whose queue is full lets whoever connects wait."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_connection(full.getsockname()):
        async with sink_to(f"http://127.0.0.1:{full.getsockname()[1]}/") as sink, asyncio.timeout(5):
            assert await sink.deliver(several(1)) == [NotNow("ConnectTimeout")]


async def test_an_answer_that_never_comes_is_given_up(receiver: Receiver) -> None:
    receiver.gate.clear()
    async with sink_to(receiver.url, seconds=0.2) as sink, asyncio.timeout(5):
        outcomes = await sink.deliver(several(50))
    assert {type(outcome) for outcome in outcomes} == {NotNow}
    assert len(receiver.requests) <= module.AT_ONCE


async def test_an_answer_that_trickles_in_is_given_up() -> None:
    """Each byte is in time, all of them together are not."""

    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b".")
            await asyncio.sleep(0.05)

    async with answering(trickle) as url, sink_to(url, seconds=0.5) as sink, asyncio.timeout(5):
        assert await sink.deliver(several(1)) == [NotNow("TimeoutError")]


async def test_an_endless_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    reply = Reply(200, {"Content-Length": str(10**12)}, b"." * (module.LARGEST_ANSWER + 1))
    async with asyncio.timeout(5):
        assert await outcome_of(receiver, reply) == Accepted()


async def test_an_answer_that_is_no_http_is_an_outage() -> None:
    async def mumble(writer: asyncio.StreamWriter) -> None:
        writer.write(b"mumble\r\n\r\n")

    async with answering(mumble) as url, sink_to(url) as sink:
        assert await sink.deliver(several(1)) == [NotNow("RemoteProtocolError")]


@asynccontextmanager
async def answering(answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """The address of a server that writes what it likes, once a request's headers are there."""
    conversations: set[asyncio.Task[object]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(cast("asyncio.Task[object]", asyncio.current_task()))
        await reader.readuntil(b"\r\n\r\n")
        await answer(writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(converse, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await asyncio.wait(conversations, timeout=5)
