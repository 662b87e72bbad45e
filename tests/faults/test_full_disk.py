"""Faults: the disk under SQLite is full, and then it is not."""

import asyncio
import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from time import monotonic

import pytest

from service_standard.settings import Settings
from tests.faults.load import CALLERS, Load, ready
from tests.figures import Proof
from tests.process import Process, client, served
from tests.service import settings_for
from tests.storage import integrity

pytestmark = [pytest.mark.anyio, pytest.mark.fault]

SIZE = "16m"
PAGE = bytes(4096)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk, where the machine lets this user mount one."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", tmp_path], check=False, capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


@pytest.fixture
def settings(disk: Path) -> Settings:
    return settings_for(f"sqlite:///{disk}/orders.db")


@pytest.fixture
def service(settings: Settings) -> Iterator[Process]:
    with served(settings.database_url.get_secret_value()) as started:
        yield started


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """While not a byte is left on the disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        file.writelines(repeat(PAGE))
    try:
        yield
    finally:
        filler.unlink()


async def test_a_full_disk_is_told_and_survived(service: Process, settings: Settings, disk: Path, proof: Proof) -> None:
    async with client(service.url) as http:
        load = Load(http)
        async with load.calling():
            await load.answered(10 * CALLERS, 201)
            with filled(disk):
                await load.answered(2 * CALLERS, 503)
                await ready(http, 503)
                await load.answered(2 * CALLERS, 503)
            began = monotonic()
            await asyncio.gather(ready(http, 200), load.answered(1, 201))
            recovered = monotonic() - began
            heard = len(load.answers)
            await load.answered(5 * CALLERS, 201)
    assert set(load.statuses) <= {200, 201, 503}
    assert {answer.status for answer in load.answers[heard:]} <= {200, 201}
    assert await integrity(settings) == "ok"
    proof(f"full disk (sqlite): {load}, recovered in {recovered:.2f} s, integrity ok")
