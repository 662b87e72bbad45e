"""What is shipped: the locks, the wheel, the image and the composition of containers."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final
from zipfile import ZipFile

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.sources import ROOT, SRC, imports, is_within, modules

PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())
DOCKERFILE: Final = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text()).splitlines()
COMPOSE: Final = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
LOCKS: Final = ("requirements-build.txt", "requirements.txt", "requirements-dev.txt", "requirements-supply.txt")

# Distributions whose files are served, and whose code is never run.
ONLY_READ: Final = frozenset({"fastapi-swagger"})
# Distributions whose import name is not their own name with underscores.
IMPORT_NAMES: Final = {
    "PyYAML": "yaml",
    "SQLAlchemy": "sqlalchemy",
    "opentelemetry-exporter-otlp": "opentelemetry.exporter.otlp",
    "opentelemetry-exporter-prometheus": "opentelemetry.exporter.prometheus",
    "opentelemetry-instrumentation-fastapi": "opentelemetry.instrumentation.fastapi",
    "opentelemetry-sdk": "opentelemetry.sdk",
    "pyjwt": "jwt",
    "python-json-logger": "pythonjsonlogger",
}


def requirements(names: list[str]) -> list[Requirement]:
    return [Requirement(name) for name in names]


def locked(lock: str) -> dict[str, str]:
    """The pinned version of each distribution in a lock."""
    pins = re.findall(r"^([\w.\[\],-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name.partition("[")[0]): version for name, version in pins}


def instructions(name: str) -> list[str]:
    return [line.partition(" ")[2] for line in DOCKERFILE if line.startswith(f"{name} ")]


# The locks


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_is_exact_and_has_hashes(lock: str) -> None:
    joined = (ROOT / lock).read_text().replace("\\\n", "")
    entries = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    exact = re.compile(r"[\w.\[\],-]+==[\w.]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+")
    assert entries
    assert [entry for entry in entries if not exact.fullmatch(entry)] == []


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements-build.txt", PROJECT["build-system"]["requires"]),
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("requirements-dev.txt", PROJECT["project"]["dependencies"]),
        ("requirements-dev.txt", PROJECT["project"]["optional-dependencies"]["dev"]),
        ("requirements-dev.txt", PROJECT["project"]["optional-dependencies"]["checker"]),
        ("requirements-dev.txt", PROJECT["project"]["optional-dependencies"]["models"]),
        ("requirements-supply.txt", PROJECT["project"]["optional-dependencies"]["supply"]),
    ],
)
def test_a_lock_holds_what_the_project_asks_for(lock: str, wanted: list[str]) -> None:
    pins = locked(lock)
    unmet = [
        requirement.name
        for requirement in requirements(wanted)
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]
    assert unmet == []


def test_development_and_production_use_the_same_versions() -> None:
    assert locked("requirements.txt").items() <= locked("requirements-dev.txt").items()


def test_every_runtime_dependency_is_imported() -> None:
    imported = {name for module in modules() for name in imports(module)}
    unused = [
        requirement.name
        for requirement in requirements(PROJECT["project"]["dependencies"])
        if requirement.name not in ONLY_READ
        and not any(is_within(name, _import_name(requirement)) for name in imported)
    ]
    assert unused == []


def _import_name(requirement: Requirement) -> str:
    return IMPORT_NAMES.get(requirement.name, requirement.name.replace("-", "_"))


# The wheel


def test_the_wheel_carries_every_source_file(tmp_path: Path) -> None:
    shutil.copytree(SRC, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    _build_wheel(tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    sources = {str(p.relative_to(tmp_path / "src")) for p in (tmp_path / "src").rglob("*") if p.is_file()}
    built = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert built == {name for name in sources if ".egg-info/" not in name}


def _build_wheel(project: Path) -> None:
    program = "from setuptools.build_meta import build_wheel; build_wheel('.')"
    subprocess.run([sys.executable, "-c", program], cwd=project, check=True, capture_output=True)


# The image


def test_the_image_runs_as_an_unprivileged_number() -> None:
    user = instructions("USER")[-1]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)


def test_the_image_downloads_packages_only_and_needs_no_shell_to_start() -> None:
    assert not re.search(r"\b(curl|wget)\b", "\n".join(DOCKERFILE))
    last_stage = "\n".join(DOCKERFILE).rpartition("\nFROM ")[2]
    assert "\nRUN " not in last_stage
    assert [json.loads(instructions(name)[-1]) for name in ("ENTRYPOINT", "CMD")] == [["orders"], ["serve"]]


def test_the_image_installs_from_the_lock_only() -> None:
    installs = re.findall(r"pip (?:--\S+ \S+ )?(?:install|wheel)[^&\n]*", "\n".join(instructions("RUN")))
    assert installs
    assert [i for i in installs if "--require-hashes" not in i and "--no-deps" not in i] == []


def test_the_image_copies_only_what_exists_and_is_not_ignored() -> None:
    allowed = {
        line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied = {
        source.rstrip("/")
        for copy in instructions("COPY")
        if not copy.startswith("--from")
        for source in copy.split()[:-1]
    }
    assert copied == allowed
    assert [name for name in copied if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("status", [HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE])
def test_the_image_is_healthy_exactly_if_the_probe_answers_200(status: HTTPStatus) -> None:
    _, program, *_ = instructions("HEALTHCHECK")[0].partition("CMD ")[::2]
    python, *arguments = json.loads(program)
    with _server_answering("/healthz", status) as port:
        finished = subprocess.run(
            [sys.executable, *arguments], env={"PORT": str(port)}, check=False, capture_output=True
        )
    assert python == "python"
    assert (finished.returncode == 0) is (status is HTTPStatus.OK)


@contextmanager
def _server_answering(path: str, status: HTTPStatus) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == path else HTTPStatus.NOT_FOUND)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the test reads the exit code."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
