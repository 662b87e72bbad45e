"""The mutation suite as tests, and that the suite itself can fail."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orders.app import compose
from service_standard.contract import ContractError
from service_standard.law import read_law
from tests.contract.documents import GONE, Edit, asyncapi, manifest, mutated_documents, openapi
from tests.contract.mutation import Bench, Kind, Mutation, Verdict, bench, driven, refused
from tests.contract.mutations import MUTATIONS, closing
from tests.contract.probes import creating
from tests.service import settings_for

pytestmark = pytest.mark.anyio

DESCRIPTION = openapi("/info/description", "Another one.")
FEWER_ITEMS = openapi("/components/schemas/OrderItems/maxItems", 4)


@pytest.fixture(scope="module")
async def tried(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    async with bench(tmp_path_factory.mktemp("mutations")) as opened:
        yield opened


@pytest.mark.no_cover  # Other tests take every branch that these do, and these would take twice as long.
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.sentence)
async def test_a_changed_fact_is_followed_or_refused(tried: Bench, mutation: Mutation) -> None:
    verdict = await tried.verdict(mutation)
    assert verdict.kind != "ignored", verdict.reason


@pytest.mark.parametrize(
    ("mutation", "reason"),
    [
        (driven("nothing follows", DESCRIPTION, probe=creating(), before=201, after=400), "201 became 201"),
        (driven("nothing changes", DESCRIPTION, probe=creating(), before=201, after=201), "201 became 201"),
        (driven("it was so before", FEWER_ITEMS, probe=creating(items=[]), before=201, after=400), "400 became 400"),
        (driven("it cannot start", openapi("/openapi", "2.0"), probe=creating(), before=201, after=400), "was refused"),
        (refused("nothing is refused", DESCRIPTION, naming="description"), "the service started"),
        (refused("for another reason", openapi("/openapi", "3.0.0"), naming="description"), "no fault names"),
    ],
    ids=lambda value: value.sentence if isinstance(value, Mutation) else "",
)
async def test_an_ignored_fact_is_reported(tried: Bench, mutation: Mutation, reason: str) -> None:
    verdict = await tried.verdict(mutation)
    assert verdict.kind == "ignored"
    assert verdict.reason.startswith(reason)


@pytest.mark.parametrize(
    ("kinds", "line", "code"),
    [
        (["driven", "refused", "refused"], "mutations: 3, driven: 1, refused: 2, ignored: 0\n", 0),
        (["driven", "ignored", "refused"], "mutations: 3, driven: 1, refused: 1, ignored: 1\n", 1),
    ],
)
def test_the_suite_fails_when_a_fact_is_ignored(
    capsys: pytest.CaptureFixture[str], kinds: list[Kind], line: str, code: int
) -> None:
    assert closing(Verdict(kind) for kind in kinds) == code
    assert capsys.readouterr().out == line


def test_there_are_many_mutations_of_each_document() -> None:
    documents = Counter(mutation.edits[0].document for mutation in MUTATIONS)
    assert documents["openapi"] >= 60
    assert documents["asyncapi"] >= 40
    assert documents["manifest"] >= 15


@pytest.mark.parametrize(
    ("edits", "places"),
    [
        (
            (
                openapi("/paths/~1orders/get/security", GONE),
                openapi("/components/schemas/CustomerId/minLenght", 1),
                openapi("/components/schemas/OrderStatus/enum/-", "lost"),
                asyncapi("/defaultContentType", "application/json"),
                asyncapi("/operations/sendOrderCreated/action", "publish"),
            ),
            ("GET /orders", "minLenght", "defaultContentType", "not publish"),
        ),
        (
            (
                openapi("/paths/~1orders~1{id}/get/responses/404", GONE),
                openapi("/components/schemas/NewOrder/properties/note", {"type": "string"}),
                openapi("/components/parameters/Limit/name", "size"),
                asyncapi("/info/version", "2.0.0"),
                manifest("/auth/required_scopes/-", "orders.all"),
            ),
            ("response 404", "NewOrder", "listOrderHistory: limit", "events: info.version", "orders.all"),
        ),
        ((manifest("/owner", GONE), manifest("/api", "nowhere"), manifest("/word", 1)), ("owner", "api", "word")),
    ],
    ids=["within the contracts", "between contracts and code", "within the manifest"],
)
def test_faults_of_several_places_are_reported_at_once(
    tmp_path: Path, edits: tuple[Edit, ...], places: tuple[str, ...]
) -> None:
    mutated_documents(tmp_path, edits)
    with pytest.raises(ContractError) as refusal:
        compose(read_law(tmp_path / "service.yaml"), settings_for(f"sqlite:///{tmp_path}/orders.db"))
    missing = [place for place in places if not any(place in fault for fault in refusal.value.faults)]
    assert missing == []
