"""The five formats of a report: what each has to hold for who reads it."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import fromstring

import jsonschema_rs
import pytest

from service_standard.checker.report import FORMATS
from service_standard.checker.rules import every_rule
from service_standard.checker.run import Report, run
from tests.checker.formats import SARIF, junit_faults
from tests.checker.samples import good, subject_of
from tests.checker.spoilt import MANIFEST, OPENAPI, at

HOSTILE = '<script>alert("\x00")</script> `&'
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDEST = 120
NARROWEST = 500  # a window of Chromium is never narrower


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Of a service that breaks a MUST by a word that no format may take for its own, and a SHOULD."""
    files = good()
    at(MANIFEST, "name", HOSTILE)(files)
    at(OPENAPI, "paths/|parcels/get/summary", "")(files)
    return run(subject_of(files, tmp_path_factory.mktemp("service")), every_rule())


def test_the_table_has_no_colours_unless_it_is_on_a_terminal(report: Report) -> None:
    assert "\x1b" not in FORMATS["table"](report, is_terminal=False)
    assert "\x1b[31;1m✗" in FORMATS["table"](report, is_terminal=True)


def test_the_table_shows_each_requirement_once_and_then_each_finding(report: Report) -> None:
    text = FORMATS["table"](report, is_terminal=False)
    for outcome in report.outcomes:
        assert len(re.findall(rf"^  . {outcome.rule.requirement.id} ", text, re.MULTILINE)) == 1
    assert "✗ MAN-02.documents" in text
    assert "! API-12.summaries" in text
    (reason,) = re.findall(r"^  \u2013 no running service was given \(--url\)\n((?: {6}.*\n)+)", text, re.MULTILINE)
    assert {"API-02.served", "LIFE-01.probes"} <= set(reason.replace(",", " ").split())
    assert max(map(len, text.partition("\nnot judged\n")[0].splitlines())) <= WIDEST


def test_json_has_every_outcome_with_its_findings(report: Report) -> None:
    value = json.loads(FORMATS["json"](report, is_terminal=False))
    assert [rule["id"] for rule in value["rules"]] == [outcome.rule.id for outcome in report.outcomes]
    (broken,) = [rule for rule in value["rules"] if rule["id"] == "API-12.summaries"]
    assert broken["verdict"] == "warned"
    assert broken["findings"][0]["place"]["pointer"] == "/paths/~1parcels/get"


def test_junit_fails_what_failed_and_skips_what_was_not_judged(report: Report) -> None:
    root = fromstring(FORMATS["junit"](report, is_terminal=False))  # noqa: S314 the report is our own
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert len(cases) == len(report.outcomes)
    assert [name for name, case in cases.items() if case.find("failure") is not None] == [
        outcome.rule.id for outcome in report.outcomes if outcome.verdict == "failed"
    ]
    assert sum(int(suite.get("skipped", "")) for suite in root) == report.count("not judged")
    assert cases["API-12.summaries"].find("system-out") is not None


def test_sarif_has_a_result_for_each_finding_at_its_line(report: Report) -> None:
    value = json.loads(FORMATS["sarif"](report, is_terminal=False))
    (found,) = value["runs"]
    rules = found["tool"]["driver"]["rules"]
    assert value["version"] == "2.1.0"
    assert len(found["results"]) == report.findings
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning"}
        (location,) = result["locations"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1
    assert len(found["invocations"][0]["toolExecutionNotifications"]) == report.count("not judged")


def test_sarif_has_what_code_scanning_needs_and_no_word_of_its_own(report: Report) -> None:
    value = json.loads(FORMATS["sarif"](report, is_terminal=False))
    faults = jsonschema_rs.Draft202012Validator(SARIF, validate_formats=True).iter_errors(value)
    assert [(list(fault.instance_path), fault.message) for fault in faults] == []


def test_a_finding_has_the_same_fingerprint_in_another_run(report: Report) -> None:
    moved = replace(report, directory="elsewhere", seconds=0.0)
    first, second = (
        json.loads(FORMATS["sarif"](one, is_terminal=False))["runs"][0]["results"] for one in (report, moved)
    )
    prints = [result["partialFingerprints"]["finding/v1"] for result in first]
    assert prints == [result["partialFingerprints"]["finding/v1"] for result in second]
    assert len(set(prints)) == report.findings


def test_junit_has_the_elements_attributes_and_counts_that_its_readers_know(report: Report) -> None:
    assert junit_faults(fromstring(FORMATS["junit"](report, is_terminal=False))) == []  # noqa: S314 the report is our own


class Page(HTMLParser):
    """Collects the elements of a page, and what they name outside of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "action"}]


def test_the_page_needs_nothing_else_and_is_taken_in_by_nothing_that_it_shows(report: Report) -> None:
    text = FORMATS["html"](report, is_terminal=False)
    page = Page(text)
    assert "script" not in page.tags
    assert page.links == []
    assert 'name="viewport"' in text
    assert "url(" not in text
    assert page.tags.count("details") == len({outcome.rule.requirement.id for outcome in report.outcomes})


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_a_browser_shows_the_page_on_a_phone_without_scrolling_sideways(report: Report, tmp_path: Path) -> None:
    page, picture = tmp_path / "report.html", tmp_path / "report.png"
    measure = "<script>document.title = 'width ' + document.documentElement.scrollWidth</script></body>"
    page.write_text(FORMATS["html"](report, is_terminal=False).replace("</body>", measure))
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += [f"--window-size={NARROWEST},900", f"--screenshot={picture}", "--dump-dom", page.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert f"<title>width {NARROWEST}</title>" in dom
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
