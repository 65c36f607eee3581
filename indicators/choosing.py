"""Which months of which counts an indicator takes for one organisation and period."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indicators.calculate import Block, Cell, Series, months_in, shared_blocks, tile, tile_year, total, within
from indicators.definition import Definition
from indicators.stocks import Key as Key
from indicators.stocks import Name, Standing, standings
from reference.periods import Period, last_day
from reference.reporting import Duty, ends_in

if TYPE_CHECKING:
    from indicators.results import Context


@dataclass
class Held:
    """What was read for a question: `totals` of organisations over blocks; `own`: of stocks, what each reported itself.

    `ends`: of each tree the first and last month that anybody reported; `today`: under today's tree.
    """

    context: Context
    totals: Mapping[Key, Series]
    own: Mapping[Name, Mapping[str, Mapping[Block, Cell]]]
    ends: Mapping[str, tuple[int, int] | None]
    today: bool = False
    _standings: dict[tuple[tuple[str, ...], str, Period, dt.date], dict[str, Standing]] = field(
        default_factory=dict, repr=False
    )
    _above: dict[tuple[str, dt.date], tuple[str, ...]] = field(default_factory=dict, repr=False)
    _kinds: dict[str, tuple[tuple[str, ...], tuple[str, ...], bool]] = field(default_factory=dict, repr=False)
    _flows: dict[tuple[tuple[str, ...], str, str], tuple[dict[str, Series], list[Block]]] = field(
        default_factory=dict, repr=False
    )

    _owed: dict[tuple[str, str, str, Period], tuple[tuple[Duty, ...], Counter[str]]] = field(
        default_factory=dict, repr=False
    )

    _anywhere: dict[tuple[str, str], list[Block]] = field(default_factory=dict, repr=False)

    def kinds(self, definition: Definition) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """An indicator's flows, its stocks, and whether it reaches people over a year."""
        if definition.code not in self._kinds:
            names = dict.fromkeys((*definition.numerator, *definition.denominator))
            stocks = self.context.registry.elements_that_last
            self._kinds[definition.code] = (
                tuple(name for name in names if name.partition("@")[0] not in stocks),
                tuple(name for name in names if name.partition("@")[0] in stocks),
                reaches(self.context, definition),
            )
        return self._kinds[definition.code]

    def flows(self, names: tuple[str, ...], code: str, basis: str) -> tuple[dict[str, Series], list[Block]]:
        """The series of an organisation's flows, and the blocks that all of them have."""
        key = (names, code, basis)
        if key not in self._flows:
            found = {name: self.totals.get((code, *split(name), basis), {}) for name in names}
            self._flows[key] = found, shared_blocks(list(found.values()))
        return self._flows[key]

    def has_nothing(self, definition: Definition, basis: str, period: Period) -> bool:
        """Whether nobody at all has a block of the indicator's flows in the period, and it has no stocks: quarterly and yearly
        returns in most months."""
        flows, lasting, _ = self.kinds(definition)
        if lasting or not flows:
            return False
        key = (flows[0], basis)
        if key not in self._anywhere:
            name = (*split(flows[0]), basis)
            blocks = {block for of, series in self.totals.items() if of[1:] == name for block in series}
            self._anywhere[key] = sorted(blocks)
        return not within(self._anywhere[key], period)

    def owed(self, name: str, basis: str, tree: str, period: Period) -> tuple[tuple[Duty, ...], Counter[str]]:
        """The duties that bring an element, and area → reports × months owed in the period; none of either where nobody in
        the tree has reported for it yet."""
        key = (name, basis, tree, period)
        if key not in self._owed:
            duties = self.context.duties_of(tree, basis, split(name)[0])
            end = self.ends.get(tree)
            if end is None or end[1] < period.first:
                duties = ()
            last = self.last_month(tree, period)
            self._owed[key] = duties, self.context.owed_over(duties, period.first, last, today=self.today)
        return self._owed[key]

    def last_month(self, tree: str, period: Period) -> int:
        """The period's last month that anybody in the tree has reported, or its last where nobody did."""
        end = self.ends.get(tree)
        return min(period.last, end[1]) if end and end[1] >= period.first else period.last

    def day(self, tree: str, period: Period) -> dt.date:
        """The day whose tree says who belongs to an area when its stocks are summed up."""
        return dt.date.today() if self.today else last_day(self.last_month(tree, period))

    def standing(self, names: Sequence[str], basis: str, code: str, period: Period) -> Standing | None:
        """The stocks of an area in the period; None where no member has them all."""
        on = self.day(self.context.registry.organisations.get(code).tree, period)
        key = (tuple(names), basis, period, on)
        if key not in self._standings:
            own = [self.own.get((name, basis), {}) for name in names]
            self._standings[key] = standings(names, own, period, lambda member: self._part_of(member, on))
        return self._standings[key].get(code)

    def _part_of(self, member: str, on: dt.date) -> tuple[str, ...]:
        if (member, on) not in self._above:
            self._above[member, on] = self.context.registry.organisations.part_of(member, on)
        return self._above[member, on]


@dataclass(frozen=True)
class Choice:
    """Which blocks of which series an indicator takes for one organisation and period, and what they come to.

    `blocks`: of each element that adds up over time; `stocks`: those of the others that forms report, and `standing` what they
    come to (None: nobody has them all). Populations have a value only. `part`: people reached in less than a year, of all
    that are due in one.
    """

    found: dict[str, Series]
    blocks: dict[str, list[Block]]
    stocks: tuple[str, ...]
    standing: Standing | None
    values: dict[str, int | None]
    part: bool = False


def choose(
    context: Context, definition: Definition, code: str, basis: str, period: Period, held: Held
) -> Choice:
    """The blocks that an indicator takes: flows over the same months, stocks as each member last had them."""
    flows, lasting, yearly = held.kinds(definition)
    found, shared = held.flows(flows, code, basis)
    people = {
        name: value
        for name in lasting
        if (value := _population(context, code, name, period)) is not None
        and held.standing([name], basis, code, period) is None
    }
    stocks = tuple(name for name in lasting if name not in people)
    months = (tile_year if yearly else tile)(list(found.values()), period, shared)
    standing = held.standing(stocks, basis, code, period) if stocks else None
    values: dict[str, int | None] = {name: total(found[name], months) for name in flows}
    values |= {name: standing.values[name] if standing else None for name in stocks}
    values |= people
    part = yearly and bool(months) and months_in(months) < 12
    return Choice(found, dict.fromkeys(flows, months), stocks, standing, values, part)


def last_due(context: Context, names: Sequence[str], basis: str, tree: str, first: int, last: int) -> int:
    """The last month from `first` to `last` (yyyymm) in which a report that brings any of the elements ends; 0 without one."""
    duties = {duty for name in names for duty in context.duties_of(tree, basis, name.partition("@")[0])}
    months = Period(first, last, "range").months if first <= last else ()
    return next((month for month in reversed(months) if any(ends_in(duty, month) for duty in duties)), 0)


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
    known = context.registry.population_of.get((code, element))
    if not known:
        return None
    rows = [one for one in known if one.on <= period.last_day]
    return max(rows, key=lambda one: one.on).value if rows else None
