"""What payments reply and announce is held to their contracts before they are served."""

import shutil
from pathlib import Path

import pytest

from examples.payments.tests.service import PAYMENTS, settings_for
from payments.app import compose
from service_standard.contract import ContractError
from service_standard.law import read_law


@pytest.mark.parametrize(
    ("document", "old", "new", "fault"),
    [
        ("openapi/payments.yaml", "[pending, successful, failed]", "[pending, successful]", "createPayment"),
        ("openapi/payments.yaml", "oldest first.', maxItems: 100", "oldest first.', maxItems: 0", "listPayments"),
        ("openapi/payments.yaml", "refunds, oldest first.', maxItems: 100", "refunds', maxItems: 0", "listRefunds"),
        ("openapi/payments.yaml", "amount, createdAt]", "amount, createdAt, currency]", "createRefund"),
        ("asyncapi/payments.yaml", "minLength: 1, maxLength: 255}", "minLength: 1, maxLength: 254}", "rehearsal"),
    ],
)
def test_a_contract_that_refuses_what_they_say_is_not_served(
    document: str, old: str, new: str, fault: str, tmp_path: Path
) -> None:
    for name in ("openapi", "asyncapi"):
        shutil.copytree(PAYMENTS / name, tmp_path / name)
    shutil.copy(PAYMENTS / "service.yaml", tmp_path)
    text = (tmp_path / document).read_text()
    assert old in text
    (tmp_path / document).write_text(text.replace(old, new))
    manifest = tmp_path / "service.yaml"
    with pytest.raises(ContractError) as refusal:
        compose(read_law(manifest), settings_for("sqlite:///none.db", service_manifest=manifest))
    assert any(told.startswith(fault) for told in refusal.value.faults), refusal.value.faults
