"""Events that arrive: from a broker or over HTTP, structured or binary, they become one envelope for the inbox."""

from collections.abc import Mapping
from typing import Final

from cloudevents.core.exceptions import BaseCloudEventException
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import BaseModel
from pydantic_core import to_json

from service_standard.binding.gate import Body, Caller
from service_standard.binding.handler import Handler
from service_standard.binding.reply import Reply, reply
from service_standard.contract import Object, Schema
from service_standard.database import DatabaseUnavailable
from service_standard.inbox.inbox import Inbox
from service_standard.problems import FieldError, Problem, validation_problem
from service_standard.sources.arrival import STRUCTURED, Message, ReceiveUnavailable
from service_standard.strict_json import JsonError, read_json, read_json_object

# The longest source or id that an event is told apart by.
LONGEST_NAME: Final = 255


class EventReceipt(BaseModel):
    """Which event was taken."""

    source: str
    id: str


class Arrivals:
    """Takes messages of every binding; `envelope` is the contract's schema of a CloudEvent."""

    def __init__(self, inbox: Inbox, envelope: Schema) -> None:
        self._inbox = inbox
        self._envelope = envelope

    def handler(self) -> Handler:
        """The handler with its operation."""
        shortest, longest = (reply(EventReceipt(source="x" * size, id="x" * size)) for size in (1, LONGEST_NAME))
        return Handler("receiveEvent", self.receive_event, EventReceipt, specimens=(shortest, longest))

    async def receive_event(  # noqa: PLR0913, PLR0917 a handler has as many parameters as its operation
        self,
        caller: Caller,  # noqa: ARG002 whoever holds the scope may deliver events of any source
        body: Body,
        ce_specversion: str | None,
        ce_id: str | None,
        ce_source: str | None,
        ce_type: str | None,
    ) -> Reply:
        """Stores an event that came over HTTP; a sender is told at once what is wrong with it."""
        if body.media_type.startswith(STRUCTURED):
            envelope, root = _object(body.value), "#"
        else:
            attributes = {"specversion": ce_specversion, "id": ce_id, "source": ce_source, "type": ce_type}
            envelope, root = _binary(attributes, body.value), "header:ce-"
        errors = self._errors(envelope, root) or self._inbox.errors(envelope)
        if errors:
            raise validation_problem(errors)
        await self._inbox.receive(envelope)
        return reply(EventReceipt(source=str(envelope["source"]), id=str(envelope["id"])))

    async def receive_message(self, message: Message) -> None:
        """Stores a message of a broker, whatever it is: nobody is there to be told.

        Raises:
            ReceiveUnavailable: it could not be stored; it must be offered again.
        """
        try:
            await self._receive(message)
        except (DatabaseUnavailable, Problem) as error:
            raise ReceiveUnavailable from error

    async def _receive(self, message: Message) -> None:
        try:
            envelope = _envelope(message)
        except JsonError as error:
            await self._inbox.park_unreadable(message.body, f"the message {error}")
            return
        errors = self._errors(envelope, "#")
        if errors:
            await self._inbox.park_unreadable(message.body, ", ".join(error.sentence for error in errors))
        else:
            await self._inbox.receive(envelope)

    def _errors(self, envelope: Object, root: str) -> list[FieldError]:
        """What makes the envelope no CloudEvent: first by the contract's schema, then by the SDK's rules for names."""
        errors = self._envelope.errors(envelope)
        if root != "#":
            return [FieldError(error.pointer.replace("#/", root), error.detail) for error in errors]
        return errors or list(_sdk_errors(envelope))


def _sdk_errors(envelope: Object) -> list[FieldError]:
    try:
        JSONFormat().read(CloudEvent, to_json(envelope))
    except (BaseCloudEventException, ValueError):
        return [FieldError("#", "is not a CloudEvent 1.0")]
    return []


def _envelope(message: Message) -> Object:
    if message.is_structured:
        return _object(read_json_object(message.body))
    return _binary(message.attributes, read_json(message.body))


def _binary(attributes: Mapping[str, str | None], data: object) -> Object:
    named: dict[str, object] = {name: value for name, value in attributes.items() if value is not None}
    return _object({**named, "datacontenttype": "application/json", "data": data})


def _object(value: object) -> Object:
    """The value as the object that a schema or a reader has found it to be."""
    return value if isinstance(value, dict) else {}
