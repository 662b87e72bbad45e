"""Orders whose workflow a service does not have: it does not start beside them, or leaves them to one that has it."""

import asyncio
from pathlib import Path

import pytest

from orders.followed import require_followed
from orders.law import workflows_of
from orders.settings import OrdersSettings
from service_standard.settings import SettingsError
from tests.events.test_payments import event, outcomes, tell
from tests.process import DEVELOPMENT, refused, run
from tests.service import MANIFEST, Caller, law_of, problem_of, running, settings_for
from tests.storage import count, rows

pytestmark = pytest.mark.anyio

REFUSAL = (
    "ORDERS_WORKFLOW: stored orders (2) follow the workflow retail, which the contract does not have:"
    " choose an overlay that has it too"
)
# Puts a status between two of the first workflow.
PACKED = """
overlay: 1.0.0
info: {title: Orders that are packed, version: 1.0.0}
actions:
  - {target: $.components.schemas.OrderStatus.enum, update: packed}
  - {target: "$.components.schemas.OrderStatus['x-workflow'].workflows.standard.statuses.paid.next", update: packed}
  - target: $.components.schemas.OrderStatus['x-workflow'].workflows.standard.statuses
    update: {packed: {next: [shipped], refundable: true}}
"""
CHANGES = [
    ("PATCH", "", {"status": "shipped"}),
    ("PATCH", "", {"status": "cancelled"}),
    ("PUT", "", {"customerId": "customer-123", "items": ["b"]}),
    ("DELETE", "", None),
    ("POST", "/cancel", {}),
    ("POST", "/payments", {"status": "successful"}),
    ("POST", "/refunds", {"reason": "It came broken"}),
    ("PATCH", "/payment", {"status": "paid", "reason": "As the bank says"}),
]


def under(settings: OrdersSettings, workflow: str) -> OrdersSettings:
    return settings.model_copy(update={"orders_workflow": workflow})


async def starts(settings: OrdersSettings, workflow: str) -> None:
    """Returns if a service would start under the workflow."""
    workflows = workflows_of(law_of(MANIFEST, workflow).contract)
    await asyncio.to_thread(require_followed, settings, workflows)


async def test_a_workflow_stays_in_the_contract_for_as_long_as_orders_follow_it(settings: OrdersSettings) -> None:
    async with running(under(settings, "retail")) as shop:
        orders = [await shop.create() for _ in range(2)]
        await shop.patch(orders[0]["id"], "cancelled")
        for workflow in ("standard", "kitchen"):
            with pytest.raises(SettingsError) as refusal:
                await starts(settings, workflow)
            assert str(refusal.value) == REFUSAL
        await starts(settings, "retail")
        for order in orders:
            archived = await shop.send("DELETE", f"/orders/{order['id']}", shop.token("orders.admin"))
            assert archived.status_code == 200
        await starts(settings, "standard")


async def test_a_status_stays_in_the_contract_for_as_long_as_orders_are_in_it(embedded: Caller, tmp_path: Path) -> None:
    overlay = tmp_path / "packed.yaml"
    overlay.write_text(PACKED)
    async with running(under(embedded.settings, str(overlay))) as packing:
        order = (await packing.create())["id"]
        for status in ("paid", "packed"):
            assert (await packing.patch(order, status)).status_code == 200
        with pytest.raises(SettingsError) as refusal:
            await starts(embedded.settings, "standard")
        refused_status = REFUSAL.replace("(2) follow the workflow retail", "(1) are in the status packed")
        assert str(refusal.value) == refused_status
        assert problem_of(await embedded.patch(order, "shipped")) == (503, "service_unavailable")
        await packing.patch(order, "shipped")
        await starts(embedded.settings, "standard")
        assert (await embedded.patch(order, "delivered")).status_code == 200


async def test_a_service_without_the_workflow_of_stored_orders_is_not_served(embedded: Caller) -> None:
    async with running(under(embedded.settings, "retail")) as shop:
        for _ in range(2):
            await shop.create()
    url = embedded.settings.database_url.get_secret_value()
    ended = await asyncio.to_thread(run, "serve", **DEVELOPMENT, DATABASE_URL=url, PORT="0")
    assert refused(ended) == [REFUSAL]
    assert REFUSAL in (MANIFEST.parent / "docs/workflows.md").read_text()


def test_a_database_that_does_not_answer_is_not_waited_for(tmp_path: Path) -> None:
    workflows = workflows_of(law_of(MANIFEST).contract)
    require_followed(settings_for(f"postgresql://user@/orders?host={tmp_path}"), workflows)


async def test_a_replica_that_does_not_know_an_orders_workflow_changes_nothing_of_it(settings: OrdersSettings) -> None:
    async with running(under(settings, "retail")) as new, running(settings) as old:
        order = await new.create()
        stored = [await count(settings, table) for table in ("order_history", "outbox")]
        for method, path, body in CHANGES:
            headers = {**old.token("orders.write", "orders.admin"), "If-Match": '"1"'}
            answer = await old.send(method, f"/orders/{order['id']}{path}", headers, json=body)
            assert problem_of(answer) == (503, "service_unavailable")
            assert answer.headers["retry-after"] == "1"
            assert answer.json()["detail"] == "The order is pending in the workflow retail, which is not known here"
        assert [await count(settings, table) for table in ("order_history", "outbox")] == stored
        shown = (await old.send("GET", f"/orders/{order['id']}")).json()
        assert shown == {**order, "allowedTransitions": []}
        assert (await new.patch(order["id"], "confirmed")).status_code == 200


async def test_a_payment_of_an_order_waits_for_a_replica_that_knows_its_workflow(settings: OrdersSettings) -> None:
    async with running(under(settings, "retail")) as new, running(settings) as old:
        order = (await new.create())["id"]
        assert await tell(old, event(order)) == 202
        assert await outcomes(old) == ["waiting"]
        assert (await new.send("GET", f"/orders/{order}")).json()["paymentStatus"] == "pending"
    await rows(settings, "UPDATE inbox SET next_attempt_at = '2026' RETURNING 1")
    async with running(under(settings, "retail")) as new, asyncio.timeout(20):
        while (await new.send("GET", f"/orders/{order}")).json()["status"] != "confirmed":  # noqa: ASYNC110 nobody tells of it
            await asyncio.sleep(0.02)
