"""A checkout of the project in which everything is installed, and a shell that somebody types into."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.guide.document import Step
from tests.process import Process, environment
from tests.sources import ROOT

# What the documents have somebody change; all else is the checkout of the tests itself.
_CHANGED: Final = ("openapi", "asyncapi", "service.yaml", "generate_test_token.py")
_LINKED: Final = (
    "Makefile",
    "pyproject.toml",
    "docs",
    "examples",
    *(path.name for path in ROOT.glob("requirements*.txt")),
)
_STAMPS: Final = (f"created-{sys.version_info.major}.{sys.version_info.minor}", "installed-run", "installed-dev")
# Between two outputs in one stream.
_END: Final = "\x1e"


class Typed(NamedTuple):
    """What came of a step: its output, and the status of its last command."""

    output: str
    status: int


def checkout(directory: Path, *, own_sources: bool = False) -> Path:
    """The project in a directory of its own, with an environment that make finds installed."""
    for name in (*_CHANGED, *(["src"] if own_sources else [])):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, directory / name)
    for name in (*_LINKED, *([] if own_sources else ["src"])):
        (directory / name).symlink_to(ROOT / name)
    programs = directory / ".venv/bin"
    programs.mkdir(parents=True)
    for name, module in (("orders", "orders"), ("service-standard", "service_standard.checker")):
        # Sources of its own are not those whose branches are counted.
        uncounted = "unset COVERAGE_PROCESS_CONFIG\n" if own_sources else ""
        environ = f"PYTHONPATH={directory}/src"
        (programs / name).write_text(f'#!/bin/sh\n{uncounted}{environ} exec {sys.executable} -m {module} "$@"\n')
        (programs / name).chmod(0o700)
    (programs / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (programs / "python").chmod(0o700)
    # Newer than all that they stand for, or make would install.
    for name in _STAMPS:
        (directory / ".venv" / name).touch()
    return directory


def make(project: Path, target: str) -> None:
    """Has make do it."""
    done = subprocess.run(
        ["make", target], cwd=project, env=environment(_paths()), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def serving(project: Path, typed: str, **environ: str) -> Iterator[Process]:
    """A service that somebody has started in a terminal of its own, on a port of its own choice."""
    started = Process(("bash", "-c", typed), {**_paths(), "PORT": "0", **environ}, project)
    try:
        assert started.serving
        yield started
    finally:
        started.kill()


def typed(project: Path, service: Process, steps: Sequence[Step]) -> list[Typed]:
    """What comes of the steps, typed into one shell, by the port that the service has."""
    script = "".join(f"{step.typed}\nprintf '\\036%s\\036' $?\n" for step in steps)
    done = subprocess.run(
        ["bash", "-c", script.replace("localhost:8000", f"127.0.0.1:{service.serving['port']}")],
        cwd=project,
        env=environment(_paths()),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    parts = done.stdout.split(_END)
    return [Typed(output, int(status)) for output, status in zip(parts[::2], parts[1::2], strict=False)]


def _paths() -> dict[str, str]:
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
