"""The operations that every service of the standard has: who it is, its contracts, its pages, and how it fares."""

from collections.abc import Iterator
from typing import Final

from pydantic import MISSING, BaseModel
from pydantic_core import to_json

from service_standard.binding.handler import Handler
from service_standard.binding.reply import Reply, reply
from service_standard.contract import Contract, EventContract
from service_standard.lifecycle.health import Readiness
from service_standard.manifest import Manifest
from service_standard.metrics.exposition import MEDIA_TYPE, Exposition
from service_standard.pages.frame import MEDIA_TYPE as HTML
from service_standard.pages.frame import POLICY
from service_standard.pages.operations import A_PAGE, TAGGED, VARY, Pages, tagged
from service_standard.problems import SERVICE_UNAVAILABLE, SentHeader, unavailable

A_METRIC: Final = b"target_info 1.0\n"


class ServiceInfo(BaseModel):
    """The answer of `GET /` (API-03)."""

    name: str
    version: str


class Health(BaseModel):
    """The answer of a probe (LIFE-01)."""

    status: str
    checks: dict[str, str] | MISSING = MISSING


def standard_operations(
    manifest: Manifest, contract: Contract, events: EventContract, readiness: Readiness, exposition: Exposition
) -> Iterator[Handler]:
    """The handlers of those operations, the pages for people among them."""
    pages = Pages(manifest, contract, events)
    info = reply(ServiceInfo(name=manifest.name, version=manifest.version), {VARY.name: VARY.example})
    alive = reply(Health(status="ok"))
    is_ready = reply(Health(status="ok", checks=dict.fromkeys(readiness.names, "ok")))

    async def service_info(media_type: str) -> Reply:
        return await pages.front() if media_type == HTML else info

    async def ready() -> Reply:
        if readiness.failing:
            raise unavailable(f"Not ready: {', '.join(readiness.failing)}")
        return is_ready

    async def metrics() -> Reply:
        return Reply(await exposition.text())

    yield Handler(
        "getServiceInfo",
        service_info,
        ServiceInfo,
        headers=(VARY, POLICY._replace(always=False)),
        specimens=(info,),
        others={HTML: A_PAGE},
    )
    yield from pages.handlers()
    yield _fixed("getOpenApiDocument", tagged(to_json(contract.root.value)), None, TAGGED)
    yield _fixed("getAsyncApiDocument", tagged(to_json(events.root.value)), None, TAGGED)
    yield _fixed("getLiveness", alive, Health)
    yield Handler("getReadiness", ready, Health, refuses=(SERVICE_UNAVAILABLE,), specimens=(is_ready,))
    yield Handler("getMetrics", metrics, None, specimens=(Reply(A_METRIC),), media_type=MEDIA_TYPE)


def _fixed(
    operation_id: str, always: Reply, model: type[BaseModel] | None, headers: tuple[SentHeader, ...] = ()
) -> Handler:
    async def answer() -> Reply:
        return always

    return Handler(operation_id, answer, model, headers, specimens=(always,))
