"""The composition: the only file that sees every part of the service."""

from collections.abc import Iterator

from opentelemetry.trace import NoOpTracer

from orders import journal
from orders.bulk import Bulk
from orders.catalog.choice import catalog_of
from orders.catalog.shelf import Announcements
from orders.changes import ORDER_VERSION, Changes
from orders.figures import OrderMetrics
from orders.followed import require_followed
from orders.handlers import OrderHandlers, stats_handler, workflow_handler
from orders.law import RECEIVED, law_of, sent_under, workflow_faults, workflows_of
from orders.migrations import VERSIONS
from orders.payments.changes import PaymentChanges
from orders.payments.effects import PaymentEffects
from orders.payments.handlers import PaymentHandlers
from orders.payments.rehearsal import rehearse_payments
from orders.rehearsal import batch, rehearse
from orders.saga.choice import require_ways, sagas_of
from orders.search import sort_faults
from orders.settings import OrdersSettings
from orders.stats import grouping_faults
from orders.store import Store
from orders.workflow import Workflows
from service_standard.composition import Purpose, application, lay_foundation, write_queue
from service_standard.events.event import EventBuilder
from service_standard.http.edge import Edge
from service_standard.law import Law
from service_standard.settings import load_settings
from service_standard.telemetry.logs import configure_logs


def create_app() -> Edge:
    """The service that the environment describes.

    Raises:
        SettingsError: the environment is not complete, or names no workflow, or not all that stored orders follow, or
            no way to the service of payments.
        ContractError: contracts, manifest and code do not agree.
    """
    settings = load_settings(OrdersSettings)
    require_ways(settings)
    configure_logs("orders", settings.log_level)
    law = law_of(settings)
    require_followed(settings, workflows_of(law.contract))
    return compose(law, settings)


def compose(law: Law, settings: OrdersSettings) -> Edge:
    """The service as one ASGI application; it opens nothing before its lifespan begins.

    Raises:
        ContractError: with every disagreement between the contracts and the code.
    """
    workflows = workflows_of(law.contract)
    foundation = lay_foundation(law, settings, VERSIONS)
    store = Store(foundation.database, workflows)
    metrics = OrderMetrics(foundation.telemetry.meter, workflows)
    queue = write_queue(foundation, store.locked, journal.happened, metrics.happened)
    events = EventBuilder(law.events, foundation.telemetry.tracer)
    changes = _changes(settings, workflows, events)
    untraced = Changes(workflows.default, EventBuilder(law.events, NoOpTracer()), every_event=True, payment_seconds=1)
    catalog = catalog_of(settings, law, foundation.database, Announcements(events, foundation.announcer.committed))
    rehearsed, faults = rehearse(law.contract, workflows, untraced)
    payments = PaymentChanges(changes)
    rehearsed_payments, payment_faults = rehearse_payments(law.contract, rehearsed.orders, untraced)
    orders = OrderHandlers(store, queue, changes, catalog)
    sagas = sagas_of(settings, store, queue, changes, workflows.default)
    purpose = Purpose(
        queue=queue,
        handlers=[
            *orders.all(rehearsed),
            Bulk(orders).handler(rehearsed, law.contract),
            *PaymentHandlers(store, queue, payments).all(rehearsed_payments),
            workflow_handler(workflows),
            stats_handler(foundation.database, workflows),
            *catalog.handlers,
            *sagas.handlers,
        ],
        sent={**sent_under(workflows), **catalog.sent},
        received=RECEIVED,
        extensions=dict.fromkeys(sent_under(workflows), (ORDER_VERSION,)),
        effects=PaymentEffects(queue, payments).effects(),
        rehearsed=batch(law.contract, [*catalog.rehearsed, *rehearsed.events]),
        parts=[*catalog.parts, *sagas.parts],
        faults=[*faults, *payment_faults, *catalog.faults, *sagas.faults, *_faults(law, workflows)],
    )
    return application(foundation, purpose)


def _faults(law: Law, workflows: Workflows) -> Iterator[str]:
    """Where contracts and code differ in what no request shows before it is made."""
    yield from workflow_faults(workflows, law.events.sent)
    yield from sort_faults(law.contract)
    yield from grouping_faults(law.contract)


def _changes(settings: OrdersSettings, workflows: Workflows, events: EventBuilder) -> Changes:
    """The changes that the settings ask for."""
    return Changes(
        workflows.default,
        events,
        every_event=settings.event_types == "all",
        payment_seconds=None if settings.saga == "off" else settings.saga_deadline_seconds,
    )
