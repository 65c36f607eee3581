"""Which months of which counts an indicator takes for one organisation and period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indicators.calculate import Block, Cell, Series, blocks_within, latest, months_in, tile, tile_year, total
from indicators.definition import Definition
from reference.periods import Period

if TYPE_CHECKING:
    from indicators.results import Context

Key = tuple[str, str, str, str]  # organisation, element, category, basis


@dataclass(frozen=True)
class Choice:
    """Which blocks of which series an indicator takes for one organisation and period, and what they come to.

    `blocks`: of each element that forms report; the others (populations) have a value only. `stocks`: those of the elements
    that take a period's last value. `part`: people reached in less than a year, of all that are due in one.
    """

    found: dict[str, Series]
    blocks: dict[str, list[Block]]
    stocks: tuple[str, ...]
    values: dict[str, int | None]
    part: bool = False


def choose(
    context: Context,
    definition: Definition,
    code: str,
    basis: str,
    period: Period,
    held: dict[Key, dict[Block, Cell]],
) -> Choice:
    """The blocks that an indicator takes: flows over the same months, stocks at their last month."""
    names = tuple(dict.fromkeys((*definition.numerator, *definition.denominator)))
    found: dict[str, Series] = {name: held.get((code, *split(name), basis), {}) for name in names}
    lasting = [name for name in names if name.partition("@")[0] in context.registry.elements_that_last]
    people = {
        name: value
        for name in lasting
        if not blocks_within([found[name]], period)
        and (value := _population(context, code, name, period)) is not None
    }
    stocks = [name for name in lasting if name not in people]
    flows = [name for name in names if name not in lasting]
    yearly = reaches(context, definition)
    months = (tile_year if yearly else tile)([found[name] for name in flows], period)
    stand = latest([found[name] for name in stocks], period)
    values: dict[str, int | None] = {name: total(found[name], months) for name in flows}
    values |= {name: found[name][stand].value if stand else None for name in stocks}
    values |= people
    blocks = dict.fromkeys(flows, months) | {name: [stand] if stand else [] for name in stocks}
    return Choice(found, blocks, tuple(stocks), values, yearly and bool(months) and months_in(months) < 12)


def reaches(context: Context, definition: Definition) -> bool:
    """Whether people reached month by month are set against all that are due: a share that grows until the year is whole."""
    lasting = context.registry.elements_that_last
    above, below = (
        {name.partition("@")[0] in lasting for name in names}
        for names in (definition.numerator, definition.denominator)
    )
    return definition.method == "proportion" and above == {False} and below == {True}


def split(name: str) -> tuple[str, str]:
    """An element and its category: `births@male` is (births, male)."""
    element, _, category = name.partition("@")
    return element, category


def _population(context: Context, code: str, element: str, period: Period) -> int | None:
    """A denominator that no form reports: the newest figure on or before the period's last day."""
    rows = [
        one for one in context.registry.population_of.get((code, element), ()) if one.on <= period.last_day
    ]
    return max(rows, key=lambda one: one.on).value if rows else None
