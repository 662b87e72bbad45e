"""The inbox as operators see it: what came in and has no effect is shown, retried and discarded."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.events.stage import Operator, Scene, staged
from tests.service import migrated, settings_for
from tests.storage import opened, rows

# An event that is parked, as it stands in the inbox.
PARKED = (
    "INSERT INTO inbox (source, event_id, type, received_at, outcome, attempts, next_attempt_at, reason, envelope) "
    "VALUES ($1, $2, $3, '2026', 'parked', 0, '2026', $4, $5)"
)


@pytest.fixture
def scene(database_url: str) -> Iterator[Scene]:
    with staged(database_url) as scene:
        yield scene


def test_a_parked_payment_is_retried_once_its_order_can_be_paid(scene: Scene) -> None:
    order = scene.create()
    scene.advance(order, "cancelled")
    scene.pay(order)
    assert scene.operator.figures().inbox_parked == 1
    (parked,) = scene.operator.parked()
    assert parked[:4] == ["inbox", "urn:service:payments", "payment-1", "-"]
    assert parked[5] == "An order that is cancelled cannot be paid"

    asyncio.run(_write(scene.operator.database_url, "UPDATE orders SET status = 'pending' WHERE id = $1", order))
    told = scene.operator.told("retry", "--sink", "inbox", "--event", "payment-1")
    assert told == "inbox: 1 event will be tried again\n"
    scene.operator.until(lambda figures: figures.inbox_waiting == 0)
    assert scene.operator.figures().inbox_parked == 0
    assert scene.caller.get(f"/orders/{order}").json()["status"] == "paid"


def test_a_payment_of_an_unknown_order_waits_then_parks_and_a_discarded_one_never_comes_back(scene: Scene) -> None:
    scene.pay("0" * 36)
    figures = scene.operator.figures()
    assert figures.inbox_waiting + figures.inbox_parked == 1
    scene.operator.until(lambda figures: figures.inbox_parked == 1)
    assert scene.operator.told("retry", "--sink", "inbox") == "inbox: 1 event will be tried again\n"
    scene.operator.until(lambda figures: figures.inbox_parked == 1)

    told = scene.operator.told("discard", "--sink", "inbox", "--event", "payment-1")
    assert told == "discarded: inbox urn:service:payments payment-1\n"
    scene.pay("0" * 36)
    figures = scene.operator.figures()
    assert (figures.inbox_waiting, figures.inbox_parked) == (0, 0)
    kept = asyncio.run(rows(settings_for(scene.operator.database_url), "SELECT outcome, envelope FROM inbox"))
    assert kept == [("done", None)], "retention forgets what is done, in its time"
    reason = scene.operator.refused("discard", "--sink", "inbox", "--event", "payment-1")
    assert reason == "no event of that id is parked for inbox"
    reason = scene.operator.refused("retry", "--sink", "inbox", "--event", "payment-1")
    assert reason == "nothing of that name can be retried for inbox"


def test_what_could_not_be_read_is_shown_without_its_control_characters_and_stays(tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path}/orders.db"
    operator = Operator(database_url)
    migrated(settings_for(database_url))
    values = ("urn:unreadable", "\x1b[31mid", "unreadable", "is not JSON\nreally", "\x1b[2J")
    asyncio.run(_write(database_url, PARKED, *values))
    (parked,) = operator.parked()
    assert parked == ["inbox", "urn:unreadable", "\\x1b[31mid", "-", "2026", "is not JSON\\nreally"]
    assert operator.told("retry", "--sink", "inbox") == "inbox: 0 events will be tried again\n"
    told = operator.told("discard", "--sink", "inbox", "--event", "\x1b[31mid")
    assert told == "discarded: inbox urn:unreadable \\x1b[31mid\n"
    assert operator.told("parked") == "nothing is parked\n"


def test_what_can_never_have_an_effect_is_parked_again_and_keeps_nobody_waiting(scene: Scene) -> None:
    wrong = {"specversion": "1.0", "id": "wrong", "source": "urn:service:payments", "type": "payment.successful"}
    values = (wrong["source"], wrong["id"], wrong["type"], "lacks data", json.dumps(wrong))
    asyncio.run(_write(scene.operator.database_url, PARKED, *values))
    scene.pay("0" * 36)
    assert scene.operator.told("retry", "--sink", "inbox", "--event", "wrong") == "inbox: 1 event will be tried again\n"
    scene.operator.until(lambda figures: figures.inbox_parked == 2)
    assert "data" in next(line[5] for line in scene.operator.parked() if line[2] == "wrong")


async def _write(database_url: str, statement: str, *values: str) -> None:
    async with opened(settings_for(database_url)) as database:
        await database.transact(lambda transaction: transaction.fetch(statement, *values))
