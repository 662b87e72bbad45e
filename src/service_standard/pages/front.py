"""The first page: which service this is, and where to go from here."""

from collections.abc import Iterator
from html import escape
from typing import Final

from service_standard.contract import Contract
from service_standard.manifest import Manifest
from service_standard.pages.frame import Frame

_DOORS: Final = (
    ("getDocsPage", "Try it", "Every operation, to be called from here with your token."),
    ("getReferencePage", "Reference", "The HTTP contract, to read: operations, models, answers."),
    ("getEventsPage", "Events", "What this service tells the world, and what it listens to."),
    ("getLiveness", "Health", "Whether the process is alive."),
    ("getReadiness", "Readiness", "Whether it can serve, and if not, what is missing."),
    ("getMetrics", "Metrics", "What was measured, as Prometheus reads it."),
)
_DOCUMENTS: Final = (("getOpenApiDocument", "OpenAPI"), ("getAsyncApiDocument", "AsyncAPI"))


def front(frame: Frame, manifest: Manifest, contract: Contract) -> bytes:
    """The page."""
    return frame.page(manifest.name, _body(frame, manifest, contract))


def _body(frame: Frame, manifest: Manifest, contract: Contract) -> Iterator[str]:
    info = contract.root["info"]
    yield '<main class="front">'
    yield f'<h1>{escape(manifest.name)} <span class="tag">{escape(manifest.version)}</span></h1>'
    yield f'<p class="lead">{escape(str(info.get("summary") or info.text("title")))}</p><ul class="doors">'
    for operation, name, about in _DOORS:
        yield f'<li><a href="{frame.path(operation)}"><b>{name}</b><span>{about}</span></a></li>'
    links = " and ".join(f'<a href="{frame.path(operation)}">{name}</a>' for operation, name in _DOCUMENTS)
    yield f'</ul><p class="soft">The contracts themselves: {links}. Kept by {escape(manifest.owner)}.</p></main>'
