"""What is checked: a directory with its manifest and contracts, captured logs and events, a running service."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

from service_standard.checker.asyncapi import AsyncApi
from service_standard.checker.captured import Captured, Line, read_events, read_lines
from service_standard.checker.documents import Document, read_document, served_document
from service_standard.checker.live.target import Live
from service_standard.checker.live.walk import Walk
from service_standard.checker.openapi import OpenApi
from service_standard.checker.rule import NotJudged, Place
from service_standard.contract import ContractError, Json, Node, Object
from service_standard.contract.document import read_yaml
from service_standard.contract.overlay import both_overlaid, scopes_added

Value = TypeVar("Value")
MANIFEST: Final = "service.yaml"
# Where contracts lie in a repository whose manifest does not say it.
USUAL_FOLDERS: Final = ("", "openapi", "asyncapi", "api", "docs", "spec", "contracts")


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A manifest as it was written, right or wrong."""

    path: Path
    values: Object

    @property
    def name(self) -> str:
        return str(self.values.get("name") or "")

    @property
    def version(self) -> str:
        return str(self.values.get("version") or "")

    @property
    def scopes(self) -> Json:
        auth = self.values.get("auth")
        return auth.get("required_scopes") if isinstance(auth, dict) else None

    def place(self, pointer: str = "") -> Place:
        return Place(self.path.name, pointer)


@dataclass(frozen=True)
class Subject:
    """One service. Each part is read when a rule first asks for it, and raises NotJudged where it is not there."""

    directory: Path
    manifest_name: str = MANIFEST
    log_file: Path | None = None
    events_file: str | None = None
    older_events: AsyncApi | None = None
    target: Live | None = None
    overlays: tuple[Path, ...] = ()

    @property
    def manifest_path(self) -> Path:
        return self.directory / self.manifest_name

    @cached_property
    def manifest(self) -> ManifestFile:
        return ManifestFile(self.manifest_path, _read(lambda: read_yaml(self.manifest_path)))

    @cached_property
    def openapi(self) -> OpenApi:
        """The document that the manifest names, else one in a usual place, else the one that is served."""
        path = self._api
        if path is None and self.target is not None:
            answer = self.target.send("GET", "/openapi.json")
            return OpenApi(*_read(lambda: served_document(answer.body, "/openapi.json")))
        return OpenApi(*self._document(path, "OpenAPI"))

    @cached_property
    def asyncapi(self) -> AsyncApi:
        return AsyncApi(*self._document(self._events, "AsyncAPI"))

    @property
    def scopes_added(self) -> frozenset[str]:
        """The scopes that the overlays bring beside those of the manifest."""
        return _read(lambda: scopes_added(self.overlays))

    @property
    def _api(self) -> Path | None:
        return self.contract_path("api", "openapi")

    @property
    def _events(self) -> Path | None:
        return self.contract_path("events", "asyncapi")

    def contract_path(self, word: str, stem: str) -> Path | None:
        """The path of a contract, whether a file is there or not; None if nothing points to one."""
        named = self._manifest_word(word)
        if isinstance(named, str):
            return self.directory / named
        found = (path for folder in USUAL_FOLDERS for path in sorted((self.directory / folder).glob(f"{stem}.*")))
        return next((path for path in found if path.suffix in {".yaml", ".yml", ".json"}), None)

    def _manifest_word(self, word: str) -> Json:
        try:
            return self.manifest.values.get(word)
        except NotJudged:
            return None

    def _document(self, path: Path | None, kind: str) -> Document:
        if path is None or not path.is_file():
            raise NotJudged(f"there is no {kind} document" + (f" at {path}" if path else ""))
        return _read(lambda: read_document(path, both_overlaid(self._api, self._events, self.overlays)))

    @cached_property
    def log(self) -> tuple[Line, ...]:
        """The captured lines of the service's log."""
        if self.log_file is None:
            raise NotJudged("no log was given (--logs)")
        return _read(lambda: read_lines(self.log_file or Path()))

    @cached_property
    def events(self) -> tuple[Captured, ...]:
        """The captured CloudEvents."""
        if self.events_file is None:
            raise NotJudged("no events were given (--events)")
        return _read(lambda: read_events(self.events_file or "", self.target))

    @property
    def live(self) -> Live:
        """The running service."""
        if self.target is None:
            raise NotJudged("no running service was given (--url)")
        return self.target

    @cached_property
    def walk(self) -> Walk:
        """The way through the running service by its contract; its resources are shared by all rules."""
        return Walk(self.openapi, self.live)

    def shown(self, node: Node) -> Place:
        """The place of a node, its file as seen from the directory."""
        file = node.file
        is_inside = file.is_relative_to(self.directory.resolve())
        return Place(str(file.relative_to(self.directory.resolve()) if is_inside else file), node.pointer)


def _read(read: Callable[[], Value]) -> Value:
    try:
        return read()
    except ContractError as error:
        raise NotJudged(" ".join(error.faults[0].split())) from error
