"""`service-standard new`: makes a service that starts and keeps the standard."""

import argparse
from pathlib import Path

from service_standard.checker.new.template import files, filled, words_of
from service_standard.checker.output import write
from service_standard.checker.refusal import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="what it keeps: a plural in lower case, as parcels")
    parser.add_argument("directory", type=Path, metavar="DIR", help="where it goes: a directory that is empty or new")


def new(given: argparse.Namespace) -> int:
    """Exit code 0; nothing is written unless all is well."""
    words, directory = words_of(given.name), given.directory
    try:
        if directory.exists() and any(directory.iterdir()):
            raise Refused(f"{directory}: the directory is not empty")
        for path, text in files().items():
            _write(directory / filled(path, words), filled(text, words))
    except OSError as error:
        raise Refused(f"{directory}: {error.strerror}") from error
    write(f"{words.name} is in {directory}; its README.md says how to run it\n", None)
    return 0


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
