"""`events`: what an operator is shown of the events, and the ways to mend what is stuck."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Final

from service_standard.command_line.preparation import lacking
from service_standard.command_line.program import Program
from service_standard.database import database_of
from service_standard.events.figures import EventFigures, event_figures
from service_standard.events.operators import Desk, Held
from service_standard.lifecycle.parts import started
from service_standard.migrations.steps import missing_steps
from service_standard.settings import Settings, SettingsError

LISTED: Final = 100
LINE_OF_SINK: Final = ("sink", "position", "lag", "seconds", "parked", "leader", "epoch")
LINE_OF_PARKED: Final = ("sink", "position or source", "event", "key", "since", "reason")


def run(program: Program, settings: Settings, arguments: Sequence[str]) -> None:
    """Prints the answer; works beside a running service.

    Raises:
        Declined: what was asked for cannot be done.
        SettingsError: the database lacks migrations.
        DatabaseUnavailable: it does not answer.
        SystemExit: the arguments are wrong, or ask for help.
    """
    chosen = _parser(program.name).parse_args(arguments)
    if missing := missing_steps(settings, program.versions):
        raise SettingsError(lacking(program, missing))
    print(asyncio.run(_answer(settings, chosen)))


async def _answer(settings: Settings, chosen: argparse.Namespace) -> str:
    database = database_of(settings)
    async with started([database]):
        if chosen.command == "status":
            figures = await event_figures(database)
            return _json(figures) if chosen.json else _status(figures)
        work: Callable[[Desk, argparse.Namespace], Awaitable[str]] = chosen.work
        return await work(Desk(database), chosen)


async def _parked(desk: Desk, chosen: argparse.Namespace) -> str:
    held = await desk.parked(chosen.limit)
    lines = [(event.sink, event.place, event.event_id, event.key or "-", event.since, event.reason) for event in held]
    return _table([LINE_OF_PARKED, *lines]) if held else "nothing is parked"


async def _retry(desk: Desk, chosen: argparse.Namespace) -> str:
    count = await desk.retry(chosen.sink, chosen.key, chosen.event)
    return f"{chosen.sink}: {_events(count)} will be tried again"


async def _discard(desk: Desk, chosen: argparse.Namespace) -> str:
    discarded = await desk.discard(chosen.sink, chosen.event)
    return "\n".join(f"discarded: {_told(event)}" for event in discarded)


async def _rewind(desk: Desk, chosen: argparse.Namespace) -> str:
    position = chosen.to if chosen.event is None else await desk.position_of(chosen.event)
    rewound = await desk.rewind(chosen.sink, position)
    return f"{chosen.sink}: was at {rewound.before}, goes on after {rewound.now}"


def _parser(service: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"{service} events", description="Shows how events get on, and mends it.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    status = commands.add_parser("status", help="how far each sink is, who leads it, and what is stuck")
    status.add_argument("--json", action="store_true", help="for machines")
    parked = commands.add_parser("parked", help="list the parked events")
    parked.add_argument("--limit", type=_count, default=LISTED, help="of the sinks and of the inbox (default: 100)")
    parked.set_defaults(work=_parked)
    _add_retry(commands.add_parser("retry", help="have parked events tried again, in order"))
    _add_discard(commands.add_parser("discard", help="give up one parked event for good"))
    _add_rewind(commands.add_parser("rewind", help="have a sink delivered again what it had already"))
    return parser


def _add_retry(retry: argparse.ArgumentParser) -> None:
    retry.add_argument("--sink", required=True, type=_text, help="the sink, or inbox")
    retry.add_argument("--key", type=_text, help="of a sink: only the events of this key")
    retry.add_argument("--event", type=_text, help="of the inbox: only the event of this id")
    retry.set_defaults(work=_retry)


def _add_discard(discard: argparse.ArgumentParser) -> None:
    discard.add_argument("--sink", required=True, type=_text, help="the sink, or inbox")
    discard.add_argument("--event", required=True, type=_text, help="the event's id")
    discard.set_defaults(work=_discard)


def _add_rewind(rewind: argparse.ArgumentParser) -> None:
    rewind.add_argument("--sink", required=True, type=_text, help="the sink")
    place = rewind.add_mutually_exclusive_group(required=True)
    place.add_argument("--to", type=_count, metavar="POSITION", help="the last position that the sink is to keep")
    place.add_argument("--event", type=_text, help="the id of the last event that the sink is to keep")
    place.add_argument("--beginning", action="store_const", const=0, dest="to", help="all that is still there")
    rewind.set_defaults(work=_rewind)


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**63:
        raise argparse.ArgumentTypeError("must be a number that is not negative")
    return number


def _text(text: str) -> str:
    """The argument, unless the shell handed over what is no text."""
    text.encode()
    return text


def _status(figures: EventFigures) -> str:
    lines = [
        (
            s.sink,
            str(s.position),
            str(s.lag_events),
            f"{s.lag_seconds:.1f}",
            str(s.parked),
            s.leader or "-",
            str(s.epoch),
        )
        for s in figures.sinks
    ]
    return "\n".join(
        [
            f"head {figures.head}, unsequenced {figures.unsequenced}",
            f"inbox: {figures.inbox_waiting} waiting, {figures.inbox_parked} parked",
            "",
            _table([LINE_OF_SINK, *lines]),
        ]
    )


def _json(figures: EventFigures) -> str:
    return json.dumps(asdict(figures), indent=2)


def _table(lines: Sequence[Sequence[str]]) -> str:
    """Columns of one width each; the last one is as wide as it likes."""
    cells = [[_printable(cell) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in cells)


def _told(event: Held) -> str:
    facts = (event.sink, event.place, event.event_id, event.key, event.reason)
    return " ".join(_printable(fact) for fact in facts if fact)


def _printable(text: str) -> str:
    """The text, in which nothing can command the terminal: it may come from another service's event."""
    return text if text.isprintable() else ascii(text)[1:-1]


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count} events"
