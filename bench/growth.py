"""How much slower a page of the list is when the table has grown a thousandfold."""

from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median
from typing import Final

from bench.databases import CHANGED, KINDS
from bench.results import Row
from bench.rounds import Plan, Run, started
from bench.subjects import OURS
from bench.works import PAGE, Work, cursor, page
from bench.wrk import Measured, load

FEW: Final = 1_000
MANY: Final = 1_000_000
ASKED: Final = {
    "unfiltered": PAGE,
    "by customer": f"{PAGE}&customerId=customer-3",
    "by status": f"{PAGE}&status=paid",
    "by payment status": f"{PAGE}&paymentStatus=paid",
    "by product": f"{PAGE}&productId=item-1",
    "by time of creation": f"{PAGE}&createdFrom=1970-01-01T00:01:00Z",
    "by the beginning of customers": f"{PAGE}&q=customer",
    "by customer and status": f"{PAGE}&customerId=customer-1&status=paid",
    "by product, status and payment status": f"{PAGE}&productId=item-1&status=paid&paymentStatus=paid",
    "the last created first": f"{PAGE}&sort=-createdAt",
    "the last changed first": f"{PAGE}&sort=-updatedAt",
    "the last changed of a customer first": f"{PAGE}&customerId=customer-3&sort=-updatedAt",
    "statistics of ten days": "/stats/orders?from=2026-01-10&to=2026-01-19&groupBy=day",
}
DEPTHS: Final = (0.1, 0.5, 0.9)
FAR: Final = 0.5
# At half of the way, in lists that are not that of all orders in the order of their creation.
FAR_ASKED: Final = {
    "by customer": "&customerId=customer-3",
    "by status": "&status=paid",
    "by payment status": "&paymentStatus=paid",
    "by product": "&productId=item-1",
    "the last created first": "&sort=-createdAt",
}
BY_CHANGE: Final = "&sort=-updatedAt"


def growth(plan: Plan) -> list[Row]:
    """Milliseconds at a million orders over those at a thousand, for every way to ask, from the same rounds."""
    return [row for kind in KINDS for row in _on(plan, kind)]


def _on(plan: Plan, kind: str) -> list[Row]:
    work = Work("list", "same", page(PAGE), (OURS,))
    with ExitStack() as stack:
        few, many = (stack.enter_context(started(plan, work, kind, (OURS,), orders))[0] for orders in (FEW, MANY))
        return [_row(plan, kind, name, (few, at_few), (many, at_many)) for name, at_few, at_many in _ways()]


def _ways() -> Iterator[tuple[str, str, str]]:
    """What is asked, among few orders and among many."""
    yield from ((name, path, path) for name, path in ASKED.items())
    yield from ((f"by cursor at {depth:.0%}", *_places(depth, "")) for depth in DEPTHS)
    yield from ((f"{name}, by cursor at {FAR:.0%}", *_places(FAR, query)) for name, query in FAR_ASKED.items())
    yield (f"the last changed first, by cursor at {FAR:.0%}", *_places(FAR, BY_CHANGE, CHANGED))


def _places(depth: float, query: str, changed: str = "") -> tuple[str, str]:
    few, many = (f"{PAGE}{query}&cursor={cursor(int(orders * depth), changed)}" for orders in (FEW, MANY))
    return few, many


def _row(plan: Plan, kind: str, name: str, few: tuple[Run, str], many: tuple[Run, str]) -> Row:
    rounds = [(_load(plan, *few), _load(plan, *many)) for _ in range(plan.rounds)]
    ratio = median(large.p50_ms / small.p50_ms for small, large in rounds)
    small, large = (median(each[side].p50_ms for each in rounds) for side in (0, 1))
    refused = sum(large.refused for _, large in rounds)
    told = f"times ({small:.1f} → {large:.1f} ms{f', {refused} refused' if refused else ''})"
    print(f"growth: {name}, {kind}: {ratio:.2f} {told}", flush=True)
    return Row(f"growth: {name}", "ours", kind, sampled=1.0, value=round(ratio, 2), unit=told)


def _load(plan: Plan, run: Run, path: str) -> Measured:
    """A page may take longer than the service lets it, and is refused then; it counts with the time that it took."""
    return load(run.process.url, "same", (run.token, "GET", path, "", ""), plan.seconds)
