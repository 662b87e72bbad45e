"""The mutation suite: one fact of a contract is changed at a time, and the service follows it or refuses to start.

`python -m tests.contract.mutations` tries the whole table, tells each verdict, and fails if any fact is ignored.
"""

import asyncio
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Final

from tests.contract.mutation import Mutation, Verdict, bench
from tests.contract.mutation_table_answers import ANSWERS
from tests.contract.mutation_table_bulk import BULK
from tests.contract.mutation_table_catalog import CATALOG, CATALOG_EVENTS
from tests.contract.mutation_table_events import EVENTS
from tests.contract.mutation_table_feed import FEED
from tests.contract.mutation_table_limits import LIMITS
from tests.contract.mutation_table_operations import OPERATIONS
from tests.contract.mutation_table_pages import PAGES
from tests.contract.mutation_table_payments import PAYMENTS
from tests.contract.mutation_table_requests import REQUESTS
from tests.contract.mutation_table_saga import SAGA
from tests.contract.mutation_table_search import SEARCH, STATS
from tests.contract.mutation_table_shapes import SHAPES
from tests.contract.mutation_table_terms import TERMS
from tests.contract.mutation_table_workflow import WORKFLOW

MUTATIONS: Final = (
    *LIMITS,
    *WORKFLOW,
    *TERMS,
    *PAYMENTS,
    *SEARCH,
    *STATS,
    *SHAPES,
    *REQUESTS,
    *ANSWERS,
    *OPERATIONS,
    *EVENTS,
    *FEED,
    *PAGES,
    *CATALOG,
    *CATALOG_EVENTS,
    *BULK,
    *SAGA,
)


PROCESSES: Final = 2


def tried(mutations: Sequence[Mutation]) -> list[Verdict]:
    """The verdict of each mutation, told as it comes."""
    logging.disable()
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_tried(mutations, Path(directory)))


async def _tried(mutations: Sequence[Mutation], directory: Path) -> list[Verdict]:
    verdicts: list[Verdict] = []
    async with bench(directory) as opened:
        for mutation in mutations:
            verdict = await opened.verdict(mutation)
            verdicts.append(verdict)
            _tell(*filter(None, [f"{verdict.kind:9}{mutation.sentence}", verdict.reason]))
    return verdicts


def closing(verdicts: Iterable[Verdict]) -> int:
    """Tells the last line; 1 if a fact is ignored, else 0."""
    counts = Counter(verdict.kind for verdict in verdicts)
    kinds = ", ".join(f"{kind}: {counts[kind]}" for kind in ("driven", "refused", "ignored"))
    _tell(f"mutations: {counts.total()}, {kinds}")
    return int(counts["ignored"] > 0)


def _tell(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _share(number: int) -> list[Verdict]:
    return tried(MUTATIONS[number::PROCESSES])


def main() -> int:
    with ProcessPoolExecutor(PROCESSES) as pool:
        return closing(chain.from_iterable(pool.map(_share, range(PROCESSES))))


if __name__ == "__main__":
    sys.exit(main())
