"""What sagas need: ways for the events, and a workflow in which a new order can be paid and cancelled."""

from pathlib import Path

import pytest

from orders.app import compose
from orders.saga.choice import require_ways
from service_standard.contract import ContractError
from service_standard.settings import SettingsError
from tests.contract.documents import mutated_documents, openapi
from tests.process import DEVELOPMENT, refused, run
from tests.service import law_of, settings_for

SINK, SOURCE = "EVENT_SINKS: must name http, kafka, rabbitmq or", "EVENT_SOURCES: must name where payments are told of"
PENDING = "/components/schemas/OrderStatus/x-workflow/workflows/standard/statuses/pending"


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({}, [SINK, SOURCE]),
        ({"event_sinks": "log,rabbitmq"}, [SOURCE]),
        ({"event_sources": "kafka"}, [SINK]),
        ({"event_relay": "off"}, [SOURCE]),
    ],
    ids=["neither", "a sink alone", "a source alone", "another process delivers"],
)
def test_events_have_to_go_and_to_come(values: dict[str, str], faults: list[str]) -> None:
    with pytest.raises(SettingsError) as refusal:
        require_ways(settings_for("sqlite:///none.db", saga="payments", **values))
    reasons = str(refusal.value).splitlines()
    assert all(reason.startswith(fault) for fault, reason in zip(faults, reasons, strict=True))


def test_a_service_without_them_does_not_start(migrated_file: Path) -> None:
    reasons = refused(run("serve", **DEVELOPMENT, DATABASE_URL=f"sqlite:///{migrated_file}", SAGA="payments"))
    assert len(reasons) == 2


@pytest.mark.parametrize(
    ("fact", "value", "fault"),
    [
        ("cancellable", False, "standard: pending must be cancellable, since SAGA cancels"),
        ("next", ["shipped", "cancelled"], "standard: pending must be followed by paid, since SAGA has"),
    ],
)
def test_a_new_order_can_be_paid_and_cancelled(fact: str, value: object, fault: str, tmp_path: Path) -> None:
    edits = [openapi(f"{PENDING}/{fact}", value)]  # type: ignore[arg-type] # JSON
    if fact == "cancellable":
        edits.append(openapi(f"{PENDING}/next", ["paid"]))
    else:
        edits.append(openapi(PENDING.replace("pending", "shipped") + "/next", ["paid", "delivered"]))
    mutated_documents(tmp_path, edits)
    manifest = tmp_path / "service.yaml"
    settings = settings_for(f"sqlite:///{tmp_path}/none.db", service_manifest=manifest, saga="payments")
    with pytest.raises(ContractError) as refusal:
        compose(law_of(manifest, saga="payments"), settings)
    assert any(fault in told for told in refusal.value.faults)
