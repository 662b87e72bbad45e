"""The Makefile: `make run` ends as the service, in the environment that it was given."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Final

import pytest

from tests.sources import ROOT

DEADLINE_SECONDS: Final = 20

# Stands where the service is installed, to tell how `make run` started it and which signal reached it.
STAND_IN: Final = f"""#!{sys.executable}
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print(sys.argv[1], os.getpid(), *map(os.environ.get, ["ENVIRONMENT", "HOST", "PORT"]), flush=True)
if sys.argv[1] == "serve":
    print(signal.Signals(signal.sigwait([signal.SIGTERM])).name, flush=True)
"""


def _installed(project: Path) -> Path:
    """A project in which `make run` finds everything installed already."""
    command = project / ".venv/bin/orders"
    command.parent.mkdir(parents=True)
    command.write_text(STAND_IN)
    command.chmod(0o700)
    shutil.copy(ROOT / "Makefile", project)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    locks = ("requirements-build.txt", "requirements.txt", "pyproject.toml")
    for name in (*locks, f".venv/created-{version}", ".venv/installed-run"):
        (project / name).touch()
    return project


@contextmanager
def _make_run(project: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], list[list[str]]]]:
    """`make run` once it serves, and what it said until then, word by word."""
    with subprocess.Popen(
        ["make", "--silent", f"PYTHON={sys.executable}", "run"],
        cwd=_installed(project),
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        deadline = Timer(DEADLINE_SECONDS, _end, [process])
        deadline.start()
        assert process.stdout
        yield process, [process.stdout.readline().split() for _ in ("migrate", "serve")]
        deadline.cancel()
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End whatever is left of make and its children, which would else keep the pipe open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("receiver", ["make", "the service"])
def test_a_signal_to_make_run_reaches_the_service(receiver: str, tmp_path: Path) -> None:
    with _make_run(tmp_path) as (process, (_, served)):
        os.kill(process.pid if receiver == "make" else int(served[1]), signal.SIGTERM)
        assert process.communicate()[0] == "SIGTERM\n"


def test_make_run_migrates_and_then_serves_in_development_on_this_machine_only(tmp_path: Path) -> None:
    with _make_run(tmp_path) as (process, said):
        os.kill(process.pid, signal.SIGTERM)
        process.communicate()
    assert [[line[0], *line[2:]] for line in said] == [
        ["migrate", "development", "127.0.0.1", "None"],
        ["serve", "development", "127.0.0.1", "None"],
    ]


def test_make_run_honours_the_environment(tmp_path: Path) -> None:
    with _make_run(tmp_path, ENVIRONMENT="production", HOST="::1", PORT="8123") as (process, said):
        os.kill(process.pid, signal.SIGTERM)
        process.communicate()
    assert [line[2:] for line in said] == [["production", "::1", "8123"]] * 2


def test_make_refuses_an_interpreter_that_is_too_old(tmp_path: Path) -> None:
    old = tmp_path / "python3.10"
    pretence = "import sys; sys.version_info = (3, 10)"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{pretence}\n$2"\n')
    old.chmod(0o700)
    finished = subprocess.run(
        ["make", f"PYTHON={old}", "run"],
        cwd=_installed(tmp_path),
        check=False,
        capture_output=True,
        text=True,
    )
    assert finished.returncode != 0
    assert "Python 3.11 or newer is needed" in finished.stderr


def test_make_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    listed = subprocess.run(["make", "--silent", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert re.findall(r"^make ([\w-]+)", listed.stdout, re.MULTILINE) == phony.split()
