"""Statistics of orders: what was created from one day to another, in groups, read from counts that are kept."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from orders.counts import NO_CURRENCY, ORDERS, WORTH, created_on
from service_standard.contract import Contract
from service_standard.database import Database
from service_standard.problems import FieldError, validation_problem
from service_standard.writes.counts import counts_within

USUAL_DAYS: Final = 30
MOST_DAYS: Final = 366
STATUS: Final = "status"


class Cell(NamedTuple):
    """Orders of one day, currency and status; what is counted of them, and how often."""

    day: str
    what: str
    currency: str
    status: str
    amount: int


GROUPINGS: Final[Mapping[str, Callable[[Cell], str]]] = {
    STATUS: lambda cell: cell.status,
    "day": lambda cell: cell.day,
    "currency": lambda cell: cell.currency,
}


class Days(NamedTuple):
    """A range of days, both of which belong to it."""

    first: str
    last: str


class Group(NamedTuple):
    """How many orders have something in common, and what they come to in minor units by currency."""

    key: str
    orders: int
    totals: Mapping[str, int]


def days_of(first: str | None, last: str | None) -> Days:
    """The range that parameters name; the usual one ends today.

    Raises:
        Problem: 400, a day is none, or the range ends before it begins, or is too long.
    """
    until = _day("to", last) if last else datetime.now(UTC).date()
    begin = _day("from", first) if first else until - timedelta(days=min(USUAL_DAYS, until.toordinal()) - 1)
    if begin > until:
        raise validation_problem([FieldError("query:from", "must not be after the last day")])
    if (until - begin).days >= MOST_DAYS:
        raise validation_problem([FieldError("query:from", f"must be within {MOST_DAYS} days of the last")])
    return Days(begin.isoformat(), until.isoformat())


def _day(parameter: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise validation_problem([FieldError(f"query:{parameter}", "is not a day")]) from None


async def order_stats(database: Database, days: Days, group_by: str) -> Sequence[Group]:
    """Each group that has orders, by its key."""
    key_of = GROUPINGS[group_by]
    groups: defaultdict[str, list[Cell]] = defaultdict(list)
    for (name, kind), amount in await counts_within(database, created_on(days.first), created_on(days.last)):
        what, currency, status = kind.split(" ", 2)
        cell = Cell(name[-len(days.first) :], what, currency, status, amount)
        groups[key_of(cell)].append(cell)
    return [group for group in (_group(key, cells) for key, cells in sorted(groups.items())) if group.orders]


def _group(key: str, cells: Sequence[Cell]) -> Group:
    orders: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for cell in cells:
        if cell.what == ORDERS:
            orders[cell.currency] += cell.amount
        else:
            totals[cell.currency] += cell.amount * WORTH[cell.what]
    priced = sorted(currency for currency, number in orders.items() if number and currency != NO_CURRENCY)
    return Group(key, orders.total(), {currency: totals[currency] for currency in priced})


def grouping_faults(contract: Contract) -> Iterator[str]:
    """In which groupings the contract and this module differ."""
    declared = contract.root["components"]["schemas"]["OrderGrouping"].get("enum")
    unknown = sorted(set(map(str, declared if isinstance(declared, list) else ())) ^ set(GROUPINGS))
    yield from (f"OrderGrouping: {name} is not in both the contract and the statistics" for name in unknown)
