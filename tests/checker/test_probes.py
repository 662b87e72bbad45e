"""The probes of a running service: what LIFE-01 says of good ones and of bad ones."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from service_standard.checker.rule import Outcome
from service_standard.checker.rules import chosen
from service_standard.checker.run import judge
from service_standard.checker.subject import Subject
from tests.checker.served import live, served


def outcome(healthz: Response, readyz: Response, directory: Path) -> Outcome:
    async def health(_: Request) -> Response:
        return healthz

    async def ready(_: Request) -> Response:
        return readyz

    app = Starlette(routes=[Route("/healthz", health), Route("/readyz", ready)])
    (rule,) = chosen(["LIFE-01.probes"], [])
    with served(app) as url, live(url) as target:
        return judge(rule, Subject(directory, target=target))


def test_probes_that_say_ok_pass(tmp_path: Path) -> None:
    ok = JSONResponse({"status": "ok", "checks": {"database": "ok"}})
    assert outcome(ok, ok, tmp_path).verdict == "passed"


def test_a_probe_that_says_anything_else_fails_with_the_request_that_shows_it(tmp_path: Path) -> None:
    found = outcome(JSONResponse({"status": "ok"}), PlainTextResponse("ready"), tmp_path)
    assert found.verdict == "failed"
    (finding,) = found.findings
    assert finding.request.startswith("curl -i -X GET http://127.0.0.1:")
    assert finding.request.endswith("/readyz")
    assert finding.came == "200 text/plain: ready"
