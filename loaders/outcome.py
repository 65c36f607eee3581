"""What reading one file gives: returns with their values, and issues. Pure data, safe to pass between processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from loaders.issues import Issue

ReturnKey: TypeAlias = tuple[str, str, int]  # form, organisation, last month


class Reading(NamedTuple):
    """One value and the cell it came from. `value` is whole, in units of 10**-decimals; None with a note or a text."""

    element: str
    category: str
    value: int | None
    note: str
    text: str
    sheet: str
    cell: str
    derived: bool = False


@dataclass(frozen=True)
class Return:
    """What one form says for one organisation and one period."""

    form: str
    edition: str
    basis: str
    organisation: str
    first: int  # yyyymm
    last: int  # yyyymm
    cumulative_from: int | None
    due: dt.date | None
    sheet: str
    readings: tuple[Reading, ...]
    organisation_cell: str = ""  # where the sheet names the organisation, and the period
    period_cell: str = ""


@dataclass(frozen=True)
class Recognised:
    """Which form a sheet was taken for."""

    sheet: str
    form: str
    edition: str
    how: str  # code | title | headers
    period: str
    organisations: int


@dataclass(frozen=True)
class Stated:
    """Where a file says whose a return is and of which period; cells are '' where a name of a sheet or file says it."""

    sheet: str
    organisation_cell: str
    period_cell: str


@dataclass(frozen=True)
class Outcome:
    """Everything known of one file after reading and checking."""

    name: str
    sha256: str
    size: int
    recognised: tuple[Recognised, ...]
    returns: tuple[Return, ...]
    issues: tuple[Issue, ...]
    values: int = 0  # readings with a number or a text
    explained: Mapping[tuple[str, str, str], str] = field(
        default_factory=dict
    )  # what the sender wrote beside issues
    stated: Mapping[ReturnKey, Stated] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """Number of issues that forbid saving."""
        return sum(issue.severity == "error" for issue in self.issues)

    @property
    def warnings(self) -> int:
        """Number of issues that do not."""
        return len(self.issues) - self.errors

    @property
    def names_persons(self) -> bool:
        """Whether the file holds personal identifiers and must not be kept."""
        return any(issue.code.startswith("person_") for issue in self.issues)

    def without_returns(self) -> Outcome:
        """The same without its readings, for passing between processes once they are in records."""
        return replace(self, returns=())
