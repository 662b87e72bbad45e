"""Subjects as processes: started on a port, heard when they answer, and billed for their CPU."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx

ROOT: Final = Path(__file__).resolve().parent.parent
TICK: Final = os.sysconf("SC_CLK_TCK")
UP_SECONDS: Final = 30.0
QUIET_SECONDS: Final = 0.25
MOST_QUIET_CPU: Final = 0.1
LONGEST_SETTLING: Final = 20.0
PYTHON: Final = sys.executable


class Process:
    """A subject that runs; what it prints goes to a file."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], output: Path, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.output = output
        self.began = time.perf_counter()
        with output.open("wb") as file:
            self._popen = subprocess.Popen(  # noqa: S603 the project's own commands
                command,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", **environ},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def answered(self) -> float:
        """Seconds from the start to the first answer."""
        while time.perf_counter() - self.began < UP_SECONDS:
            with suppress(httpx.TransportError):
                httpx.get(f"{self.url}/healthz", timeout=UP_SECONDS)
                return time.perf_counter() - self.began
            if self._popen.poll() is not None:
                break
            time.sleep(0.005)
        raise RuntimeError(f"{self.output.name} does not come up:\n{self.output.read_text()[-2000:]}")

    def cpu(self) -> float:
        """Seconds of CPU that its processes have used, the kernel's work for them included."""
        return sum(_cpu(pid) for pid in _family(self.pid))

    def memory(self) -> float:
        """The resident megabytes of the largest of its processes."""
        return max(_memory(pid) for pid in _family(self.pid))

    def settle(self) -> None:
        """Waits until it does nothing any more: what it put off belongs to what it was asked for."""
        deadline = time.perf_counter() + LONGEST_SETTLING
        before = self.cpu()
        while time.perf_counter() < deadline:
            time.sleep(QUIET_SECONDS)
            now = self.cpu()
            if now - before <= MOST_QUIET_CPU * QUIET_SECONDS:
                return
            before = now

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str], output: Path, port: int) -> Iterator[Process]:
    """A process, killed at the end of the block."""
    process = Process(command, environ, output, port)
    try:
        yield process
    finally:
        process.stop()


@contextmanager
def collector(directory: Path) -> Iterator[str]:
    """The URL of a collector that drops what it is sent."""
    port = free_port()
    command = (*UVICORN, "bench.collector:app", "--port", str(port), "--lifespan", "off")
    with running(command, {}, directory / "collector.log", port) as process:
        process.answered()
        yield process.url


UVICORN: Final = (PYTHON, "-m", "uvicorn", "--no-access-log", "--log-level", "warning", "--host", "127.0.0.1")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _family(pid: int) -> list[int]:
    """The process and its descendants."""
    children: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [pid, *(each for child in children for each in _family(child))]


def _cpu(pid: int) -> float:
    with suppress(FileNotFoundError, ProcessLookupError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    return 0.0


def _memory(pid: int) -> float:
    with suppress(FileNotFoundError, ProcessLookupError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
    return 0.0
