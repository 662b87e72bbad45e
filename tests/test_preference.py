"""`Accept`: the media type that is wanted most is answered, and the usual one when none is wanted more."""

import pytest

from service_standard.http.preference import preferred

JSON = "application/json"
HTML = "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ([], JSON),
        ([""], JSON),
        (["*/*"], JSON),
        (["application/json"], JSON),
        (["text/html"], HTML),
        (["TEXT/HTML"], HTML),
        (["text/*"], HTML),
        (["text/html;charset=utf-8"], HTML),
        (["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], HTML),
        (["text/html, application/json"], JSON),
        (["text/html;q=0.5, application/json;q=0.4"], HTML),
        (["text/html;q=0.4, application/json;q=0.5"], JSON),
        (["*/*;q=0.9, text/html;q=0.1"], JSON),
        (["application/json;q=0.1, */*"], HTML),
        (["application/*;q=0, text/html;q=0.001"], HTML),
        (["application/json;q=0.5", "text/html"], HTML),
        (["text/html;q=0"], JSON),
        (["image/png"], JSON),
        (["text/html;q=2"], JSON),
        (["text/html;q=high"], JSON),
        (["text/html;q=1.0000"], JSON),
        (["html, /, text/, /html, ;q=1, ,,"], JSON),
        (["*/html"], HTML),
        (["text/html\xff"], JSON),
    ],
)
def test_the_media_type_that_is_wanted_most_is_answered(accept: list[str], wanted: str) -> None:
    assert preferred([value.encode("latin-1") for value in accept], (JSON, HTML)) == wanted
