"""Documents that nobody foresaw: each gets a finding or a reason, in time, and no rule breaks down over it."""

import sys
import time
from pathlib import Path
from typing import Any, Final

import pytest

from service_standard.checker.rule import NotJudged, Outcome, Rule
from service_standard.checker.rules import every_rule
from service_standard.checker.run import judge, run
from service_standard.checker.subject import Subject
from service_standard.contract.document import LARGEST_DOCUMENT
from tests.checker.samples import good, write

DOUBLED: Final = {
    "S0": {"type": "object"},
    **{f"S{n}": {"allOf": [{"$ref": f"#/components/schemas/S{n - 1}"}] * 2} for n in range(1, 31)},
}
RING: Final = {
    "A": {"allOf": [{"$ref": "#/components/schemas/B"}]},
    "B": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]},
}
TREE: Final = {"T": {"type": "object", "properties": {"parts": {"items": {"$ref": "#/components/schemas/T"}}}}}
# Each schema has the next one as a property: no ring, and deeper than Python's own stack.
CHAIN: Final = {f"C{n}": {"properties": {"next": {"$ref": f"#/components/schemas/C{n + 1}"}}} for n in range(400)}


def document(paths: Any, version: str = "3.1.0", **more: Any) -> dict[str, Any]:
    return {"openapi": version, "info": {"title": "Parcels", "version": "1.2.0"}, "paths": paths, **more}


def with_schemas(schemas: Any) -> dict[str, Any]:
    """A document that shows the last of them with an example."""
    body = {"schema": {"$ref": f"#/components/schemas/{list(schemas)[-1]}"}, "example": {}}
    answer = {"description": "Some.", "content": {"application/json": body}}
    return document({"/parcels": {"get": {"responses": {"200": answer}}}}, components={"schemas": schemas})


def answering(reference: Any) -> dict[str, Any]:
    return document({"/parcels": {"get": {"responses": {"200": {"$ref": reference}}}}})


DOCUMENTS: Final = {
    "Swagger": (document({}, "2.0"), "failed  the document is of OpenAPI 2.0"),
    "a future version": (document({}, "4.0.0"), "not judged OpenAPI 4.0.0 is newer than any validator"),
    "OpenAPI 3.2": (document({}, "3.2.0"), "passed"),
    "paths that are a list": (document(["a"]), "failed"),
    "operations that are none": (
        document({"/parcels": {"get": "no", "post": {"parameters": "x", "responses": []}}}),
        "failed",
    ),
    "parameters that are none": (
        document({"/parcels": {"get": {"parameters": [None, 7], "responses": {"200": None}}}}),
        "failed",
    ),
    "a dangling reference": (answering("#/components/responses/none"), "failed  #/components/responses/none"),
    "a reference to itself": (answering("#/paths/~1parcels/get/responses/200"), "a chain of references has no end"),
    "a missing file": (answering("nowhere.yaml#/a"), "nowhere.yaml: cannot be read"),
    "another host": (answering("https://example.com/a.yaml#/a"), "not judged"),
    "a reference that is a number": (answering(7), "failed"),
    "a ring": (with_schemas(RING), "failed  the schema A is made of itself, and has no end"),
    "a tree": (with_schemas(TREE), "passed"),
    "doubled schemas": (with_schemas(DOUBLED), "more than 10000 schemas are tried on one value"),
    "a schema with a base of its own": (
        with_schemas({"I": {"$id": "urn:i", "$ref": "#/$defs/a", "$defs": {"a": {}}}}),
        "not judged",
    ),
    "a YAML ring": ("openapi: 3.1.0\ninfo: &i {title: a, x: *i}\n", "failed"),
    "tabs": ("openapi:\t3.1.0\n\tinfo: x\n", "is not valid YAML"),
    "two documents": ("openapi: 3.1.0\n---\nopenapi: 3.1.0\n", "is not valid YAML"),
    "a web page": ("<!doctype html>", "must be a mapping"),
    "nothing": ("", "must be a mapping"),
    "4 MiB": ("a: " + "x" * LARGEST_DOCUMENT, "not judged"),
}


def outcomes(api: Any, directory: Path) -> dict[str, Outcome]:
    files = good() | {"openapi.yaml": api}
    return {outcome.rule.id: outcome for outcome in run(Subject(write(files, directory)), every_rule()).outcomes}


def said(outcome: Outcome) -> str:
    return " ".join([outcome.verdict, outcome.reason, *(finding.message for finding in outcome.findings)])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_nobody_foresaw_is_told_and_no_rule_breaks_down(name: str, tmp_path: Path) -> None:
    api, told = DOCUMENTS[name]
    before = time.monotonic()
    found = outcomes(api, tmp_path)
    assert told in said(found["API-01.valid"])
    assert [outcome.reason for outcome in found.values() if "could not cope" in outcome.reason] == []
    assert time.monotonic() - before < 10


def test_schemas_that_lead_deeper_than_any_stack_are_no_ring(tmp_path: Path) -> None:
    found = outcomes(with_schemas({**CHAIN, "C400": {}, "C": {"$ref": "#/components/schemas/C0"}}), tmp_path)
    assert found["API-01.valid"].verdict != "failed"


@pytest.mark.parametrize("named", ["/etc/hosts", "../outside.yaml", "."])
def test_a_manifest_may_name_any_path_and_no_rule_breaks_down(named: str, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("a: [")
    files = good()
    files["service.yaml"]["api"] = named
    found = run(Subject(write(files, tmp_path / "service")), every_rule()).outcomes
    assert [outcome.reason for outcome in found if "could not cope" in outcome.reason] == []
    assert any(outcome.verdict == "failed" for outcome in found)


def test_a_rule_that_finds_no_end_is_left_alone_and_what_it_found_counts(tmp_path: Path) -> None:
    def endless(_: Subject) -> Any:
        while True:
            time.sleep(0.01)
            yield from ()

    rule = Rule("API-01.sample", "It is so.", "Because.", "Do it.", endless)
    outcome = judge(rule, Subject(tmp_path), 0.1)
    assert (outcome.verdict, outcome.reason) == ("not judged", "it takes longer than 0.1 s")


def test_an_openapi_validator_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openapi_spec_validator", None)
    (rule,) = [rule for rule in every_rule() if rule.id == "API-01.valid"]
    with pytest.raises(NotJudged, match="install the extra `checker`"):
        list(rule.judge(Subject(write(good(), tmp_path))))
