"""Rules of configuration: LIFE-03, as far as files tell."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from service_standard.checker.rule import Finding, NotJudged, Place, Rule
from service_standard.checker.subject import Subject

# Files that frameworks read at start beside, or instead of, the environment.
CONFIGURATION: Final = re.compile(
    r"appsettings(\.\w+)?\.json|application(-\w+)?\.(ya?ml|properties)|(config|settings)\.(json|ya?ml|toml|ini)"
    r"|local_settings\.py"
)
SOURCES: Final = frozenset(
    {".py", ".ts", ".js", ".mjs", ".go", ".java", ".kt", ".cs", ".rs", ".rb", ".php", ".ex", ".scala"}
)
ELSEWHERE: Final = frozenset({"node_modules", "dist", "build", "target", "venv", "tests", "test", "docs", "examples"})
MOST_FILES: Final = 20_000


def no_configuration_lies_beside_the_code(subject: Subject) -> Iterator[Finding]:
    files = _files(subject.directory)
    if not any(path.suffix in SOURCES for path in files):
        raise NotJudged("there are no sources in the directory")
    for path in files:
        if CONFIGURATION.fullmatch(path.name):
            yield Finding(f"{path.name} is configuration in a file", Place(str(path.relative_to(subject.directory))))


def _files(directory: Path) -> list[Path]:
    """The files of the service, without what is hidden, generated, or no part of it."""
    found: list[Path] = []
    waiting = [directory]
    while waiting and len(found) < MOST_FILES:
        entries = sorted(waiting.pop().iterdir())
        found += [path for path in entries if path.is_file()]
        waiting += [path for path in entries if path.is_dir() and not _is_elsewhere(path)]
    return found


def _is_elsewhere(path: Path) -> bool:
    return path.is_symlink() or path.name.startswith((".", "__")) or path.name in ELSEWHERE


def variables_have_their_form(subject: Subject) -> Iterator[Finding]:
    listed = subject.manifest.values.get("environment")
    names = list(listed) if isinstance(listed, dict | list) else []
    if not names:
        raise NotJudged("the manifest lists no variables (`environment`), and nothing was started without them")
    for name in names:
        if not isinstance(name, str) or not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            yield Finding(f"{name} is not a name of an environment variable", subject.manifest.place("/environment"))


RULES: Final = (
    Rule(
        "LIFE-03.files",
        "No configuration lies in files beside the code.",
        "What is in a file is in the image, and the same image must run everywhere.",
        "Read environment variables; keep an example of them in `.env.example`.",
        no_configuration_lies_beside_the_code,
    ),
    Rule(
        "LIFE-03.variables",
        "The variables that the manifest lists are names of environment variables.",
        "Platforms set what the manifest lists.",
        "List names such as `DATABASE_URL` under `environment`.",
        variables_have_their_form,
    ),
)
