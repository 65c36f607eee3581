"""Who owes which report: the duties that expectations and completeness are counted from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from reference.organisations import Organisation, Organisations
from reference.periods import first_day, month_add


@dataclass(frozen=True)
class Duty:
    """One form's duty: which organisations (by level or kind) owe it, how often, and which elements it brings on which basis."""

    form: str
    tree: str
    basis: str
    frequency: str  # month | quarter | year | change
    reported_by: tuple[str, ...]
    due_days: int
    latest_hierarchy: bool
    elements: frozenset[str]

    @property
    def span(self) -> int:
        """Months that one report covers; 0 when it is sent on change only."""
        return {"month": 1, "quarter": 3, "year": 12}.get(self.frequency, 0)

    def owed_by(self, organisation: Organisation) -> bool:
        """Whether organisations of this level or kind owe the form."""
        return organisation.tree == self.tree and (
            organisation.level in self.reported_by or organisation.kind in self.reported_by
        )


def owing(duty: Duty, organisations: Organisations, month: int) -> tuple[Organisation, ...]:
    """The organisations that owe the duty's report for the month (yyyymm): open on its last day, or today's where the form says so."""
    on = first_day(month_add(month, 1)) - dt.timedelta(days=1)
    found = (organisations.get(one.code, None if duty.latest_hierarchy else on) for one in organisations.all)
    return tuple(
        one
        for one in found
        if duty.owed_by(one) and (one.valid_to is None if duty.latest_hierarchy else one.exists(on))
    )


def duties_for(duties: Iterable[Duty], tree: str, basis: str, elements: Iterable[str]) -> tuple[Duty, ...]:
    """The duties of a tree and basis that bring any of the elements."""
    wanted = set(elements)
    return tuple(
        duty for duty in duties if duty.tree == tree and duty.basis == basis and duty.elements & wanted
    )
