"""The events: each with its channel, its attributes and its data, from the contract of the events."""

from collections.abc import Iterator, Mapping
from typing import Any

from orders.law import CATALOG
from service_standard.contract import EventContract, Node
from service_standard.law import read_law
from tests.reference.markdown import code, page, table
from tests.sources import ROOT

ABOUT = """\
Every event is a CloudEvent 1.0 as JSON, and what is in it is written in
[asyncapi/orders.yaml](../../asyncapi/orders.yaml), which `GET /asyncapi.json` answers and `GET /events/docs` shows.
Those of products and customers come with `CATALOG=embedded`, and are written in
[asyncapi/catalog.yaml](../../asyncapi/catalog.yaml).
How events are delivered and consumed, and which of them `EVENT_TYPES=all` adds: [events](../events.md)."""


def events() -> str:
    """The page."""
    contract = read_law(ROOT / "service.yaml", [ROOT / overlay for overlay in CATALOG]).events
    messages = [message for _, message in contract.root["components"]["messages"].items()]
    rows = [
        [f"`{message.text('name')}`", _way(contract, message), _data(message).name, str(message.get("summary") or "")]
        for message in messages
    ]
    models = {_data(message).name: _data(message) for message in messages}
    return page(
        "Events",
        ABOUT,
        table(["Event", "Channel", "Data", "Meaning"], rows),
        "## Attributes",
        "Those of `order.created`, as of all others; `type` and `source` are each event's own, `orderversion` is of "
        "orders alone, and `data` is as below.",
        table(["Attribute", "Type", "Meaning"], _members(messages[0]["payload"], "data")),
        *(block for name, model in models.items() for block in _model(name, model)),
    )


def _way(contract: EventContract, message: Node) -> str:
    event = contract.events[message.text("name")]
    return f"{'sent to' if event.action == 'send' else 'received from'} `{event.channel}`"


def _data(message: Node) -> Node:
    return message["payload"]["properties"]["data"]


def _model(name: str, model: Node) -> Iterator[str]:
    yield f"## {name}"
    yield table(["Member", "Type", "Meaning"], _members(model))


def _members(schema: Node, left_out: str = "") -> Iterator[list[str]]:
    required = schema.get("required")
    for name, member in schema["properties"].items():
        if name != left_out:
            mark = "" if isinstance(required, list) and name in required else "?"
            said = schema["properties"].child(name).get("description") or member.get("description") or ""
            yield [f"`{name}`{mark}", _kind(member), f"{said} {_values(member)}"]


def _kind(member: Node) -> str:
    if "items" in member:
        return f"array of {_kind(member['items'])}"
    if "properties" in member:
        return f"{member.name}: {code(*(name for name, _ in member['properties'].items()))}"
    types = member.get("type")
    words = " or ".join(map(str, types)) if isinstance(types, list) else str(types or "any")
    return f"{words} ({member.get('format')})" if "format" in member else words


def _values(member: Node) -> str:
    facts: Mapping[str, Any] = member.value if isinstance(member.value, dict) else {}
    if "const" in facts:
        return f"Always `{facts['const']}`."
    return f"One of {code(*map(str, facts['enum']))}." if "enum" in facts else ""
