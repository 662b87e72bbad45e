"""Every live rule finds the fault that was planted in a running service; `make zoo` shows that no other rule does."""

from collections.abc import Sequence

import pytest

from service_standard.checker.rules import chosen, every_rule
from service_standard.checker.rules.live import RULES
from service_standard.checker.run import run
from tests.checker.parcels import Parcels
from tests.checker.running import judged_live, offered, orders_running
from tests.checker.spoilt import FAULTS as SPOILT
from tests.checker.surroundings import FAULTS as BESIDE
from tests.checker.surroundings import Beside, judged_beside
from tests.checker.unfit import FAULTS, Unfit

# What needs more than the running service: a receiver, a second replica, a command that breaks something.
NEEDS_SURROUNDINGS = frozenset(fault.rule for fault in BESIDE)
# What a running service is judged by besides its live rules.
BESIDES = ["LIFE-01", "EVT-03"]
CATALOG = ("openapi/catalog.yaml", "asyncapi/catalog.yaml")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.rule}: {fault.words}")
def test_a_planted_fault_is_found_by_its_own_rule(fault: Unfit) -> None:
    found = judged_live(fault.app(), chosen([fault.rule], []))
    assert found[fault.rule].findings


def test_a_good_service_breaks_no_rule_and_every_rule_is_judged() -> None:
    found = judged_live(Parcels(), every_rule())
    assert [(rule, outcome.findings) for rule, outcome in found.items() if outcome.findings] == []
    unjudged = {rule for rule, outcome in found.items() if outcome.verdict == "not judged"}
    assert {rule for rule in unjudged if not rule.startswith(("OBS-01", "EVT-05"))} == NEEDS_SURROUNDINGS


@pytest.mark.parametrize(
    ("overlays", "environ"),
    [
        ((), {}),
        (("openapi/workflows/retail.yaml",), {"ORDERS_WORKFLOW": "retail", "EVENT_TYPES": "all"}),
        (("openapi/workflows/kitchen.yaml",), {"ORDERS_WORKFLOW": "kitchen"}),
    ],
    ids=["as it comes", "retail", "kitchen"],
)
def test_our_own_service_breaks_no_rule_while_it_runs(overlays: Sequence[str], environ: dict[str, str]) -> None:
    with orders_running(3, overlays, **environ) as subject:
        found = run(subject, [*RULES, *chosen(BESIDES, [])]).outcomes
    assert [(outcome.rule.id, outcome.findings) for outcome in found if outcome.findings] == []
    assert {outcome.rule.id for outcome in found if outcome.verdict == "not judged"} == NEEDS_SURROUNDINGS


def test_our_own_service_with_a_catalogue_breaks_no_rule() -> None:
    with orders_running(3, CATALOG, CATALOG="embedded") as subject:
        offered(subject, {"item-1": "29.99", "item-2": "5", "item-3": "5", "item-4": "5"})
        found = run(subject, [*RULES, *chosen(BESIDES, [])]).outcomes
    assert [(outcome.rule.id, outcome.findings) for outcome in found if outcome.findings] == []
    assert {outcome.rule.id for outcome in found if outcome.verdict == "not judged"} == NEEDS_SURROUNDINGS


@pytest.mark.parametrize("fault", BESIDE, ids=lambda fault: f"{fault.rule}: {fault.words}")
def test_a_fault_beside_the_service_is_found_by_its_own_rule(fault: Beside) -> None:
    assert judged_beside(fault, chosen([fault.rule], []))[fault.rule].findings


def test_every_rule_has_a_fault_that_breaks_it() -> None:
    planted = {fault.rule for faults in (SPOILT, FAULTS, BESIDE) for fault in faults}
    assert {rule.id for rule in every_rule()} == planted
