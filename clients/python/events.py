"""What the service tells, read with the models that datamodel-code-generator makes of the contract of the events."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from orders_events import OrderCreated, OrderUpdated
from pydantic import Field, TypeAdapter

Event = Annotated[OrderCreated | OrderUpdated, Field(discriminator="type")]
# Another type is not for this program, or newer than it.
KNOWN = ("order.created", "order.updated")


def told(event: Event) -> str:
    """What happened to the order."""
    match event:
        case OrderCreated():
            return f"an order of {len(event.data.items)} items is {event.data.status}"
        case OrderUpdated():
            return f"{event.data.previous_status} became {event.data.status}"


batch: list[dict[str, object]] = json.loads(Path(sys.argv[1]).read_bytes())
for event in TypeAdapter(list[Event]).validate_python([event for event in batch if event["type"] in KNOWN]):
    when = "just now" if datetime.now(UTC) - event.time < timedelta(minutes=1) else "long ago"
    print(f"{event.type}: {told(event)}, {when}")
