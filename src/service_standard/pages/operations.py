"""The operations of the pages, which every service of the standard has."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Final

from service_standard.binding.handler import Handler
from service_standard.binding.reply import Reply
from service_standard.contract import Contract, EventContract
from service_standard.manifest import Manifest
from service_standard.pages import assets
from service_standard.pages.event_reference import event_reference
from service_standard.pages.frame import MEDIA_TYPE, POLICY, Frame
from service_standard.pages.front import front
from service_standard.pages.interactive import interactive
from service_standard.pages.reference import reference
from service_standard.problems import SentHeader

SCRIPT: Final = "text/javascript; charset=utf-8"
STYLE: Final = "text/css; charset=utf-8"
VARY: Final = SentHeader("Vary", "Accept")
A_TAG: Final = SentHeader("ETag", f'"{"0" * assets.DIGITS}"')
REVALIDATED: Final = SentHeader("Cache-Control", "no-cache")
IMMUTABLE: Final = SentHeader("Cache-Control", "public, max-age=31536000, immutable")
# What goes with an answer that may be kept, and is asked for again by its tag.
TAGGED: Final = (REVALIDATED, A_TAG)
A_PAGE: Final = Reply(b"<!doctype html>\n")
A_FILE: Final = Reply(b"/* */\n", {REVALIDATED.name: REVALIDATED.example})
Html = Callable[[], bytes]


class Pages:
    """The pages of one service: each is made when it is first asked for, in a thread, since it may read files."""

    def __init__(self, manifest: Manifest, contract: Contract, events: EventContract) -> None:
        frame = Frame(manifest.name, contract)
        self._first = cache(partial(_first_page, partial(front, frame, manifest, contract)))
        self._others: Mapping[str, Html] = {
            "getDocsPage": partial(interactive, frame),
            "getReferencePage": partial(reference, frame, contract),
            "getEventsPage": partial(event_reference, frame, events),
        }

    async def front(self) -> Reply:
        """The first page."""
        return await asyncio.to_thread(self._first)

    def handlers(self) -> Iterator[Handler]:
        """The handlers of all others, and of what they are made of."""
        yield from (_page(operation_id, html) for operation_id, html in self._others.items())
        yield _file("getDocsScript", SCRIPT)
        yield _file("getDocsStyle", STYLE)
        yield _file("getPagesStyle", STYLE)


def _first_page(html: Html) -> Reply:
    return Reply(html(), _sent(VARY, POLICY))


def _page(operation_id: str, html: Html) -> Handler:
    @cache
    def made() -> Reply:
        return tagged(html(), POLICY)

    async def answer() -> Reply:
        return await asyncio.to_thread(made)

    headers = (POLICY, *TAGGED)
    return Handler(operation_id, answer, None, headers=headers, specimens=(A_PAGE,), media_type=MEDIA_TYPE)


def _file(operation_id: str, media_type: str) -> Handler:
    def read(asked: str | None) -> Reply:
        current = assets.version(operation_id)
        kept = IMMUTABLE if asked == current else REVALIDATED
        return Reply(assets.content(operation_id), {**_sent(kept), A_TAG.name: f'"{current}"'})

    async def answer(version: str | None) -> Reply:
        return await asyncio.to_thread(read, version)

    headers = (IMMUTABLE, A_TAG)
    return Handler(operation_id, answer, None, headers=headers, specimens=(A_FILE,), media_type=media_type)


def tagged(content: bytes, *headers: SentHeader) -> Reply:
    """The content with the tag that stands for it, and with the headers."""
    return Reply(content, {**_sent(*headers, REVALIDATED), A_TAG.name: f'"{assets.digest(content)}"'})


def _sent(*headers: SentHeader) -> dict[str, str]:
    return {header.name: header.example for header in headers}
