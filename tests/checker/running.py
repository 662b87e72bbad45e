"""Judges documents together with what runs beside them: the good sample's app, and our own service as a process."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from service_standard.checker.live.tokens import Minted
from service_standard.checker.rule import Outcome, Rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from service_standard.contract import Json
from service_standard.settings import DEVELOPMENT_SECRET
from tests import process
from tests.checker.parcels import Parcels
from tests.checker.samples import GOOD
from tests.checker.served import live, served
from tests.sources import ROOT

SCOPES = frozenset({"parcels.read", "parcels.write"})


def judged_live(app: Parcels, rules: Sequence[Rule]) -> dict[str, Outcome]:
    """The outcome of each rule by its id, with the app's own feed of events."""
    with served(app) as url, live(url, scopes=SCOPES) as target:
        subject = Subject(GOOD, events_file=f"{url}/events", target=target)
        return {outcome.rule.id: outcome for outcome in run(subject, rules).outcomes}


@contextmanager
def orders_running(examples: int, overlays: Sequence[str] = (), **chosen: str) -> Iterator[Subject]:
    """Our own service as a process, with its feed of events, under the overlays that the environment chooses."""
    with TemporaryDirectory() as directory:
        database = f"sqlite:///{Path(directory) / 'orders.db'}"
        subject = Subject(ROOT, overlays=tuple(ROOT / name for name in overlays))
        scopes = subject.openapi.scopes
        with process.served(database, **chosen) as started, live(started.url, scopes=scopes) as target:
            tokens = Minted(DEVELOPMENT_SECRET, "HS256", {})
            known = replace(target, tokens=tokens, examples=examples)
            yield replace(subject, events_file=f"{started.url}/events", target=known)


def offered(subject: Subject, prices: Mapping[str, str]) -> None:
    """Products on offer at these prices in USD, so that the examples of orders in the contract can be had."""
    target = subject.live
    for product, amount in prices.items():
        body: Json = {"id": product, "name": product, "price": {"amount": amount, "currency": "USD"}}
        answer = target.send("POST", "/products", token=target.token_for_all(), json=body)
        assert answer.is_success, answer.came
