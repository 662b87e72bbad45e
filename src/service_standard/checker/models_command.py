"""`service-standard models`: writes the models of a service from its contracts, or says whether they are as written."""

import argparse
from importlib.util import find_spec
from pathlib import Path

from service_standard.checker.output import write
from service_standard.checker.refusal import Refused
from service_standard.contract import ContractError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", type=Path, default=Path(), metavar="DIR", help="where service.yaml is")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when something would change")


def models(given: argparse.Namespace) -> int:
    """Exit code 1 when --check finds a module that is not what its contract makes."""
    if find_spec("datamodel_code_generator") is None:
        raise Refused("needs datamodel-code-generator, of the extra `models`")
    from service_standard.checker.models import generated  # noqa: PLC0415 only who writes models has the generator

    try:
        stale = [(path, text) for path, text in generated(given.directory) if not _is(path, text)]
        for path, text in stale:
            _tell(path, text, check=given.check)
    except (ContractError, OSError) as error:
        raise Refused(str(error)) from error
    return 1 if stale and given.check else 0


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


def _tell(path: Path, text: str, *, check: bool) -> None:
    if not check:
        path.write_text(text, "utf-8")
    write(f"{path}: {'is not what its contract makes: run make models' if check else 'written'}\n", None)
