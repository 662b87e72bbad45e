"""What the documents say of the project is so: settings, operations, files and the first answer."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from orders.settings import OrdersSettings
from service_standard.contract import load_contract
from tests.sources import ROOT

README: Final = (ROOT / "README.md").read_text()
DOCUMENTS: Final = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
DECISIONS: Final = sorted((ROOT / "docs/decisions").glob("*.md"))


def table(heading: str) -> Iterator[list[str]]:
    """The rows of the first table under a heading of the README."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    yield from ([cell.strip() for cell in row] for row in rows[2:])


def links(document: Path) -> list[Path]:
    """Where the document's links lead, if that is inside the project."""
    return [document.parent / target for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())]


def test_the_settings_that_are_named_are_there_with_these_defaults() -> None:
    documented = {row[0].strip("`"): row[1].strip("`").replace("\N{EN DASH}", "") for row in table("Configuration")}
    assert documented
    assert documented.items() <= OrdersSettings.model_construct().shown().items()


def test_every_operation_is_documented_with_its_scope() -> None:
    contract = load_contract(ROOT / "openapi/orders.yaml")
    declared = {
        f"{operation.method} {operation.path}": [min(scopes) for scopes in operation.security][:1]
        for operation in contract.operations.values()
    }
    documented = {
        f"{method} {path}": re.findall(r"[\w.]+", scope)
        for cell, scope, _ in table("The API")
        for method in re.findall("[A-Z]{3,}", cell)
        for path in re.findall(r"/[\w/.{}]*", cell)
    }
    assert documented == declared


def test_the_first_answer_is_one_that_the_contract_allows() -> None:
    (answer,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    success = load_contract(ROOT / "openapi/orders.yaml").operations["createOrder"].success
    assert success.content is not None
    assert success.content.schema.errors(json.loads(answer)) == []


def test_the_readme_fits_its_reader() -> None:
    assert len(README.splitlines()) < 150
    assert "![" not in README


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(document: Path) -> None:
    assert [target for target in links(document) if not target.exists()] == []


def test_every_document_is_reached_from_the_list_of_documents() -> None:
    (reached, ahead) = (set[Path](), [ROOT / "docs/README.md"])
    while ahead:
        document = ahead.pop().resolve()
        if document not in reached and document.suffix == ".md":
            ahead += links(document)
        reached.add(document)
    assert [path for path in (ROOT / "docs").rglob("*") if path.is_file() and path.resolve() not in reached] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_source_file_that_is_named_exists(document: Path) -> None:
    # What a how-to has its reader make is not there yet.
    named = re.findall(r"(?<!Make )`((?:src|tests|openapi|asyncapi|docs|scripts)/[\w/.-]+)`", document.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_decision_is_listed_numbered_and_dated() -> None:
    index = (ROOT / "docs/README.md").read_text()
    for decision in DECISIONS:
        title, _, date = decision.read_text().splitlines()[:3]
        assert f"(decisions/{decision.name})" in index
        assert title.startswith(f"# {int(decision.name[:4])}. ")
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", date)
    assert len({decision.name[:4] for decision in DECISIONS}) == len(DECISIONS)
