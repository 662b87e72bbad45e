"""A folder of `clients`, built in a directory of its own, and its programs, run."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.sources import ROOT

CLIENTS: Final = ROOT / "clients"
PATIENCE_SECONDS: Final = 1800.0


class Language(NamedTuple):
    """What it is built with, its stories by the files that tell them, and whether it reads events."""

    commands: tuple[str, ...]
    toolchain: str
    stories: Mapping[str, str]
    reads_events: bool = False


LANGUAGES: Final = {
    "python": Language(("python3",), "Python 3.11 or newer", {"story": "story.py"}, reads_events=True),
    "typescript": Language(
        ("node", "npm"),
        "Node.js 20 or newer",
        {"openapi-fetch": "openapi-fetch.ts", "hey-api": "hey-api.ts"},
        reads_events=True,
    ),
    "go": Language(("go",), "Go 1.25 or newer", {"story": "main.go"}),
    "java": Language(("java", "mvn"), "Java 17 or newer and Maven", {"story": "src/Story.java"}),
    "rust": Language(
        ("cargo", "java", "mvn"), "Rust 1.85 or newer, and Java and Maven for the generator", {"story": "src/main.rs"}
    ),
}


class Workshop(NamedTuple):
    """A copy of a language's folder, in which its clients have been made."""

    name: str
    directory: Path

    @property
    def language(self) -> Language:
        return LANGUAGES[self.name]

    def text(self, pattern: str) -> str:
        """What was made, in the files that the pattern names."""
        found = sorted(self.directory.glob(pattern))
        assert found, f"no {pattern} was made"
        return "\n".join(path.read_text() for path in found)

    def run(self, program: str, *arguments: str, **environ: str) -> str:
        """What a program writes; it must end well."""
        return _output([str(self.directory / "run"), program, *arguments], environ)


def workshop(name: str, directory: Path) -> Workshop:
    """The language's own, built; without its toolchain it is skipped, or fails where everything has to be there."""
    if missing := [command for command in LANGUAGES[name].commands if not shutil.which(command)]:
        absent = pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip
        absent(f"{' and '.join(missing)} not found; with {LANGUAGES[name].toolchain} it runs")
    made = Workshop(name, directory / name)
    for file in _kept(CLIENTS / name):
        (made.directory / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CLIENTS / name / file, made.directory / file)
    _output([str(made.directory / "build")], {"CONTRACTS": str(ROOT)})
    return made


def _kept(folder: Path) -> list[str]:
    """The files of a folder without what a developer has built in it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.splitlines()


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
