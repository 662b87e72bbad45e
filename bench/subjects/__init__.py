"""The subjects: what is measured side by side, and how each is started.

limit          bare ASGI, the same rows in one statement, a transaction a request
limit-grouped  the same with group commit
naive          FastAPI and SQLAlchemy's ORM with default instrumentation, as their documentation teaches
ours           the product as production has it: everything on, events delivered to the log by the embedded relay
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.processes import PYTHON, UVICORN

SECRET: Final = "a-secret-of-the-benchmark-with-more-than-32-bytes"  # noqa: S105 it protects nothing


@dataclass(frozen=True)
class Subject:
    """`sampled` is the share of traces that goes to the collector, None for a subject that has no traces."""

    name: str
    workers: int = 1
    sampled: float | None = None

    def __str__(self) -> str:
        share = "" if self.sampled is None else f" {self.sampled:.0%}"
        return f"{self.name}{share}{f' x{self.workers}' if self.workers > 1 else ''}"

    def command(self, port: int) -> Sequence[str]:
        if self.name == "ours":
            return (PYTHON, "-m", "orders", "serve")
        module = f"bench.subjects.{self.name.replace('-', '_')}:create_app"
        return (*UVICORN, "--factory", module, "--port", str(port), "--workers", str(self.workers))

    def environ(self, port: int, database_url: str, collector: str) -> dict[str, str]:
        common = {
            "DATABASE_URL": database_url,
            "JWT_SECRET_KEY": SECRET,
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
            "OTEL_SERVICE_NAME": self.name,
        }
        if self.name != "ours":
            return common
        return {
            **common,
            "ENVIRONMENT": "production",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "WEB_CONCURRENCY": str(self.workers),
            "OTEL_TRACES_SAMPLER_ARG": str(self.sampled),
        }


LIMIT: Final = Subject("limit")
GROUPED: Final = Subject("limit-grouped")
NAIVE: Final = Subject("naive", sampled=1.0)
OURS: Final = Subject("ours", sampled=1.0)
OURS_TENTH: Final = Subject("ours", sampled=0.1)
OURS_TWICE: Final = Subject("ours", workers=2, sampled=1.0)
GROUPED_TWICE: Final = Subject("limit-grouped", workers=2)
LIMIT_TWICE: Final = Subject("limit", workers=2)
