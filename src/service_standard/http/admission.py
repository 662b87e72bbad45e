"""Admission: how many requests run at once, how many wait for their turn, and who is turned away."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Final

from service_standard.problems import Problem, unavailable

WAITING_FOR_EACH: Final = 4


class Admission:
    """At most `limit` requests run; others wait for their turn, at most four for each that runs and for `wait_seconds`.

    Who finds no place, or has waited in vain, is shed. `in_flight`, `waiting` and `paused` are as of now, `shed` counts
    from the start, and `waited` is called with the seconds of each wait for a turn.
    """

    def __init__(self, limit: int, wait_seconds: float) -> None:
        self.in_flight = 0
        self.paused = 0
        self.shed = 0
        self.waited: Callable[[float], None] = lambda _: None
        self._limit = limit
        self._most_apart = limit * WAITING_FOR_EACH
        self._wait_seconds = wait_seconds
        self._turns: deque[asyncio.Future[bool]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._turns)

    async def enter(self) -> None:
        """Takes a slot, which is to be given back by `leave`.

        Raises:
            Problem: 503, there is none.
        """
        if self.in_flight < self._limit:
            self.in_flight += 1
        elif self.waiting >= self._most_apart or not await self._has_entered_in_time():
            raise self._shedding()

    def leave(self) -> None:
        """Gives the slot to whoever has waited longest."""
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self.in_flight -= 1

    @asynccontextmanager
    async def paused_slot(self) -> AsyncIterator[None]:
        """While a request only waits for something that happens elsewhere, another has its slot.

        Raises:
            Problem: 503, four requests for each slot wait so already.
        """
        if self.paused >= self._most_apart:
            raise self._shedding()
        self.paused += 1
        self.leave()
        try:
            yield
        finally:
            self.paused -= 1
            await self._enter_again()

    def _shedding(self) -> Problem:
        self.shed += 1
        return unavailable("The service has as many requests as it can take")

    async def _has_entered_in_time(self) -> bool:
        turn = self._next_turn()
        timer = asyncio.get_running_loop().call_later(self._wait_seconds, self._lapse, turn)
        began = perf_counter()
        try:
            return await self._taken(turn)
        except asyncio.CancelledError:
            self.leave()
            raise
        finally:
            timer.cancel()
            self.waited(perf_counter() - began)

    async def _enter_again(self) -> None:
        """A request that has run already is not turned away."""
        if self.in_flight < self._limit:
            self.in_flight += 1
        else:
            await self._taken(self._next_turn())

    def _next_turn(self) -> asyncio.Future[bool]:
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        return turn

    def _lapse(self, turn: asyncio.Future[bool]) -> None:
        if not turn.done():
            self._turns.remove(turn)
            turn.set_result(False)

    async def _taken(self, turn: asyncio.Future[bool]) -> bool:
        """Whether the turn came; who is cancelled meanwhile has a slot all the same, to give back as others do."""
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.cancelled() or not turn.result():
                self.in_flight += 1
            raise
