"""The pages as they are sent: who gets them, what they may load, how long they may be kept, and what they say."""

import re
import sys

import pytest

from service_standard.pages.markup import prose
from tests.service import Caller, problem_of

pytestmark = pytest.mark.anyio

PAGES = ("/docs", "/reference", "/events/docs")
FILES = ("/docs.js", "/docs.css", "/pages.css")
DOCUMENTS = ("/openapi.json", "/asyncapi.json")
OF_A_BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, {"Accept": "application/json"}, {"Accept": "image/png"}])
async def test_a_program_gets_the_bytes_that_it_always_got(embedded: Caller, headers: dict[str, str]) -> None:
    answer = await embedded.send("GET", "/", headers)
    assert (answer.headers["content-type"], answer.content) == (
        "application/json",
        b'{"name":"orders","version":"1.0.0"}',
    )
    assert answer.headers["vary"] == "Accept"
    assert "content-security-policy" not in answer.headers


async def test_a_browser_gets_a_page_at_the_same_place(embedded: Caller) -> None:
    answer = await embedded.send("GET", "/", OF_A_BROWSER)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    for path in (*PAGES, "/healthz", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json"):
        assert f'href="{path}"' in answer.text
    assert ">1.0.0<" in answer.text


@pytest.mark.parametrize("path", ["/", *PAGES])
async def test_a_page_has_nothing_in_it_that_its_policy_would_refuse(embedded: Caller, path: str) -> None:
    answer = await embedded.send("GET", path, OF_A_BROWSER)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<style|<script(?! src=)|\sstyle=|\son[a-z]+=|javascript:", answer.text) == []
    urls = re.findall(r'(?:src|href)="([^"]*)"', answer.text)
    assert [url for url in urls if not re.match(r"/(?!/)|#|data:", url)] == []


@pytest.mark.parametrize("path", ["/", *PAGES])
async def test_what_a_page_loads_is_there_and_may_be_kept_for_ever(embedded: Caller, path: str) -> None:
    page = await embedded.send("GET", path, OF_A_BROWSER)
    urls = re.findall(r'(?:src|href)="(/[a-z]+\.(?:js|css)\?[^"]*)"', page.text)
    assert urls
    for url in urls:
        file = await embedded.send("GET", url, {})
        assert (file.status_code, file.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
        assert url.endswith(f"={file.headers['etag'].strip(chr(34))}")


@pytest.mark.parametrize("path", FILES)
async def test_another_version_is_answered_with_this_one_and_not_kept(embedded: Caller, path: str) -> None:
    for query in ("", "?version=0123456789abcdef"):
        file = await embedded.send("GET", f"{path}{query}", {})
        assert (file.status_code, file.headers["cache-control"]) == (200, "no-cache")


async def test_a_page_says_by_its_tag_whether_it_is_still_the_same(embedded: Caller) -> None:
    tags = [(await embedded.send("GET", path, {})).headers["etag"] for path in PAGES]
    assert len({*tags}) == len(PAGES)
    assert tags == [(await embedded.send("GET", path, {})).headers["etag"] for path in PAGES]


@pytest.mark.parametrize("path", [*PAGES, *FILES, *DOCUMENTS])
async def test_who_has_it_already_is_told_so_and_gets_nothing(embedded: Caller, path: str) -> None:
    whole = await embedded.send("GET", path, {})
    tag = whole.headers["etag"]
    for known in (tag, f"W/{tag}", f'"another", {tag}', f',W/"a,b" , {tag},', "*"):
        answer = await embedded.send("GET", path, {"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag), known
        assert answer.headers["cache-control"] == whole.headers["cache-control"]
        assert not {"content-type", "content-length"} & set(answer.headers)


@pytest.mark.parametrize(
    "known",
    ["", '"another"', "{tag}x", "x{tag}", '"{tag}', "{bare}", '{tag}, "', "w/{tag}", "*, {tag}", "{tag} {tag}", "\xff"],
)
async def test_who_has_something_else_or_says_it_amiss_gets_it_whole(embedded: Caller, known: str) -> None:
    whole = await embedded.send("GET", "/reference", {})
    tag = whole.headers["etag"]
    said = known.format(tag=tag, bare=tag.strip('"')).encode("latin-1")
    answer = await embedded.http.get("/reference", headers=[(b"If-None-Match", said)])
    assert (answer.status_code, answer.content) == (200, whole.content)


async def test_what_somebody_has_may_stand_in_several_lines(embedded: Caller) -> None:
    tag = (await embedded.send("GET", "/reference", {})).headers["etag"]
    lines = [("If-None-Match", '"another"'), ("If-None-Match", tag)]
    assert (await embedded.http.get("/reference", headers=lines)).status_code == 304


async def test_a_file_of_another_version_is_told_by_its_tag_as_well(embedded: Caller) -> None:
    file = await embedded.send("GET", "/pages.css", {})
    known = {"If-None-Match": file.headers["etag"]}
    answer = await embedded.send("GET", "/pages.css?version=0123456789abcdef", known)
    assert (answer.status_code, answer.headers["cache-control"]) == (304, "no-cache")


async def test_what_is_refused_is_refused_whatever_somebody_has(embedded: Caller) -> None:
    answer = await embedded.send("GET", "/reference?verbose=1", {"If-None-Match": "*"})
    assert problem_of(answer) == (400, "validation_error")


@pytest.mark.parametrize("path", ["/", *PAGES, *FILES])
async def test_a_page_is_refused_as_everything_else_is(embedded: Caller, path: str) -> None:
    refused = await embedded.send("POST", path, OF_A_BROWSER)
    assert (*problem_of(refused), refused.headers["allow"]) == (405, "method_not_allowed", "GET")
    assert problem_of(await embedded.send("GET", f"{path}?verbose=1", OF_A_BROWSER)) == (400, "validation_error")


async def test_the_reference_says_what_the_contract_says(embedded: Caller) -> None:
    text = (await embedded.send("GET", "/reference", {})).text
    for operation in embedded.contract.operations.values():
        assert f'id="{operation.id}"' in text
    for model in ("Order", "NewOrder", "OrderPage", "Problem"):
        assert f'id="schema-{model}"' in text
    assert "items ≤ <code>" in text
    assert "<code>orders.write.own</code>" in text


async def test_the_package_with_swagger_ui_is_read_and_never_imported(embedded: Caller) -> None:
    assert len((await embedded.send("GET", "/docs.js", {})).content) > 1_000_000
    assert "fastapi_swagger" not in sys.modules


def test_an_entry_of_a_list_goes_on_in_the_next_line() -> None:
    html = prose("Before,\nand more:\n- an entry\n  that goes on\n- and `one`")
    assert html == "<p>Before, and more:</p><ul><li>an entry that goes on</li><li>and <code>one</code></li></ul>"
    assert prose("No list - of course") == "<p>No list - of course</p>"


def test_a_table_of_a_contract_is_a_table() -> None:
    html = prose("| a | b |\n|---|---|\n| `c` | <d> |")
    assert "<th>a</th><th>b</th>" in html
    assert '<th scope="row"><code>c</code></th><td>&lt;d&gt;</td>' in html


def test_what_a_contract_says_stays_text() -> None:
    assert prose("A <b>`<i>`</b>\n\n- one\n- two") == (
        "<p>A &lt;b&gt;<code>&lt;i&gt;</code>&lt;/b&gt;</p><ul><li>one</li><li>two</li></ul>"
    )
