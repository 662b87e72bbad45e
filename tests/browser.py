"""A real browser, driven by the WebDriver protocol (W3C): what a person does with a page, and what the page did."""

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from tests.sources import ROOT

SHOTS: Final = ROOT / "build" / "screenshots"
# How long an element may take to appear, and a command to be done.
PATIENCE_SECONDS: Final = 15
# The name of an element's reference in the protocol.
ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-prefers-reduced-motion",  # a page that still scrolls moves away from under a click
    "--hide-scrollbars",
    "--window-size=1280,1600",
)


@dataclass(frozen=True)
class Browser:
    """A window of its own. Elements are named by CSS selectors, and waited for until they are there."""

    http: httpx.Client

    def open(self, url: str) -> None:
        """Goes to a page and waits until it is loaded."""
        self._do("url", url=url)

    def text(self, selector: str) -> str:
        return str(self._get(f"{self._element(selector)}/text"))

    def texts(self, selector: str) -> list[str]:
        self._element(selector)
        return list(self.run(f"return [...document.querySelectorAll({selector!r})].map(found => found.innerText)"))

    def click(self, selector: str) -> None:
        self._do(f"{self._element(selector)}/click")

    def type(self, selector: str, text: str) -> None:
        element = self._element(selector)
        self._do(f"{element}/clear")
        self._do(f"{element}/value", text=text)

    def run(self, script: str) -> Any:
        """What a script in the page returns, which the policy of the page does not concern."""
        return self._do("execute/sync", script=script, args=[])

    def shoot(self, name: str) -> Path:
        """Keeps what is seen, from the top of the window on."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        file = SHOTS / f"{name}.png"
        file.write_bytes(b64decode(self._get("screenshot")))
        return file

    def resize(self, width: int, height: int) -> None:
        self._do("window/rect", width=width, height=height)

    def complaints(self) -> list[str]:
        """What the console has had to say since it was last asked: errors, and what the policy refused."""
        return [entry["message"] for entry in self._do("se/log", type="browser")]

    def requested(self) -> list[str]:
        """The URLs that were asked for over the network since this was last asked."""
        sent = (json.loads(entry["message"])["message"] for entry in self._do("se/log", type="performance"))
        urls = (one["params"]["request"]["url"] for one in sent if one["method"] == "Network.requestWillBeSent")
        return [url for url in urls if not url.startswith("data:")]

    def _element(self, selector: str) -> str:
        found = self._do("element", using="css selector", value=selector)
        return f"element/{found[ELEMENT]}"

    def _get(self, path: str) -> Any:
        return _value(self.http.get(path))

    def _do(self, path: str, **arguments: object) -> Any:
        return _value(self.http.post(path, json=arguments))


def _value(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()["value"]


@contextmanager
def opened(driver: str) -> Iterator[Browser]:
    """A new window of the browser that the driver at this URL has, closed with the block."""
    with httpx.Client(base_url=driver, timeout=2 * PATIENCE_SECONDS) as http:
        session = _value(http.post("/session", json={"capabilities": {"alwaysMatch": _capabilities()}}))["sessionId"]
        try:
            http.base_url = httpx.URL(f"{driver}/session/{session}/")
            yield Browser(http)
        finally:
            http.delete(f"{driver}/session/{session}")


def _capabilities() -> dict[str, object]:
    return {
        "browserName": "chrome",
        "timeouts": {"implicit": PATIENCE_SECONDS * 1000},
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        "goog:chromeOptions": {"args": list(FLAGS)},
    }
