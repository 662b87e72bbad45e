"""The life of orders, in any sequence of requests, against a model of a few lines."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.service import Caller, migrated, running, settings_for

FOLLOWING = {
    "pending": {"paid", "cancelled"},
    "paid": {"shipped", "cancelled"},
    "shipped": {"delivered"},
    "delivered": set[str](),
    "cancelled": set[str](),
}
STATUSES = st.sampled_from(sorted(FOLLOWING))
BOUNDED = settings(
    max_examples=25,
    stateful_step_count=20,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Started:
    """A running service, asked from outside of its event loop."""

    def __init__(self, portal: BlockingPortal, caller: Caller, file: Path) -> None:
        self._portal = portal
        self._caller = caller
        self._file = file

    def send(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        sent = {**self._caller.token(), **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self._portal.call(partial(self._caller.send, method, path, sent, json=body))

    def announced(self, order_id: str) -> list[str]:
        """The types of the events in the outbox that are about an order."""
        query = "SELECT type FROM outbox WHERE partition_key = ? ORDER BY id"
        with closing(sqlite3.connect(self._file)) as connection:
            return [str(row[0]) for row in connection.execute(query, (order_id,))]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Started]:
    file = tmp_path / "orders.db"
    chosen = migrated(settings_for(f"sqlite:///{file}"))
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(running(chosen)) as caller:
        yield Started(portal, caller, file)


class OrderLife(RuleBasedStateMachine):
    """`lives` is the model: the statuses that each order has had, by its id."""

    service: ClassVar[Started]
    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.lives: dict[str, list[str]] = {}

    @rule(target=orders, external_id=st.none() | st.builds(lambda: str(uuid4())))
    def create(self, external_id: str | None) -> str:
        wish = {"customerId": "customer-123", "items": ["item-1"]}
        answer = self.service.send(
            "POST", "/orders", wish if external_id is None else {**wish, "externalId": external_id}
        )
        assert (answer.status_code, answer.json()["status"]) == (201, "pending")
        order_id: str = answer.json()["id"]
        assert order_id not in self.lives
        self.lives[order_id] = ["pending"]
        return order_id

    @rule(order_id=orders, to=STATUSES)
    def advance(self, order_id: str, to: str) -> None:
        self._expect(order_id, to, self._patch(order_id, to))

    @rule(order_id=orders, to=STATUSES, behind=st.integers(-1, 2))
    def advance_a_version(self, order_id: str, to: str, behind: int) -> None:
        answer = self._patch(order_id, to, If_Match=f'"{len(self.lives[order_id]) - behind}"')
        if behind:
            assert answer.status_code == 412
        else:
            self._expect(order_id, to, answer)

    @rule(order_id=orders, to=STATUSES)
    def advance_twice_with_one_key(self, order_id: str, to: str) -> None:
        key = str(uuid4())
        first = self._patch(order_id, to, Idempotency_Key=key)
        self._expect(order_id, to, first)
        again = self._patch(order_id, to, Idempotency_Key=key)
        assert again.status_code == first.status_code
        assert again.json().get("version") == first.json().get("version")

    @rule(order_id=orders)
    def send_nonsense(self, order_id: str) -> None:
        assert self._patch(order_id, "lost").status_code == 400

    @invariant()
    def every_order_is_as_the_model_says(self) -> None:
        for order_id, statuses in list(self.lives.items())[-2:]:
            self._compare(order_id, statuses)

    def teardown(self) -> None:
        for order_id, statuses in self.lives.items():
            self._compare(order_id, statuses)

    def _patch(self, order_id: str, to: str, **headers: str) -> httpx.Response:
        return self.service.send("PATCH", f"/orders/{order_id}", {"status": to}, **headers)

    def _expect(self, order_id: str, to: str, answer: httpx.Response) -> None:
        """The model decides whether this answer is right, and goes on if the order did."""
        statuses = self.lives[order_id]
        if to in FOLLOWING[statuses[-1]]:
            statuses.append(to)
            assert (answer.status_code, answer.json()["version"]) == (200, len(statuses))
        else:
            assert answer.status_code == 409

    def _compare(self, order_id: str, statuses: list[str]) -> None:
        answer = self.service.send("GET", f"/orders/{order_id}")
        assert (answer.json()["status"], answer.headers["etag"]) == (statuses[-1], f'"{len(statuses)}"')
        history = self.service.send("GET", f"/orders/{order_id}/history").json()
        assert [entry["to"] for entry in history["items"]] == statuses
        assert [entry.get("from") for entry in history["items"]] == [None, *statuses[:-1]]
        assert self.service.announced(order_id) == ["order.created"] + ["order.updated"] * (len(statuses) - 1)


def test_orders_live_as_the_model_says(service: Started) -> None:
    asked = service

    class Life(OrderLife):
        service = asked

    run_state_machine_as_test(Life, settings=BOUNDED)
