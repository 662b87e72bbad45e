"""Every rule, in the order of the standard."""

from typing import Final

from service_standard.checker.rule import Rule
from service_standard.checker.rules import (
    captured_events,
    configuration,
    description,
    documents,
    event_documents,
    live,
    log_lines,
    manifest,
    paging,
    paths,
    probes,
    problems,
    scopes,
)
from service_standard.checker.standard import REQUIREMENTS

_MODULES: Final = (
    documents,
    problems,
    paths,
    paging,
    description,
    scopes,
    event_documents,
    captured_events,
    log_lines,
    probes,
    configuration,
    manifest,
    live,
)


def every_rule() -> tuple[Rule, ...]:
    """All rules; those of one requirement in the order in which their modules have them."""
    order = list(REQUIREMENTS)
    found = [rule for module in _MODULES for rule in module.RULES]
    return tuple(sorted(found, key=lambda rule: order.index(rule.requirement.id)))


def chosen(only: list[str], skip: list[str]) -> tuple[Rule, ...]:
    """The rules that `--only` and `--skip` leave: by rule, by requirement or by heading.

    Raises:
        ValueError: a name means no rule.
    """
    rules = every_rule()
    unknown = [name for name in (*only, *skip) if not any(rule.is_named_by(name) for rule in rules)]
    if unknown:
        raise ValueError(f"no rule is called {', '.join(unknown)}")
    kept = [rule for rule in rules if not only or any(rule.is_named_by(name) for name in only)]
    return tuple(rule for rule in kept if not any(rule.is_named_by(name) for name in skip))
