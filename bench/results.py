"""Results: one row for each work and subject, with its ratios to the others of the same run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.subjects import Subject
from bench.wrk import Measured

FILE: Final = Path(__file__).resolve().parent / "results.json"


@dataclass(frozen=True)
class Sample:
    """One round of one subject: what wrk saw, and microseconds of the subject's CPU for each answer."""

    measured: Measured
    cpu_us: float


@dataclass(frozen=True)
class Row:
    """Medians of the rounds; `of_…` is the median of the rounds' own ratios of requests a second.

    `spread` is half the distance between the best and the worst round, as a share of the median. What is no load, as
    a start or a memory, has a `value` with its `unit` instead.
    """

    work: str
    subject: str
    database: str | None = None
    workers: int = 1
    sampled: float | None = None
    rps: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_us: float | None = None
    of_limit: float | None = None
    of_naive: float | None = None
    of_limit_grouped: float | None = None
    spread: float | None = None
    value: float | None = None
    unit: str | None = None


def rows(work: str, database: str, samples: Mapping[Subject, Sequence[Sample]]) -> list[Row]:
    """The rows of one work on one database; ratios are to a subject with as many workers."""
    return [_row(work, database, subject, samples) for subject in samples]


def _row(work: str, database: str, subject: Subject, samples: Mapping[Subject, Sequence[Sample]]) -> Row:
    mine = samples[subject]
    rates = [each.measured.rps for each in mine]
    return Row(
        work,
        subject.name,
        database,
        subject.workers,
        subject.sampled,
        round(median(rates), 1),
        round(median(each.measured.p50_ms for each in mine), 3),
        round(median(each.measured.p99_ms for each in mine), 3),
        round(median(each.cpu_us for each in mine), 1),
        _ratio(subject, "limit", samples),
        _ratio(subject, "naive", samples),
        _ratio(subject, "limit-grouped", samples),
        round((max(rates) - min(rates)) / 2 / median(rates), 3),
    )


def _ratio(subject: Subject, other: str, samples: Mapping[Subject, Sequence[Sample]]) -> float | None:
    for against, theirs in samples.items():
        if against.name == other and against.workers == subject.workers:
            pairs = zip(samples[subject], theirs, strict=True)
            return round(median(mine.measured.rps / its.measured.rps for mine, its in pairs), 3)
    return None


def write(new: Sequence[Row], file: Path = FILE) -> list[Row]:
    """Writes the rows; of the work that was not done this time, those of the last time stay."""
    done = {(row.work, row.database) for row in new}
    kept = [row for row in read(file) if (row.work, row.database) not in done]
    file.write_text(json.dumps([asdict(row) for row in [*kept, *new]], indent=1) + "\n")
    return [*kept, *new]


def read(file: Path = FILE) -> list[Row]:
    return [Row(**row) for row in json.loads(file.read_text())] if file.exists() else []


def table(shown: Sequence[Row]) -> str:
    """The rows as a table of Markdown."""
    head = ("work", "database", "subject", "workers", "sampled", "req/s", "±", "p50 ms", "p99 ms", "CPU µs/req")
    ratios = ("of limit", "of grouped", "of naive")
    lines = [_line((*head, *ratios)), _line(["---"] * (len(head) + len(ratios)))]
    return "\n".join([*lines, *(_line(_cells(row)) for row in shown if row.rps is not None)])


def _cells(row: Row) -> Sequence[str]:
    return (
        *(row.work, row.database or "", row.subject, str(row.workers)),
        "" if row.sampled is None else f"{row.sampled:.0%}",
        f"{row.rps:,.0f}",
        "" if row.spread is None else f"{row.spread:.0%}",
        *(_number(row.p50_ms), _number(row.p99_ms)),
        "" if row.cpu_us is None else f"{row.cpu_us:,.0f}",
        *(_number(row.of_limit), _number(row.of_limit_grouped), _number(row.of_naive)),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def figures(shown: Sequence[Row]) -> str:
    """The rows that are no load, as a table of Markdown."""
    lines = [_line(("figure", "database", "value")), _line(["---"] * 3)]
    values = [row for row in shown if row.value is not None]
    return "\n".join(
        [*lines, *(_line((row.work, row.database or "", f"{row.value:,.2f} {row.unit}")) for row in values)]
    )
