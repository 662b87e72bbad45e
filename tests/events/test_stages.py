"""The stages of an order's life have events of their own, for whoever asks for them."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, cast

import pytest

from orders.settings import OrdersSettings
from service_standard.contract import ContractError, Object
from service_standard.contract.document import read_yaml
from tests.contract.documents import Edit, asyncapi, mutated_documents, openapi
from tests.events.test_payments import event, history, tell
from tests.service import ROOT, Caller, running, settings_for
from tests.test_events_recorded import recorded
from tests.test_workflows import LIVES, documented

pytestmark = pytest.mark.anyio

STATUSES: Final = "/components/schemas/OrderStatus/x-workflow/workflows/standard/statuses"
UPDATED: Final = "order.updated"
TOLD: Final[dict[str, list[str | None]]] = {
    "standard": ["order.payment_completed", "order.shipped", "order.delivered"],
    "retail": ["order.confirmed", None, "order.shipped", "order.delivered", "order.refunded"],
    "kitchen": ["order.confirmed", None, None, None],
}


@asynccontextmanager
async def telling(settings: OrdersSettings, workflow: str = "standard") -> AsyncIterator[Caller]:
    """A service that sends events of every type."""
    every = settings.model_copy(update={"event_types": "all", "orders_workflow": workflow})
    async with running(every) as service:
        yield service


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


@pytest.mark.parametrize("workflow", LIVES)
async def test_each_stage_is_told_right_after_its_update(settings: OrdersSettings, workflow: str) -> None:
    async with telling(settings, workflow) as service:
        order = await service.create()
        for status in LIVES[workflow][1:]:
            assert (await service.patch(order["id"], status)).status_code == 200
        told = [event for stage in TOLD[workflow] for event in (UPDATED, stage) if event]
        assert types(await recorded(service)) == ["order.created", *told]


async def test_a_stage_is_told_by_what_its_update_says_and_known_by_the_version(settings: OrdersSettings) -> None:
    async with telling(settings) as service:
        order = await service.create()
        await service.patch(order["id"], "cancelled")
        created, updated, cancelled = await recorded(service)
        assert (updated["type"], cancelled["type"]) == (UPDATED, "order.cancelled")
        own = ("id", "type", "traceparent")
        assert {name: cancelled[name] for name in cancelled if name not in own} == {
            name: updated[name] for name in updated if name not in own
        }
        assert [each["orderversion"] for each in (created, updated, cancelled)] == ["1", "2", "2"]
        assert len({each["id"] for each in (created, updated, cancelled)}) == 3
        assert [entry["eventId"] for entry in await history(service, order["id"])] == [created["id"], updated["id"]]


async def test_a_consumer_of_both_has_each_change_once_by_the_version(settings: OrdersSettings) -> None:
    async with telling(settings) as service:
        orders = [(await service.create())["id"] for _ in range(2)]
        for order in orders:
            for status in ("paid", "shipped"):
                await service.patch(order, status)
        events = await recorded(service)
        changes = {(each["subject"], each["orderversion"]): each["data"]["status"] for each in events}
        assert (len(events), len(changes)) == (10, 6)
        for order in orders:
            told = [changes[f"orders/{order}", version] for version in "123"]
            assert told == ["pending", "paid", "shipped"]


async def test_a_payment_is_told_besides_the_status_that_it_leads_to(settings: OrdersSettings) -> None:
    async with telling(settings, "retail") as service:
        order = (await service.create())["id"]
        failed, paid = event(order, "payment.failed"), event(order)
        assert [await tell(service, failed), await tell(service, paid), await tell(service, paid)] == [202] * 3
        _, *told = await recorded(service)
        assert types(told) == [UPDATED, "order.payment_failed", UPDATED, "order.confirmed", "order.payment_completed"]
        assert [each["causationid"] for each in told] == [failed["id"]] * 2 + [paid["id"]] * 3
        assert [each["data"]["status"] for each in told] == ["pending"] * 2 + ["confirmed"] * 3


async def test_what_a_status_and_a_payment_both_tell_is_told_once(settings: OrdersSettings) -> None:
    async with telling(settings) as service:
        order = (await service.create())["id"]
        assert await tell(service, event(order)) == 202
        assert types(await recorded(service)) == ["order.created", UPDATED, "order.payment_completed"]


async def test_stages_are_not_told_to_who_did_not_ask_for_them(embedded: Caller) -> None:
    order = (await embedded.create())["id"]
    assert (await embedded.patch(order, "cancelled")).status_code == 200
    assert types(await recorded(embedded)) == ["order.created", UPDATED]


async def test_a_workflow_with_an_event_that_is_not_declared_is_not_served(tmp_path: Path) -> None:
    (refusal,) = re.findall(r"```text\n(x-workflow.*)\n```", (ROOT / "docs/events.md").read_text())
    for spoilt, fault in (("order.arrived", refusal), (UPDATED, "is told by order.updated, which has a meaning")):
        overlay = tmp_path / f"{spoilt}.yaml"
        overlay.write_text(documented()[0].replace("order.delivered", spoilt))
        with pytest.raises(ContractError) as refused:
            async with running(settings_for(f"sqlite:///{tmp_path}/orders.db", orders_workflow=str(overlay))):
                pass
        assert any(fault in each for each in refused.value.faults)


async def test_the_workflow_says_which_event_tells_of_a_status(embedded: Caller) -> None:
    answer = (await embedded.send("GET", "/workflow")).json()
    told = {status["status"]: status.get("event") for status in answer["statuses"]}
    assert [told[status] for status in LIVES["standard"]] == [None, *TOLD["standard"]]
    assert json.dumps(answer).count("order.cancelled") == 1


async def test_a_workflow_may_have_an_event_that_no_code_knows(embedded: Caller, tmp_path: Path) -> None:
    mutated_documents(tmp_path, [openapi(f"{STATUSES}/shipped/event", "order.packed"), *packed()])
    settings = embedded.settings.model_copy(update={"service_manifest": tmp_path / "service.yaml"})
    async with telling(settings) as service:
        order = (await service.create())["id"]
        for status in ("paid", "shipped"):
            await service.patch(order, status)
        assert types(await recorded(service))[-2:] == [UPDATED, "order.packed"]


def packed() -> list[Edit]:
    """What it takes to declare an event of another type, alike to one that is there."""
    components = cast("dict[str, Object]", read_yaml(ROOT / "asyncapi/orders.yaml")["components"])
    kinds = {"messages": "orderShipped", "schemas": "OrderShipped"}
    alike = {kind: json.dumps(components[kind][name]) for kind, name in kinds.items()}
    renamed = {kind: json.loads(re.sub("([oO]rder\\.?)[sS]hipped", r"\1packed", text)) for kind, text in alike.items()}
    message: Object = {"$ref": "#/channels/orderEvents/messages/orderpacked"}
    return [
        asyncapi("/components/messages/orderpacked", renamed["messages"]),
        asyncapi("/components/schemas/Orderpacked", renamed["schemas"]),
        asyncapi("/channels/orderEvents/messages/orderpacked", {"$ref": "#/components/messages/orderpacked"}),
        asyncapi("/operations/sendOrderStage/messages/-", message),
    ]
