"""What the command line has to know of a service."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service_standard.settings import Settings


@dataclass(frozen=True, slots=True)
class Program:
    """A service as its command line sees it.

    `app` says where the factory of its application is, as `orders.app:create_app`: only who serves imports it.
    `versions` has the steps of its schema, `scopes` are those of a development token, and `example` is a path to try.
    """

    name: str
    settings: type[Settings]
    app: str
    versions: Path
    scopes: Sequence[str]
    example: str
