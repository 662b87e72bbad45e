"""A container of the image without an engine: crun on what `scripts/image unpack` leaves, confined as in production."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

from tests.process import DEADLINE_SECONDS, Ended, Process

# crun wants a single kind of control groups, and is to use none: the second kind is out of sight where there are both.
CRUN: Final = ("unshare", "--mount", "sh", "-c", 'umount /sys/fs/cgroup/unified 2>&-; exec crun "$@"', "crun")
MOUNTS: Final = (
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
    {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "noexec", "mode=1777"]},
)
BIND: Final = {"type": "bind", "options": ["bind"]}


@dataclass(frozen=True)
class Image:
    """The image, unpacked: its root file system, and what its configuration says; `shared` is this machine's."""

    directory: Path
    shared: Mapping[str, Path] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.directory / "rootfs"

    @property
    def config(self) -> dict[str, Any]:
        """As Docker names its members."""
        whole = json.loads((self.directory / "image.json").read_text())
        config: dict[str, Any] = whole["Docker"]["config"]
        return config

    @property
    def user(self) -> tuple[int, int]:
        user, group = map(int, self.config["User"].split(":"))
        return user, group

    @property
    def size(self) -> int:
        """In bytes, as an engine tells it: what its files hold, a file of several names once."""
        files = {(found.st_ino): found.st_size for found in map(os.lstat, _below(self.root))}
        return sum(files.values())

    def command(self, *arguments: str, entrypoint: Sequence[str] = (), **environ: str) -> list[str]:
        """The command that runs a container; its arguments are those of the image's own, unless there are some."""
        bundle = self.directory / f"bundle-{uuid4().hex}"
        bundle.mkdir()
        process = [*(entrypoint or self.config["Entrypoint"]), *(arguments or self.config["Cmd"])]
        (bundle / "config.json").write_text(json.dumps(self._runtime(process, environ)))
        state = self.directory / "state"
        return [*CRUN, f"--root={state}", "--cgroup-manager=disabled", "run", f"--bundle={bundle}", bundle.name]

    def _runtime(self, process: Sequence[str], environ: dict[str, str]) -> dict[str, object]:
        """What Docker makes of `--read-only --cap-drop=ALL --security-opt=no-new-privileges --network=host`."""
        user, group = self.user
        data = {"type": "tmpfs", "source": "tmpfs", "options": [f"uid={user}", f"gid={group}", "mode=700"]}
        return {
            "ociVersion": "1.0.0",
            "process": {
                "user": {"uid": user, "gid": group},
                "args": list(process),
                "env": [*self.config["Env"], *(f"{name}={value}" for name, value in environ.items())],
                "cwd": self.config["WorkingDir"],
                "capabilities": {},
                "noNewPrivileges": True,
            },
            "root": {"path": str(self.root), "readonly": True},
            "mounts": [
                *MOUNTS,
                *({"destination": volume, **data} for volume in self.config["Volumes"]),
                *({**BIND, "destination": inside, "source": str(path)} for inside, path in self.shared.items()),
            ],
            "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")]},
        }

    def run(self, *arguments: str, entrypoint: Sequence[str] = (), **environ: str) -> Ended:
        """A container until it ends by itself."""
        command = self.command(*arguments, entrypoint=entrypoint, **environ)
        done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def serving(self, *arguments: str, **environ: str) -> Iterator[Process]:
        """A container that runs until the block ends at the latest; nothing of this process' environment is its own."""
        started = Process(self.command(*arguments, **environ), {})
        try:
            yield started
        finally:
            # crun hands the signal on; killed, it would leave the container behind.
            if started.popen.poll() is None:
                started.popen.send_signal(signal.SIGTERM)
                started.end()
            started.kill()


@contextmanager
def built(script: Path) -> Iterator[Image]:
    """The image of this project, built anew as far as anything has changed."""
    subprocess.run([script, "build"], check=True)
    with TemporaryDirectory(prefix="orders-image-") as directory:
        subprocess.run([script, "unpack", directory], check=True, stdout=subprocess.DEVNULL)
        yield Image(Path(directory))


def _below(root: Path) -> Iterator[Path]:
    for directory, _, names in os.walk(root):
        yield from (Path(directory, name) for name in names)
