"""`python -m bench`: measures every subject side by side, and writes results, plot and tables.

    python -m bench [--seconds 5] [--rounds 5] [--only create get]

It needs `wrk`, and nothing else that it does not start itself.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from bench.databases import databases
from bench.growth import growth
from bench.idle import idle
from bench.observation import observation
from bench.page import fill
from bench.plot import draw
from bench.processes import collector
from bench.relay import relay
from bench.results import Row, figures, table, write
from bench.rounds import Plan, measured
from bench.works import Work, works
from bench.wrk import is_installed


def main() -> int:
    given = _arguments()
    if not is_installed():
        print("bench: wrk is needed: apt-get install -y wrk (or brew install wrk)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="bench-") as name, databases() as made, collector(Path(name)) as sink:
        plan = Plan(made, sink, Path(name), given.seconds, given.rounds)
        found = _run(plan, given.only)
    print(f"\n{table(found)}\n\n{figures(found)}")
    return 0


def _run(plan: Plan, only: Sequence[str]) -> list[Row]:
    """All rows of this run; they are written after each part, so that an end before the end loses little."""
    found: list[Row] = []
    for name, part in _parts():
        if not only or name in only:
            found += part(plan)
            _publish(write(found))
    return found


def _parts() -> Iterator[tuple[str, Callable[[Plan], list[Row]]]]:
    """Everything that is measured, by the name under which it is asked for."""
    for work in works():
        yield work.name, partial(_work, work)
    yield from {"growth": growth, "relay": relay, "idle": idle, "observation": observation}.items()


def _work(work: Work, plan: Plan) -> list[Row]:
    return [row for kind in work.databases for row in measured(plan, work, kind)]


def _publish(rows: Sequence[Row]) -> None:
    draw(rows)
    fill(rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=5, help="how long each round of each subject takes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], help="the names of the work to do")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
