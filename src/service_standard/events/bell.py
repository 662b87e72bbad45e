"""A bell: tells whoever waits that there is something new, and never rings unheard between a look and a wait."""

import asyncio


class Bell:
    """Ask for the `next` ring, look for yourself, then wait for that ring: what came after the look has rung it."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Wakes everyone who asked for the next ring; to be called in the event loop's thread."""
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    def next(self) -> asyncio.Event:
        """The ring to wait for."""
        return self._next


async def rung(ring: asyncio.Event, seconds: float) -> bool:
    """Waits for a ring, at most so long; says whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await ring.wait()
    except TimeoutError:
        return False
    return True
