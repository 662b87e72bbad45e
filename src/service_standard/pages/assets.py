"""What the pages are made of: styles and scripts, by the operations that answer them."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

DIGITS: Final = 16
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "getPagesStyle": ("page.css", "reader.css"),
    "getDocsStyle": ("swagger-ui.css", "page.css", "docs.css"),
    "getDocsScript": ("swagger-ui-bundle.js", "docs.js"),
}


def content(operation_id: str) -> bytes:
    """What the operation answers, read anew: whoever asks keeps it."""
    return b"\n".join(_place(name).read_bytes() for name in _PARTS[operation_id])


@cache
def version(operation_id: str) -> str:
    """What stands for that content."""
    return digest(content(operation_id))


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:DIGITS]


def _place(name: str) -> Path:
    """Where a file is: ours, or Swagger UI's, in a package that has its releases unchanged and is never imported."""
    if name.startswith("swagger-ui"):
        return Path(str(distribution("fastapi-swagger").locate_file(f"fastapi_swagger/resources/{name}")))
    return Path(__file__).parent / "files" / name
