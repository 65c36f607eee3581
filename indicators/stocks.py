"""Stocks of areas: of each member its own last figure in the period, summed. Pure.

A stock (places, people due, children under management) stands from month to month and is not added up over them. Who fell
silent has not lost what he counted last: his last figure in the period stays in the sums of the areas he belongs to on the
period's last day. It is no report received, and a result says how many figures are older than the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from indicators.calculate import Block, Cell, Series, latest
from reference.periods import Period

Key = tuple[str, str, str, str]  # organisation, element, category, basis
Name = tuple[str, str]  # element (or element@category), basis
Own = Mapping[str, Series]  # organisation → what it reported itself, without what others below it did


@dataclass(frozen=True)
class Standing:
    """The stocks of one area: `blocks` by member, and of each element `values`, and the `reports` of the newest month."""

    blocks: Mapping[str, Block]
    values: Mapping[str, int]
    reports: Mapping[str, int]

    @property
    def newest(self) -> int:
        """The last month (yyyymm) that any of the figures is of."""
        return max(month for month, _ in self.blocks.values())

    def older_than(self, month: int) -> list[int]:
        """The months of the figures that are older, oldest first."""
        return sorted(one for one, _ in self.blocks.values() if one < month)


def own_series(
    totals: Mapping[Key, Series], parent: Callable[[str, int], str]
) -> dict[Name, dict[str, dict[Block, Cell]]]:
    """What each organisation reported itself: its total less those of the organisations right below it in that month.

    `parent` gives the organisation that a total adds into in a month ('' for none).
    """
    own: dict[Name, dict[str, dict[Block, Cell]]] = defaultdict(dict)
    for (code, element, category, basis), series in totals.items():
        own[f"{element}@{category}" if category else element, basis][code] = dict(series)
    for (code, element, category, basis), series in totals.items():
        among = own[f"{element}@{category}" if category else element, basis]
        for block, cell in series.items():
            above = among.get(parent(code, block[0]), {})
            if block in above:
                whole = above[block]
                above[block] = Cell(whole.value - cell.value, whole.reports - cell.reports)
    return {
        name: {
            code: left for code, series in each.items() if (left := {k: v for k, v in series.items() if v.reports > 0})
        }
        for name, each in own.items()
    }  # fmt: skip


def standings(
    names: Sequence[str], own: Sequence[Own], period: Period, above: Callable[[str], Sequence[str]]
) -> dict[str, Standing]:
    """By area, its members' last figures in the period; `own` is what was reported of each of the names.

    A member's figures are all of one block, the last in which it has every one of them; a member that never has is in no
    sum. `above` gives the areas that a member belongs to, itself among them. Areas without any such member are left out.
    """
    blocks: dict[str, dict[str, Block]] = defaultdict(dict)
    for code in own[0] if own else ():
        block = latest([one.get(code, {}) for one in own], period)
        if block is not None:
            for area in above(code):
                blocks[area][code] = block
    return {area: _summed(names, own, found) for area, found in blocks.items()}


def _summed(names: Sequence[str], own: Sequence[Own], blocks: Mapping[str, Block]) -> Standing:
    newest = max(month for month, _ in blocks.values())
    values, reports = {}, {}
    for name, series in zip(names, own, strict=True):
        cells = [(block[0], series[code][block]) for code, block in blocks.items()]
        values[name] = sum(cell.value for _, cell in cells)
        reports[name] = sum(cell.reports for month, cell in cells if month == newest)
    return Standing(blocks, values, reports)
