"""What is planted in the good service: for each static rule at least one fault that breaks just that rule."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.checker.samples import GOOD, Files

OPENAPI: Final = "openapi.yaml"
ASYNCAPI: Final = "asyncapi.yaml"
MANIFEST: Final = "service.yaml"
EVENTS: Final = "events.jsonl"
LOG: Final = "log.jsonl"
CREATED: Final = "components/messages/created"
GONE: Final = object()


class Fault(NamedTuple):
    """A fault that is planted, in words, and the one rule that must find it."""

    rule: str
    words: str
    plant: Callable[[Files], None]

    @property
    def older(self) -> Path:
        """The version to compare with: the good one for the rule that compares, else the same one."""
        return GOOD if self.rule.startswith("EVT-05") else Path()


def at(file: str, path: str, value: Any) -> Callable[[Files], None]:
    """Puts a value at a place of a document, `/` between the words and `|` for a slash in one; GONE takes it away."""

    def plant(files: Files) -> None:
        *way, last = [_word(word) for word in path.split("/")]
        node = files[file]
        for word in way:
            node = node[word]
        if value is GONE:
            del node[last]
        else:
            node[last] = value

    return plant


def _word(word: str) -> str | int:
    return int(word) if word.isdigit() and len(word) < 3 else word.replace("|", "/")


def moved(file: str, source: str, target: str) -> Callable[[Files], None]:
    """Renames a path of the contract."""

    def plant(files: Files) -> None:
        files[file]["paths"][target] = files[file]["paths"].pop(source)

    return plant


def whole(file: str, text: str | None) -> Callable[[Files], None]:
    """Puts other text in place of a file; None takes it away."""

    def plant(files: Files) -> None:
        files[file] = text

    return plant


def without_status(files: Files, status: str) -> None:
    for item in files[OPENAPI]["paths"].values():
        for operation in (value for value in item.values() if isinstance(value, dict)):
            operation["responses"].pop(status, None)


def api_key(files: Files) -> None:
    files[OPENAPI]["components"]["securitySchemes"]["oauth2"] = {"type": "apiKey", "in": "header", "name": "X-Key"}


def without_a_resource(files: Files) -> None:
    """In the contract as well, so that its schema allows the event."""
    at(ASYNCAPI, f"{CREATED}/payload/properties/subject/pattern", "/|^p-1$")(files)
    files[EVENTS][0]["subject"] = "p-1"


def same_id(files: Files) -> None:
    files[EVENTS][1]["id"] = files[EVENTS][0]["id"]


LIST: Final = "paths/|parcels/get"
POST: Final = "paths/|parcels/post"
PAGE: Final = f"{LIST}/responses/200/content/application|json/schema"
VALIDATION: Final = "components/responses/ValidationError/content/application|problem+json"
PROBLEM: Final = "components/schemas/Problem"
LOOP: Final = {"$ref": "#/components/schemas/Loop"}
TEXT_ERROR: Final = {"description": "No.", "content": {"text/plain": {"schema": {"type": "string"}}}}
BARE: Final = {"type": "array", "items": {"$ref": "#/components/schemas/Parcel"}}
FASTAPI_422: Final = {
    "description": "Validation Error",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

FAULTS: Final = (
    # the manifest
    Fault("MAN-01.present", "the manifest is no YAML", whole(MANIFEST, "name: [parcels")),
    Fault("MAN-01.present", "the manifest has a word twice", whole(MANIFEST, "name: a\nname: b\n")),
    Fault("MAN-01.words", "the manifest has no owner", at(MANIFEST, "owner", GONE)),
    Fault("MAN-01.words", "the owner is a number", at(MANIFEST, "owner", 7)),
    Fault("MAN-01.files", "the manifest names a file that is not there", at(MANIFEST, "events", "events.yaml")),
    Fault("MAN-02.documents", "the event contract has another version", at(ASYNCAPI, "info/version", "1.1.0")),
    Fault("MAN-02.documents", "the API has another name", at(OPENAPI, "info/title", "Orders API")),
    # the documents
    Fault("API-01.valid", "a response has no description", at(OPENAPI, f"{LIST}/responses/200/description", GONE)),
    Fault("API-01.valid", "the document is Swagger 2.0", at(OPENAPI, "openapi", "2.0")),
    Fault("API-01.valid", "a path parameter is not declared", at(OPENAPI, "paths/|parcels|{id}/parameters", [])),
    Fault("API-01.valid", "two schemas are each other", at(OPENAPI, "components/schemas/Loop", LOOP)),
    Fault("EVT-01.valid", "an operation has no action", at(ASYNCAPI, "operations/sendCreated/action", GONE)),
    Fault("EVT-01.valid", "the document has no title", at(ASYNCAPI, "info/title", GONE)),
    Fault("EVT-01.valid", "the document is of version 1", at(ASYNCAPI, "asyncapi", "1.2.0")),
    Fault("EVT-01.valid", "a pattern is broken", at(ASYNCAPI, f"{CREATED}/payload/properties/id/pattern", "[")),
    # paths, bodies and errors
    Fault("API-04.declared", "a body may be XML", at(OPENAPI, "components/requestBodies/Parcel/content/text|xml", {})),
    Fault("API-05.nouns", "a collection is singular", moved(OPENAPI, "/parcels/{id}", "/parcel/{id}")),
    Fault("API-05.verbs", "a path has a verb", moved(OPENAPI, "/parcels/{id}/cancel", "/parcels/{id}/cancel/now")),
    Fault("API-05.slashes", "a path ends with a slash", moved(OPENAPI, "/parcels", "/parcels/")),
    Fault("API-06.parameters", "a list has no parameters", at(OPENAPI, f"{LIST}/parameters", [])),
    Fault("API-06.parameters", "limit has no maximum", at(OPENAPI, f"{LIST}/parameters/0/schema/maximum", GONE)),
    Fault("API-06.limits", "the maximum is 500", at(OPENAPI, f"{LIST}/parameters/0/schema/maximum", 500)),
    Fault("API-06.limits", "the default is 20", at(OPENAPI, f"{LIST}/parameters/0/schema/default", 20)),
    Fault("API-06.envelope", "a page has no total", at(OPENAPI, f"{PAGE}/required", ["items", "limit", "offset"])),
    Fault("API-06.envelope", "a page is a bare array", at(OPENAPI, PAGE, BARE)),
    Fault("API-08.declared", "an error is text", at(OPENAPI, f"{LIST}/responses/503", TEXT_ERROR)),
    Fault("API-08.declared", "a problem needs no instance", at(OPENAPI, f"{PROBLEM}/required", ["type", "title"])),
    Fault("API-09.declared", "409 is not declared", lambda files: without_status(files, "409")),
    Fault("API-09.declared", "the type has another name", at(OPENAPI, f"{VALIDATION}/example/type", "bad_request")),
    Fault("API-10.declared", "422 stands beside 400", at(OPENAPI, f"{POST}/responses/422", FASTAPI_422)),
    # descriptions
    Fault("API-12.ids", "an operation has no id", at(OPENAPI, f"{LIST}/operationId", GONE)),
    Fault("API-12.summaries", "an operation has no summary", at(OPENAPI, f"{LIST}/summary", GONE)),
    Fault("API-12.statuses", "an operation does not declare 401", at(OPENAPI, f"{LIST}/responses/401", GONE)),
    Fault("API-12.examples", "a body has no example", at(OPENAPI, f"{PAGE.removesuffix('/schema')}/example", GONE)),
    Fault("API-12.valid-examples", "an example is wrong", at(OPENAPI, f"{VALIDATION}/example/status", "400")),
    # tokens and scopes
    Fault("AUTH-01.declared", "there is no scheme of bearer tokens", api_key),
    Fault("AUTH-01.declared", "an operation asks for no token", at(OPENAPI, f"{LIST}/security", [])),
    Fault("AUTH-03.declared", "an operation needs no scope", at(OPENAPI, f"{LIST}/security", [{"oauth2": []}])),
    Fault("AUTH-03.agree", "the manifest lacks a scope", at(MANIFEST, "auth/required_scopes", ["parcels.read"])),
    # events
    Fault("EVT-02.envelope", "the payload is the data alone", at(ASYNCAPI, f"{CREATED}/payload/required", ["data"])),
    Fault(
        "EVT-02.envelope", "the media type is plain JSON", at(ASYNCAPI, f"{CREATED}/contentType", "application/json")
    ),
    Fault("EVT-02.data", "data may be anything", at(ASYNCAPI, f"{CREATED}/payload/properties/data", {})),
    Fault(
        "EVT-02.source", "the source is a URL", at(ASYNCAPI, f"{CREATED}/payload/properties/source", {"type": "string"})
    ),
    Fault(
        "EVT-02.subject",
        "the subject is any text",
        at(ASYNCAPI, f"{CREATED}/payload/properties/subject", {"type": "string"}),
    ),
    Fault("EVT-02.captured", "an event has no id", at(EVENTS, "0/id", GONE)),
    Fault("EVT-02.captured-source", "an event is about no resource", without_a_resource),
    Fault("EVT-02.captured-ids", "two events have one id", same_id),
    Fault("EVT-03.captured", "the data of an event is wrong", at(EVENTS, "0/data/id", 7)),
    Fault("EVT-03.captured", "an event is not in the contract", at(EVENTS, "0/type", "parcel.lost")),
    Fault("EVT-04.captured", "previousStatus is the new status", at(EVENTS, "1/data/previousStatus", "sent")),
    Fault("EVT-04.captured", "previousStatus never was", at(EVENTS, "1/data/previousStatus", "lost")),
    Fault(
        "EVT-05.compatible",
        "a field may be missing now",
        at(ASYNCAPI, "components/messages/updated/payload/properties/data/required", ["id", "status"]),
    ),
    # logs and configuration
    Fault("OBS-01.json", "a line is text", at(LOG, "0", "INFO: serving")),
    Fault("OBS-01.members", "a line has no span_id", at(LOG, "1/span_id", GONE)),
    Fault("OBS-01.form", "a timestamp has an offset", at(LOG, "1/timestamp", "2026-11-21T09:30:00+00:00")),
    Fault("OBS-01.form", "a trace id is short", at(LOG, "1/trace_id", "abc123")),
    Fault("OBS-01.service", "a line is of another service", at(LOG, "1/service", "parcels-service")),
    Fault("LIFE-03.files", "there are settings in a file", whole("src/appsettings.json", "{}")),
    Fault("LIFE-03.variables", "a variable has no variable's name", at(MANIFEST, "environment", ["database.url"])),
)
