"""Readiness: a probe tells within seconds what the service cannot do, and that it can again."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from service_standard.events.bell import Bell
from service_standard.lifecycle.drain import Drain
from service_standard.lifecycle.health import Readiness
from service_standard.settings import Settings
from tests.service import Caller, problem_of, running, settings_for
from tests.storage import held, rows

pytestmark = pytest.mark.anyio

DEADLINE_SECONDS = 15


class Changes(logging.Handler):
    """Tells of each change of readiness that is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == "readiness changed":
            self.seen.put_nowait((record.__dict__["check"], record.__dict__["passed"]))

    async def next(self) -> tuple[str, bool]:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await self.seen.get()


@pytest.fixture
async def changes() -> AsyncIterator[Changes]:
    log = logging.getLogger("service_standard.lifecycle.health")
    before, handler = log.level, Changes()
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)
    log.setLevel(before)


@pytest.fixture
async def hasty(settings: Settings) -> AsyncIterator[Caller]:
    """A service whose database has little time, on each kind of database in turn."""
    url = settings.database_url.get_secret_value()
    async with running(settings_for(url, database_timeout_seconds=0.3)) as caller:
        yield caller


async def readiness(service: Caller) -> object:
    """What fails, in the words of the probe; None when it says that all is well."""
    answer = await service.send("GET", "/readyz", {})
    if answer.status_code == 200:
        assert answer.json()["status"] == "ok"
        return None
    assert problem_of(answer) == (503, "service_unavailable")
    assert answer.headers["retry-after"]
    return answer.json()["detail"]


async def seen(changes: Changes, check: str, *, passed: bool) -> None:
    while await changes.next() != (check, passed):
        continue


async def test_a_database_that_cannot_be_written_makes_the_service_unready_until_it_can(
    changes: Changes, hasty: Caller
) -> None:
    assert await readiness(hasty) is None
    async with held(hasty.settings, "heartbeat"):
        await seen(changes, "database", passed=False)
        assert await readiness(hasty) == "Not ready: database"
        assert (await hasty.send("GET", "/healthz", {})).status_code == 200
        assert (await hasty.send("GET", "/orders")).status_code == 200
    await seen(changes, "database", passed=True)
    assert await readiness(hasty) is None


async def test_a_schema_of_another_version_makes_the_service_unready_until_it_is_migrated(
    changes: Changes, hasty: Caller
) -> None:
    newest = (await rows(hasty.settings, "SELECT version_num FROM alembic_version"))[0][0]
    await rows(hasty.settings, "UPDATE alembic_version SET version_num = 'another' RETURNING version_num")
    await seen(changes, "migrations", passed=False)
    assert await readiness(hasty) == "Not ready: migrations"
    await rows(hasty.settings, "UPDATE alembic_version SET version_num = $1 RETURNING version_num", newest)
    await seen(changes, "migrations", passed=True)
    assert await readiness(hasty) is None


async def test_every_check_that_fails_is_named(unmigrated_url: str) -> None:
    """Nobody has migrated this database, so the heartbeat's table is not there either."""
    async with running(settings_for(unmigrated_url)) as service:
        assert await readiness(service) == "Not ready: database, migrations"


async def test_a_check_that_raises_has_failed_and_harms_no_other() -> None:
    async def sound() -> bool:
        return True

    async def crashes() -> bool:
        raise LookupError

    readiness = Readiness({"sound": sound, "crashes": crashes}, Drain(0, Bell()))
    assert readiness.failing == ["crashes", "sound"]
    await readiness.start()
    assert readiness.failing == ["crashes"]
    await readiness.aclose()


async def test_a_check_that_takes_too_long_has_failed_until_it_passes(
    changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service_standard.lifecycle.health.PATIENCE_SECONDS", 0.01)
    answering = asyncio.Event()

    async def slow() -> bool:
        return await answering.wait()

    readiness = Readiness({"slow": slow}, Drain(0, Bell()))
    starting = asyncio.create_task(readiness.start())
    assert await changes.next() == ("slow", False)
    assert readiness.failing == ["slow"]
    answering.set()
    await starting
    assert await changes.next() == ("slow", True)
    assert readiness.failing == []
    await readiness.aclose()


async def test_a_service_that_is_about_to_end_is_not_ready() -> None:
    drain = Drain(5, Bell())
    readiness = Readiness({}, drain)
    assert readiness.failing == []
    drain.begin()
    assert readiness.failing == ["draining"]
    assert "draining" not in readiness.names
