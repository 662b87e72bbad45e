"""What every service of the standard answers about itself: who it is, its contracts, and how it fares."""

import pytest

from service_standard.contract import Json
from service_standard.contract.document import read_yaml
from tests.service import ROOT, Caller, problem_of

pytestmark = pytest.mark.anyio


async def test_the_service_says_who_it_is_to_anybody(embedded: Caller) -> None:
    answer = await embedded.send("GET", "/", {})
    assert (answer.status_code, answer.json()) == (200, {"name": "orders", "version": "1.0.0"})


@pytest.mark.parametrize(
    ("path", "file"), [("/openapi.json", "openapi/orders.yaml"), ("/asyncapi.json", "asyncapi/orders.yaml")]
)
async def test_a_contract_is_served_as_it_stands_in_its_file(embedded: Caller, path: str, file: str) -> None:
    served: Json = (await embedded.send("GET", path, {})).json()
    assert served == read_yaml(ROOT / file)


async def test_the_probes_need_no_token(embedded: Caller) -> None:
    assert (await embedded.send("GET", "/healthz", {})).json() == {"status": "ok"}
    ready = await embedded.send("GET", "/readyz", {})
    assert ready.json() == {"status": "ok", "checks": {"database": "ok", "keys": "ok", "migrations": "ok"}}


async def test_what_a_public_operation_does_not_know_is_refused(embedded: Caller) -> None:
    for path in ("/", "/openapi.json", "/asyncapi.json", "/healthz", "/readyz", "/metrics"):
        assert problem_of(await embedded.send("GET", f"{path}?verbose=1", {})) == (400, "validation_error")
