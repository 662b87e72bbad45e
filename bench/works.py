"""The work: what is asked of every subject, and by which of them it is done."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from bench.databases import KINDS, Database, prefix, seed
from bench.subjects import GROUPED, GROUPED_TWICE, LIMIT, LIMIT_TWICE, NAIVE, OURS, OURS_TENTH, OURS_TWICE, Subject

ORDERS: Final = 10_000
DEPTH: Final = 5_000
PAGE: Final = "/orders?limit=50"
# An update takes each order three times; so many a second are enough for any subject.
UPDATED_EACH_SECOND: Final = 6_000
SEEDED: Final = 1
BAD_BODY: Final = '{"customerId": "", "items": []}'
GOOD_BODY: Final = '{"customerId": "customer-1", "items": ["item-1"]}'


@dataclass(frozen=True)
class Work:
    """`script` and `arguments` are for wrk; `rows` are what one answer adds to the four tables of a change.

    `arguments` gets the database, the number of the round and its seconds, and may seed what the round needs.
    """

    name: str
    script: str
    arguments: Callable[[Database, int, int], Sequence[str]]
    subjects: Sequence[Subject]
    databases: Sequence[str] = KINDS
    rows: tuple[int, ...] = (0, 0, 0, 0)
    status: int = 200

    def done_by(self, kind: str) -> Sequence[Subject]:
        """The subjects, on one kind of database; nobody's documentation teaches the naive one SQLite."""
        return [subject for subject in self.subjects if subject != NAIVE or kind == "postgresql"]


def works() -> Sequence[Work]:
    reads = (LIMIT, NAIVE, OURS)
    refused = ("postgresql",)
    return (
        Work("get", "get", _seeded, (*reads, OURS_TENTH, LIMIT_TWICE, OURS_TWICE)),
        Work("list", "same", page(PAGE), reads),
        Work("list-cursor", "same", page(f"{PAGE}&cursor={cursor(DEPTH)}"), reads),
        Work("list-offset", "same", page(f"{PAGE}&offset={DEPTH}"), reads),
        Work("bad-body", "same", _post(BAD_BODY, ""), reads, refused, status=400),
        Work("no-token", "same", _post(GOOD_BODY, "anonymous"), reads, refused, status=401),
        Work("update", "update", _pending, (LIMIT, GROUPED, NAIVE, OURS, OURS_TENTH), rows=(0, 1, 1, 0)),
        Work(
            "create",
            "create",
            _keys,
            (LIMIT, GROUPED, NAIVE, OURS, OURS_TENTH, GROUPED_TWICE, OURS_TWICE),
            rows=(1, 1, 1, 1),
            status=201,
        ),
    )


def _seeded(_: Database, __: int, ___: int) -> Sequence[str]:
    return (prefix(SEEDED), str(ORDERS))


def _pending(database: Database, number: int, seconds: int) -> Sequence[str]:
    """New orders for this round, all pending."""
    count, batch = UPDATED_EACH_SECOND * seconds, SEEDED + 1 + number
    seed(database, batch, count, "'pending'")
    return (prefix(batch), str(count))


def _keys(_: Database, __: int, ___: int) -> Sequence[str]:
    return (f"{uuid4().hex}-",)


def page(path: str) -> Callable[[Database, int, int], Sequence[str]]:
    """The arguments of a script that asks for this page."""
    return lambda *_: ("GET", path, "", "")


def _post(body: str, anonymous: str) -> Callable[[Database, int, int], Sequence[str]]:
    return lambda *_: ("POST", "/orders", body, anonymous)


def cursor(number: int, changed: str = "") -> str:
    """The place after a seeded order, in the order of creation, or in that of the last changes after a time."""
    time = int(datetime.fromisoformat(changed).timestamp() * 1000).to_bytes(6) if changed else b""
    return base64.urlsafe_b64encode(time + UUID(f"{prefix(SEEDED)}{number:012x}").bytes).decode().rstrip("=")
