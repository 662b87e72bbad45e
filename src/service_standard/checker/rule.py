"""What a rule is, what it finds, and how it is judged: the vocabulary of the whole checker."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from service_standard.checker.standard import REQUIREMENTS, Requirement, Severity

if TYPE_CHECKING:
    from service_standard.checker.subject import Subject

Verdict: TypeAlias = Literal["passed", "failed", "warned", "not judged"]


class NotJudged(Exception):
    """A rule cannot be judged; the reason says what was missing. It never counts as passed."""

    @property
    def reason(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file a finding is: a JSON pointer for a document, a line number for a file of lines."""

    file: str
    pointer: str = ""
    line: int | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.file}:{self.line}"
        return f"{self.file}#{self.pointer}" if self.pointer else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule: what was found, where or by which request (a curl line), and what came.

    `request` and `came` are as a reader may repeat them; tokens are never among them.
    """

    message: str
    place: Place | None = None
    request: str = ""
    came: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One check; its id is that of the requirement, a full stop and a word of its own: `API-06.envelope`.

    `message` is the sentence that holds when the rule is kept, `why` is what goes wrong without it, `mend` is what to
    do. `judge` yields findings, and raises NotJudged where it lacks what it needs: findings before that still count.
    """

    id: str
    message: str
    why: str
    mend: str
    judge: "Callable[[Subject], Iterator[Finding]]"

    @property
    def requirement(self) -> Requirement:
        return REQUIREMENTS[self.id.partition(".")[0]]

    @property
    def severity(self) -> Severity:
        return self.requirement.severity

    def is_named_by(self, name: str) -> bool:
        """Whether an id on the command line means this rule: its own, its requirement's, or its heading's."""
        return name.lower() in {self.id.lower(), self.requirement.id.lower(), self.requirement.heading}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one rule; `reason` is there for a rule that was not judged, and only then."""

    rule: Rule
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    seconds: float = 0.0
