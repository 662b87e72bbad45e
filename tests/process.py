"""The service as a process: started by its command line, known by its log, stopped by a signal."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final
from unittest.mock import patch

import httpx

from orders.__main__ import main
from service_standard.auth.minting import mint
from tests.service import ALL_SCOPES, migrated, settings_for
from tests.sources import ROOT, SRC

DEADLINE_SECONDS: Final = 30.0
ORDERS: Final = (sys.executable, "-W", "error", "-m", "orders")
DEVELOPMENT: Final = {"ENVIRONMENT": "development"}
SECRET: Final = "a-secret-of-more-than-thirty-two-bytes"
WISH: Final = {"customerId": "customer-123", "items": ["item-1", "item-2", "item-3"]}
TOLD_BY_MAKE: Final = frozenset({"MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS"})
Line = dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


def run(*arguments: str, **environ: str) -> Ended:
    """`orders …` until it ends by itself; in production, as nothing else is said."""
    done = subprocess.run(
        [*ORDERS, *arguments],
        cwd=ROOT,
        env=environment(environ),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def run_here(*arguments: str, **environ: str) -> Ended:
    """The same for a command that leaves nothing behind in its process: here, without the seconds of a start."""
    out, err = StringIO(), StringIO()
    with patch.dict(os.environ, environ), chdir(ROOT), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as usage:
            code = int(usage.code or 0)
    return Ended(code, out.getvalue(), err.getvalue())


def environment(given: dict[str, str]) -> dict[str, str]:
    """The environment of this process, which has no variable of the service's, and what is given; without a drain.

    What a make that runs the tests tells the makes below it is left out: one that a test starts is below nobody.
    """
    own = {name: value for name, value in os.environ.items() if name not in TOLD_BY_MAKE}
    return {**own, "PYTHONPATH": str(SRC), "DRAIN_SECONDS": "0", **given}


class Process:
    """A process that serves, from its line `serving` on. Its log is read as it comes, so that no full pipe holds it."""

    def __init__(self, command: Sequence[str], environ: dict[str, str], directory: Path = ROOT) -> None:
        self.popen = subprocess.Popen(
            command,
            cwd=directory,
            env=environment(environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.lines: list[Line] = []
        self._up = Event()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stdout
        for text in self.popen.stdout:
            self.lines.append(json.loads(text))
            if self.messages[-1] == "serving":
                self._up.set()
        self._up.set()

    @property
    def messages(self) -> list[str]:
        """What its log says, without the particulars."""
        return [line["message"] for line in list(self.lines)]

    @property
    def serving(self) -> Line:
        """The line that tells where it listens."""
        assert self._up.wait(DEADLINE_SECONDS), "the service does not come up"
        assert "serving" in self.messages, self.popen.stderr and self.popen.stderr.read()
        return self.lines[self.messages.index("serving")]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.serving['port']}"

    @property
    def children(self) -> list[int]:
        """The processes that it has started to serve: those that Python spawned with a task."""
        family = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children")
        found = [int(child) for child in family.read_text().split()]
        return [child for child in found if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]

    def caller(self) -> httpx.Client:
        """A client with a token for everything."""
        return httpx.Client(base_url=self.url, headers=authorization(), timeout=DEADLINE_SECONDS)

    def stop(self) -> Ended:
        """How it ends when it is told to."""
        self.popen.send_signal(signal.SIGTERM)
        return self.end()

    def end(self) -> Ended:
        """How it ends, of which the log is in `lines`."""
        code = self.popen.wait(DEADLINE_SECONDS)
        self._reader.join(DEADLINE_SECONDS)
        assert self.popen.stderr
        return Ended(code, "", self.popen.stderr.read())

    def kill(self) -> None:
        """Whatever is left of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self._reader.join()
        for stream in (self.popen.stdout, self.popen.stderr):
            assert stream
            stream.close()


def authorization() -> dict[str, str]:
    """The header of a caller who may do everything, on any service in development."""
    return {"Authorization": f"Bearer {mint(settings_for('sqlite:///unused.db'), 'test-user', ALL_SCOPES, 1)}"}


def client(url: str = "") -> httpx.AsyncClient:
    """A client with that header, which keeps as many connections as it needs."""
    return httpx.AsyncClient(
        base_url=url, headers=authorization(), timeout=DEADLINE_SECONDS, limits=httpx.Limits(max_connections=None)
    )


@contextmanager
def process(*command: str, **environ: str) -> Iterator[Process]:
    """A process that serves, ended at the latest with the block."""
    started = Process(command, environ)
    try:
        yield started
    finally:
        started.kill()


@contextmanager
def served(database_url: str, **environ: str) -> Iterator[Process]:
    """The service on a migrated database, in development, on a port of its own choice."""
    where = {"ENVIRONMENT": "development", "HOST": "127.0.0.1", "PORT": "0", "DATABASE_URL": database_url, **environ}
    migrated(settings_for(database_url))
    with process(*ORDERS, "serve", **where) as started:
        assert started.serving
        yield started


def refused(ended: Ended) -> list[str]:
    """The reasons, one a line, of a process that did nothing else than to tell them."""
    heading, *reasons = ended.err.splitlines()
    assert (ended.code, ended.out) == (2, "")
    assert re.fullmatch(r"orders \w+: cannot go on:", heading)
    return reasons
