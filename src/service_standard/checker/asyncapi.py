"""An AsyncAPI document as its authors left it: 2.x or 3.x."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final, Literal, TypeAlias

from service_standard.checker.documents import part, properties, required
from service_standard.contract import Node, Object

# In AsyncAPI 2 the document speaks for its reader: what others may subscribe to is what the service sends.
_ACTIONS_OF_2: Final[tuple[tuple[str, "Direction"], ...]] = (("subscribe", "send"), ("publish", "receive"))
Direction: TypeAlias = Literal["send", "receive"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message that the service sends or receives."""

    direction: Direction
    channel: str
    node: Node
    root: Node

    @property
    def payload(self) -> Node | None:
        """The schema of the whole message, wrapped in a multi-format schema object or not."""
        payload = part(self.node, "payload")
        return part(payload, "schema") or payload if payload and "schemaFormat" in payload else payload

    @property
    def content_type(self) -> str:
        said = self._said("contentType")
        return str(said.value if said else self.root.get("defaultContentType") or "")

    @property
    def headers(self) -> Node | None:
        """The schema of what the broker carries beside the message."""
        return self._said("headers")

    def _said(self, word: str) -> Node | None:
        """What the message says itself, or else the first of its traits."""
        traits = self.node["traits"].elements() if "traits" in self.node else ()
        return next((node[word] for node in (self.node, *traits) if word in node), None)

    @property
    def type(self) -> str:
        """The event's type: the constant of its envelope, or else the message's name."""
        named = self.attribute("type")
        return str(constant(named) or self.node.get("name") or self.node.name)

    def attribute(self, name: str) -> Node | None:
        """The schema of one attribute of the envelope."""
        return properties(self.payload).get(name)

    @property
    def required(self) -> frozenset[str]:
        return required(self.payload)


@dataclass(frozen=True)
class AsyncApi:
    """A whole document; a reference that leads nowhere raises ContractError."""

    root: Node
    written: Object

    @property
    def version(self) -> str:
        return str(self.root.get("asyncapi") or "")

    @property
    def sent(self) -> tuple[Message, ...]:
        return tuple(message for message in self.messages if message.direction == "send")

    @cached_property
    def occurrences(self) -> tuple[Message, ...]:
        """Every message on every channel that carries it."""
        return tuple(self._messages_of_2() if self.version.startswith("2") else self._messages_of_3())

    @property
    def messages(self) -> tuple[Message, ...]:
        """Each message once."""
        return tuple({message.node.uri + message.direction: message for message in self.occurrences}.values())

    def _messages_of_2(self) -> Iterator[Message]:
        channels = self.root["channels"].items() if "channels" in self.root else iter(())
        for (name, channel), (word, direction) in product(channels, _ACTIONS_OF_2):
            nodes = _alternatives(part(channel, word, "message"))
            yield from (Message(direction, name, node, self.root) for node in nodes)

    def _messages_of_3(self) -> Iterator[Message]:
        for _, operation in self.root["operations"].items() if "operations" in self.root else ():
            direction: Direction = "receive" if operation.get("action") == "receive" else "send"
            channel = operation["channel"]
            listed = operation if "messages" in operation else channel
            nodes = [node for _, node in listed["messages"].items()] or list(listed["messages"].elements())
            for node in nodes:
                yield Message(direction, str(channel.get("address") or channel.name), node, self.root)


def constant(schema: Node | None) -> str | None:
    """The one value that a schema allows, written as `const` or as an `enum` of one."""
    if schema is None:
        return None
    value, choices = schema.get("const"), schema.get("enum")
    if value is None and isinstance(choices, list) and len(choices) == 1:
        value = choices[0]
    return value if isinstance(value, str) else None


def _alternatives(message: Node | None) -> Iterator[Node]:
    if message is not None:
        yield from message["oneOf"].elements() if "oneOf" in message else (message,)
