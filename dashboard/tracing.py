"""A value taken apart: its data elements, the months in it, what each organisation below added, and the cells behind it.

The parts are chosen by the same rules that the value was calculated by (indicators/calculate.py), and their sums are held
against the value: where they differ the page says so instead of showing a sum that does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from dashboard.visit import Visit
from indicators.calculate import Block, Cell, add, blocks_within, latest, tile, total
from indicators.definition import Definition
from indicators.result import Result
from indicators.results import basis_of, split
from reference.periods import Period, month_add, month_range
from reference.registry import Population
from reference.reporting import last_day
from store import reading
from store.tracing import Origins, Sent, Stated, origins

Series = Mapping[Block, Cell]


@dataclass(frozen=True)
class Part:
    """One data element of the numerator or denominator: the months that count, and what they sum to."""

    name: str  # element, or element@category
    blocks: tuple[Block, ...]
    value: int | None
    population: Population | None = None
    stock: bool = False


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
    def _held(self) -> dict[tuple[str, str], dict[Block, Cell]]:
        names = {split(name) for name in self.names}
        frame = reading.area_totals(
            self.visit.workspace.store,
            {element for element, _ in names},
            [self.code, *self.below],
            self.period.first,
            self.period.last,
            {category for _, category in names},
        )
        held: dict[tuple[str, str], dict[Block, Cell]] = {}
        columns = ("organisation", "element", "category", "basis", "month", "span", "value", "reports")
        for who, element, category, basis, month, span, value, reports in zip(
            *(frame[name].tolist() for name in columns), strict=True
        ):
            if basis == self.basis:
                name = f"{element}@{category}" if category else element
                held.setdefault((who, name), {})[month, span] = Cell(value, reports)
        return held

    def series(self, code: str, name: str) -> Series:
        """The running totals of an element."""
        return self._held.get((code, name), {})

    @cached_property
    def parts(self) -> dict[str, Part]:
        """The elements with their months: flows over the same months, stocks at their last, populations from the reference data."""
        found = {name: self.series(self.code, name) for name in self.names}
        lasting = [one for one in self.names if split(one)[0] in self.visit.registry.elements_that_last]
        people = {
            one: row
            for one in lasting
            if not blocks_within([found[one]], self.period) and (row := self._population(one)) is not None
        }
        stocks = [one for one in lasting if one not in people]
        flows = [one for one in self.names if one not in lasting]
        months = tuple(tile([found[one] for one in flows], self.period))
        stand = latest([found[one] for one in stocks], self.period)
        parts = {one: Part(one, months, total(found[one], months)) for one in flows}
        for one in stocks:
            blocks = (stand,) if stand else ()
            parts[one] = Part(one, blocks, found[one][stand].value if stand else None, stock=True)
        parts |= {one: Part(one, (), row.value, row, True) for one, row in people.items()}
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
        for name in names:
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
        for part in self.parts.values():
            duties = context.duties_of(tree, self.basis, split(part.name)[0])
            if not duties or end is None or end[1] < self.period.first or part.population:
                continue
            first, last = self.period.first, min(self.period.last, end[1])
            if part.stock:
                first = last = part.blocks[0][0] if part.blocks else last
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
            for month, span in part.blocks:
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
