"""The reader of the event contract: every channel with its events, and every model that they carry."""

import re
from collections.abc import Iterator
from html import escape

from service_standard.contract import EventContract, Node
from service_standard.pages.frame import Frame
from service_standard.pages.markup import inline, prose
from service_standard.pages.schemas import example, members, models_within, schema_sections


def event_reference(frame: Frame, events: EventContract) -> bytes:
    """The page."""
    return frame.page(f"{frame.service}: events", _body(frame, events))


def _body(frame: Frame, events: EventContract) -> Iterator[str]:
    info, channels = events.root["info"], _channels(events)
    models = _carried(channels)
    yield '<div class="reader"><nav class="contents">'
    yield from (_entries(events, channel) for channel in channels)
    yield "<h4>Models</h4>" + "".join(f'<a href="#schema-{escape(name)}">{escape(name)}</a>' for name in models)
    yield "</nav><main>"
    yield f'<h1>{escape(info.text("title"))} <span class="tag">{escape(events.version)}</span></h1>'
    yield prose(str(info.get("description") or ""))
    yield f'<p class="soft">The document itself: <a href="{frame.path("getAsyncApiDocument")}">AsyncAPI</a></p>'
    for channel in channels:
        yield _heading(channel)
        yield from (_section(events, message) for message in _messages(channel))
    yield "<h2>Models</h2>"
    yield from schema_sections(models)
    yield "</main></div>"


def _channels(events: EventContract) -> list[Node]:
    return [channel for _, channel in events.root["channels"].items()] if "channels" in events.root else []


def _messages(channel: Node) -> list[Node]:
    return [message for _, message in channel["messages"].items()]


def _carried(channels: list[Node]) -> dict[str, Node]:
    """The models of what the events carry; that of an event itself is shown with it."""
    payloads = [message["payload"] for channel in channels for message in _messages(channel)]
    shown = {payload.name for payload in payloads}
    return {name: schema for name, schema in models_within(*payloads).items() if name not in shown}


def _entries(events: EventContract, channel: Node) -> str:
    entries = (_entry(events, message) for message in _messages(channel))
    return f"<h4>{escape(channel.text('address'))}</h4>{''.join(entries)}"


def _heading(channel: Node) -> str:
    title = escape(str(channel.get("title") or channel.name))
    address = f"<code>{escape(channel.text('address'))}</code>"
    return f"<h2>{title} {address}</h2>{prose(str(channel.get('description') or ''))}"


def _entry(events: EventContract, message: Node) -> str:
    return f'<a href="#{_anchor(message)}">{_action(events, message)} <span>{escape(message.text("name"))}</span></a>'


def _action(events: EventContract, message: Node) -> str:
    """Whether the service sends such an event or receives it."""
    event = events.events.get(message.text("name"))
    action = event.action if event else "send"
    return f'<b class="method {action}">{action}s</b>'


def _anchor(message: Node) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", message.text("name"))


def _section(events: EventContract, message: Node) -> str:
    shown = message["examples"].elements() if "examples" in message else iter(())
    return "".join(
        [
            f'<section class="card" id="{_anchor(message)}">',
            f"<h3>{_action(events, message)} <code>{escape(message.text('name'))}</code></h3>",
            f'<p class="summary">{inline(str(message.get("summary") or ""))}</p>',
            members(message["payload"]),
            *(f"<h4>{escape(str(one.get('summary') or 'Example'))}</h4>{example(one.get('payload'))}" for one in shown),
            "</section>",
        ]
    )
