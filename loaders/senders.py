"""Who may send for whom: a file that speaks for an organisation out of its sender's reach is refused, at the cell where it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from loaders.issues import Issue

Reach: TypeAlias = Callable[[str], bool]
SHOWN = 20  # organisations named


def refused_for(submissions: Sequence[Any], reach: Reach | None) -> list[Issue]:
    """One error for each organisation out of reach, at the first cell that speaks of it."""
    if reach is None:
        return []
    found: dict[str, Issue] = {}
    for one in submissions:
        if one.organisation in found or reach(one.organisation):
            continue
        sheet, cell = next(((value.sheet, value.cell) for value in one.values), ("", ""))
        found[one.organisation] = Issue(
            "not_yours", sheet, cell, one.organisation, organisation=one.organisation
        )
    return list(found.values())[:SHOWN]
