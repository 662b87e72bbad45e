"""Events on their way out, as a relay hands them to a sink."""

import json
from uuid import uuid4

from service_standard.sinks.delivery import Outgoing

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def outgoing(position: int = 1, key: str | None = None, **attributes: object) -> Outgoing:
    """An event of a new order, or of the one that `key` names; attributes that are None are left out."""
    key = str(uuid4()) if key is None else key
    event_id = str(uuid4())
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": "urn:service:orders",
        "type": "order.created",
        "subject": f"orders/{key}",
        "time": "2026-11-21T09:30:00.000Z",
        "datacontenttype": "application/json",
        "partitionkey": key,
        "sequence": f"{position:020}",
        "data": {"id": key, "number": "4RZ1-K7QW-9T", "customerId": "Zoë", "items": ["item-1"], "version": 1},
        **attributes,
    }
    content = json.dumps({name: value for name, value in envelope.items() if value is not None}).encode()
    return Outgoing(position, event_id, str(envelope["type"]), key, content)


def several(count: int) -> list[Outgoing]:
    """Events of as many orders."""
    return [outgoing(position) for position in range(1, count + 1)]
