"""OLD and NEW: a contract, a directory with its manifest, or either of them as it was in a commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from service_standard.checker.asyncapi import AsyncApi
from service_standard.checker.diff.git import PREFIX, checked_out
from service_standard.checker.documents import read_document
from service_standard.checker.openapi import OpenApi
from service_standard.checker.refusal import Refused
from service_standard.checker.rule import Place
from service_standard.checker.subject import MANIFEST, Subject
from service_standard.contract import ContractError, Node
from service_standard.contract.document import read_yaml


@dataclass(frozen=True, slots=True)
class Source:
    """The contracts of one version; `name` is what the user called it."""

    name: str
    path: Path
    openapi: OpenApi | None
    asyncapi: AsyncApi | None

    def place(self, node: Node) -> Place | None:
        """The place as the user finds it, or None for a node of another version."""
        home = self.path if self.path.is_dir() else self.path.parent
        if node.file == self.path:
            return Place(self.name, node.pointer)
        if not node.file.is_relative_to(home):
            return None
        directory = self.name if self.path.is_dir() else self.name.rpartition("/")[0]
        file = str(node.file.relative_to(home))
        return Place(f"{directory.rstrip('/')}/{file}" if directory and directory != "." else file, node.pointer)


@contextmanager
def opened(name: str) -> Iterator[Source]:
    """The source of that name.

    Raises:
        Refused: it is not there, or holds no contract that can be read.
    """
    with TemporaryDirectory(prefix="service-standard-") as directory:
        path = checked_out(name, Path(directory)) if name.startswith(PREFIX) else Path(name)
        if not path.exists():
            raise Refused(f"{name}: there is no such file or directory")
        yield _source(name, path.resolve())


def _source(name: str, path: Path) -> Source:
    try:
        return _read(name, path)
    except ContractError as error:
        raise Refused(f"{name}: {' '.join(error.faults[0].split())}") from error


def _read(name: str, path: Path) -> Source:
    if path.is_dir():
        return _of_service(name, Subject(path))
    words = read_yaml(path)
    if "openapi" in words:
        return Source(name, path, OpenApi(*read_document(path)), None)
    if "asyncapi" in words:
        return Source(name, path, None, AsyncApi(*read_document(path)))
    if path.name == MANIFEST or {"api", "events"} & set(words):
        return _of_service(name, Subject(path.parent, path.name))
    raise Refused(f"{name}: is neither an OpenAPI 3 document, nor an AsyncAPI one, nor a manifest")


def _of_service(name: str, subject: Subject) -> Source:
    api, events = subject.contract_path("api", "openapi"), subject.contract_path("events", "asyncapi")
    openapi = OpenApi(*read_document(api)) if api else None
    asyncapi = AsyncApi(*read_document(events)) if events else None
    if not openapi and not asyncapi:
        raise Refused(f"{name}: has no manifest and no contract in a usual place")
    return Source(name, subject.directory, openapi, asyncapi)
