"""What the command line has to know of a service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from service_standard.settings import Settings


class Own(NamedTuple):
    """A command that only this service has: the module whose function `run` it is, and what it does."""

    module: str
    about: str


@dataclass(frozen=True, slots=True)
class Program:
    """A service as its command line sees it.

    `app` says where the factory of its application is, as `orders.app:create_app`: only who serves imports it.
    `versions` has the steps of its schema, `scopes` are those of a development token, `example` is a path to try, and
    `commands` are its own, by their names.
    """

    name: str
    settings: type[Settings]
    app: str
    versions: Path
    scopes: Sequence[str]
    example: str
    commands: Mapping[str, Own] = field(default_factory=dict)
