"""The server: uvicorn with httptools and uvloop, as one process or as a supervisor of several."""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final, cast

import uvicorn
from uvicorn.supervisors.multiprocess import Process

from service_standard.http.edge import Edge
from service_standard.http.protocol import Connection
from service_standard.http.supervisor import Supervisor
from service_standard.lifecycle.drain import Drain
from service_standard.settings import Settings

log = logging.getLogger(__name__)

GRACE_SECONDS: Final = 10
BACKLOG: Final = 2048
TICKS_BETWEEN_SWEEPS: Final = 3
SWITCH_SECONDS: Final = 0.0005


def serve(factory: Callable[[], Edge], settings: Settings) -> None:
    """Serve what `factory` makes until SIGTERM or SIGINT, then drain, finish what runs and return.

    With one worker the app is made and served in this very process. With more, `factory` has to be a function
    at the top of a module: each worker, a process of its own, imports it by name.

    Raises:
        SystemExit: 0 after SIGTERM, 3 when a part cannot be started or the address is taken.
    """
    if settings.web_concurrency > 1:
        _supervise(factory, settings)
    else:
        _serve_here(factory(), settings)


def _serve_here(app: Edge, settings: Settings) -> None:
    # uvicorn raises the signal that stopped it once more, for the handler that was there before.
    signal.signal(signal.SIGTERM, _leave)
    with suppress(KeyboardInterrupt):
        Server(server_config(lambda: app, settings)).run()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _supervise(factory: Callable[[], Edge], settings: Settings) -> None:
    # What cannot be made is told once, here, and not by one worker after the other, each begun anew for ever.
    factory()
    config = server_config(f"{factory.__module__}:{factory.__qualname__}", settings)
    with config.bind_socket() as listener:
        # Callers that come before the first worker is up wait in the backlog instead of being refused.
        listener.listen(BACKLOG)
        log_serving(listener)
        sys.exit(Supervisor(settings.web_concurrency, lambda: Worker(config, [listener])).run())


def server_config(factory: str | Callable[[], Edge], settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        factory,
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.web_concurrency,
        loop="uvloop",
        http=Connection,
        ws="none",
        interface="asgi3",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
        # A request that was pipelined behind another would start inside the other's span.
        reset_contextvars=True,
    )


class Server(uvicorn.Server):
    """uvicorn's server, but that it drains before it ends, and lets no client keep it waiting."""

    @property
    def _connections(self) -> list[Connection]:
        return cast("list[Connection]", list(self.server_state.connections))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal begins the drain, the second ends its wait; uvicorn's second would throw away what runs."""
        again = self.should_exit
        if not again:
            super().handle_exit(sig, frame)
        if self.started:
            asyncio.get_running_loop().call_soon_threadsafe(self._drain.skip if again else self._begin_drain)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tells where it listens; with port 0 nobody else knows."""
        _put_requests_first()
        await super().startup(sockets)
        if self.started and sockets is None:
            log_serving(self.servers[0].sockets[0])

    async def on_tick(self, counter: int) -> bool:
        """What uvicorn does ten times a second; true when it is to stop accepting."""
        if counter % TICKS_BETWEEN_SWEEPS == 0:
            self._sweep()
        if not await super().on_tick(counter):
            return False
        self._begin_drain()
        return self._drain.over

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends, but for those who have connected already: to close would reset what they have sent."""
        listeners = [socket.socket(fileno=os.dup(each.fileno())) for server in self.servers for each in server.sockets]
        for server in self.servers:
            server.close()
        for accepted in [client for listener in listeners for client in _backlog(listener)]:
            await asyncio.get_running_loop().connect_accepted_socket(self._connection, accepted)
        await super().shutdown(sockets)

    def _connection(self) -> Connection:
        return Connection(self.config, self.server_state, self.lifespan.state)

    @property
    def _drain(self) -> Drain:
        return cast(Edge, self.config.loaded_app).drain

    def _begin_drain(self) -> None:
        self._drain.begin()
        for connection in self._connections:
            connection.drain()

    def _sweep(self) -> None:
        now = asyncio.get_running_loop().time()
        for connection in self._connections:
            connection.sweep(now)


def _put_requests_first() -> None:
    """Keeps other work from stopping all requests: by 90 ms now and then, and by 5 ms at each return to the loop.

    What the start has made lives as long as the process, and is never looked through for garbage. A thread that
    encodes spans gives way ten times sooner than Python's threads do by themselves.
    """
    gc.freeze()
    gc.enable()
    sys.setswitchinterval(SWITCH_SECONDS)


def _backlog(listener: socket.socket) -> list[socket.socket]:
    """Takes whoever waits to be accepted, and closes the listener."""
    accepted = []
    with listener, suppress(BlockingIOError):
        while True:
            accepted.append(listener.accept()[0])
    return accepted


class Worker(Process):
    """uvicorn's worker process, with our server in it."""

    @property
    def server(self) -> Server:
        if not isinstance(self._server, Server):
            self._server = Server(self.config)
        return self._server


def log_serving(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    log.info("serving", extra={"host": host, "port": port, "pid": os.getpid()})
