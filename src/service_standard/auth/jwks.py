"""An issuer's published keys: fetched in the background, kept through an outage, never at a caller's pace."""

import asyncio
import logging
import ssl
from typing import Final
from urllib.parse import urlsplit

import httpx

from service_standard.auth.keys import ASYMMETRIC, KeySet, published_keys
from service_standard.auth.pace import Pace
from service_standard.strict_json import read_json_object

FETCH_SECONDS: Final = 2.0
LARGEST_DOCUMENT: Final = 64 * 1024

logger = logging.getLogger(__name__)


class PublishedKeys:
    """The keys at `jwks_url`, or where the issuer's OpenID discovery document says they are."""

    algorithms: Final = ASYMMETRIC

    def __init__(self, jwks_url: str | None, issuer: str | None, pace: Pace) -> None:
        self.current: KeySet | None = None
        self._jwks_url = jwks_url
        self._issuer = issuer or ""
        self._pace = pace
        # Only settings.py reads the environment: no proxy, no .netrc; the system's store says whom to trust.
        self._client = httpx.AsyncClient(verify=ssl.create_default_context(), trust_env=False)
        self._fetch: asyncio.Task[bool] | None = None
        self._background: asyncio.Task[None] | None = None
        self._document = b""
        self._next_search = 0.0

    async def start(self) -> None:
        """Tries a first fetch, for two seconds at most, and keeps fetching until `aclose`."""
        fetched = await self._fetched()
        self._background = asyncio.create_task(self._keep_fresh(fetched=fetched))

    async def aclose(self) -> None:
        tasks = [task for task in (self._background, self._fetch) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    async def search(self) -> None:
        """Looks for keys that are newer than `current`, at most once in the time for unknown keys."""
        now = asyncio.get_running_loop().time()
        if self._is_fetching or now >= self._next_search:
            self._next_search = now + self._pace.unknown
            await self._fetched()

    @property
    def _is_fetching(self) -> bool:
        return self._fetch is not None and not self._fetch.done()

    async def _keep_fresh(self, *, fetched: bool) -> None:
        while True:
            await asyncio.sleep(self._pause(fetched=fetched))
            fetched = await self._fetched()

    def _pause(self, *, fetched: bool) -> float:
        if fetched:
            return self._pace.refresh
        return self._pace.first if self.current is None else self._pace.retry

    async def _fetched(self) -> bool:
        """Whether a fetch succeeded; callers share the one in flight, and may leave without ending it."""
        if self._fetch is None or self._fetch.done():
            self._fetch = asyncio.create_task(self._replace_current())
        return await asyncio.shield(self._fetch)

    async def _replace_current(self) -> bool:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                document = await self._get(self._jwks_url or await self._discovered_url())
            # The same document keeps the same set, and with it what the set has verified.
            if self.current is None or document != self._document:
                self.current, self._document = published_keys(document), document
        except Exception as error:  # noqa: BLE001 whatever fails out there, the refreshing goes on
            logger.warning("signing keys not fetched: %s", type(error).__name__)
            return False
        return True

    async def _discovered_url(self) -> str:
        """The `jwks_uri` of the issuer (OpenID Connect Discovery 1.0, sections 4 and 4.3)."""
        address = self._issuer.removesuffix("/") + "/.well-known/openid-configuration"
        metadata = read_json_object(await self._get(address))
        url = metadata.get("jwks_uri")
        if metadata.get("issuer") != self._issuer or not isinstance(url, str):
            raise ValueError("the discovery document is not the issuer's")
        if urlsplit(self._issuer).scheme == "https" != urlsplit(url).scheme:
            raise ValueError("an https issuer publishes its keys by https")
        return url

    async def _get(self, url: str) -> bytes:
        """The document at the address, read no further than 64 KiB; a redirection is not followed."""
        body = bytearray()
        async with self._client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
            if response.status_code != httpx.codes.OK:
                raise ValueError("not answered with 200")
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > LARGEST_DOCUMENT:
                    raise ValueError("a document of more than 64 KiB")
        return bytes(body)
