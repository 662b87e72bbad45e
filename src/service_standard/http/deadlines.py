"""Deadlines: what a client has begun it has to go on with, or it loses its connection."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

from starlette.types import Message, Receive

from service_standard.http.admission import Admission
from service_standard.problems import REQUEST_TIMEOUT, Problem

SECONDS: Final = 10.0
TOO_LATE: Final = f"did not come within {SECONDS:.0f} seconds"
# In the state of a request's scope, until its body has come whole.
BODY_TO_COME: Final = "service_standard.body_to_come"

Consequence: TypeAlias = Callable[[], None]


class Upload:
    """A body that is still coming: it has to be whole in ten seconds, and its request holds no slot while it waits."""

    def __init__(self, receive: Receive, admission: Admission) -> None:
        self._receive = receive
        self._admission = admission
        self._until = asyncio.get_running_loop().time() + SECONDS
        self._to_come = True

    async def receive(self) -> Message:
        """The next piece, or after the body whatever else there is.

        Raises:
            Problem: 408, the body did not come; or 503, too many are waited for.
        """
        if not self._to_come:
            return await self._receive()
        async with self._admission.paused_slot():
            message = await self._in_time()
        self._to_come = message.get("more_body", False)
        return message

    async def _in_time(self) -> Message:
        try:
            async with asyncio.timeout_at(self._until):
                return await self._receive()
        except TimeoutError:
            # What is still to come would belong to a request that is over.
            raise Problem(REQUEST_TIMEOUT, f"The body {TOO_LATE}", headers={"Connection": "close"}) from None


class Patience:
    """How long a connection has waited for its client; looked at several times a second, so that no request pays."""

    def __init__(self) -> None:
        self._owed: object = None
        self._since = 0.0

    def is_over(self, owed: object, now: float) -> bool:
        """Whether the client has owed the very same for ten seconds; None if it owes nothing."""
        if owed != self._owed:
            self._owed, self._since = owed, now
        return owed is not None and now - self._since >= SECONDS
