"""Whether orders have sagas, as `SAGA` chooses, and what that needs."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from orders.changes import Changes
from orders.order import Order
from orders.payments.account import PAID
from orders.saga.deadlines import LOOK_SECONDS, Deadlines
from orders.saga.handlers import SagaHandlers
from orders.settings import OrdersSettings
from orders.store import Store
from orders.workflow import Workflow
from service_standard.binding.handler import Handler
from service_standard.lifecycle.background import Repeated
from service_standard.lifecycle.parts import Part
from service_standard.settings import SettingsError
from service_standard.writes.queue import WriteQueue

# The sinks that reach another service.
REACHING: Final = frozenset({"http", "kafka", "rabbitmq"})


class Sagas(NamedTuple):
    """What is there for sagas; without any, nothing."""

    handlers: Sequence[Handler] = ()
    parts: Sequence[Part] = ()
    faults: Sequence[str] = ()


def sagas_of(
    settings: OrdersSettings, store: Store, queue: WriteQueue[Order], changes: Changes, workflow: Workflow
) -> Sagas:
    """What the settings choose; `workflow` is the one of new orders."""
    if settings.saga == "off":
        return Sagas()
    deadlines = Deadlines(store, queue, changes)
    return Sagas(
        handlers=[SagaHandlers(store).handler()],
        parts=[Repeated("sagas", LOOK_SECONDS, deadlines.give_up_overdue)],
        faults=[*_faults(workflow)],
    )


def require_ways(settings: OrdersSettings) -> None:
    """Refuses sagas whose events could neither go nor come.

    Raises:
        SettingsError: with every reason.
    """
    if settings.saga != "off" and (faults := [*_missing_ways(settings)]):
        raise SettingsError("\n".join(faults))


def _missing_ways(settings: OrdersSettings) -> Iterator[str]:
    because = f"since SAGA is {settings.saga}"
    # Without an embedded relay the sinks are those of another process.
    if settings.event_relay == "embedded" and not REACHING.intersection(settings.event_sinks):
        yield f"EVENT_SINKS: must name {', '.join(sorted(REACHING))} or several of these, {because}"
    if not settings.event_sources:
        yield f"EVENT_SOURCES: must name where payments are told of, {because}"


def _faults(workflow: Workflow) -> Iterator[str]:
    """What a new order has to be able to become: paid, and cancelled."""
    first, paid = workflow.initial, workflow.settling(PAID)
    about = f"x-workflow: {workflow.name}: {first}"
    if not workflow.at(first).cancellable:
        yield f"{about} must be cancellable, since SAGA cancels orders that are not paid"
    if paid is not None and not workflow.allows(first, paid):
        yield f"{about} must be followed by {paid}, since SAGA has new orders paid"
