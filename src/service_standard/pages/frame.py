"""The frame around every page: its head, its bar, and the policy that it is sent with."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

from service_standard.contract import Contract
from service_standard.pages import assets
from service_standard.problems import SentHeader

MEDIA_TYPE: Final = "text/html; charset=utf-8"
# Files of this service alone, and no script, style or handler that stands in a page: what a contract's text might
# smuggle in is not run.
POLICY: Final = SentHeader(
    "Content-Security-Policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
_ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='8' fill='%232f6f5e'/%3E"
    "%3Cpath d='M9 16.5l5 5 9-11' fill='none' stroke='white' stroke-width='3.5'/%3E%3C/svg%3E"
)
_BAR: Final = (("getDocsPage", "Try it"), ("getReferencePage", "Reference"), ("getEventsPage", "Events"))


@dataclass(frozen=True, slots=True)
class Frame:
    """What the pages of one service share; `service` is its name."""

    service: str
    contract: Contract

    def path(self, operation_id: str) -> str:
        """Where the contract has an operation."""
        return self.contract.operations[operation_id].path

    def page(self, title: str, body: Iterable[str], style: str = "getPagesStyle", script: str | None = None) -> bytes:
        """A whole page; `body` is HTML, `style` and `script` are the operations that answer them."""
        lines = [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f'<link rel="icon" href="{_ICON}">',
            f'<link rel="stylesheet" href="{self._file(style)}">',
            *([f'<script src="{self._file(script)}" defer></script>'] if script else []),
            f"</head>\n<body>\n{self._bar()}",
            *body,
            "</body>\n</html>\n",
        ]
        return "\n".join(lines).encode()

    def _file(self, operation_id: str) -> str:
        """The address of what a page is made of, which changes with its content."""
        return f"{self.path(operation_id)}?version={assets.version(operation_id)}"

    def _bar(self) -> str:
        home = f'<a class="home" href="{self.path("getServiceInfo")}">{escape(self.service)}</a>'
        links = "".join(f'<a href="{self.path(operation)}">{name}</a>' for operation, name in _BAR)
        return f'<header class="bar">{home}<nav>{links}</nav></header>'
