"""The page on which every operation can be tried: Swagger UI, on the contract that is served."""

from typing import Final

from service_standard.pages.frame import Frame

_WITHOUT: Final = "<noscript>This page needs JavaScript; the reference does without.</noscript>"


def interactive(frame: Frame) -> bytes:
    """The page, whose script finds the contract by the address that its element has."""
    body = f'<main id="docs" data-contract="{frame.path("getOpenApiDocument")}">{_WITHOUT}</main>'
    return frame.page(f"{frame.service}: try it", [body], "getDocsStyle", "getDocsScript")
