"""The difference of two versions: each edit is told by its own rule, and by no other."""

from pathlib import Path

import pytest

from service_standard.checker.diff.compare import Difference, compared
from service_standard.checker.diff.report import SIGNS
from service_standard.checker.diff.source import opened
from tests.checker.diff.edits import API, GONE, Edit, put
from tests.checker.diff.table import BACKWARDS, EDITS
from tests.checker.samples import Files, good, write


def named(edit: Edit) -> str:
    return f"{edit.sentence} at {edit.pointer}"


def difference(old: Files, new: Files, directory: Path) -> Difference:
    write(old, directory / "old")
    write(new, directory / "new")
    with opened(str(directory / "old")) as before, opened(str(directory / "new")) as after:
        return compared(before, after)


def told(found: Difference) -> set[str]:
    return {f"{SIGNS[change.kind.effect]} {change.kind.id}" for change in found.changes}


def edited(edit: Edit) -> Files:
    files = good()
    put(files[edit.file], edit.pointer, edit.value)
    return files


@pytest.mark.parametrize("edit", EDITS, ids=named)
def test_an_edit_is_told_by_its_own_rule(edit: Edit, tmp_path: Path) -> None:
    assert told(difference(good(), edited(edit), tmp_path)) == edit.rules


@pytest.mark.parametrize("edit", [edit for edit in EDITS if edit.rules <= BACKWARDS.keys()], ids=named)
def test_the_same_edit_backwards_is_another_change(edit: Edit, tmp_path: Path) -> None:
    assert told(difference(edited(edit), good(), tmp_path)) == {BACKWARDS[rule] for rule in edit.rules}


def test_a_change_of_a_shared_schema_is_told_once_with_all_who_feel_it(tmp_path: Path) -> None:
    files = good()
    put(files[API], "/components/schemas/Parcel/properties/status", GONE)
    (change,) = difference(good(), files, tmp_path).changes
    assert change.where == (
        "GET /parcels 200 /items/*/status",
        "POST /parcels 201 /status",
        "GET /parcels/{id} 200 /status",
        "PATCH /parcels/{id} 200 /status",
        "POST /parcels/{id}/cancel 200 /status",
    )


def test_a_renamed_path_parameter_is_no_other_path(tmp_path: Path) -> None:
    files = good()
    paths = files[API]["paths"]
    paths["/parcels/{parcel}"] = paths.pop("/parcels/{id}")
    paths["/parcels/{parcel}"]["parameters"][0]["name"] = "parcel"
    assert told(difference(good(), files, tmp_path)) == {"! parameter.renamed"}


def test_the_words_of_openapi_3_0_are_the_same_facts(tmp_path: Path) -> None:
    new, old = good(), good()
    old[API]["openapi"] = "3.0.3"
    put(old[API], "/components/schemas/Parcel/properties/id", {"type": "string", "nullable": True})
    put(new[API], "/components/schemas/Parcel/properties/id", {"type": ["string", "null"]})
    assert told(difference(old, new, tmp_path)) == set()


def test_the_same_events_in_asyncapi_2_are_no_change(tmp_path: Path) -> None:
    old = good()
    three = old["asyncapi.yaml"]
    messages = [{"$ref": f"#/components/messages/{name}"} for name in three["components"]["messages"]]
    channels = {"parcels.events": {"subscribe": {"message": {"oneOf": messages}}}}
    old["asyncapi.yaml"] = {**three, "asyncapi": "2.6.0", "operations": {}, "channels": channels}
    assert told(difference(old, good(), tmp_path)) == set()


def test_a_contract_that_is_gone_breaks_whoever_relied_on_it(tmp_path: Path) -> None:
    files = good()
    files["asyncapi.yaml"] = None
    del files["service.yaml"]["events"]
    assert told(difference(good(), files, tmp_path)) == {"✗ document.removed"}


def test_an_object_that_becomes_one_of_several_is_still_compared_with_itself(tmp_path: Path) -> None:
    old, new = good(), good()
    schemas = new[API]["components"]["schemas"]
    schemas["Box"] = {"type": "object", "title": "Box"}
    choice = {"oneOf": [{"$ref": "#/components/schemas/Parcel"}, {"$ref": "#/components/schemas/Box"}]}
    put(new[API], "/components/responses/Parcel/content/application~1json/schema", choice)
    put(new[API], "/components/schemas/Parcel/properties/status", GONE)
    assert told(difference(old, new, tmp_path)) == {"✗ response.alternative.widened", "✗ response.field.removed"}
