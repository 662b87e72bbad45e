"""`service-standard diff` as a user runs it: what it accepts, what it prints, how it ends."""

import json
import subprocess
from pathlib import Path

import pytest

from service_standard.checker.__main__ import main
from tests.checker.diff.edits import API, GONE, put
from tests.checker.samples import good, write


def test_nothing_changed_is_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = str(write(good(), tmp_path))
    assert main(["diff", directory, f"{directory}/service.yaml"]) == 0
    assert "no changes" in capsys.readouterr().out


def test_a_breaking_change_is_exit_1_with_its_rule_place_values_and_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = _two_versions(tmp_path)
    assert main(["diff", f"{old}/{API}", f"{new}/{API}", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["summary"] == {"breaking": 1, "warning": 0, "additive": 0}
    assert report["changes"] == [
        {
            "rule": "request.limit.narrowed",
            "effect": "breaking",
            "where": ["GET /parcels query limit"],
            "place": {"file": f"{new}/{API}", "pointer": "/paths/~1parcels/get/parameters/0/schema/maximum"},
            "old": {"maximum": 100},
            "new": {"maximum": 50},
            "breaks": "client authors",
            "why": "What the older contract allowed them to send is refused.",
        }
    ]


def test_the_table_names_the_rule_and_goes_to_the_file(tmp_path: Path) -> None:
    old, new = _two_versions(tmp_path)
    main(["diff", str(old), str(new), "--output", str(tmp_path / "report")])
    assert "✗ request.limit.narrowed  GET /parcels query limit" in (tmp_path / "report").read_text()


def test_an_older_commit_is_compared_with_the_files_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = good()
    write(files, tmp_path / "service")
    monkeypatch.chdir(tmp_path)
    for command in ("init -q", "add .", "-c user.name=x -c user.email=x@example.com commit -qm first"):
        subprocess.run(["git", *command.split()], check=True)
    put(files[API], "/components/schemas/Parcel/properties/parts", GONE)
    write(files, tmp_path / "service")
    assert main(["diff", "git:HEAD:service", "service"]) == 1
    assert "at    git:HEAD:service/openapi.yaml#/components/schemas/Parcel/properties/parts" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("nowhere", "there is no such file"),
        ("git:nowhere:service", "no such commit"),
        ("git:HEAD", "must read git:REV:path"),
        ("broken.yaml", "is not valid YAML"),
        ("other.yaml", "is neither an OpenAPI 3 document"),
        ("dangling.yaml", "has no nowhere"),
        ("asyncapi.yaml", "have no kind of contract in common"),
        ("empty", "has no manifest and no contract"),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_exit_2(
    old: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = good()
    dangling = good()[API]
    put(dangling, "/paths/~1parcels/post/requestBody", {"$ref": "#/nowhere"})
    write({**files, "broken.yaml": "a: [", "other.yaml": {"a": 1}, "dangling.yaml": dangling}, tmp_path)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    assert main(["diff", old, API]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("service-standard diff: ")
    assert said in line


def test_references_in_a_ring_come_to_an_end(tmp_path: Path) -> None:
    files = good()
    schemas = files[API]["components"]["schemas"]
    schemas["Parcel"] = {
        "allOf": [{"$ref": "#/components/schemas/Ring"}],
        "properties": schemas["Parcel"]["properties"],
    }
    schemas["Ring"] = {"allOf": [{"$ref": "#/components/schemas/Parcel"}]}
    old = str(write(good(), tmp_path / "old"))
    assert main(["diff", old, str(write(files, tmp_path / "new"))]) == 1


def _two_versions(directory: Path) -> tuple[Path, Path]:
    files = good()
    put(files[API], "/paths/~1parcels/get/parameters/0/schema/maximum", 50)
    return write(good(), directory / "old"), write(files, directory / "new")
