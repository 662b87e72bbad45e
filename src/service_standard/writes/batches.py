"""What a group of changes writes, put together: as many statements as there are kinds of rows, however many changes."""

from collections import Counter
from collections.abc import Sequence

from service_standard.database import Batch, Row, Statement, Write
from service_standard.writes import counts


class Batches:
    """The rows of a group: one batch, and another only where something is changed that an earlier one changes."""

    def __init__(self) -> None:
        self._batches: list[_Rows] = []
        self._turns: Counter[str] = Counter()
        self._counted: list[counts.Counted] = []

    def add(self, key: str, writes: Sequence[Write], counted: Sequence[counts.Counted]) -> None:
        """Adds the rows of one change of `key`, in the order in which they have to be written."""
        turn = self._turns[key]
        if turn == len(self._batches):
            self._batches.append(_Rows())
        self._batches[turn].add(writes)
        self._turns[key] += 1
        self._counted += counted

    def counted(self, slot: int) -> list[Batch]:
        """The batches, with what the changes count together in a slot.

        That comes last: nobody may wait for anything else while he holds a row that all others want.
        """
        batches = [rows.in_order() for rows in self._batches]
        sums = counts.rows(self._counted, slot)
        if sums:
            batches[-1].append((counts.ADD, sums))
        return [*batches]


class _Rows:
    """Rows by statement; each statement comes as late as in any change, so parents before children."""

    def __init__(self) -> None:
        self._rows: dict[Statement, list[Row]] = {}
        self._ranks: dict[Statement, int] = {}

    def add(self, writes: Sequence[Write]) -> None:
        for rank, (statement, row) in enumerate(writes):
            self._rows.setdefault(statement, []).append(row)
            self._ranks[statement] = max(rank, self._ranks.get(statement, 0))

    def in_order(self) -> list[tuple[Statement, list[Row]]]:
        return sorted(self._rows.items(), key=lambda item: self._ranks[item[0]])
