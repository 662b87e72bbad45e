"""The journal: one log line for each thing that happened to an order, in the trace of whoever made it happen."""

import logging

from orders.order import Order
from service_standard.telemetry.logs import tell
from service_standard.writes.queue import Decision

log = logging.getLogger(__name__)


def happened(decision: Decision[Order]) -> None:
    """Tells of a committed decision; whose order it is and what was ordered stay out of the log."""
    tell(log, logging.INFO, decision.what, _fields(decision))


def _fields(decision: Decision[Order]) -> dict[str, object]:
    fields: dict[str, object] = {
        "order_id": decision.state.id,
        "version": decision.state.version,
        "from_status": decision.before.status if decision.before else None,
        "to_status": decision.state.status,
        "event_ids": [event.id for event in decision.events],
    }
    if decision.causation is not None:
        fields["causation_id"] = decision.causation
    return fields
