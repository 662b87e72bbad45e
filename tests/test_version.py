"""The version stands in the manifest; every other place that has to state it states the same."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from service_standard.manifest import load_manifest
from tests.sources import PAYMENTS, ROOT

VERSION: Final = load_manifest(ROOT / "service.yaml").version
# Where it stands again, since nothing there can read the manifest; the first that is found counts.
PLACES: Final = {
    "pyproject.toml": r'^version = "(.+)"$',
    "openapi/orders.yaml": r"^  version: (.+)$",
    "asyncapi/orders.yaml": r"^  version: (.+)$",
    "Dockerfile": r"^ARG VERSION=(.+)$",
    "CHANGELOG.md": r"^## \[(\d.+?)\]",
    "examples/payments/pyproject.toml": r'"orders==(.+?)"',
    "src/service_standard/checker/new/template/pyproject.toml.tmpl": r"@v(.+?)\"",
}
# Those of the service that is the example: it has a version of its own.
OF_PAYMENTS: Final = {
    "pyproject.toml": r'^version = "(.+)"$',
    "openapi/payments.yaml": r"^  version: (.+)$",
    "asyncapi/payments.yaml": r"^  version: (.+)$",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place_states_the_version_of_the_manifest(place: str) -> None:
    assert stated(ROOT / place, PLACES[place])[:1] == [VERSION]


def test_every_image_of_the_service_has_that_version() -> None:
    assert {tag for file in compositions() for tag in stated(file, r"(?:image: orders:|newTag: )(\S+)$")} == {VERSION}


@pytest.mark.parametrize("place", OF_PAYMENTS)
def test_the_example_has_one_version_too(place: str) -> None:
    assert stated(PAYMENTS / place, OF_PAYMENTS[place])[:1] == [load_manifest(PAYMENTS / "service.yaml").version]


def stated(file: Path, pattern: str) -> Sequence[str]:
    """Every version that a file states in this way, without quotes."""
    return [found.strip("\"'") for found in re.findall(pattern, file.read_text(), re.MULTILINE)]


def compositions() -> Iterator[Path]:
    """What names images: Compose, and manifests for a cluster."""
    yield ROOT / "docker-compose.yml"
    yield from (ROOT / "deploy").rglob("*.yaml")
