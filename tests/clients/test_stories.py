"""The clients that generators make of the contracts, each with the same story, at one service that runs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import pytest

from service_standard.auth.minting import mint
from tests.clients.workshop import CLIENTS, LANGUAGES, Workshop, workshop
from tests.process import Process, served
from tests.service import settings_for

pytestmark = pytest.mark.clients

SCOPES: Final = ("orders.read", "orders.write", "orders.events")
COMMENTS: Final = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)


class Types(NamedTuple):
    """The files that have types, what is none or is told apart by a number, and some that must be there."""

    files: str
    loose: str
    typed: tuple[str, ...]


CLIENT_TYPES: Final = {
    "python": Types(
        "orders_client/models/*.py",
        r"^    (?!additional_properties)\w+: .*\bAny\b|^class \w+\d\b.*",
        (r"    status: OrderStatus\n", r"    created_at: datetime\.datetime\n", r"class OrderStatus\(StrEnum\):"),
    ),
    "typescript": Types(
        "generated/**/*t*pe*.ts",
        r"\bany\b|\bObject\b|\b[A-Z]\w*[a-z]\d+\b",
        (r"\bstatus: OrderStatus;", r"\bcreatedAt: Date;", r'\bOrderStatus: "pending" \| "paid" \|'),
    ),
    "go": Types(
        "orders/*.go",
        r"^\t\w+ +.*\b(interface\{\}|any)\b.*`|^type \w+\d .*",
        (r"\tStatus OrderStatus `", r"\tCreatedAt time\.Time `", r"OrderStatusPaid +OrderStatus = "),
    ),
    "java": Types(
        "target/generated-sources/openapi/src/main/java/com/example/orders/model/[B-Z]*.java",
        r"^  private (?!Map<String, Object> (additionalProperties|data)\b)[^;(]*\bObject\b|^public \w+ \w+\d\b",
        (r"  private OrderStatus status;", r"  private OffsetDateTime createdAt;", r"public enum OrderStatus"),
    ),
    "rust": Types(
        "generated/src/models/*.rs",
        r"^    pub (?!data:).*\bserde_json::Value\b.*|^pub (struct|enum) \w+\d\b|^    Variant\w*",
        (r"pub status: models::OrderStatus,", r"pub created_at: jiff::Timestamp,", r"pub enum OrderStatus \{"),
    ),
}
EVENT_TYPES: Final = {
    "python": Types(
        "orders_events.py",
        r"\bAny\b|^class \w+\d\b.*",
        (r"    time: Annotated\[\s*AwareDatetime,", r"Literal\['order\.created'\]", r"    status: OrderStatus\n"),
    ),
    "typescript": Types(
        "generated/events.ts",
        r"\bany\b|\bunknown\b|\bObject\b|\b[A-Z]\w*[a-z]\d+\b",
        (r'type: "order\.created";', r'\bstatus: "pending" \| "paid" \|'),
    ),
}


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('orders')}/orders.db") as started:
        yield started


@pytest.fixture(scope="module")
def token() -> str:
    return mint(settings_for("sqlite:///unused.db"), "test-user", SCOPES, 1)


@pytest.fixture(
    scope="module", params=[pytest.param(name, id=name, marks=pytest.mark.xdist_group(name)) for name in LANGUAGES]
)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The clients of each language in turn."""
    return workshop(request.param, tmp_path_factory.mktemp("clients"))


@pytest.fixture
def captured(orders: Process, token: str, tmp_path: Path) -> Path:
    """A file with the events of an order that was created and paid, as the feed has them, and one of another type."""
    with httpx.Client(base_url=orders.url, headers={"Authorization": f"Bearer {token}"}) as caller:
        wish = {"customerId": "customer-123", "items": ["item-1", "item-2"]}
        order = caller.post("/orders", json=wish).raise_for_status().json()
        caller.patch(f"/orders/{order['id']}", json={"status": "paid"}).raise_for_status()
        events = caller.get("/events", params={"limit": 1000}).raise_for_status().json()
    file = tmp_path / "events.json"
    of_order = [event for event in events if event["partitionkey"] == order["id"]]
    file.write_text(json.dumps([*of_order, {**of_order[0], "type": "order.remembered"}]))
    return file


def test_every_client_tells_the_same_story(made: Workshop, orders: Process, token: str) -> None:
    told = {story: made.run(story, ORDERS_URL=orders.url, TOKEN=token) for story in made.language.stories}
    assert told == dict.fromkeys(told, (CLIENTS / "story.txt").read_text())


def test_every_type_of_a_client_says_what_it_is(made: Workshop) -> None:
    assert faults(made, CLIENT_TYPES[made.name]) == []


def test_a_captured_event_is_read_with_types_that_say_what_they_are(made: Workshop, captured: Path) -> None:
    if not made.language.reads_events:
        pytest.skip("the events are read in Python and TypeScript")
    assert made.run("events", str(captured)) == (CLIENTS / "events.txt").read_text()
    assert faults(made, EVENT_TYPES[made.name]) == []


def faults(made: Workshop, types: Types) -> list[str]:
    """The types that are loose, and those that are missing."""
    text = COMMENTS.sub("", made.text(types.files))
    loose = [match[0] for match in re.finditer(types.loose, text, re.MULTILINE)]
    return loose + [f"no {wanted}" for wanted in types.typed if not re.search(wanted, text)]
