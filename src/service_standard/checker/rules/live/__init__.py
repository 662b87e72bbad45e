"""The rules of a running service, derived from its own contract."""

from typing import Final

from service_standard.checker.rules.live import (
    answers,
    bodies,
    errors,
    media_types,
    methods,
    pages,
    published,
    repeats,
    replicas,
    scope_matrix,
    self_description,
    slashes,
    tokens,
    traces,
)

RULES: Final = (
    *self_description.RULES,
    *media_types.RULES,
    *slashes.RULES,
    *pages.RULES,
    *bodies.RULES,
    *answers.RULES,
    *repeats.RULES,
    *errors.RULES,
    *methods.RULES,
    *tokens.RULES,
    *scope_matrix.RULES,
    *published.RULES,
    *traces.RULES,
    *replicas.RULES,
)
