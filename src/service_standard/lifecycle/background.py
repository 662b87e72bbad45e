"""Work that is repeated in the background, until it is closed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from service_standard.telemetry.trouble import Trouble

log = logging.getLogger(__name__)


class Repeated:
    """Does `work` every `seconds`; the first time after as long, or `at_once`.

    A failure is logged, once for as long as it lasts, and does not end it.
    """

    def __init__(
        self, name: str, seconds: float, work: Callable[[], Awaitable[None]], *, at_once: bool = False
    ) -> None:
        self._at_once = at_once
        self._name = name
        self._seconds = seconds
        self._work = work
        self._trouble = Trouble(log, "background work", work=name)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._repeat(), name=self._name)

    async def aclose(self) -> None:
        """Stops it, wherever it is."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _repeat(self) -> None:
        pause = 0.0 if self._at_once else self._seconds
        while True:
            await asyncio.sleep(pause)
            pause = self._seconds
            try:
                await self._work()
            except Exception as error:  # noqa: BLE001 whatever it is, the next round comes
                self._trouble.met(error)
            else:
                self._trouble.over()
