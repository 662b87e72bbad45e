"""The catalogue of three services, one of them broken: as text and as a page."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from service_standard.checker.__main__ import main
from service_standard.checker.catalog.catalog import Catalog, Entry, catalog_of
from tests.checker.samples import good, write


@pytest.fixture
def services(tmp_path: Path) -> Path:
    """`parcels` sends, `tracking` receives one of its events and keeps a secret, `ruin` has no readable manifest."""
    write(good(), tmp_path / "parcels")
    tracking = good()
    tracking["service.yaml"] |= {"name": "tracking", "owner": "<b>tracking</b>-team"}
    tracking["asyncapi.yaml"]["operations"] = {
        "hear": {
            "action": "receive",
            "channel": {"$ref": "#/channels/parcels"},
            "messages": [{"$ref": "#/channels/parcels/messages/created"}],
        }
    }
    write(tracking, tmp_path / "deep" / "down" / "tracking")
    write({"service.yaml": "name: [", "openapi.yaml": "paths: 7"}, tmp_path / "ruin")
    write(good(), tmp_path / "node_modules" / "not-ours")
    return tmp_path


def test_every_manifest_is_found_and_a_broken_one_is_listed_with_its_fault(services: Path) -> None:
    found = catalog_of([services])
    assert [service.name for service in found.services] == ["parcels", "ruin", "tracking"]
    assert [bool(service.faults) for service in found.services] == [False, True, False]
    assert "is not valid YAML" in _named(found, "ruin").faults[0]


def test_the_matrix_says_who_sends_and_who_receives(services: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", str(services)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["parcel.created", "sends", "receives"] in rows
    assert ["parcel.updated", "sends", "·"] in rows


def test_a_service_has_its_operations_scopes_and_findings(services: Path) -> None:
    tracking = _named(catalog_of([services]), "tracking")
    listed = next(operation for operation in tracking.operations if operation.name == "GET /parcels")
    assert (listed.id, listed.summary, listed.scopes) == ("listParcels", "List parcels", ("parcels.read",))
    assert tracking.scopes == ("parcels.read", "parcels.write")
    assert "MAN-02.documents" in {outcome.rule.id for outcome in tracking.breaches}
    assert _named(catalog_of([services]), "parcels").breaches == ()


def test_two_services_of_one_name_are_told(services: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(good(), services / "copy")
    main(["catalog", str(services)])
    assert "! more than one service is called parcels" in capsys.readouterr().out


def test_the_page_is_whole_asks_no_other_host_and_writes_names_as_text(services: Path) -> None:
    page = services / "page.html"
    assert main(["catalog", str(services), "--html", "--output", str(page)]) == 0
    text = page.read_text("utf-8")
    assert "&lt;b&gt;tracking&lt;/b&gt;-team" in text
    assert _used(text) == set()
    assert _unclosed(text) == []


@pytest.mark.parametrize(("directory", "said"), [("nowhere", "no such directory"), (".", "there is no service.yaml")])
def test_nothing_to_list_is_exit_2(
    directory: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalog", str(tmp_path / directory)]) == 2
    assert said in capsys.readouterr().err


def _named(catalog: Catalog, name: str) -> Entry:
    return next(service for service in catalog.services if service.name == name)


def _used(text: str) -> set[str]:
    return {word for word in ("http://", "https://", "<script", "src=", "@import", "url(") if word in text}


def _unclosed(text: str) -> list[str]:
    """The elements that are open at the end, or closed where they are not open."""
    open_: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in {"meta", "br"}:
                open_.append(tag)

        def handle_endtag(self, tag: str) -> None:
            open_.append(f"/{tag}") if not open_ or open_.pop() != tag else None

    Reader().feed(text)
    return open_
