"""The supervisor of several workers: begins those anew that die, and passes its signals on to all."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final

from uvicorn.config import STARTUP_FAILURE
from uvicorn.server import HANDLED_SIGNALS
from uvicorn.supervisors.multiprocess import Process

LOOK_SECONDS: Final = 0.5
ANSWER_SECONDS: Final = 5.0


class Supervisor:
    """Keeps `workers` processes alive, each made by `make`; each drains by itself.

    uvicorn's own passes no second signal on, and the first one up to half a second later.
    """

    def __init__(self, workers: int, make: Callable[[], Process]) -> None:
        self._make = make
        self._workers = [make() for _ in range(workers)]
        self._told = False
        self._code = 0

    def run(self) -> int:
        """Until a signal came and every worker has ended: 0; 3 as soon as one cannot start."""
        for number in HANDLED_SIGNALS:
            signal.signal(number, self._pass_on)
        for worker in self._workers:
            self._begin(worker)
        while not self._told:
            time.sleep(LOOK_SECONDS)
            self._look_after_all()
        for worker in self._workers:
            worker.join()
        return self._code

    def _pass_on(self, _signal: int, _frame: FrameType | None) -> None:
        self._told = True
        for worker in self._workers:
            _tell(worker)

    def _begin(self, worker: Process) -> None:
        worker.start()
        # A signal that came before there was a process to pass it on to.
        if self._told:
            _tell(worker)

    def _look_after_all(self) -> None:
        for place, worker in enumerate(self._workers):
            if not self._told and not worker.is_alive(ANSWER_SECONDS):
                self._replace(place, worker)

    def _replace(self, place: int, worker: Process) -> None:
        """Another in the place of a worker that has died or hangs; if it could not start, no other can."""
        if self._told:
            return
        worker.kill()
        worker.join()
        if worker.exitcode == STARTUP_FAILURE:
            self._code = STARTUP_FAILURE
            self._pass_on(signal.SIGTERM, None)
        else:
            self._workers[place] = self._make()
            self._begin(self._workers[place])


def _tell(worker: Process) -> None:
    if worker.pid is not None:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGTERM)
