"""Rounds: every subject in turn, A B C A B C, so that what the machine does meanwhile falls on all of them alike."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.databases import Database, Databases, counts
from bench.processes import Process, free_port, running
from bench.results import Row, Sample, rows
from bench.subjects import GROUPED, LIMIT, OURS, SECRET, Subject
from bench.verified import Unfit, verify
from bench.works import ORDERS, Work
from bench.wrk import CONNECTIONS, load
from service_standard.auth.minting import mint
from service_standard.settings import Settings

TOLD: Final = 2000
WARM_SECONDS: Final = 1
HOURS: Final = 24
HALF: Final = 0.5


@dataclass(frozen=True)
class Plan:
    """How long and how often to measure, and where subjects send their telemetry and write their output."""

    databases: Databases
    collector: str
    directory: Path
    seconds: int
    rounds: int

    def samples(self, runs: Sequence["Run"], rate: float = 0.0) -> Mapping[Subject, Sequence[Sample]]:
        """The samples of each run, taken in turn."""
        taken: dict[Subject, list[Sample]] = {run.subject: [] for run in runs}
        for number in range(1, self.rounds + 1):
            self.databases.settle()
            for run in runs:
                taken[run.subject].append(run.measure(number, self.seconds, rate))
            print(f"  round {number}: {_progress(taken)}", flush=True)
        return taken


@dataclass(frozen=True)
class Run:
    """One subject that runs on a database of its own, for one work."""

    work: Work
    subject: Subject
    process: Process
    database: Database
    token: str

    def prepare(self) -> None:
        """Verifies what it does, and warms it up."""
        self.process.answered()
        try:
            verify(self.work, self.process.url, self.token, self.database)
        except Unfit as unfit:
            raise Unfit(f"{self.subject}: {unfit}\n{self.process.output.read_text()[-TOLD:]}") from unfit
        self.measure(0, WARM_SECONDS, 0.0)

    def measure(self, number: int, seconds: int, rate: float) -> Sample:
        arguments = self.work.arguments(self.database, number, seconds)
        before, used = counts(self.database), self._settled()
        measured = load(self.process.url, self.work.script, (self.token, *arguments), seconds, rate)
        spent = self._settled() - used
        answers = measured.requests
        expected = 0 if self.work.status < 400 else answers  # noqa: PLR2004 the first of the refusals
        if measured.broken or measured.refused != expected:
            raise Unfit(
                f"{self.subject}: {measured.refused} of {answers} were refused, {measured.broken} got no answer"
            )
        self._require_rows(answers, before)
        return Sample(measured, spent / answers * 1e6)

    def _settled(self) -> float:
        self.process.settle()
        return self.process.cpu()

    def _require_rows(self, answers: int, before: Sequence[int]) -> None:
        """What was answered is in the database; a few more may be, whose answers came after the end."""
        for each, old, new in zip(self.work.rows, before, counts(self.database), strict=True):
            if not 0 <= new - old - each * answers <= each * CONNECTIONS * 2:
                raise Unfit(f"{self.subject}: {answers} answers, but {new - old} rows")


def measured(plan: Plan, work: Work, kind: str) -> list[Row]:
    """The rows of one work on one kind of database, and those of `create` at half of our peak."""
    print(f"{work.name}, {kind}", flush=True)
    with started(plan, work, kind, work.done_by(kind)) as runs:
        samples = plan.samples(runs)
        found = rows(work.name, kind, samples)
        if work.name != "create":
            return found
        rate = round(median(sample.measured.rps for sample in samples[OURS]) * HALF)
        print(f"{work.name} at half of our peak ({rate}/s), {kind}", flush=True)
        steady = [run for run in runs if run.subject in {LIMIT, GROUPED, OURS}]
        return [*found, *rows("create-half", kind, plan.samples(steady, rate))]


@contextmanager
def started(
    plan: Plan, work: Work, kind: str, subjects: Sequence[Subject], orders: int = ORDERS
) -> Iterator[list[Run]]:
    """The subjects, each a process on a database of its own, verified and warm."""
    with ExitStack() as stack:
        runs = [_run(plan, work, kind, subject, orders, stack) for subject in subjects]
        for run in runs:
            run.prepare()
        yield runs
    for run in runs:
        plan.databases.drop(run.database)


def _run(plan: Plan, work: Work, kind: str, subject: Subject, orders: int, stack: ExitStack) -> Run:  # noqa: PLR0913, PLR0917 what makes up a run
    database = plan.databases.seeded(kind, orders)
    port = free_port()
    environ = subject.environ(port, database.url, plan.collector)
    output = plan.directory / f"{str(subject).replace(' ', '-')}-{port}.log"
    process = stack.enter_context(running(subject.command(port), environ, output, port))
    return Run(work, subject, process, database, token())


def token() -> str:
    """A token for everything that the work asks for."""
    settings = Settings.model_validate({"environment": "development", "jwt_secret_key": SECRET})
    return mint(settings, "bench", ("orders.admin", "orders.read", "orders.write"), HOURS)


def _progress(taken: Mapping[Subject, Sequence[Sample]]) -> str:
    return ", ".join(f"{subject} {samples[-1].measured.rps:,.0f}/s" for subject, samples in taken.items())
