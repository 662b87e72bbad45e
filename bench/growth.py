"""How much slower a page of the list is when the table has grown a thousandfold."""

from contextlib import ExitStack
from statistics import median
from typing import Final

from bench.databases import KINDS
from bench.results import Row
from bench.rounds import Plan, Run, started
from bench.subjects import OURS
from bench.works import PAGE, Work, cursor, page
from bench.wrk import Measured, load

FEW: Final = 1_000
MANY: Final = 1_000_000
ASKED: Final = {
    "unfiltered": "",
    "by customer": "&customerId=customer-3",
    "by status": "&status=paid",
}
DEPTHS: Final = (0.1, 0.5, 0.9)


def growth(plan: Plan) -> list[Row]:
    """Milliseconds at a million orders over those at a thousand, for every way to ask, from the same rounds."""
    return [row for kind in KINDS for row in _on(plan, kind)]


def _on(plan: Plan, kind: str) -> list[Row]:
    work = Work("list", "same", page(PAGE), (OURS,))
    with ExitStack() as stack:
        few, many = (stack.enter_context(started(plan, work, kind, (OURS,), orders))[0] for orders in (FEW, MANY))
        ways = [(name, query, query) for name, query in ASKED.items()]
        ways += [(f"by cursor at {depth:.0%}", _cursor(FEW, depth), _cursor(MANY, depth)) for depth in DEPTHS]
        return [_row(plan, kind, name, (few, at_few), (many, at_many)) for name, at_few, at_many in ways]


def _cursor(orders: int, depth: float) -> str:
    return f"&cursor={cursor(int(orders * depth))}"


def _row(plan: Plan, kind: str, name: str, few: tuple[Run, str], many: tuple[Run, str]) -> Row:
    rounds = [(_load(plan, *few), _load(plan, *many)) for _ in range(plan.rounds)]
    ratio = median(large.p50_ms / small.p50_ms for small, large in rounds)
    small, large = (median(each[side].p50_ms for each in rounds) for side in (0, 1))
    refused = sum(large.refused for _, large in rounds)
    told = f"times ({small:.1f} → {large:.1f} ms{f', {refused} refused' if refused else ''})"
    print(f"growth: {name}, {kind}: {ratio:.2f} {told}", flush=True)
    return Row(f"growth: {name}", "ours", kind, sampled=1.0, value=round(ratio, 2), unit=told)


def _load(plan: Plan, run: Run, query: str) -> Measured:
    """A page may take longer than the service lets it, and is refused then; it counts with the time that it took."""
    return load(run.process.url, "same", (run.token, "GET", PAGE + query, "", ""), plan.seconds)
