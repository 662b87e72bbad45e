"""`service-standard check` as it is typed: exit codes, and bad input that ends in a clear line."""

import json
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from service_standard.checker.__main__ import main
from service_standard.checker.live.client import LARGEST_ANSWER, Bounds
from service_standard.checker.rule import NotJudged
from tests.checker.samples import good, write
from tests.checker.served import live, served
from tests.checker.spoilt import EVENTS, MANIFEST, OPENAPI, at
from tests.sources import ROOT

Said = pytest.CaptureFixture[str]
# Ten lines that stand for ten billion values.
LAUGHS = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 11))


def refusal(capsys: Said, *arguments: str) -> str:
    """The one line of a command that could not run."""
    assert main(["check", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line


def test_a_service_that_breaks_nothing_is_exit_code_0(capsys: Said) -> None:
    assert main(["check", str(ROOT)]) == 0
    assert "0 failed" in capsys.readouterr().out


def test_a_broken_must_is_exit_code_1_and_a_broken_should_is_not(tmp_path: Path, capsys: Said) -> None:
    files = good()
    at(OPENAPI, "paths/|parcels/get/summary", "")(files)
    assert main(["check", str(write(files, tmp_path))]) == 0
    at(MANIFEST, "owner", None)(files)
    assert main(["check", str(write(files, tmp_path) / "service.yaml")]) == 1
    assert "`owner` must be a text" in capsys.readouterr().out


def test_only_and_skip_choose_by_rule_requirement_and_heading(capsys: Said) -> None:
    names = ["--only", "manifest", "--only", "API-12", "--skip", "MAN-02", "--skip", "API-12.ids"]
    assert main(["check", str(ROOT), *names, "--format", "json"]) == 0
    chosen = {rule["id"].partition(".")[0] for rule in json.loads(capsys.readouterr().out)["rules"]}
    assert chosen == {"MAN-01", "API-12"}


def test_a_report_goes_to_a_file_when_it_is_told_to(tmp_path: Path, capsys: Said) -> None:
    file = tmp_path / "report.xml"
    assert main(["check", str(ROOT), "--only", "MAN-01", "--format", "junit", "--output", str(file)]) == 0
    assert capsys.readouterr().out == ""
    assert file.read_text().startswith("<?xml")


def test_arguments_that_mean_nothing_are_refused(tmp_path: Path, capsys: Said) -> None:
    assert "no such directory" in refusal(capsys, str(tmp_path / "nowhere"))
    assert "API-99" in refusal(capsys, str(ROOT), "--only", "API-99")
    assert "must start with http" in refusal(capsys, str(ROOT), "--url", "localhost:8000")
    assert "--output" in refusal(capsys, str(ROOT), "--only", "MAN-01", "--output", str(tmp_path))


def test_a_text_that_nobody_can_write_is_written_all_the_same(tmp_path: Path, capsys: Said) -> None:
    files = good()
    at(EVENTS, "0/type", "\ud800")(files)
    directory, page = write(files, tmp_path), tmp_path / "page.html"
    arguments = ["check", str(directory), "--only", "EVT-03", "--events", str(directory / EVENTS)]
    assert main(arguments) == 1
    assert "\\ud800 is not an event" in capsys.readouterr().out
    assert main([*arguments, "--format", "html", "--output", str(page)]) == 1
    assert "\\ud800 is not an event" in page.read_text()


def test_a_url_that_refuses_hangs_or_speaks_no_tls_is_refused(capsys: Said) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        hanging = refusal(capsys, str(ROOT), "--url", f"http://127.0.0.1:{port}", "--time-limit", "0.3")
    # The time for the whole answer and that for its next byte end at the same moment.
    assert re.search("does not answer: (TimeoutError|ReadTimeout)", hanging)
    assert "does not answer: ConnectError" in refusal(capsys, str(ROOT), "--url", f"http://127.0.0.1:{port}")
    with served(Starlette()) as url:
        assert "does not answer: ConnectError" in refusal(capsys, str(ROOT), "--url", url.replace("http:", "https:"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "is not valid YAML"),
        ("- a", "must be a mapping"),
        ("&a [*a]", "must be a mapping"),
        ("", "a mapping"),
        (LAUGHS, "values"),
    ],
)
def test_a_broken_contract_is_a_finding_and_no_traceback(text: str, said: str, tmp_path: Path, capsys: Said) -> None:
    files = good()
    files[OPENAPI] = text
    assert main(["check", str(write(files, tmp_path))]) == 1
    assert said in capsys.readouterr().out


def test_captures_that_cannot_be_read_are_not_judged(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "empty").write_text("\n")
    captures = ["--logs", str(tmp_path / "nowhere"), "--events", str(tmp_path / "empty")]
    assert main(["check", str(ROOT), *captures, "--only", "OBS-01", "--only", "EVT-03"]) == 0
    out = capsys.readouterr().out
    assert "nowhere: cannot be read" in out
    assert "empty: is empty" in out


def test_a_huge_answer_is_read_no_further_than_the_limit() -> None:
    async def huge() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b"x" * (LARGEST_ANSWER // 2)

    async def answer(_: Request) -> Response:
        return StreamingResponse(huge())

    with served(Starlette(routes=[Route("/", answer)])) as url, live(url) as target:
        exchange = target.send("GET", "/")
    assert exchange.is_cut
    assert len(exchange.body) == LARGEST_ANSWER


def test_read_only_and_the_time_limit_hold_back_requests() -> None:
    async def answer(_: Request) -> Response:
        return JSONResponse({})

    with served(Starlette(routes=[Route("/", answer)])) as url:
        with live(url, bounds=Bounds(read_only=True)) as target, pytest.raises(NotJudged, match="read-only"):
            target.send("POST", "/")
        with live(url, bounds=Bounds(time_limit=0.0001)) as target, pytest.raises(NotJudged, match="time limit"):
            target.send("GET", "/")


def test_a_token_never_stands_in_the_evidence() -> None:
    async def answer(_: Request) -> Response:
        return JSONResponse({})

    with served(Starlette(routes=[Route("/", answer)])) as url, live(url) as target:
        token = target.token(["parcels.read"])
        exchange = target.send("GET", "/", token=token)
    assert token not in exchange.request.curl
    assert '-H "Authorization: Bearer $TOKEN"' in exchange.request.curl
