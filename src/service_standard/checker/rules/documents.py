"""Rules of the contracts as documents: API-01 and EVT-01."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import jsonschema_rs

from service_standard.checker.asyncapi_schema import ASYNCAPI_2, ASYNCAPI_3
from service_standard.checker.rule import Finding, NotJudged, Place, Rule
from service_standard.checker.schemas import Compiled, first_line
from service_standard.checker.subject import Subject
from service_standard.contract import ContractError, Node, Object
from service_standard.contract.document import walk


def the_openapi_document_is_valid(subject: Subject) -> Iterator[Finding]:
    try:
        openapi = subject.openapi
    except NotJudged as error:
        yield from _unreadable(subject, subject.contract_path("api", "openapi"), error)
        return
    if not openapi.version.startswith("3."):
        version = openapi.version or "no version at all"
        yield Finding(f"the document is of OpenAPI {version}, and must be of 3.0 or newer", subject.shown(openapi.root))
        return
    for fault, pointer in _openapi_faults(openapi.version, openapi.written, openapi.root.file):
        yield Finding(fault, Place(subject.shown(openapi.root).file, pointer))


def _openapi_faults(version: str, document: Object, file: Path) -> Iterator[tuple[str, str]]:
    """The faults that the official schema and a well-kept validator find, each with its pointer."""
    try:
        from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator  # noqa: PLC0415 an extra
    except ImportError as error:
        raise NotJudged("openapi-spec-validator is not installed: install the extra `checker`") from error
    validator = OpenAPIV30SpecValidator if version.startswith("3.0") else OpenAPIV31SpecValidator
    try:
        for fault in validator(document, base_uri=file.as_uri()).iter_errors():
            yield first_line(fault.message), _pointer(fault.absolute_path)
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError) as error:
        yield f"a reference has no end, or leads nowhere: {first_line(str(error)) or type(error).__name__}", ""


def _pointer(path: Iterable[object]) -> str:
    return "".join("/" + str(word).replace("~", "~0").replace("/", "~1") for word in path)


def the_asyncapi_document_is_valid(subject: Subject) -> Iterator[Finding]:
    try:
        asyncapi = subject.asyncapi
    except NotJudged as error:
        yield from _unreadable(subject, subject.contract_path("events", "asyncapi"), error)
        return
    schema = {"2": ASYNCAPI_2, "3": ASYNCAPI_3}.get(asyncapi.version.partition(".")[0])
    if schema is None:
        version = asyncapi.version or "no version at all"
        yield Finding(
            f"the document is of AsyncAPI {version}, and must be of 2.0 or newer", subject.shown(asyncapi.root)
        )
        return
    for fault in jsonschema_rs.Draft202012Validator(schema).iter_errors(asyncapi.written):
        place = Place(subject.shown(asyncapi.root).file, _pointer(fault.instance_path))
        yield Finding(first_line(fault.message), place)
    yield from _dangling(subject, asyncapi.root)
    yield from _unusable(subject)


def _unreadable(subject: Subject, path: Path | None, error: NotJudged) -> Iterator[Finding]:
    """A file that is there and cannot be read is a finding here; one that is not there is MAN-01's."""
    if path is None or not path.is_file():
        raise error
    yield Finding(error.reason, Place(str(path.relative_to(subject.directory))))


def _dangling(subject: Subject, root: Node) -> Iterator[Finding]:
    references = {str(part["$ref"]) for part in walk(root.value) if isinstance(part.get("$ref"), str)}
    for reference in sorted(references):
        try:
            root.at(reference).resolved()
        except ContractError as error:
            yield Finding(f"{reference}: {error.faults[0]}", subject.shown(root))


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
