"""Serves a small app on a port of its own, so that the checker speaks to it as to any service."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from service_standard.checker.live.client import Bounds, connect
from service_standard.checker.live.target import Live
from service_standard.checker.live.tokens import Minted

SECRET = "a-secret-of-more-than-thirty-two-bytes"


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The URL of an app, until the block ends."""
    # asyncio sends at once only on sockets that say that they are TCP; else each answer waits 40 ms.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    thread = Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def live(url: str, *, scopes: frozenset[str] = frozenset(), bounds: Bounds | None = None) -> Iterator[Live]:
    """A running service as rules see it, with tokens signed by `SECRET`."""
    client = connect(url, bounds or Bounds(rate=1000.0, timeout=1.0))
    with client.http:
        yield Live(client, Minted(SECRET, "HS256", {}), every_scope=scopes)
