"""Who may send for whom: a file that speaks for an organisation out of its sender's reach is refused, at the cell where it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from loaders.issues import Issue
from loaders.outcome import ReturnKey, Stated

Reach: TypeAlias = Callable[[str], bool]
SHOWN = 20  # organisations named


def refused_for(
    submissions: Sequence[Any], reach: Reach | None, stated: Mapping[ReturnKey, Stated]
) -> list[Issue]:
    """One error for each organisation out of reach, at the cell that names it, else at its first value."""
    if reach is None:
        return []
    found: dict[str, Issue] = {}
    for one in submissions:
        if one.organisation in found or reach(one.organisation):
            continue
        where = stated.get((one.form, one.organisation, one.month))
        if where is not None and where.organisation_cell:
            sheet, cell = where.sheet, where.organisation_cell
        else:
            sheet, cell = next(((value.sheet, value.cell) for value in one.values), ("", ""))
        found[one.organisation] = Issue(
            "not_yours", sheet, cell, one.organisation, organisation=one.organisation
        )
    return list(found.values())[:SHOWN]
