"""The journal: what happened to an order is one line in the log, in the trace of whoever made it happen."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from service_standard.telemetry.spans import current_ids
from tests.events.test_payments import event, tell
from tests.service import Caller

pytestmark = pytest.mark.anyio

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
FIELDS = ("order_id", "version", "from_status", "to_status")


class Journal(logging.Handler):
    """The lines of the journal, each with its trace."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append({"message": record.getMessage(), "trace_id": current_ids()[0], **vars(record)})

    def told(self) -> list[tuple[object, ...]]:
        return [(line["message"], *(line[name] for name in FIELDS)) for line in self.lines]


@pytest.fixture
def journal() -> Iterator[Journal]:
    log, journal = logging.getLogger("orders.journal"), Journal()
    log.addHandler(journal)
    log.setLevel(logging.INFO)
    yield journal
    log.setLevel(logging.NOTSET)
    log.removeHandler(journal)


async def test_each_thing_that_happens_to_an_order_is_one_line(embedded: Caller, journal: Journal) -> None:
    order = await embedded.create()
    await embedded.patch(order["id"], "paid")
    assert journal.told() == [
        ("order created", order["id"], 1, None, "pending"),
        ("order updated", order["id"], 2, "pending", "paid"),
    ]
    assert [len(line["event_ids"]) for line in journal.lines] == [1, 1]


async def test_a_line_stands_in_the_trace_of_its_request_and_names_no_customer(
    embedded: Caller, journal: Journal
) -> None:
    token = {**embedded.token(), "traceparent": f"00-{TRACE}-{'1' * 16}-01"}
    await embedded.send("POST", "/orders", token, json={"customerId": "zoe-s3cret", "items": ["zoe-s3cret"]})
    (line,) = journal.lines
    assert line["trace_id"] == TRACE
    assert "s3cret" not in str(line)


async def test_what_is_refused_or_replayed_is_no_line(embedded: Caller, journal: Journal) -> None:
    token = {**embedded.token(), "Idempotency-Key": "key"}
    for _ in range(2):
        await embedded.send("POST", "/orders", token, json={"customerId": "c", "items": ["item-1"]})
    await embedded.patch(journal.lines[0]["order_id"], "delivered")
    assert [line["message"] for line in journal.lines] == ["order created"]


async def test_a_payment_is_a_line_that_names_its_event(embedded: Caller, journal: Journal) -> None:
    order = (await embedded.create())["id"]
    failed, paid = event(order, "payment.failed"), event(order)
    for told in (failed, paid, paid, event(order)):
        assert await tell(embedded, told) == 202
    assert journal.told()[1:] == [
        ("payment failed", order, 2, "pending", "pending"),
        ("payment succeeded", order, 3, "pending", "paid"),
        ("payment ignored", order, 3, "paid", "paid"),
    ]
    assert [line["causation_id"] for line in journal.lines[1:3]] == [failed["id"], paid["id"]]
