"""Small numbers hidden, last of all: in a public release no hidden count can be worked out from what is printed.

A release is one year with all its tables (reference/disclosure.toml); every public table and export prints rows of it and
nothing else. Which of its counts may be printed, and why no other follows from them, is said in indicators/atoms.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indicators.atoms import Atoms, Cells, Name, Part, Whole, protect
from indicators.calculate import Cell
from indicators.choosing import Choice, Held, Key, choose, split
from indicators.definition import Definition
from indicators.result import Comparison, Reason, Result
from indicators.results import Context, basis_of, calculate, held_of
from reference.disclosure import DisclosureRules, ReleasePlan, disclosure_rules
from reference.periods import Period, last_day, month_add, parse

Place = tuple[str, int, int]  # released area, last month, months


@dataclass(frozen=True)
class Release:
    """One year's public tables: what may be printed of every indicator, area and period in it."""

    year: Period
    runs: tuple[Period, ...]  # those that have ended
    areas: tuple[str, ...]
    atoms: Mapping[Name, Atoms]
    chosen: Mapping[tuple[str, str, int, int], Mapping[str, tuple[Cells, int | None]]]

    def count(
        self, definition: Definition, result: Result, names: Collection[str], value: int | None
    ) -> bool:
        """Whether a count of the result may be printed: each of its elements may, and it is the release's own number."""
        period = parse(result.period)
        found = self.chosen.get((definition.code, result.organisation, period.first, period.last))
        if found is None or value is None:
            return False
        total = 0
        for name in names:
            cells, known = found[name]
            if known is not None:  # a population: public already
                total += known
                continue
            atoms = self.atoms.get((name, result.basis))
            if atoms is None or not len(cells) or not atoms.holds(cells):
                return False
            total += int(atoms.values[cells].sum())
        return total == value


def public_results(
    context: Context, indicators: Sequence[str], organisations: Sequence[str], periods: Sequence[Period]
) -> list[Result]:
    """Results as a public release may print them."""
    found = [one for period in periods for one in calculate(context, indicators, organisations, period)]
    return hide(context, found)


def hide(context: Context, results: Iterable[Result]) -> list[Result]:
    """The results with every number hidden that the public release of their year hides.

    For results as `calculate` gives them without a view (as it was, as known now): a number that is not the release's own
    is hidden, and so is every number of a period, level or tree that no release holds.
    """
    rules = disclosure_rules()
    return [_hidden(context, rules, one) for one in results]


def _hidden(context: Context, rules: DisclosureRules, result: Result) -> Result:
    definition = context.catalogue.get(result.indicator)
    if rules.get(definition.disclosure).below == 0 or (
        result.numerator is None and result.denominator is None
    ):
        return result
    release = release_of(context, parse(result.period), rules)
    numerator = release.count(definition, result, definition.numerator, result.numerator)
    denominator = release.count(definition, result, definition.denominator, result.denominator)
    if numerator and denominator:
        return result
    return replace(
        result,
        numerator=result.numerator if numerator else None,
        denominator=result.denominator if denominator else None,
        value=None,
        lower=None,
        upper=None,
        gap=None,
        reason=Reason.SUPPRESSED,
        comparison=Comparison.NOT_ASSESSABLE,
    )


def in_plan(context: Context, level: str, period: Period) -> bool:
    """Whether a public release holds this period at this level."""
    rules = disclosure_rules()
    release = release_of(context, period, rules)
    return level in rules.release.levels and any(
        (run.first, run.last) == (period.first, period.last) for run in release.runs
    )


def release_of(context: Context, period: Period, rules: DisclosureRules | None = None) -> Release:
    """The release of the year that the period begins in, worked out once for each version of the data."""
    rules = rules or disclosure_rules()
    year = rules.release.year_of(period.first)
    return context.kept(("release", year), lambda: _release(context, year, rules))


def _release(context: Context, year: Period, rules: DisclosureRules) -> Release:
    plan = rules.release
    held_months = context.months(plan.tree)
    runs = tuple(run for run in plan.runs(year) if held_months and run.last <= held_months[1])
    tree = context.registry.organisations
    areas = tuple(
        one.code
        for one in tree.all
        if one.tree == plan.tree and one.level in plan.levels and tree.exists(one.code, year.last_day)
    )
    definitions = [
        one
        for one in context.catalogue.of_tree(plan.tree)
        if rules.get(one.disclosure).below and one.numerator
    ]
    names = sorted({name for one in definitions for name in (*one.numerator, *one.denominator)})
    # A block may begin before the year, never end outside it.
    held = held_of(context, names, areas, year.first, year.last)
    grid = _Grid(context, areas, held.totals)
    chosen, asked = _asked(context, plan, definitions, areas, runs, held, grid)
    counts = {name: grid.values[name] for name in asked if name in grid.values}
    atoms = protect(
        counts, _below(definitions, rules, context), asked, _parts(context, definitions, rules, counts)
    )
    return Release(year, runs, areas, atoms, chosen)


class _Grid:
    """Basic cells: each released area without the released areas in it, by block of months.

    A count whose blocks overlap (months beside a figure that runs over several), or of which an area has less than the areas
    in it, is left out as a whole: nothing can be said of what it would give away.
    """

    def __init__(
        self, context: Context, areas: Sequence[str], held: Mapping[Key, Mapping[tuple[int, int], Cell]]
    ) -> None:
        self._adds_into = context.registry.organisations.adds_into
        self._within: dict[Place, list[int]] = defaultdict(list)
        self.places: dict[Place, int] = {}
        blocks = sorted({block for series in held.values() for block in series})
        above: dict[tuple[str, int], list[str]] = {}
        released = set(areas)
        for month, span in blocks:
            for area in areas:
                if (area, month) not in above:
                    into = context.registry.organisations.adds_into(area, last_day(month))
                    above[area, month] = [one for one in into if one in released]
                place = self.places.setdefault((area, month, span), len(self.places))
                for one in above[area, month]:
                    self._within[one, month, span].append(place)
        self.depth = {
            area: max((len(above[area, month]) for month, _ in blocks), default=1) for area in areas
        }
        self.values: dict[Name, Whole] = {}
        for name, series in _by_name(held).items():
            if not _overlaps({(month, span) for _, month, span in series}):
                values = self._own(series)
                if values.min(initial=0) >= 0:
                    self.values[name] = values

    def cells(self, area: str, blocks: Iterable[tuple[int, int]]) -> Cells:
        """The basic cells of an area over blocks."""
        found = [place for month, span in blocks for place in self._within.get((area, month, span), ())]
        return np.array(sorted(found), dtype=np.intp)

    def of_members(self, blocks: Mapping[str, tuple[int, int]]) -> Cells:
        """The basic cells that hold each member's figure: of the smallest released area that it was part of in its block.

        Where an area's members stopped at different blocks the cells hold more than was asked for, and the number, which is
        not theirs, stays hidden.
        """
        found = set()
        for member, (month, span) in blocks.items():
            into = self._adds_into(member, last_day(month))
            place = next(
                (self.places[one, month, span] for one in into if (one, month, span) in self.places), None
            )
            if place is not None:
                found.add(place)
        return np.array(sorted(found), dtype=np.intp)

    def _own(self, series: Mapping[Place, int]) -> Whole:
        """Totals of areas without the released areas in them, smallest areas first."""
        values = np.zeros(len(self.places), np.int64)
        for place in sorted(series, key=lambda one: -self.depth[one[0]]):
            inside = [one for one in self._within[place] if one != self.places[place]]
            values[self.places[place]] = series[place] - int(values[inside].sum())
        return values


def _by_name(held: Mapping[Key, Mapping[tuple[int, int], Cell]]) -> dict[Name, dict[Place, int]]:
    found: dict[Name, dict[Place, int]] = defaultdict(dict)
    for (area, element, category, basis), series in held.items():
        name = (f"{element}@{category}" if category else element, basis)
        for (month, span), cell in series.items():
            found[name][area, month, span] = cell.value
    return found


def _overlaps(blocks: Collection[tuple[int, int]]) -> bool:
    months = [month_add(month, -step) for month, span in blocks for step in range(span)]
    return len(months) != len(set(months))


def _asked(
    context: Context,
    plan: ReleasePlan,
    definitions: Sequence[Definition],
    areas: Sequence[str],
    runs: Sequence[Period],
    held: Held,
    grid: _Grid,
) -> tuple[dict[tuple[str, str, int, int], dict[str, tuple[Cells, int | None]]], dict[Name, list[Cells]]]:
    """What every indicator, area and period would print; and for each count its sums, the most wanted first."""
    chosen: dict[tuple[str, str, int, int], dict[str, tuple[Cells, int | None]]] = {}
    wanted: dict[Name, dict[bytes, tuple[tuple[int, int, int], Cells]]] = defaultdict(dict)
    level_of = {area: context.registry.organisations.get(area).level for area in areas}
    for definition in definitions:
        basis = basis_of(context, definition, plan.tree)
        names = {*definition.numerator, *definition.denominator}
        reported = {
            area for area in areas if any((area, *split(name), basis) in held.totals for name in names)
        }
        for area in (one for one in areas if one in reported and level_of[one] in definition.levels):
            for run in runs:
                choice = choose(context, definition, area, basis, run, held)
                taken = chosen[definition.code, area, run.first, run.last] = _cells_of(choice, area, grid)
                for name, (cells, known) in taken.items():
                    values = grid.values.get((name, basis))
                    if known is None and len(cells) and values is not None:
                        rank = (-run.span, grid.depth[area], -int(values[cells].sum()))
                        kept = wanted[name, basis].setdefault(cells.tobytes(), (rank, cells))
                        if rank < kept[0]:
                            wanted[name, basis][cells.tobytes()] = (rank, cells)
    ordered = {
        name: [cells for _, cells in sorted(found.values(), key=lambda one: one[0])]
        for name, found in wanted.items()
    }
    return chosen, ordered


def _cells_of(choice: Choice, area: str, grid: _Grid) -> dict[str, tuple[Cells, int | None]]:
    """Of each element its cells, or, for a population, its number."""
    nothing = np.array([], dtype=np.intp)
    stocks = grid.of_members(choice.standing.blocks) if choice.standing else nothing
    found: dict[str, tuple[Cells, int | None]] = {
        name: (nothing, value) for name, value in choice.values.items()
    }
    found |= dict.fromkeys(choice.stocks, (stocks, None))
    return found | {name: (grid.cells(area, blocks), None) for name, blocks in choice.blocks.items()}


def _below(definitions: Sequence[Definition], rules: DisclosureRules, context: Context) -> dict[Name, int]:
    """Below how many each count is small: the strictest class of the indicators that count it above the line; one that only
    stands below the line takes the least strict, for live births are no secret because deaths are."""
    above: dict[Name, list[int]] = defaultdict(list)
    under: dict[Name, list[int]] = defaultdict(list)
    for one in definitions:
        basis = basis_of(context, one, rules.release.tree)
        below = rules.get(one.disclosure).below
        for name in one.numerator:
            above[name, basis].append(below)
        for name in one.denominator:
            under[name, basis].append(below)
    return {name: max(above[name]) if name in above else min(under[name]) for name in {**above, **under}}


def _parts(
    context: Context, definitions: Sequence[Definition], rules: DisclosureRules, counts: Collection[Name]
) -> list[Part]:
    """What is counted among what: numerators of proportions, and the pairs that the rules name."""
    lasting = context.registry.elements_that_last
    found: dict[Part, None] = {}
    for one in definitions:
        if one.method != "proportion":
            continue
        basis = basis_of(context, one, rules.release.tree)
        above = tuple((name, basis) for name in one.numerator if name not in one.denominator)
        under = tuple((name, basis) for name in one.denominator if name not in one.numerator)
        same_kind = len({split(name)[0] in lasting for name, _ in (*above, *under)}) == 1
        if above and under and same_kind and all(name in counts for name in (*above, *under)):
            for name in above:
                found[Part(name, under, tuple(other for other in above if other != name))] = None
    for pair in rules.nested:
        for basis in sorted({basis for _, basis in counts}):
            part, whole = (pair.part, basis), (pair.whole, basis)
            if part in counts and whole in counts:
                found[Part(part, (whole,))] = None
    return list(found)
