"""`python -m bench.check`: have the ratios of the last run stayed within bench/budget.json?

A budget is a ratio of one run, so it does not depend on the machine; `noise` is by how much a ratio of two runs of the
same code was seen to differ, as a share. What is worse than its budget by more than that fails.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.results import Row, read

BUDGET: Final = Path(__file__).resolve().parent / "budget.json"


def main() -> int:
    budget: Mapping[str, Any] = json.loads(BUDGET.read_text())
    faults = list(_faults(read(), budget))
    print("\n".join(faults) or "bench: every ratio is within its budget")
    return 1 if faults else 0


def _faults(rows: Sequence[Row], budget: Mapping[str, Any]) -> Iterator[str]:
    for each in budget["ratios"]:
        found = [row for row in rows if _is_about(row, each)]
        wanted = each["at_least"] * (1 - budget["noise"])
        value = getattr(found[0], each["ratio"]) if found else None
        name = f"{each['work']}, {each['database']}, sampled {each['sampled']:.0%}: {each['ratio']}"
        if value is None:
            yield f"{name} was not measured"
        elif value < wanted:
            yield f"{name} is {value:.3f}; the budget is {each['at_least']:.3f}, less {budget['noise']:.0%} for noise"


def _is_about(row: Row, budgeted: Mapping[str, Any]) -> bool:
    mine = (row.subject, row.workers, row.work, row.database, row.sampled)
    return mine == ("ours", 1, budgeted["work"], budgeted["database"], budgeted["sampled"])


if __name__ == "__main__":
    sys.exit(main())
