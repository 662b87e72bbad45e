"""Rules of the contracts as documents: API-01 and EVT-01."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final

import jsonschema_rs

from service_standard.checker.asyncapi_schema import ASYNCAPI_2, ASYNCAPI_3
from service_standard.checker.live.deadline import within
from service_standard.checker.rule import Finding, NotJudged, Place, Rule
from service_standard.checker.schemas import Compiled, first_line
from service_standard.checker.subject import Subject
from service_standard.checker.weight import made_of_themselves
from service_standard.contract import ContractError, Node, Object
from service_standard.contract.document import NotFollowed, walk

# The validators of openapi-spec-validator, by the versions whose official schemas they have.
VALIDATORS: Final = MappingProxyType(
    {"3.0": "OpenAPIV30SpecValidator", "3.1": "OpenAPIV31SpecValidator", "3.2": "OpenAPIV32SpecValidator"}
)
LONGEST_VALIDATION: Final = 15.0
OLDEST_OPENAPI: Final = 3
OLDEST_ASYNCAPI: Final = 2


def the_openapi_document_is_valid(subject: Subject) -> Iterator[Finding]:
    try:
        openapi = subject.openapi
    except NotJudged as error:
        yield from _unreadable(subject, subject.contract_path("api", "openapi"), error)
        return
    if _major(openapi.version) < OLDEST_OPENAPI:
        version = openapi.version or "no version at all"
        yield Finding(f"the document is of OpenAPI {version}, and must be of 3.0 or newer", subject.shown(openapi.root))
        return
    found = [*_dangling(subject, openapi.root), *_endless(subject, openapi.root)]
    yield from found
    if not found:
        for fault, pointer in _openapi_faults(openapi.version, openapi.written, openapi.root.file):
            yield Finding(fault, Place(subject.shown(openapi.root).file, pointer))


def _major(version: str) -> int:
    number = version.partition(".")[0]
    return int(number) if number.isdecimal() else 0


def _openapi_faults(version: str, document: Object, file: Path) -> Iterator[tuple[str, str]]:
    """The faults that the official schema and a well-kept validator find, each with its pointer."""
    name = VALIDATORS.get(".".join(version.split(".")[:2]))
    if name is None:
        raise NotJudged(f"OpenAPI {version} is newer than any validator that is at hand")
    try:
        validator = getattr(import_module("openapi_spec_validator"), name)
    except ImportError as error:
        raise NotJudged("openapi-spec-validator is not installed: install the extra `checker`") from error
    found: list[tuple[str, str]] = []

    def collect() -> None:
        faults = validator(document, base_uri=file.as_uri()).iter_errors()
        found.extend((first_line(fault.message), _pointer(fault.absolute_path)) for fault in faults)

    try:
        within(LONGEST_VALIDATION, collect)
    except Exception as error:
        # The validator stumbles over documents whose faults it has already told.
        if not found:
            raise NotJudged(f"openapi-spec-validator cannot follow the document: {_shown(error)}") from error
    yield from found


def _shown(error: Exception) -> str:
    return first_line(f"{type(error).__name__}: {error}")


def _pointer(path: Iterable[object]) -> str:
    return "".join("/" + str(word).replace("~", "~0").replace("/", "~1") for word in path)


def the_asyncapi_document_is_valid(subject: Subject) -> Iterator[Finding]:
    try:
        asyncapi = subject.asyncapi
    except NotJudged as error:
        yield from _unreadable(subject, subject.contract_path("events", "asyncapi"), error)
        return
    major = _major(asyncapi.version)
    if major < OLDEST_ASYNCAPI:
        version = asyncapi.version or "no version at all"
        yield Finding(
            f"the document is of AsyncAPI {version}, and must be of 2.0 or newer", subject.shown(asyncapi.root)
        )
        return
    schema = {2: ASYNCAPI_2, 3: ASYNCAPI_3}.get(major)
    if schema is None:
        raise NotJudged(f"AsyncAPI {asyncapi.version} is newer than this checker")
    for fault in jsonschema_rs.Draft202012Validator(schema).iter_errors(asyncapi.written):
        place = Place(subject.shown(asyncapi.root).file, _pointer(fault.instance_path))
        yield Finding(first_line(fault.message), place)
    yield from _dangling(subject, asyncapi.root)
    yield from _unusable(subject)


def _unreadable(subject: Subject, path: Path | None, error: NotJudged) -> Iterator[Finding]:
    """A file that is there and cannot be read is a finding here; one that is not there is MAN-01's."""
    if path is None or not path.is_file() or isinstance(error.__cause__, NotFollowed):
        raise error
    is_inside = path.is_relative_to(subject.directory)
    yield Finding(error.reason, Place(str(path.relative_to(subject.directory) if is_inside else path)))


def _dangling(subject: Subject, root: Node) -> Iterator[Finding]:
    """References that lead nowhere, of a document whose schemas have no `$id`: that is another base to start from."""
    parts = list(walk(root.value))
    references = {str(part["$ref"]) for part in parts if isinstance(part.get("$ref"), str)}
    for reference in sorted(references) if not any("$id" in part for part in parts) else ():
        try:
            root.at(reference).resolved()
        except ContractError as error:
            yield Finding(f"{reference}: {error.faults[0]}", subject.shown(root))


def _endless(subject: Subject, root: Node) -> Iterator[Finding]:
    for schema in made_of_themselves(root):
        yield Finding(f"the schema {schema.name} is made of itself, and has no end", subject.shown(schema))


def _unusable(subject: Subject) -> Iterator[Finding]:
    payloads = [message.payload for message in subject.asyncapi.messages if message.payload]
    for payload in payloads:
        try:
            Compiled(payload)
        except ContractError as error:
            yield Finding(error.faults[0], subject.shown(payload))


RULES: Final = (
    Rule(
        "API-01.valid",
        "The OpenAPI document is valid, and of version 3.0 or newer.",
        "Generators, gateways and this checker can follow only a document that is what it says it is.",
        "Run a validator in CI; each finding has the place to mend.",
        the_openapi_document_is_valid,
    ),
    Rule(
        "EVT-01.valid",
        "The AsyncAPI document is valid, and of version 2.0 or newer.",
        "Who consumes events has no other source for what will come.",
        "Validate it in CI; each finding has the place to mend.",
        the_asyncapi_document_is_valid,
    ),
)
