"""The server: uvicorn with httptools and uvloop, as one process or as a supervisor of several."""

import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from service_standard.edge import Edge
from service_standard.protocol import Connection
from service_standard.settings import Settings

log = logging.getLogger(__name__)

GRACE_SECONDS: Final = 10
BACKLOG: Final = 2048


def serve(factory: Callable[[], Edge], settings: Settings) -> None:
    """Serve what `factory` makes until SIGTERM or SIGINT, then finish what runs and return.

    With one worker the app is made and served in this very process. With more, `factory` has to be a function
    at the top of a module: each worker, a process of its own, imports it by name.
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
        Multiprocess(config, [listener]).run()


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
    """uvicorn's server that says in one line where it listens; with port 0 nobody else knows."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            log_serving(self.servers[0].sockets[0])


def log_serving(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    log.info("serving", extra={"host": host, "port": port, "pid": os.getpid()})
