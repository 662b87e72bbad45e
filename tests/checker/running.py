"""Judges the good sample's documents together with an app that runs beside them."""

from collections.abc import Sequence

from service_standard.checker.rule import Outcome, Rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from tests.checker.parcels import Parcels
from tests.checker.samples import GOOD
from tests.checker.served import live, served

SCOPES = frozenset({"parcels.read", "parcels.write"})


def judged_live(app: Parcels, rules: Sequence[Rule]) -> dict[str, Outcome]:
    """The outcome of each rule by its id, with the app's own feed of events."""
    with served(app) as url, live(url, scopes=SCOPES) as target:
        subject = Subject(GOOD, events_file=f"{url}/events", target=target)
        return {outcome.rule.id: outcome for outcome in run(subject, rules).outcomes}
