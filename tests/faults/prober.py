"""A prober: asks a probe over and over, on a thread of its own, as whoever runs the service does."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from statistics import quantiles
from threading import Event, Thread
from time import monotonic
from typing import Final

from tests.process import DEADLINE_SECONDS, Process

PAUSE: Final = 0.005


@dataclass(frozen=True)
class Told:
    """What a probe answered, when, and after how many seconds."""

    status: int
    at: float
    seconds: float


class Prober:
    """Asks one path until it is told to stop, or until nobody listens any more."""

    def __init__(self, service: Process, path: str) -> None:
        self.told: list[Told] = []
        self.is_over = Event()
        self.thread = Thread(target=self._ask_on, daemon=True)
        self._connection = HTTPConnection("127.0.0.1", service.serving["port"], timeout=DEADLINE_SECONDS)
        self._path = path

    def _ask_on(self) -> None:
        with closing(self._connection):
            while self._is_to_go_on():
                continue

    def _is_to_go_on(self) -> bool:
        try:
            self.told.append(self._ask())
        except ConnectionRefusedError:
            return False
        except (HTTPException, ConnectionError):
            # An idle connection may be closed while a question is on its way; the next one is a new one.
            self._connection.close()
        return not self.is_over.wait(PAUSE)

    def _ask(self) -> Told:
        began = monotonic()
        self._connection.request("GET", self._path)
        answer = self._connection.getresponse()
        answer.read()
        return Told(answer.status, monotonic(), monotonic() - began)

    @property
    def statuses(self) -> set[int]:
        return {told.status for told in self.told}

    @property
    def p99(self) -> float:
        """The 99th percentile of the seconds that an answer took."""
        return quantiles([told.seconds for told in self.told], n=100)[98]


@contextmanager
def probing(service: Process, path: str) -> Iterator[Prober]:
    """While somebody asks."""
    prober = Prober(service, path)
    prober.thread.start()
    yield prober
    prober.is_over.set()
    prober.thread.join()
