"""`make reference`: writes the pages of the reference from the code and the contracts, as they are now."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.metrics.everything import everything_measured
from tests.metrics.scrape import Scrape
from tests.reference.events import events
from tests.reference.metrics import metrics
from tests.reference.problems import problems
from tests.reference.settings import settings
from tests.sources import ROOT

PLACE: Final = ROOT / "docs/reference"


def pages(exposed: Scrape) -> Mapping[str, str]:
    """Every page by the name of its file; `exposed` is what a service says to which everything has happened."""
    return {"settings.md": settings(), "problems.md": problems(), "events.md": events(), "metrics.md": metrics(exposed)}


def main() -> None:
    """Writes them; that a sink is out, which one of them needs, nobody has to be told."""
    logging.disable()
    with TemporaryDirectory() as directory:
        exposed = asyncio.run(everything_measured(Path(directory)))
    for name, text in pages(exposed).items():
        (PLACE / name).write_text(text)


if __name__ == "__main__":
    main()
