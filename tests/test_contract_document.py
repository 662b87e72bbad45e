"""Contract documents are read as what they say: YAML without surprises, and references that lead somewhere."""

from pathlib import Path

import pytest

from service_standard.contract import ContractError
from service_standard.contract.document import LARGEST_DOCUMENT, Node, load_document, read_yaml

ODD_NUMBERS = ["010", "0x1F", "0o7", "1_000", "1:30", ".5", "+1", ".inf"]


def written(folder: Path, text: str, name: str = "contract.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ContractError) as refused:
        read_yaml(path)
    assert len(refused.value.faults) == 1
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200: ok", {"200": "ok"}),
        ("{1.5: a, true: b, null: c, on: d, ~: e}", {"1.5": "a", "true": "b", "null": "c", "on": "d", "~": "e"}),
        ("a: 2026-11-21", {"a": "2026-11-21"}),
        ("a: 2026-11-21T09:30:00Z", {"a": "2026-11-21T09:30:00Z"}),
        ("a: [on, off, yes, no, y, True, FALSE]", {"a": ["on", "off", "yes", "no", "y", "True", "FALSE"]}),
        ("a: [true, false, null, ~]", {"a": [True, False, None, None]}),
        ("a:", {"a": None}),
        ("a: [1, -1, 0, 1.5, 1e3, -0.5]", {"a": [1, -1, 0, 1.5, 1000.0, -0.5]}),
        ("a: [010, 0x1F, 0o7, 1_000, 1:30, .5, +1, .inf]", {"a": ODD_NUMBERS}),
        ("a: 1.0.0", {"a": "1.0.0"}),
        ("a: '200'", {"a": "200"}),
        ("a: =", {"a": "="}),
        ("{a: &x {b: 1}, c: *x}", {"a": {"b": 1}, "c": {"b": 1}}),
        ("<<: {b: 1}", {"<<": {"b": 1}}),
        ('{"json": [1, true, null, "x"]}', {"json": [1, True, None, "x"]}),
        ("a: Zoë \U0001f600", {"a": "Zoë \U0001f600"}),
    ],
)
def test_yaml_is_read_as_json_would_have_it(tmp_path: Path, text: str, value: object) -> None:
    read = read_yaml(written(tmp_path, text))
    assert read == value
    assert repr(read) == repr(value)  # 1 == True == 1.0, and none of them is another.


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\na: 2", "found a key twice"),
        ("200: a\n'200': b", "found a key twice"),
        ("a: {b: {c: 1, c: 2}}", "found a key twice"),
        ("- a", "must be a mapping"),
        ("", "must be a mapping"),
        ("just text", "must be a mapping"),
        ("a: [", "is not valid YAML"),
        ("a: *nowhere", "is not valid YAML"),
        ("a: &x {b: *x}", "is not valid YAML"),
        ("a: !!python/object/apply:os.getcwd []", "is not valid YAML"),
        ("a: !!int x", "is not valid YAML"),
        ("? [a, b]\n: c", "found a key that is no word"),
        ("a: 1\n---\nb: 2", "is not valid YAML"),
        ("a: " + "[" * 5000, "is nested deeper than 100"),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_no_contract_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    assert reason in refusal(written(tmp_path, text))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert "cannot be read: No such file or directory" in refusal(tmp_path / "missing.yaml")
    assert "cannot be read: Is a directory" in refusal(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"a: \xff")
    assert "is not valid YAML" in refusal(tmp_path / "latin.yaml")
    assert "is larger than" in refusal(written(tmp_path, "a: " + "x" * LARGEST_DOCUMENT))


def loaded(folder: Path, text: str, **others: str) -> Node:
    for name, other in others.items():
        written(folder, other, f"{name}.yaml")
    return load_document(written(folder, text))


def test_a_reference_is_followed_within_the_file_and_across_files(tmp_path: Path) -> None:
    root = loaded(
        tmp_path,
        "{a: {$ref: '#/b'}, b: {$ref: 'other.yaml#/x'}, whole: {$ref: other.yaml}}",
        other="{x: {y: {$ref: '#/z'}}, z: {back: {$ref: 'contract.yaml#/list/1'}}}",
    )
    assert root["a"].uri == f"{(tmp_path / 'other.yaml').as_uri()}#/x"
    assert root["a"]["y"].name == "z"
    assert "x" in root["whole"]
    with pytest.raises(ContractError, match="has no list"):
        root["a"]["y"]["back"]


def test_a_reference_is_seen_from_the_folder_of_its_file(tmp_path: Path) -> None:
    written(tmp_path, "b: {$ref: ../c.yaml#/v}", "sub/b.yaml")
    written(tmp_path, "v: 7", "c.yaml")
    assert load_document(written(tmp_path, "a: {$ref: 'sub/b.yaml#/b'}"))["a"].value == 7


def test_odd_names_are_escaped_on_the_way(tmp_path: Path) -> None:
    root = loaded(tmp_path, "{paths: {'/orders/{id}': 1}, a~b: 2, list: [5, 6], r: {$ref: '#/paths/~1orders~1{id}'}}")
    assert (root["r"].value, root["r"].name) == (1, "/orders/{id}")
    assert root["a~b"].pointer == "/a~0b"
    assert [node.value for node in root["list"].elements()] == [5, 6]
    assert [(name, node.value) for name, node in root["paths"].items()] == [("/orders/{id}", 1)]


def test_what_is_no_object_or_array_has_no_members(tmp_path: Path) -> None:
    root = loaded(tmp_path, "{a: 1, t: text}")
    assert (list(root["a"].items()), list(root["a"].elements()), "x" in root["a"]) == ([], [], False)
    assert (root.get("nothing"), root.text("t")) == (None, "text")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: {$ref: '#/a'}", "has no end"),
        ("{a: {$ref: '#/b'}, b: {$ref: '#/a'}}", "has no end"),
        ("a: {$ref: '#/nothing'}", "has no nothing"),
        ("a: {$ref: '#/list/7'}", "has no"),
        ("a: {$ref: 'other.yaml#/nothing'}", "other.yaml#: has no nothing"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    root = loaded(tmp_path, text, other="x: 1")
    with pytest.raises(ContractError, match=reason):
        root["a"]


def test_a_reference_to_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"missing\.yaml: cannot be read"):
        loaded(tmp_path, "a: {$ref: 'missing.yaml#/x'}")
    with pytest.raises(ContractError, match="names a file that is not there"):
        loaded(tmp_path, "a: 1").at("never-loaded.yaml#/x")


def test_a_word_that_must_be_text_is_text(tmp_path: Path) -> None:
    root = loaded(tmp_path, "{version: 1.0, info: {}}")
    for node, key in ((root, "version"), (root, "nothing"), (root["info"], "title")):
        with pytest.raises(ContractError, match=f"{key} must be a string"):
            node.text(key)
