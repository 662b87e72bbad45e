"""The manifest `service.yaml`: what a service is called, who owns it, and where its contracts are."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service_standard.contract.document import ContractError, Json, read_yaml

VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
SEMVER: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `service.yaml` says.

    `api` and `events` are the paths of the two contracts, `environment` names the variables that configure the service.
    """

    name: str
    version: str
    owner: str
    api: Path
    events: Path
    required_scopes: frozenset[str]
    environment: frozenset[str]


def load_manifest(path: Path) -> Manifest:
    """The manifest at `path`, with its contracts' paths seen from where it lies.

    Raises:
        ContractError: with every fault of the manifest.
    """
    values = read_yaml(path)
    faults = list(_faults(values, path))
    if faults:
        raise ContractError([f"{path.name}: {fault}" for fault in faults])
    return Manifest(
        name=str(values["name"]),
        version=str(values["version"]),
        owner=str(values["owner"]),
        api=path.parent / str(values["api"]),
        events=path.parent / str(values["events"]),
        required_scopes=frozenset(map(str, _scopes(values) or [])),
        environment=frozenset(map(str, _variables(values) or [])),
    )


def _faults(values: dict[str, Json], path: Path) -> list[str]:
    words = ("name", "version", "owner", "api", "events")
    faults = [f"{word} must be a string" for word in words if not isinstance(values.get(word), str)]
    if not SEMVER.fullmatch(str(values.get("version"))):
        faults.append("version must be a semantic version")
    faults += [
        f"{word} names a file that is not there" for word in ("api", "events") if not _is_file(values, word, path)
    ]
    if _scopes(values) is None:
        faults.append("auth.required_scopes must be a list of strings")
    if _variables(values) is None:
        faults.append("environment must be a list of names of environment variables")
    auth = values.get("auth")
    inner = {f"auth.{word}" for word in auth} - {"auth.required_scopes"} if isinstance(auth, dict) else set()
    unknown = sorted((set(values) - {*words, "auth", "environment"}) | inner)
    return faults + [f"{word} is not a word of the manifest" for word in unknown]


def _is_file(values: dict[str, Json], word: str, path: Path) -> bool:
    return (path.parent / str(values.get(word))).is_file()


def _scopes(values: dict[str, Json]) -> list[Json] | None:
    auth = values.get("auth")
    scopes = auth.get("required_scopes") if isinstance(auth, dict) else None
    if isinstance(scopes, list) and all(isinstance(scope, str) for scope in scopes):
        return scopes
    return None


def _variables(values: dict[str, Json]) -> list[Json] | None:
    """The names that are listed, which may be none; None for what is no list of names."""
    listed = values.get("environment", [])
    if isinstance(listed, list) and all(isinstance(name, str) and VARIABLE.fullmatch(name) for name in listed):
        return listed
    return None
