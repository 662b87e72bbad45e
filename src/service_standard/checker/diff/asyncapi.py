"""What changed between two AsyncAPI documents: the events that a service sends, and those that it receives."""

from collections.abc import Iterator
from dataclasses import dataclass

from service_standard.checker.asyncapi import AsyncApi, Message
from service_standard.checker.diff.change import Change
from service_standard.checker.diff.kinds import EVENT, INBOUND, Side, kind
from service_standard.checker.diff.schemas import of_schemas
from service_standard.checker.diff.servers import of_servers
from service_standard.checker.documents import part


@dataclass(frozen=True, slots=True)
class Event:
    """A type of event, whichever messages and channels carry it."""

    side: Side
    messages: tuple[Message, ...]

    @property
    def name(self) -> str:
        return self.messages[0].type

    @property
    def channels(self) -> dict[str, Message]:
        return {message.channel: message for message in self.messages}


def of_asyncapi(old: AsyncApi, new: AsyncApi) -> Iterator[Change]:
    """Every change, in the order of the documents.

    Raises:
        ContractError: a reference leads nowhere.
    """
    before, after = _events(old), _events(new)
    for key, event in before.items():
        if key in after:
            yield from _of_event(event, after[key])
        else:
            where = tuple(f"{event.name} on {channel}" for channel in event.channels)
            yield Change(kind(f"{event.side.name}.removed"), where, event.name, None, event.messages[0].node)
    for key in [key for key in after if key not in before]:
        event = after[key]
        yield Change(kind(f"{event.side.name}.added"), (event.name,), None, event.name, event.messages[0].node)
    yield from of_servers(old.root, new.root, "broker")


def _events(document: AsyncApi) -> dict[tuple[str, str], Event]:
    found: dict[tuple[str, str], Event] = {}
    for message in document.occurrences or _without_operations(document):
        side = EVENT if message.direction == "send" else INBOUND
        before = found.get((side.name, message.type))
        found[side.name, message.type] = Event(side, (*(before.messages if before else ()), message))
    return found


def _without_operations(document: AsyncApi) -> Iterator[Message]:
    """A document that leaves out who sends is one of what can be listened to."""
    channels = part(document.root, "channels")
    for name, channel in channels.items() if channels else ():
        messages = part(channel, "messages")
        for _, node in messages.items() if messages else ():
            yield Message("send", str(channel.get("address") or name), node, document.root)


def _of_event(old: Event, new: Event) -> Iterator[Change]:
    side, name = new.side, new.name
    for channel in [channel for channel in old.channels if channel not in new.channels]:
        node = old.channels[channel].node
        yield Change(kind(f"{side.name}.channel.removed"), (name,), channel, list(new.channels), node)
    for channel in [channel for channel in new.channels if channel not in old.channels]:
        node = new.channels[channel].node
        yield Change(kind(f"{side.name}.channel.added"), (name,), None, channel, node)
    before, after = old.messages[0], new.messages[0]
    if before.content_type != after.content_type:
        id_ = f"{side.name}.media-type.changed"
        yield Change(kind(id_), (name,), before.content_type, after.content_type, after.node)
    yield from of_schemas(before.payload, after.payload, side, name)
    yield from of_schemas(before.headers, after.headers, side, f"{name} headers")
