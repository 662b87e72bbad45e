"""A folder of `clients`, built in a directory of its own, and its programs, run."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.sources import ROOT

CLIENTS: Final = ROOT / "clients"
PATIENCE_SECONDS: Final = 900.0


class Toolchain(NamedTuple):
    """The commands that a language is built with, and where they come from."""

    commands: tuple[str, ...]
    origin: str


TOOLCHAINS: Final = {
    "python": Toolchain(("python3",), "Python 3.11 or newer"),
    "typescript": Toolchain(("node", "npm"), "Node.js 20 or newer"),
}


class Workshop(NamedTuple):
    """A copy of a language's folder, in which its clients have been made."""

    directory: Path

    def text(self, pattern: str) -> str:
        """What was made, of the files that the pattern names."""
        return "\n".join(path.read_text() for path in sorted(self.directory.glob(pattern)))

    def run(self, program: str, *arguments: str, **environ: str) -> str:
        """What a program writes; it must end well."""
        return _output([str(self.directory / "run"), program, *arguments], environ)


def workshop(language: str, directory: Path) -> Workshop:
    """The language's own, built; skipped where its toolchain is not."""
    for command in TOOLCHAINS[language].commands:
        if not shutil.which(command):
            pytest.skip(f"{command} is not here; with {TOOLCHAINS[language].origin} it runs")
    made = Path(shutil.copytree(CLIENTS / language, directory / language, ignore=_ignored))
    _output([str(made / "build")], {"CONTRACTS": str(ROOT)})
    return Workshop(made)


def _ignored(folder: str, names: list[str]) -> set[str]:
    """What a developer has built in the folder itself."""
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "."],
        cwd=folder, capture_output=True, text=True, check=True,
    )
    return set(names) & {line.partition("/")[0] for line in listed.stdout.splitlines()}


def _output(command: list[str], environ: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
