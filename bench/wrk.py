"""Load by wrk: one thread of C, whose scripts in `load/` say what to ask for."""

import json
import resource
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SCRIPTS: Final = Path(__file__).resolve().parent / "load"
CONNECTIONS: Final = 32
PACED_CONNECTIONS: Final = 64


@dataclass(frozen=True)
class Measured:
    """What wrk saw: answers, how long they took, and how many of them were none or refusals."""

    requests: int
    rps: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int
    own_cpu_us: float


def is_installed() -> bool:
    return shutil.which("wrk") is not None


def load(url: str, script: str, arguments: Sequence[str], seconds: int, rate: float = 0.0) -> Measured:
    """What a service does under a script: as fast as it can, or at a rate that does not wait for answers.

    The first of the arguments is the token. A paced run has more connections than it needs, so that a slow answer
    holds up no other request; its requests start on whole milliseconds.
    """
    connections = PACED_CONNECTIONS if rate else CONNECTIONS
    token, *rest = arguments
    before = _own_cpu()
    done = subprocess.run(  # noqa: S603 a fixed command
        [
            *("wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"),
            *("--script", f"{script}.lua", url, "--", token, f"{rate:g}", *rest),
        ],
        cwd=SCRIPTS,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"wrk: {done.stdout}{done.stderr}")
    return _measured(json.loads(done.stdout.splitlines()[-1]), _own_cpu() - before)


def _measured(seen: dict[str, int], own_cpu: float) -> Measured:
    requests = seen["requests"]
    return Measured(
        requests,
        requests / seen["microseconds"] * 1e6,
        seen["p50_us"] / 1000,
        seen["p99_us"] / 1000,
        seen["refused"],
        seen["broken"],
        own_cpu / max(requests, 1) * 1e6,
    )


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
