"""The pages in a real browser: they open without a complaint, ask nobody else, and an order is created from them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser, opened
from tests.process import Process, authorization, served

PAGES = ("/", "/docs", "/reference", "/events/docs")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('pages') / 'orders.db'}") as started:
        yield started


@pytest.fixture(scope="module")
def window(webdriver: str) -> Iterator[Browser]:
    with opened(webdriver) as browser:
        yield browser


@pytest.fixture
def browser(window: Browser, service: Process) -> Iterator[Browser]:
    """A window that, in the end, nothing was wrong in, and that has asked nobody but the service."""
    yield window
    assert window.complaints() == []
    asked = window.requested()
    assert asked
    assert [url for url in asked if not url.startswith(f"{service.url}/")] == []


def test_the_first_page_leads_to_the_others(browser: Browser, service: Process) -> None:
    browser.open(f"{service.url}/")
    assert browser.text("h1") == "orders 1.0.0"
    hrefs = browser.run("return [...document.querySelectorAll('.doors a')].map(link => link.pathname)")
    assert hrefs == ["/docs", "/reference", "/events/docs", "/healthz", "/readyz", "/metrics"]
    assert looks_like_a_page(browser.shoot("first"))
    browser.click('.doors a[href="/reference"]')
    assert browser.text("h1") == "Orders API 1.0.0"


def test_an_order_is_created_with_a_pasted_token(browser: Browser, service: Process) -> None:
    browser.open(f"{service.url}/docs")
    browser.click(".auth-wrapper .authorize")
    assert looks_like_a_page(browser.shoot("docs-authorize"))
    browser.type(".auth-container input", authorization()["Authorization"].removeprefix("Bearer "))
    browser.click(".auth-btn-wrapper .authorize")
    browser.click(".auth-btn-wrapper .btn-done")
    browser.click("#operations-orders-createOrder .opblock-summary-control")
    browser.click("#operations-orders-createOrder .try-out__btn")
    assert browser.run("return document.querySelector('input[placeholder=Idempotency-Key]').value") == ""
    browser.click("#operations-orders-createOrder .execute")
    answered = "#operations-orders-createOrder .live-responses-table tbody .response-col_status"
    assert browser.text(answered).splitlines()[0] == "201"
    browser.run("document.querySelector('.live-responses-table').scrollIntoView({block: 'center'})")
    assert looks_like_a_page(browser.shoot("docs-created"))
    with service.caller() as caller:
        assert caller.get("/orders").json()["total"] == 1


def test_every_operation_is_there_to_be_tried(browser: Browser, service: Process) -> None:
    browser.open(f"{service.url}/docs")
    tried = set(browser.texts(".opblock-summary-path"))
    assert looks_like_a_page(browser.shoot("docs"))
    with service.caller() as caller:
        paths = caller.get("/openapi.json").json()["paths"]
    assert {path.replace("\u200b", "") for path in tried} == set(paths)


def test_the_reference_shows_every_operation(browser: Browser, service: Process) -> None:
    browser.open(f"{service.url}/reference")
    with service.caller() as caller:
        paths = caller.get("/openapi.json").json()["paths"]
    wanted = {f"{method.upper()} {path}" for path, item in paths.items() for method in item if method != "parameters"}
    assert set(browser.texts("main section.card h3")) >= wanted
    assert looks_like_a_page(browser.shoot("reference"))


def test_the_events_page_shows_the_events(browser: Browser, service: Process) -> None:
    browser.open(f"{service.url}/events/docs")
    with service.caller() as caller:
        messages = caller.get("/asyncapi.json").json()["components"]["messages"]
    assert set(browser.texts("main section.card h3 code")) == {message["name"] for message in messages.values()}
    assert looks_like_a_page(browser.shoot("events"))


def test_the_pages_fit_a_phone(browser: Browser, service: Process) -> None:
    browser.resize(400, 800)
    for path in PAGES:
        browser.open(f"{service.url}{path}")
        browser.shoot(f"phone{path.replace('/', '-').rstrip('-')}")
        width, needed = browser.run("return [innerWidth, document.documentElement.scrollWidth]")
        assert needed <= width, path
    browser.resize(1280, 1600)


def looks_like_a_page(shot: Path) -> bool:
    """A picture of one colour is some hundred bytes."""
    return shot.stat().st_size > 10_000
