"""Work that goes on for ever tells the log once what ails it, and once that it is over."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from service_standard.database import DatabaseUnavailable
from service_standard.lifecycle.background import Repeated

pytestmark = pytest.mark.anyio

OUT = DatabaseUnavailable("the database is out")


class Work:
    """What is to be done again and again, with the outcome of each round; it is over when all rounds are done."""

    def __init__(self, *rounds: Exception | None) -> None:
        self._rounds = iter(rounds)
        self._done = asyncio.Event()

    async def __call__(self) -> None:
        try:
            error = next(self._rounds)
        except StopIteration:
            self._done.set()
            return
        if error:
            raise error

    async def done(self) -> None:
        async with asyncio.timeout(20):
            await self._done.wait()


@asynccontextmanager
async def repeated(work: Work) -> AsyncIterator[None]:
    part = Repeated("figures", 0.001, work)
    await part.start()
    yield
    await part.aclose()


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, "service_standard.lifecycle.background"):
        yield caplog


async def test_an_outage_of_the_database_is_two_lines_without_a_stack(told: pytest.LogCaptureFixture) -> None:
    work = Work(*[OUT] * 5, None)
    async with repeated(work):
        await work.done()
    assert [(line.levelname, line.getMessage()) for line in told.records] == [
        ("WARNING", "background work waits for the database"),
        ("INFO", "background work works again"),
    ]
    assert {(vars(line)["work"], line.exc_info) for line in told.records} == {("figures", None)}


async def test_a_fault_is_one_stack_for_as_long_as_it_lasts(told: pytest.LogCaptureFixture) -> None:
    work = Work(LookupError("a"), LookupError("b"), OUT, LookupError("c"), None, LookupError("d"))
    async with repeated(work):
        await work.done()
    assert [line.getMessage().removeprefix("background work ") for line in told.records] == [
        "failed",
        "waits for the database",
        "failed",
        "works again",
        "failed",
        "works again",
    ]
    assert [str(line.exc_info[1]) for line in told.records if line.exc_info] == ["a", "c", "d"]


async def test_work_that_goes_well_says_nothing(told: pytest.LogCaptureFixture) -> None:
    work = Work(None, None)
    async with repeated(work):
        await work.done()
    assert told.records == []
