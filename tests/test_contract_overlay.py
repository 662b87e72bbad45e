"""An overlay changes the facts that it names, as Overlay 1.0.0 has it, and is refused where it cannot."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic_core import to_json

from service_standard.contract import ContractError, Json, Object, load_contract
from service_standard.contract.overlay import overlaid, parted
from tests.service import ROOT

INFO: Final[Object] = {"title": "An overlay", "version": "1.0.0"}
PARCELS: Final[Object] = {"name": "parcels"}
VANS: Final[Object] = {"name": "vans"}
DOCUMENT: Final[Object] = {
    "info": {"title": "Parcels"},
    "tags": [PARCELS, VANS],
    "paths": {"/parcels": {"get": {"tags": ["parcels"]}}, "/vans": {"get": {"tags": ["vans"]}, "put": {}}},
    "x-legs": {"first": 1},
}


def applied(folder: Path, *actions: Json, **head: Json) -> Any:
    """The document after an overlay of these actions."""
    document, overlay = folder / "document.yaml", folder / "overlay.yaml"
    document.write_bytes(to_json(DOCUMENT))
    overlay.write_bytes(to_json({"overlay": "1.0.0", "info": INFO, "actions": list(actions), **head}))
    return overlaid(document, [overlay])[document.resolve()]


def faults(folder: Path, *actions: Json, **head: Json) -> Sequence[str]:
    with pytest.raises(ContractError) as refused:
        applied(folder, *actions, **head)
    return refused.value.faults


@pytest.mark.parametrize(
    ("target", "update", "changed"),
    [
        ("$", {"info": {"version": "2"}}, {"info": {"title": "Parcels", "version": "2"}}),
        ("$", {"tags": [1]}, {"tags": [PARCELS, VANS, 1]}),
        ("$.info", {"title": "Vans"}, {"info": {"title": "Vans"}}),
        ("$['info']", {"title": ["a", None]}, {"info": {"title": ["a", None]}}),
        ('$["x-legs"]', {"first": {"at": 1}}, {"x-legs": {"first": {"at": 1}}}),
        ("$.tags", {"name": "z"}, {"tags": [PARCELS, VANS, {"name": "z"}]}),
        ("$.tags[1]", {"name": "z"}, {"tags": [PARCELS, {"name": "z"}]}),
    ],
)
def test_an_update_is_merged_into_what_it_selects(tmp_path: Path, target: str, update: Json, changed: Any) -> None:
    assert applied(tmp_path, {"target": target, "update": update}) == {**DOCUMENT, **changed}


@pytest.mark.parametrize(
    ("target", "left"),
    [
        ("$.tags[0]", {"tags": [VANS]}),
        ("$.tags[*]", {"tags": []}),
        ("$.paths['/vans']", {"paths": {"/parcels": {"get": {"tags": ["parcels"]}}}}),
    ],
)
def test_what_is_removed_is_gone(tmp_path: Path, target: str, left: Any) -> None:
    assert applied(tmp_path, {"target": target, "remove": True, "update": {"no": "matter"}}) == {**DOCUMENT, **left}


def test_actions_are_done_in_turn_and_to_everything_that_they_select(tmp_path: Path) -> None:
    first: Object = {"target": "$.paths.*.get", "update": {"security": [], "tags": ["all"]}}
    then: Object = {"target": "$.paths.*.get.security", "update": "token"}
    paths = applied(tmp_path, first, then)["paths"]
    assert paths["/parcels"]["get"] == {"tags": ["parcels", "all"], "security": ["token"]}
    assert paths["/vans"]["get"] == {"tags": ["vans", "all"], "security": ["token"]}


@pytest.mark.parametrize(
    ("action", "fault"),
    [
        ({"target": "$.nowhere", "update": {}}, "$.nowhere selects nothing"),
        ({"target": "$.tags[2]", "update": {}}, "$.tags[2] selects nothing"),
        ({"target": "$.info.title", "update": "Vans"}, "$.info.title selects what is neither an object nor an array"),
        ({"target": "$.info", "update": "Vans"}, "update must be an object, as the target is one"),
        ({"target": "$.info"}, "update must be an object, as the target is one"),
        ({"target": "$", "remove": True}, "the document itself cannot be removed"),
        ({"update": {}}, "must have a target"),
        ("$.info", "must have a target"),
        ({"target": "$.info", "update": {}, "updated": {}}, "updated is not supported"),
    ],
)
def test_an_action_that_cannot_be_done_is_told(tmp_path: Path, action: Json, fault: str) -> None:
    sound: Object = {"target": "$.info", "update": {}}
    assert faults(tmp_path, sound, action) == [f"{tmp_path}/overlay.yaml: actions/1: {fault}"]


@pytest.mark.parametrize(
    "target", ["info", "", "$..tags", "$.tags[?@.name=='vans']", "$.tags[-1]", "$.tags[0:1]", "$.x-legs"]
)
def test_a_target_that_is_not_followed_is_told(tmp_path: Path, target: str) -> None:
    assert "is more of JSONPath than is followed" in faults(tmp_path, {"target": target, "update": {}})[0]


def test_every_fault_of_an_overlay_is_told_at_once(tmp_path: Path) -> None:
    head: Object = {"overlay": "2.0", "info": {}, "extends": "other.yaml", "servers": []}
    told = "\n".join(faults(tmp_path, {"target": "$.a", "update": {}}, **head))
    for part in ("overlay: must be 1.0", "info: must have", "extends: names another", "servers is not", "$.a selects"):
        assert part in told
    assert "actions: must be a list" in faults(tmp_path)[0]


def test_an_overlay_may_say_which_document_it_is_for(tmp_path: Path) -> None:
    assert applied(tmp_path, {"target": "$.info", "update": {}}, extends="./document.yaml") == DOCUMENT


@pytest.mark.parametrize(
    "extended", ["other.yaml", "overlay.yaml", "a\0b", "a" * 5000, "https://o.test/document.yaml", 5, None]
)
def test_an_overlay_of_what_is_no_contract_is_told_by_its_path(tmp_path: Path, extended: Json) -> None:
    told = faults(tmp_path, {"target": "$.info", "update": {}}, extends=extended)
    assert told == [f"{tmp_path}/overlay.yaml: extends: names another document than document.yaml"]


def test_a_contract_without_overlays_is_the_document_itself(tmp_path: Path) -> None:
    path = ROOT / "openapi/orders.yaml"
    overlay = tmp_path / "overlay.yaml"
    actions: Json = [{"target": "$.info", "update": {"title": "Vans"}}]
    overlay.write_bytes(to_json({"overlay": "1.0.0", "info": INFO, "actions": actions}))
    assert overlaid(path, []) == {}
    assert load_contract(path).root["info"].text("title") == "Orders API"
    assert load_contract(path, [overlay]).root["info"].text("title") == "Vans"


def test_an_overlay_is_of_the_events_if_it_says_so_and_else_of_the_operations(tmp_path: Path) -> None:
    head: Object = {"overlay": "1.0.0", "info": INFO, "actions": [{"target": "$", "update": {}}]}
    extended = {"silent": {}, "of_api": {"extends": "api.yaml"}, "of_events": {"extends": "events.yaml"}}
    for name, extends in extended.items():
        (tmp_path / name).write_bytes(to_json({**head, **extends}))
    silent, of_api, of_events = overlays = [tmp_path / name for name in extended]
    assert parted(overlays, tmp_path / "events.yaml") == ([silent, of_api], [of_events])
    assert parted(overlays, None) == (overlays, [])
