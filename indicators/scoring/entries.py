"""What goes into a score: plain records that can be written as JSON, kept, and read back years later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from indicators.scoring.numbers import VALUE_DIGITS, exact, rounded


@dataclass(frozen=True)
class Entry:
    """One line of one organisation, before it is scored. Numbers are whole, or text where they have decimals.

    Computed lines: `numerator`, `denominator` with the `previous_` ones of a year before; `lower` and `upper` limits,
    `reason` why there is no usable number ('' when there is); `target` the one in force and the clause that says so;
    `sources` names the groups of submissions behind it. Asked lines: what the institution `answer`ed, with how many
    files of `evidence`; the two evaluators' `marks`; what a reviewer `settled` (of a computed line: its value, as decided
    upon an appeal). `applies` is False where a reviewer found that the line does not apply.
    """

    numerator: int | None = None
    denominator: int | None = None
    multiplier: int = 1
    polarity: str = "higher"
    lower: str | None = None
    upper: str | None = None
    previous_numerator: int | None = None
    previous_denominator: int | None = None
    reason: str = ""
    method: str = ""
    target: str | None = None
    target_from: str = ""
    sources: tuple[str, ...] = ()
    answer: str | None = None
    evidence: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    settled: str | None = None
    applies: bool = True

    @property
    def value(self) -> Fraction | None:
        """The quotient in the line's unit, rounded once; None without numbers that may be used."""
        if self.reason:
            return None
        return quotient(self.numerator, self.denominator, self.multiplier)

    @property
    def previous(self) -> Fraction | None:
        """The same a year before."""
        return quotient(self.previous_numerator, self.previous_denominator, self.multiplier)


def quotient(numerator: int | None, denominator: int | None, multiplier: int) -> Fraction | None:
    """Numerator times multiplier over denominator, to four decimals."""
    if numerator is None or not denominator:
        return None
    return rounded(Fraction(numerator * multiplier, denominator), VALUE_DIGITS)


@dataclass(frozen=True)
class Participant:
    """One organisation in a round with all its entries by line; `peer` names the group it is compared within."""

    organisation: str
    area: str
    scheme: str
    peer: str
    size: int | None
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As plain data, without what says nothing."""
        return {
            "organisation": self.organisation,
            "area": self.area,
            "scheme": self.scheme,
            "peer": self.peer,
            "size": self.size,
            "entries": {code: _short(entry) for code, entry in self.entries.items()},
        }


_USUAL = asdict(Entry())


def _short(entry: Entry) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(entry).items()
        if value != _USUAL[name]
    }


def read_participant(told: Mapping[str, Any]) -> Participant:
    """The other way round."""
    entries = {code: _read_entry(one) for code, one in told["entries"].items()}
    names = ("organisation", "area", "scheme", "peer", "size")
    return Participant(**{name: told[name] for name in names}, entries=entries)


def _read_entry(told: Mapping[str, Any]) -> Entry:
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items()
    }
    return Entry(**given)


def settled_mark(entry: Entry, allowed: Fraction, rule: str) -> Fraction | None:
    """What counts of two evaluators' marks: what a reviewer settled; else, when near enough, their mean; else None.

    Yes and no, and numbers that were stated, must be the same: there is no half of a fact. A mark that cannot be (more than all
    points, a yes of 2) counts as none, so that the line waits and nothing is signed over it.
    """
    if entry.settled is not None:
        return exact(entry.settled)
    marks = [mark for mark in map(Fraction, entry.marks) if can_be(mark, rule)]
    if len(marks) < 2:
        return None
    if rule != "expert":
        return marks[0] if marks[0] == marks[1] else None
    return (marks[0] + marks[1]) / 2 if abs(marks[0] - marks[1]) <= allowed else None


def can_be(mark: Fraction, rule: str) -> bool:
    """Whether a mark is one that the rule knows: a share of the points, yes or no, or a number that is not below nought."""
    if rule in ("yes_no", "veto"):
        return mark in (0, 1)
    return mark >= 0 and (rule != "expert" or mark <= 1)
