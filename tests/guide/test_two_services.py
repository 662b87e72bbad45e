"""What the documents of Payments and of the saga have somebody type works as it stands there, and shows the same."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.guide.checkout import checkout, serving, typed
from tests.guide.document import Step, same_each_time, steps
from tests.process import Process
from tests.sources import PAYMENTS, ROOT

SAGA: Final = ROOT / "docs/saga.md"
BROKER: Final = "amqp://guest:guest@localhost:5672/"
# Where the documents have Payments listen.
PORT: Final = "8001"

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "make"))), reason="bash, curl or make is not installed"
)


def assert_shown(project: Path, service: Process, todo: Sequence[Step]) -> None:
    """The steps that are typed, with what they show."""
    here = [step._replace(typed=step.typed.replace(f"localhost:{PORT}", service.url[7:])) for step in todo]
    for step, came in zip(here, typed(project, service, here), strict=True):
        assert came.status == 0, came.output
        if step.shown:
            assert same_each_time(came.output) == same_each_time(step.shown)


def elsewhere(step: Step, broker: str = BROKER) -> str:
    """The step that starts a service, on a port of its own choice and with this broker."""
    return step.typed.replace(f"PORT={PORT}", "PORT=0").replace(BROKER, broker)


def test_a_payment_is_made_as_its_readme_says(tmp_path: Path) -> None:
    start, *todo = steps(PAYMENTS / "README.md")
    project = checkout(tmp_path)
    with serving(project, elsewhere(start)) as payments:
        assert_shown(project, payments, todo)


def test_a_declined_card_cancels_its_order_as_the_document_shows(rabbitmq_url: str, tmp_path: Path) -> None:
    docker, start_orders, start_payments, *todo = steps(SAGA)
    assert docker.typed.startswith("docker run")
    project = checkout(tmp_path)
    with (
        serving(project, elsewhere(start_orders, rabbitmq_url)) as orders,
        serving(project, elsewhere(start_payments, rabbitmq_url)),
    ):
        assert_shown(project, orders, todo)
