"""A value taken apart: its data elements, the months in it, what each organisation below added, and the cells behind it.

The parts are chosen by the same rules that the value was calculated by (indicators/calculate.py), and their sums are held
against the value: where they differ the page says so instead of showing a sum that does not hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from dashboard.visit import Visit
from indicators.calculate import Block, Series, add
from indicators.choosing import Choice, Held, choose, split
from indicators.definition import Definition
from indicators.result import Result
from indicators.results import Context, basis_of, held_of
from indicators.stocks import Standing
from reference.periods import Period, last_day, month_add, month_range
from reference.registry import Population
from store.tracing import Origins, Sent, Stated, origins


@dataclass(frozen=True)
class Part:
    """One data element of the numerator or denominator: the months that count, and what they sum to.

    `own`: the blocks in which the organisation's own reports count. `older`: of stocks, how many of those below are in it
    with a figure of an earlier month than the newest.
    """

    name: str  # element, or element@category
    blocks: tuple[Block, ...]
    value: int | None
    population: Population | None = None
    stock: bool = False
    own: tuple[Block, ...] = ()
    older: int = 0


@dataclass(frozen=True)
class Share:
    """What one organisation below added to the value."""

    organisation: str
    numerator: int | None
    denominator: int | None
    received: int
    expected: int


class Line(NamedTuple):
    """One month of one element: the cell that states it, or the two cells whose difference it is. No cell: not reported."""

    name: str
    block: Block
    value: int | None
    stated: Stated | None
    before: Stated | None = None


class Trace:
    """One value of one organisation and period, on its way back to the cells."""

    def __init__(self, visit: Visit, definition: Definition, code: str, period: Period) -> None:
        self.visit, self.definition, self.code, self.period = visit, definition, code, period
        tree = visit.registry.organisations.get(code).tree
        self.basis = basis_of(visit.workspace.context, definition, tree)
        self.names = tuple(dict.fromkeys((*definition.numerator, *definition.denominator)))

    @cached_property
    def result(self) -> Result | None:
        """The value as the pages show it; None where the indicator is not defined here."""
        found = self.visit.answers.results([self.definition.code], [self.code], self.period)
        return next(iter(found), None)

    @cached_property
    def below(self) -> tuple[str, ...]:
        """The organisations directly below whose numbers add into this one's in any month of the period."""
        organisations = self.visit.registry.organisations
        found: dict[str, None] = {}
        for month in self.period.months:
            day = last_day(month)
            for one in (*organisations.children(self.code, day), *organisations.children(self.code)):
                if self.code in organisations.adds_into(one.code, day):
                    found[one.code] = None
        return tuple(found)

    @cached_property
    def _held(self) -> Held:
        asked = (self.code, *self.below)
        return held_of(self._context, self.names, asked, self.period.first, self.period.last)

    @property
    def _context(self) -> Context:
        return self.visit.workspace.context

    def series(self, code: str, name: str) -> Series:
        """The running totals of an element."""
        return self._held.totals.get((code, *split(name), self.basis), {})

    @cached_property
    def _choice(self) -> Choice:
        return choose(self._context, self.definition, self.code, self.basis, self.period, self._held)

    def _standing(self, code: str) -> Standing | None:
        """The stocks of this organisation, or of one right below it that is part of it when they are summed up."""
        held, tree = self._held, self.visit.registry.organisations
        day = held.day(tree.get(self.code).tree, self.period)
        if not self._choice.stocks or self.code not in tree.part_of(code, day)[:2]:
            return None
        return held.standing(self._choice.stocks, self.basis, code, self.period)

    @cached_property
    def parts(self) -> dict[str, Part]:
        """The elements with their months: flows over the same months, stocks as each last had them, populations from the reference data."""
        parts: dict[str, Part] = {}
        standing = self._choice.standing
        blocks = tuple(sorted(set(standing.blocks.values()))) if standing else ()
        own = (standing.blocks[self.code],) if standing and self.code in standing.blocks else ()
        for name, value in self._choice.values.items():
            if name in self._choice.blocks:
                months = tuple(self._choice.blocks[name])
                parts[name] = Part(name, months, value, own=months)
            elif name in self._choice.stocks:
                older = len(standing.older_than(standing.newest)) if standing else 0
                parts[name] = Part(name, blocks, value, stock=True, own=own, older=older)
            else:
                parts[name] = Part(name, (), value, self._population(name), stock=True)
        return parts

    def _population(self, name: str) -> Population | None:
        rows = [
            one
            for one in self.visit.registry.populations
            if (one.organisation, one.element) == (self.code, name) and one.on <= self.period.last_day
        ]
        return max(rows, key=lambda one: one.on, default=None)

    def of(self, names: Sequence[str]) -> int | None:
        """The sum of some parts; None when any is absent."""
        return add([self.parts[name].value for name in names])

    @property
    def agrees(self) -> bool:
        """Whether the parts sum to the numerator and denominator that the value was divided from."""
        if self.result is None:
            return True
        sums = (self.of(self.definition.numerator), self.of(self.definition.denominator))
        return sums == (self.result.numerator, self.result.denominator)

    @cached_property
    def shares(self) -> list[Share]:
        """What each organisation below added, and how many of its reports are in; those that owe nothing and gave nothing are left out."""
        found = []
        for code in self.below:
            received, expected = self._reports(code)
            sides = [
                self._share(code, names) for names in (self.definition.numerator, self.definition.denominator)
            ]
            if expected or any(side is not None for side in sides):
                found.append(Share(code, sides[0], sides[1], received, expected))
        return found

    def _share(self, code: str, names: Sequence[str]) -> int | None:
        found: list[int] = []
        standing = self._standing(code)
        for name in names:
            if self.parts[name].stock:
                found += [standing.values[name]] if standing and name in standing.values else []
                continue
            series = self.series(code, name)
            found += [
                series[block].value
                for block in self.parts[name].blocks
                if block in series and self._adds(code, block)
            ]
        return sum(found) if found else None

    def _adds(self, code: str, block: Block) -> bool:
        """Whether the organisation was directly below in the block's last month: its totals went through no other area."""
        above = self.visit.registry.organisations.adds_into(code, last_day(block[0]))
        return len(above) > 1 and above[1] == self.code

    def _reports(self, code: str) -> tuple[int, int]:
        """Reports × months in of those owed, for the element that has the least of them."""
        context, tree = self.visit.workspace.context, self.visit.registry.organisations.get(code).tree
        end = self.visit.answers.months(tree)
        worst: tuple[int, int] | None = None
        standing = self._standing(code)
        for part in self.parts.values():
            duties = context.duties_of(tree, self.basis, split(part.name)[0])
            if not duties or end is None or end[1] < self.period.first or part.population:
                continue
            first, last = self.period.first, min(self.period.last, end[1])
            if part.stock:
                newest = part.blocks[-1][0] if part.blocks else last
                day = self._held.day(tree, self.period)
                expected = context.owed_over(duties, newest, newest, under=day)[code]
                is_of_it = standing is not None and standing.newest == newest
                received = standing.reports[part.name] if standing and is_of_it else 0
            else:
                expected = context.owed_over(duties, first, last)[code]
                series = self.series(code, part.name)
                received = sum(series[one].reports * one[1] for one in part.blocks if one in series)
            received = min(received, expected)
            if expected and (worst is None or received * worst[1] < worst[0] * expected):
                worst = (received, expected)
        return worst or (0, 0)

    def own(self, names: Sequence[str]) -> int | None:
        """What this organisation's own submissions add, the part of no organisation below."""
        found = []
        for name in names:
            for line in self.lines:
                if line.name == name and line.value is not None:
                    found.append(line.value)
        return sum(found) if found else None

    @cached_property
    def origins(self) -> Origins:
        """The organisation's own cells, those of the year before too: a running-up month needs its neighbour."""
        return origins(
            self.visit.workspace.store,
            self.code,
            {split(name)[0] for name in self.names},
            self.basis,
            month_add(self.period.first, -12),
            self.period.last,
        )

    @cached_property
    def lines(self) -> list[Line]:
        """Month by month, element by element: the cell in force behind each number."""
        told = {(one.submission_id, one.element, one.category): one for one in self.origins.told}
        standing = [one for one in self.origins.stated if one.sent.status == "current"]
        found: list[Line] = []
        for part in self.parts.values():
            element, category = split(part.name)
            cells = {
                (one.sent.month, one.sent.span): one
                for one in standing
                if (one.element, one.category) == (element, category)
            }
            for month, span in part.own:
                if (month, span) in cells:
                    one = cells[month, span]
                    found.append(Line(part.name, (month, span), one.value, one))
                    continue
                running = next(
                    (one for (last, _), one in cells.items()
                     if last == month and span == 1 and (one.sent.submission_id, element, category) in told),
                    None,
                )  # fmt: skip
                if running is not None:
                    month_told = told[running.sent.submission_id, element, category]
                    before = cells.get((month_add(month, -1), running.sent.span - 1))
                    found.append(Line(part.name, (month, span), month_told.value, running, before))
        return found

    @cached_property
    def silent(self) -> list[int]:
        """Months of the period in which this organisation itself owed a report and none is in force."""
        context = self.visit.workspace.context
        organisation = self.visit.registry.organisations.get(self.code)
        end = self.visit.answers.months(organisation.tree)
        if end is None or self.period.first > end[1]:
            return []
        elements = {split(name)[0] for name in self.names}
        duties = {duty for one in elements for duty in context.duties_of(organisation.tree, self.basis, one)}
        owed = [duty for duty in duties if duty.owed_by(organisation)]
        covered = {
            month
            for one in self.origins.stated
            if one.sent.status == "current"
            for month in month_range(month_add(one.sent.month, 1 - one.sent.span), one.sent.month).months
        }
        months = month_range(self.period.first, min(self.period.last, end[1])).months
        return [
            month
            for month in months
            if month not in covered and any(context.owed(duty, month)[self.code] for duty in owed)
        ]

    @cached_property
    def replaced(self) -> list[Stated]:
        """Cells of submissions that were superseded or withdrawn, newest first."""
        wanted = {split(name) for name in self.names}
        found = [
            one
            for one in self.origins.stated
            if one.sent.status != "current"
            and (one.element, one.category) in wanted
            and one.sent.month >= self.period.first
        ]
        return sorted(found, key=lambda one: one.sent.received_at, reverse=True)

    @cached_property
    def files(self) -> dict[int, Sent]:
        """The uploads behind the lines, by number."""
        cells = [cell for line in self.lines for cell in (line.stated, line.before) if cell]
        return {cell.sent.upload_id: cell.sent for cell in cells}
