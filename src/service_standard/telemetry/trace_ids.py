"""Ids of traces and spans, drawn from a generator that nobody else seeds or advances."""

from random import Random

from opentelemetry.sdk.trace.id_generator import IdGenerator


class OwnIds(IdGenerator):
    """Random ids; the SDK's come from the process's generator, with whose seed all would repeat themselves."""

    def __init__(self) -> None:
        self._random = Random()  # noqa: S311 an id is no secret

    def generate_span_id(self) -> int:
        return self._random.getrandbits(64) or 1

    def generate_trace_id(self) -> int:
        return self._random.getrandbits(128) or 1

    def is_trace_id_random(self) -> bool:
        return True
