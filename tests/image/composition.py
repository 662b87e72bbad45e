"""docker-compose.yml as a test runs it: its commands and environments, with its parts where they really are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from tests.sources import ROOT

COMPOSE: Final[Mapping[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: Final[Mapping[str, Mapping[str, Any]]] = COMPOSE["services"]
OURS: Final = frozenset(name for name, service in SERVICES.items() if service["image"].startswith("orders:"))
VARIABLE: Final = re.compile(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}")


@dataclass(frozen=True)
class Composition:
    """The file with its variables filled in, and its addresses replaced by those of running parts."""

    variables: Mapping[str, str]
    addresses: Mapping[str, str]

    def environment(self, service: str) -> dict[str, str]:
        return {name: self._read(value) for name, value in SERVICES[service]["environment"].items()}

    def command(self, service: str) -> Sequence[str]:
        """What the image's entrypoint gets."""
        return [self._read(word) for word in SERVICES[service].get("command", ["serve"])]

    def _read(self, text: str) -> str:
        filled = VARIABLE.sub(lambda found: self.variables.get(found[1]) or found[2] or "", text)
        return self.addresses.get(filled, filled)
