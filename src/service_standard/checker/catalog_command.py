"""`service-standard catalog`: lists all services that have a manifest."""

import argparse
from pathlib import Path

from service_standard.checker.catalog.as_html import as_html
from service_standard.checker.catalog.as_text import as_text
from service_standard.checker.catalog.catalog import catalog_of
from service_standard.checker.output import write


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directories", nargs="+", type=Path, metavar="DIR", help="where services are, however deep")
    parser.add_argument("--html", action="store_true", help="one HTML page instead of text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the catalogue goes; standard output")


def catalog(given: argparse.Namespace) -> int:
    """Exit code 0: what is broken is listed, and it is `check` that judges it."""
    found = catalog_of(given.directories)
    write(as_html(found) if given.html else as_text(found), given.output)
    return 0
