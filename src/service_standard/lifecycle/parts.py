"""Parts: what a process is made of, started in order and closed in the reverse."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final, Protocol

import uvloop

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Part(Protocol):
    """Something that is started before the work begins and closed after its end."""

    async def start(self) -> None: ...
    async def aclose(self) -> None: ...


@asynccontextmanager
async def started(parts: Sequence[Part]) -> AsyncIterator[None]:
    """The parts at work; one that cannot start has those before it closed."""
    async with AsyncExitStack() as stack:
        for part in parts:
            stack.push_async_callback(part.aclose)
            await part.start()
        yield


def run_until_signal(parts: Sequence[Part]) -> None:
    """Has the parts at work until SIGTERM or SIGINT; to be called in the main thread."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_signal(parts))


async def _until_signal(parts: Sequence[Part]) -> None:
    told = asyncio.Event()
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with started(parts):
        await told.wait()
