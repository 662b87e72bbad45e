"""Orders and Payments, two processes over a real broker: a payment moves its order on, a failed one is noted."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from examples.payments.tests.service import PRICE, SCOPES, asked, migrated, settings_for
from examples.payments.tests.test_standard import COMMAND, WHERE
from service_standard.auth.minting import mint
from service_standard.settings import Settings
from tests.process import ORDERS, process
from tests.service import migrated as migrated_orders
from tests.service import settings_for as settings_for_orders

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ORDERS_SCOPES = ("orders.read", "orders.write", "orders.events")


@dataclass(frozen=True)
class Shop:
    """Both services as their callers see them."""

    orders: httpx.Client
    payments: httpx.Client

    def order(self) -> str:
        """The id of a new order."""
        made = self.orders.post("/orders", json={"customerId": "customer-123", "items": ["item-1"]})
        return str(made.raise_for_status().json()["id"])

    def request_payment(self, order: str, method: str) -> dict[str, Any]:
        """The event that asks for the order's payment, delivered."""
        request = asked(orderId=order, amount=PRICE, method=method)
        headers = {"Content-Type": "application/cloudevents+json", "traceparent": TRACEPARENT}
        self.payments.post("/events", content=json.dumps(request), headers=headers).raise_for_status()
        return request

    def updated(self, order: str) -> dict[str, Any]:
        """The first `order.updated` of the order, as soon as Orders tells of it."""
        wanted = ("order.updated", order)
        return next(event for event in self.told() if (event["type"], event["partitionkey"]) == wanted)

    def told(self) -> Iterator[dict[str, Any]]:
        """What Orders tells, as it comes."""
        after: dict[str, str] = {}
        while page := self.orders.get("/events", params={"timeout": 10_000, **after}).raise_for_status().json():
            yield from page
            after = {"after": page[-1]["id"]}


@pytest.fixture(scope="module")
def shop(rabbitmq_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    directory: Path = tmp_path_factory.mktemp("shop")
    urls = [f"sqlite:///{directory}/{name}.db" for name in ("orders", "payments")]
    settings = (migrated_orders(settings_for_orders(urls[0])), migrated(settings_for(urls[1])))
    broker = {"RABBITMQ_URL": rabbitmq_url, "EVENT_SINKS": "rabbitmq", "EVENT_SOURCES": "rabbitmq"}
    where = {"ENVIRONMENT": "development", "HOST": "127.0.0.1", "PORT": "0", "EVENT_INBOX_ATTEMPTS": "1"}
    with ExitStack() as stack:
        started = [
            stack.enter_context(process(*ORDERS, "serve", **where, **broker, DATABASE_URL=urls[0])),
            stack.enter_context(process(*COMMAND, "serve", **WHERE, **broker, DATABASE_URL=urls[1])),
        ]
        callers = zip(started, settings, (ORDERS_SCOPES, SCOPES), strict=True)
        yield Shop(*(stack.enter_context(caller(each.url, who, scopes)) for each, who, scopes in callers))


def caller(url: str, settings: Settings, scopes: tuple[str, ...]) -> httpx.Client:
    """A client with a token of these scopes."""
    return httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {mint(settings, 'test-user', scopes, 1)}"}, timeout=30
    )


def test_an_order_is_paid_by_its_payment(shop: Shop) -> None:
    order = shop.order()
    made = shop.payments.post("/payments", json={"orderId": order, "amount": PRICE}).raise_for_status().json()
    told = shop.updated(order)
    assert (told["data"]["previousStatus"], told["data"]["status"]) == ("pending", "paid")
    _, paid = shop.orders.get(f"/orders/{order}/history").json()["items"]
    assert (paid["by"], paid["reason"]) == ("urn:service:payments", f"payment {made['id']}")


def test_a_payment_that_failed_is_noted_and_every_event_names_its_cause(shop: Shop) -> None:
    order = shop.order()
    request = shop.request_payment(order, "card_declined")
    told = shop.updated(order)
    failed = next(e for e in shop.payments.get("/events").json() if e["data"]["orderId"] == order)
    assert (failed["causationid"], told["causationid"]) == (request["id"], failed["id"])
    assert (told["data"]["previousStatus"], told["data"]["status"]) == ("pending", "pending")


def test_a_payment_and_what_it_does_to_its_order_are_one_trace(shop: Shop) -> None:
    order = shop.order()
    shop.request_payment(order, "card")
    told = shop.updated(order)
    _, paid = shop.orders.get(f"/orders/{order}/history").json()["items"]
    assert paid["traceId"] == told["traceparent"].split("-")[1] == TRACEPARENT.split("-")[1]
