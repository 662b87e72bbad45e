"""Workflows that are chosen at start: the contracts follow, orders go by their own, and nonsense is not served."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic_core import to_json

from orders.law import law_of
from orders.settings import OrdersSettings
from service_standard.checker.rule import Outcome
from service_standard.checker.rules import every_rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from service_standard.contract import ContractError
from service_standard.settings import SettingsError
from tests.service import ROOT, Caller, problem_of, running, settings_for
from tests.storage import count

pytestmark = pytest.mark.anyio

LIVES = {
    "standard": ("pending", "paid", "shipped", "delivered"),
    "retail": ("pending", "confirmed", "processing", "shipped", "delivered", "refunded"),
    "kitchen": ("pending", "confirmed", "preparing", "ready", "completed"),
}


@asynccontextmanager
async def served(settings: OrdersSettings, workflow: str) -> AsyncIterator[Caller]:
    """A service on the same database, under a workflow."""
    async with running(settings.model_copy(update={"orders_workflow": workflow})) as caller:
        yield caller


async def statuses_of(service: Caller, path: str) -> list[str]:
    """Each status that the contract or the events have at a path of the service."""
    schemas = (await service.send("GET", path, {})).json()["components"]["schemas"]
    found: list[str] = schemas["OrderStatus"]["enum"]
    return found


@pytest.mark.parametrize("workflow", LIVES)
async def test_an_order_goes_through_the_life_of_its_workflow(settings: OrdersSettings, workflow: str) -> None:
    first, *later = LIVES[workflow]
    async with served(settings, workflow) as service:
        order = await service.create()
        assert (order["workflow"], order["status"]) == (workflow, first)
        for status in later:
            order = (await service.patch(order["id"], status)).json()
            assert order["status"] == status
        assert order["allowedTransitions"] == []
        assert (await service.send("GET", f"/orders/{order['id']}")).json() == order


@pytest.mark.parametrize("workflow", LIVES)
async def test_an_order_goes_no_way_that_its_workflow_does_not_have(embedded: Caller, workflow: str) -> None:
    async with served(embedded.settings, workflow) as service:
        shown = (await service.send("GET", "/workflow")).json()["statuses"]
        following = {each["status"]: each["next"] for each in shown}
        for status, way in ways(LIVES[workflow][0], following).items():
            order = (await service.create())["id"]
            for step in way:
                assert (await service.patch(order, step)).status_code == 200
            before = await stored(service)
            for to in set(await statuses_of(service, "/openapi.json")) - set(following[status]):
                refused = await service.patch(order, to)
                assert problem_of(refused) == (409, "conflict")
                (error,) = refused.json()["errors"]
                assert error["pointer"] == "#/status"
                assert all(each in error["detail"] for each in following[status])
            assert await stored(service) == before
            assert (await service.send("GET", f"/orders/{order}")).json()["status"] == status


def ways(initial: str, following: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """A shortest way to each status."""
    found: dict[str, tuple[str, ...]] = {initial: ()}
    for status in (waiting := [initial]):
        new = [to for to in following[status] if to not in found]
        found |= {to: (*found[status], to) for to in new}
        waiting += new
    assert set(found) == set(following)
    return found


async def stored(service: Caller) -> list[object]:
    return [await count(service.settings, table) for table in ("order_history", "outbox", "idempotency")]


async def test_an_order_keeps_the_workflow_that_it_was_created_under(settings: OrdersSettings) -> None:
    async with served(settings, "standard") as before:
        old = await before.create()
    async with served(settings, "retail") as after:
        new = await after.create()
        assert problem_of(await after.patch(old["id"], "confirmed")) == (409, "conflict")
        assert problem_of(await after.patch(new["id"], "paid")) == (409, "conflict")
        assert (await after.patch(old["id"], "paid")).json()["allowedTransitions"] == ["shipped", "cancelled"]
        assert (await after.patch(new["id"], "confirmed")).json()["workflow"] == "retail"
        listed = (await after.send("GET", "/orders?status=paid")).json()
        assert [order["workflow"] for order in listed["items"]] == ["standard"]


async def test_the_served_contract_and_the_events_follow_the_workflow(embedded: Caller) -> None:
    assert await statuses_of(embedded, "/openapi.json") == [*LIVES["standard"], "cancelled"]
    async with served(embedded.settings, "kitchen") as kitchen:
        document = await statuses_of(kitchen, "/openapi.json")
        assert set(LIVES["kitchen"]) < set(document)
        order = await kitchen.create()
        assert (await kitchen.patch(order["id"], "confirmed")).status_code == 200
        feed = await kitchen.send("GET", "/events", kitchen.token("orders.events"))
        assert [event["data"]["status"] for event in feed.json()] == ["pending", "confirmed"]


async def test_a_workflow_tells_what_each_status_allows(embedded: Caller) -> None:
    answer = await embedded.send("GET", "/workflow")
    shown = {each.pop("status"): each for each in answer.json()["statuses"]}
    assert (answer.json()["name"], answer.json()["initial"]) == ("standard", "pending")
    assert list(shown) == [*LIVES["standard"], "cancelled"]
    allows = {"cancellable": True, "editable": False, "refundable": True, "final": False}
    events = {"reachedBy": "payment.successful", "event": "order.payment_completed"}
    assert shown["paid"] == {"next": ["shipped", "cancelled"], **allows, **events}
    assert (await embedded.send("GET", "/workflow?name=standard")).json() == answer.json()
    assert problem_of(await embedded.send("GET", "/workflow?name=retail")) == (404, "not_found")
    assert problem_of(await embedded.send("GET", "/workflow?name=Retail")) == (400, "validation_error")


async def test_a_payment_moves_an_order_as_its_own_workflow_says(embedded: Caller) -> None:
    old = await embedded.create()
    async with served(embedded.settings, "retail") as service:
        paid = [old["id"], (await service.create())["id"]]
        for number, order in enumerate(paid):
            event = {
                "specversion": "1.0",
                "id": str(number),
                "source": "urn:service:payments",
                "type": "payment.successful",
            }
            headers = {**service.token("orders.events.write"), "Content-Type": "application/cloudevents+json"}
            content = to_json({**event, "data": {"paymentId": "p", "orderId": order}})
            assert (await service.send("POST", "/events", headers, content=content)).status_code == 202
        found = [(await service.send("GET", f"/orders/{order}")).json()["status"] for order in paid]
        assert found == ["paid", "confirmed"]


def test_a_workflow_that_is_not_there_is_told_with_those_that_are() -> None:
    for chosen in ("wholesale", "nowhere/wholesale.yaml", "../retail"):
        with pytest.raises(
            SettingsError, match="ORDERS_WORKFLOW: must be one of kitchen, retail, standard, or the path"
        ):
            law_of(settings_for("sqlite:///none.db", orders_workflow=chosen))


def test_the_documents_under_each_workflow_keep_the_standard() -> None:
    for workflow in ("retail", "kitchen"):
        subject = Subject(ROOT, overlays=(ROOT / f"openapi/workflows/{workflow}.yaml",))
        outcomes: Sequence[Outcome] = run(subject, every_rule()).outcomes
        assert [(outcome.rule.id, outcome.findings) for outcome in outcomes if outcome.findings] == []
        assert "retail" in str(subject.openapi.root.value) or workflow == "kitchen"


def documented() -> tuple[str, str]:
    """The overlay in the documentation, and the faults that it tells of an unsound one."""
    page = (ROOT / "docs/workflows.md").read_text()
    overlay, refusal = (re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)[0] for language in ("yaml", "text"))
    return overlay, refusal


async def test_the_overlay_of_the_documentation_is_served(embedded: Caller, tmp_path: Path) -> None:
    overlay = tmp_path / "wholesale.yaml"
    overlay.write_text(documented()[0])
    async with served(embedded.settings, str(overlay)) as service:
        order = await service.create()
        assert (order["workflow"], order["status"]) == ("wholesale", "quoted")
        for status in ("ordered", "delivered", "invoiced"):
            assert (await service.patch(order["id"], status)).status_code == 200
        unwanted = await service.create()
        cancelled = await service.send("POST", f"/orders/{unwanted['id']}/cancel", json={})
        assert cancelled.json()["status"] == "cancelled"


async def test_an_overlay_whose_workflow_is_unsound_is_refused_with_each_reason(tmp_path: Path) -> None:
    overlay, refusal = documented()
    spoilt = overlay.replace("{next: [invoiced], refundable: true, event: order.delivered}", "{}")
    assert spoilt != overlay
    path = tmp_path / "wholesale.yaml"
    path.write_text(spoilt)
    settings = settings_for(f"sqlite:///{tmp_path}/orders.db", orders_workflow=str(path))
    with pytest.raises(ContractError) as refused:
        async with running(settings):
            pass
    assert refused.value.faults == [line for line in refusal.splitlines() if line.startswith("x-workflow")]
