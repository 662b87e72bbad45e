"""A way to a broker that a test can cut, or make lose what is said in one direction."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Wire:
    """Every connection of one service to the broker.

    While it is `mute`, nothing that the service says arrives; while it is `deaf`, nothing that it is told: from now on,
    or from when the service says some words.
    """

    def __init__(self, broker: str) -> None:
        self.is_mute = False
        self.is_deaf = False
        self.is_cut = False
        self.url = ""
        self._last_words = b""
        self._broker = urlsplit(broker)
        self._writers: set[StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def laid(self) -> AsyncIterator["Wire"]:
        """The wire, with the URL that leads to it."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        place = self._broker.netloc.rpartition("@")[0]
        self.url = self._broker._replace(netloc=f"{place}@127.0.0.1:{port}").geturl()
        try:
            yield self
        finally:
            server.close()
            self.cut()
            await asyncio.gather(*self._pumps, return_exceptions=True)

    def cut(self) -> None:
        """Ends every connection, and lets no other come about."""
        self.is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def deafen_after(self, words: bytes) -> None:
        """Makes it deaf as soon as the service has said these."""
        self._last_words = words

    def mend(self) -> None:
        """New connections are as good as ever; what is half said on the others is lost."""
        self.cut()
        self.is_mute = self.is_deaf = self.is_cut = False
        self._last_words = b""

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        from_broker, to_broker = await asyncio.open_connection(self._broker.hostname, self._broker.port)
        self._writers |= {writer, to_broker}
        for pump in (_pumped(reader, to_broker, self._is_unsaid), _pumped(from_broker, writer, lambda _: self.is_deaf)):
            task = asyncio.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    def _is_unsaid(self, said: bytes) -> bool:
        self.is_deaf |= bool(self._last_words) and self._last_words in said
        return self.is_mute


async def _pumped(reader: StreamReader, writer: StreamWriter, is_lost: Callable[[bytes], bool]) -> None:
    """Hands on what comes, until either side ends."""
    with suppress(OSError):
        while said := await reader.read(65536):
            if not is_lost(said):
                writer.write(said)
                await writer.drain()
    writer.transport.abort()
