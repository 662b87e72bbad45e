"""Sessions with a PostgreSQL server: opened when they are needed, kept, and used by one piece of work at a time.

asyncpg's own pool makes two tasks and a timer for each use, which costs more than the statement that reads an order.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

IDLE_SECONDS: Final = 300.0
LOOKS: Final = 10
# The driver says that it is confused by itself (InternalClientError) while it reads why the server ends the session.
LOST: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)


class Sessions:
    """At most `most` of them, in a state that nobody changes for whoever uses them next."""

    def __init__(self, dsn: str, most: int, timeout: float, settings: Mapping[str, str]) -> None:
        self._dsn = dsn
        self._most = most
        self._timeout = timeout
        self._settings = dict(settings)
        self._turns = asyncio.Semaphore(most)
        # Each with the time when it is cut off.
        self._used: dict[asyncpg.Connection, float] = {}
        # Each with the time since when it does nothing; the last one is the next to be used.
        self._idle: deque[tuple[asyncpg.Connection, float]] = deque()
        self._watch: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> int:
        return len(self._idle)

    @property
    def used(self) -> int:
        return len(self._used)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[asyncpg.Connection]:
        """A session, cut off by the time-out or by a tenth of it later.

        Raises:
            TimeoutError, OSError, asyncpg.PostgresError: there was none to be had.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout
        await self._turn(deadline)
        try:
            session = self._kept() or await self._opened(deadline - loop.time())
            self._used[session] = deadline
            if self._watch is None:
                self._watch = loop.call_later(self._timeout / LOOKS, self._cut_off)
            try:
                yield session
            except (*LOST, asyncio.CancelledError):
                # Nobody else is to get it.
                session.terminate()
                raise
            finally:
                self._keep(session, loop.time())
        finally:
            self._turns.release()

    async def aclose(self) -> None:
        """Ends them all as soon as nobody uses them any more, or after the time-out."""
        try:
            async with asyncio.timeout(self._timeout):
                for _ in range(self._most):
                    await self._turns.acquire()
                for session, _ in self._idle:
                    await session.close()
        except (*LOST, asyncpg.PostgresError):
            for session in (*self._used, *(session for session, _ in self._idle)):
                session.terminate()
        self._idle.clear()
        if self._watch is not None:
            self._watch.cancel()

    def _cut_off(self) -> None:
        """Looks after all sessions at once: a timer for each use would cost as much as a fifth of a statement.

        Cancelling a statement asks the server for help, which a frozen server does not give. Cutting the session asks
        nobody, and ends the statement here at once.
        """
        loop = asyncio.get_running_loop()
        for session, deadline in [*self._used.items()]:
            if deadline <= loop.time():
                session.terminate()
        self._watch = loop.call_later(self._timeout / LOOKS, self._cut_off) if self._used else None

    async def _turn(self, deadline: float) -> None:
        if self._turns.locked():
            async with asyncio.timeout_at(deadline):
                await self._turns.acquire()
        else:
            await self._turns.acquire()

    def _kept(self) -> asyncpg.Connection | None:
        """A session that was used before, and has not been lost since."""
        while self._idle:
            session, _ = self._idle.pop()
            if not session.is_closed():
                return session
            session.terminate()
        return None

    async def _opened(self, seconds: float) -> asyncpg.Connection:
        return await asyncpg.connect(self._dsn, timeout=seconds, server_settings=self._settings)

    def _keep(self, session: asyncpg.Connection, now: float) -> None:
        """Takes a session back, and ends one that did nothing for so long that a firewall may have forgotten it."""
        del self._used[session]
        if session.is_closed():
            session.terminate()
        else:
            self._idle.append((session, now))
        if self._idle and self._idle[0][1] < now - IDLE_SECONDS:
            self._idle.popleft()[0].terminate()
