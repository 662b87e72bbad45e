"""A small service that keeps every static rule, as files; a test spoils one fact of it at a time."""

import json
from pathlib import Path
from typing import Any, Final

import yaml

Files = dict[str, Any]
HERE: Final = Path(__file__).parent


def good() -> Files:
    """The documents of a good service by their paths, as values that a test may change."""
    found = (HERE / "good").rglob("*.yaml")
    return {str(path.relative_to(HERE / "good")): yaml.safe_load(path.read_text()) for path in found}


def write(files: Files, directory: Path) -> Path:
    """Writes documents as files; a value that is a text is written as it is, None is left out."""
    for name, value in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if value is not None:
            path.write_text(value if isinstance(value, str) else json.dumps(value))
    return directory
