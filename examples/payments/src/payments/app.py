"""The composition: the only file that sees every part of the service."""

import logging
from typing import Final

from opentelemetry.trace import NoOpTracer

from payments.changes import Changes
from payments.deadlines import LOOK_SECONDS, Deadlines
from payments.event_models import (
    PaymentFailedData,
    PaymentRefundedData,
    PaymentRequestedData,
    PaymentSuccessfulData,
    RefundRequestedData,
)
from payments.figures import PaymentMetrics
from payments.handlers import PaymentHandlers
from payments.migrations import VERSIONS
from payments.orders import PAYMENT_REQUESTED, REFUND_REQUESTED, OrderRequests
from payments.payment import Payment
from payments.rehearsal import rehearse
from payments.settings import PaymentsSettings
from payments.store import Store
from service_standard.composition import Purpose, application, lay_foundation, write_queue
from service_standard.events.event import EventBuilder
from service_standard.http.edge import Edge
from service_standard.law import Law, Models, read_law
from service_standard.lifecycle.background import Repeated
from service_standard.settings import load_settings
from service_standard.telemetry.logs import configure_logs, tell
from service_standard.writes.queue import Decision

log = logging.getLogger(__name__)

SENT: Final[Models] = {
    "payment.successful": PaymentSuccessfulData,
    "payment.failed": PaymentFailedData,
    "payment.refunded": PaymentRefundedData,
}
RECEIVED: Final[Models] = {PAYMENT_REQUESTED: PaymentRequestedData, REFUND_REQUESTED: RefundRequestedData}


def create_app() -> Edge:
    """The service that the environment describes.

    Raises:
        SettingsError: the environment is not complete.
        ContractError: contracts, manifest and code do not agree.
    """
    settings = load_settings(PaymentsSettings)
    configure_logs("payments", settings.log_level)
    return compose(read_law(settings.service_manifest), settings)


def compose(law: Law, settings: PaymentsSettings) -> Edge:
    """The service as one ASGI application; it opens nothing before its lifespan begins.

    Raises:
        ContractError: with every disagreement between the contracts and the code.
    """
    foundation = lay_foundation(law, settings, VERSIONS)
    store = Store(foundation.database)
    queue = write_queue(foundation, store.locked, _happened, PaymentMetrics(foundation.telemetry.meter).happened)
    seconds = settings.payment_deadline_seconds
    changes = Changes(EventBuilder(law.events, foundation.telemetry.tracer), seconds)
    rehearsed, faults = rehearse(law.contract, Changes(EventBuilder(law.events, NoOpTracer()), seconds))
    purpose = Purpose(
        queue=queue,
        handlers=[*PaymentHandlers(store, queue, changes).all(rehearsed)],
        sent=SENT,
        received=RECEIVED,
        effects=OrderRequests(queue, changes).effects(),
        rehearsed=rehearsed.events,
        faults=faults,
        parts=[Repeated("deadlines", LOOK_SECONDS, Deadlines(store, queue, changes).fail_overdue)],
    )
    return application(foundation, purpose)


def _happened(decision: Decision[Payment]) -> None:
    """Tells of a committed decision; how much was paid stays out of the log."""
    fields = {"payment_id": decision.key, "order_id": decision.state.wish.order_id}
    if decision.causation is not None:
        fields["causation_id"] = decision.causation
    tell(log, logging.INFO, decision.what, fields)
