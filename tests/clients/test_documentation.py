"""What docs/clients.md shows is what `make clients` runs, and the contracts keep what generators need."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from service_standard.contract.document import Json, Node, load_document
from tests.clients.workshop import CLIENTS, LANGUAGES
from tests.sources import ROOT

PAGE: Final = (ROOT / "docs/clients.md").read_text()
SHOWN: Final = re.findall(r"\[`clients/(\S+)`\]\(\.\./clients/\1\)\n\n?```\w+\n(.+?)```", PAGE, re.DOTALL)
OPENAPI: Final = load_document(ROOT / "openapi/orders.yaml")
ASYNCAPI: Final = load_document(ROOT / "asyncapi/orders.yaml")
A_COMPONENT: Final = re.compile(r"(\.\./openapi/orders\.yaml)?#(/components)?/\w+/\w+(/messages/\w+)?")


@pytest.mark.parametrize(("name", "text"), SHOWN, ids=[name for name, _ in SHOWN])
def test_a_program_that_is_shown_is_the_one_that_runs(name: str, text: str) -> None:
    assert text in (CLIENTS / name).read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_and_the_story_of_each_language_are_shown(language: str) -> None:
    shown = {name.partition("/")[2] for name, _ in SHOWN if name.startswith(f"{language}/")}
    assert shown >= {"build", *LANGUAGES[language].stories.values()}


def test_the_page_shows_what_is_told() -> None:
    assert dict(SHOWN)["story.txt"] == (CLIENTS / "story.txt").read_text()


@pytest.mark.parametrize("contract", [OPENAPI, ASYNCAPI], ids=["OpenAPI", "AsyncAPI"])
def test_a_reference_leads_to_a_component_and_never_into_one(contract: Node) -> None:
    references = [value for key, value in members(contract.value) if key == "$ref"]
    assert references
    assert [found for found in references if not A_COMPONENT.fullmatch(str(found))] == []


def test_a_property_that_must_not_be_there_is_no_mere_false() -> None:
    properties = [value for key, value in members(OPENAPI.value) if key == "properties" and isinstance(value, dict)]
    assert [one for one in properties if False in one.values()] == []


def test_a_parameter_with_one_value_is_an_enum_and_not_a_constant() -> None:
    listed = [value for key, value in members(OPENAPI.value) if key == "parameters"]
    assert [key for key, _ in members(listed) if key == "const"] == []


def test_a_schemas_enum_has_the_name_of_its_schema() -> None:
    unnamed = [
        name
        for name, schema in OPENAPI["components"]["schemas"].items()
        if any(isinstance(part, dict) and "enum" in part for _, part in members(schema.value))
    ]
    assert unnamed == []


def test_a_name_is_given_once() -> None:
    schemas, parameters, events = (
        {name for name, _ in contract["components"][kind].items()}
        for contract, kind in ((OPENAPI, "schemas"), (OPENAPI, "parameters"), (ASYNCAPI, "schemas"))
    )
    assert (schemas & parameters, schemas & events) == (set(), set())


def members(value: Json) -> Iterator[tuple[str, Json]]:
    """Each member of each object of a document, with its name."""
    for name, part in value.items() if isinstance(value, dict) else ():
        yield name, part
        yield from members(part)
    for part in value if isinstance(value, list) else ():
        yield from members(part)
