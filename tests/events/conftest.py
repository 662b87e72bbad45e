"""What the tests of events may ask for."""

from collections.abc import AsyncIterator, Iterator

import pytest

from service_standard.settings import Settings
from tests.events.receiver import Receiver
from tests.events.stream import Stream
from tests.storage import opened


@pytest.fixture
async def stream(settings: Settings) -> AsyncIterator[Stream]:
    """A stream on each kind of database in turn."""
    async with opened(settings) as database:
        yield Stream(database)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of webhooks, which takes everything."""
    with Receiver() as server:
        yield server
