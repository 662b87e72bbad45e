"""The clients that generators make of the contracts, each with the same story, at one service that runs."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import httpx
import pytest

from service_standard.auth.minting import mint
from tests.clients.workshop import CLIENTS, TOOLCHAINS, Workshop, workshop
from tests.process import Process, served
from tests.service import settings_for

pytestmark = pytest.mark.clients

STORIES: Final = {"python": ["story"], "typescript": ["openapi-fetch", "hey-api"]}
READERS: Final = ("python", "typescript")
SCOPES: Final = ("orders.read", "orders.write", "orders.events")


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('orders')}/orders.db") as started:
        yield started


@pytest.fixture(scope="module")
def token() -> str:
    return mint(settings_for("sqlite:///unused.db"), "test-user", SCOPES, 1)


@pytest.fixture(scope="module", params=TOOLCHAINS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The clients of each language in turn."""
    return workshop(request.param, tmp_path_factory.mktemp("clients"))


@pytest.fixture
def captured(orders: Process, token: str, tmp_path: Path) -> Path:
    """A file with the events of an order that was created and paid, as the feed has them."""
    with httpx.Client(base_url=orders.url, headers={"Authorization": f"Bearer {token}"}) as caller:
        wish = {"customerId": "customer-123", "items": ["item-1", "item-2"]}
        order = caller.post("/orders", json=wish).raise_for_status().json()
        caller.patch(f"/orders/{order['id']}", json={"status": "paid"}).raise_for_status()
        events = caller.get("/events", params={"limit": 1000}).raise_for_status().json()
    file = tmp_path / "events.json"
    file.write_text(json.dumps([event for event in events if event["partitionkey"] == order["id"]]))
    return file


def test_every_client_tells_the_same_story(made: Workshop, orders: Process, token: str) -> None:
    told = {made.run(story, ORDERS_URL=orders.url, TOKEN=token) for story in STORIES[made.directory.name]}
    assert told == {(CLIENTS / "story.txt").read_text()}


def test_a_captured_event_is_read_with_types(made: Workshop, captured: Path) -> None:
    if made.directory.name not in READERS:
        pytest.skip("the events are read in Python and TypeScript")
    assert made.run("events", str(captured)) == (CLIENTS / "events.txt").read_text()
