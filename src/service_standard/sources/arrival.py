"""What a source hands over: a message as it arrived, and what becomes of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

STRUCTURED: Final = "application/cloudevents"
# CloudEvents 1.0, binary mode: the HTTP, Kafka and AMQP bindings each mark attributes in their own way.
PREFIXES: Final = ("ce-", "ce_", "cloudevents:", "cloudevents_")


@dataclass(frozen=True, slots=True)
class Message:
    """A message that claims to be an event; `headers` are those of the binding, by the names that they have there."""

    content_type: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_structured(self) -> bool:
        """Whether the body is the whole event; otherwise (binary mode) it is the data and headers carry the rest."""
        return self.content_type.lower().startswith(STRUCTURED)

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attributes that headers carry in binary mode, by their own names: `id`, `source`, `type`, ..."""
        lowered = {name.lower(): value for name, value in self.headers.items()}
        return {
            name.removeprefix(prefix): value
            for prefix in PREFIXES
            for name, value in lowered.items()
            if name.startswith(prefix)
        }


class ReceiveUnavailable(Exception):
    """Nothing can be received now, an outage: the same message is to be offered again, and none before it."""


# Returns once the message is dealt with for good: the event is in the inbox, or the message was none and is set aside.
# Raises ReceiveUnavailable, and never for what a message holds.
Receive: TypeAlias = Callable[[Message], Awaitable[None]]
