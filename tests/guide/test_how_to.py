"""The how-tos lead where they say: a project to which all of them were done starts, and does what they promise."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.guide.checkout import checkout, make, serving
from tests.guide.instructions import changes
from tests.process import DEADLINE_SECONDS
from tests.sources import ROOT

HOW_TO: Final = ROOT / "docs/how-to"
DONE: Final = ("add-an-operation", "add-an-event", "add-a-status", "add-a-sink")
EVENTS: Final = "told.jsonl"
POLL_SECONDS: Final = 0.05

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after all of them, with the models that make has written from the changed contracts."""
    directory = checkout(tmp_path_factory.mktemp("project"), own_sources=True)
    for name in DONE:
        todo = list(changes(HOW_TO / f"{name}.md"))
        assert todo
        for change in todo:
            change.apply(directory)
    make(directory, "models")
    return directory


@pytest.fixture(scope="module")
def caller(project: Path) -> Iterator[httpx.Client]:
    """Somebody who may do everything, at the service that it makes."""
    with serving(project, "make run", EVENT_SINKS="log,file", EVENT_FILE=EVENTS) as service, service.caller() as caller:
        yield caller


def test_what_was_added_is_there(caller: httpx.Client, project: Path) -> None:
    order = caller.post("/orders", json={"customerId": "customer-123", "items": ["item-1", "item-2"]}).json()
    label = caller.get(f"/orders/{order['id']}/label")
    assert label.json() == {"number": order["number"], "pieces": 2}
    wish = {"customerId": "customer-123", "items": ["item-3"]}
    assert caller.put(f"/orders/{order['id']}", json=wish, headers={"If-Match": '"1"'}).status_code == 200
    for status in ("paid", "packed", "shipped"):
        assert caller.patch(f"/orders/{order['id']}", json={"status": status}).json()["status"] == status
    told = until_told(project / EVENTS, 6)
    assert [event["type"] for event in told][:3] == ["order.created", "order.updated", "order.items_changed"]
    assert told[2]["data"] == {"id": order["id"], "items": ["item-3"], "version": 2}


def until_told(file: Path, count: int) -> list[dict[str, Any]]:
    """What the sink has written, once it is so many events."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not file.exists() or len(lines := file.read_text().splitlines()) < count:
        assert time.monotonic() < deadline
        time.sleep(POLL_SECONDS)
    return [json.loads(line) for line in lines]
