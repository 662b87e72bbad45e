"""A service that delivers to a receiver, somebody who calls it, and an operator who may give commands."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from service_standard.auth.minting import mint
from service_standard.events.figures import EventFigures, SinkFigures, event_figures
from tests.events.receiver import Receiver, Reply, Request
from tests.process import WISH, Ended, Process, run_here, served
from tests.service import settings_for
from tests.storage import opened

DEADLINE = 30.0
POLL_SECONDS = 0.05
QUICK = {"ENVIRONMENT": "development", "EVENT_LEASE_SECONDS": "1", "EVENT_INBOX_ATTEMPTS": "1"}
SCOPES = ("orders.read", "orders.write", "orders.events.write")


@dataclass(frozen=True)
class Operator:
    """Whoever may give commands to a service's database."""

    database_url: str

    def __call__(self, *arguments: str) -> Ended:
        return run_here("events", *arguments, **QUICK, DATABASE_URL=self.database_url)

    def told(self, *arguments: str) -> str:
        """What a command prints that goes well."""
        ended = self(*arguments)
        assert (ended.code, ended.err) == (0, "")
        return ended.out

    def refused(self, *arguments: str) -> str:
        """Why a command does nothing."""
        ended = self(*arguments)
        heading, reason = ended.err.splitlines()
        assert (ended.code, ended.out, heading) == (2, "", "orders events: cannot go on:")
        return reason

    def figures(self) -> EventFigures:
        """What `status` prints, before it is printed."""
        return asyncio.run(self._figures())

    async def _figures(self) -> EventFigures:
        async with opened(settings_for(self.database_url)) as database:
            return await event_figures(database)

    def sink(self, name: str = "http") -> SinkFigures:
        (sink,) = (sink for sink in self.figures().sinks if sink.sink == name)
        return sink

    def parked(self) -> list[list[str]]:
        """The cells of the table of what is parked."""
        heading, *lines = self.told("parked").splitlines()
        return [re.split(" {2,}", line) for line in lines] if lines else [[heading]]

    def until(self, condition: Callable[[EventFigures], bool]) -> None:
        """Waits until the figures are so."""
        deadline = time.monotonic() + DEADLINE
        while not condition(figures := self.figures()):
            assert time.monotonic() < deadline, figures
            time.sleep(POLL_SECONDS)  # the database tells nobody

    def until_sink(self, condition: Callable[[SinkFigures], bool], name: str = "http") -> None:
        """Waits until the figures of a sink, which a relay has led, are so."""
        self.until(lambda figures: any(condition(sink) for sink in figures.sinks if sink.sink == name))


@dataclass(frozen=True)
class Scene:
    """A service that delivers to a receiver, and somebody who calls it."""

    service: Process
    caller: httpx.Client
    receiver: Receiver
    operator: Operator

    def create(self) -> str:
        answer = self.caller.post("/orders", json=WISH)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def advance(self, order: str, status: str = "paid") -> None:
        answer = self.caller.patch(f"/orders/{order}", json={"status": status})
        assert answer.status_code == 200, answer.text

    def pay(self, order: str, event: str = "payment-1") -> None:
        """Delivers a payment's event to the service."""
        attributes = {"specversion": "1.0", "id": event, "source": "urn:service:payments", "type": "payment.successful"}
        headers = {f"ce-{name}": value for name, value in attributes.items()}
        body = {"paymentId": "p-1", "orderId": order}
        assert self.caller.post("/events", headers=headers, json=body).status_code == 202

    def received(self) -> list[dict[str, Any]]:
        """The events that were delivered and accepted."""
        return [json.loads(r.body) for r in list(self.receiver.requests) if self.receiver.reply(r).status < 300]


@contextmanager
def staged(database_url: str, **environ: str) -> Iterator[Scene]:
    with (
        Receiver() as receiver,
        served(database_url, EVENT_SINKS="log,http", EVENT_HTTP_URL=receiver.url, **QUICK, **environ) as service,
        service.caller() as caller,
    ):
        token = mint(settings_for("sqlite:///unused.db"), "test-user", SCOPES, 1)
        caller.headers["Authorization"] = f"Bearer {token}"
        yield Scene(service, caller, receiver, Operator(database_url))


def refusing(order: str) -> Callable[[Request], Reply]:
    """A receiver that wants no event of one order."""
    return lambda request: Reply(400 if json.loads(request.body)["partitionkey"] == order else 204)
