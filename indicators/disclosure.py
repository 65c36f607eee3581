"""Small numbers hidden, last of all: in a public release no hidden count can be worked out from what is printed.

How. A release is one year with all its tables (reference/disclosure.toml). Every count it could print is a sum of *atoms*:
disjoint groups of areas and months. At first everything is one atom that is never printed. In an order (long periods first,
large areas first, large counts first) each count asks to be printed; it is granted when cutting the atoms along it leaves
only atoms that are safe: empty, or no smaller than the threshold, in the count itself and in what it leaves of the whole
that it is part of. What is printed is then always a union of atoms, and what is no union of atoms is hidden.

Why that holds. All printed numbers follow from the atoms' sums. A count that is no union of atoms cuts some atom, whose
parts can be exchanged for each other without changing any printed number: nothing that is added or subtracted yields it. A
small count is never a union of safe atoms, so it is always hidden; a count hidden for another's sake is safe by the same
argument. For parts of a whole (n of d) each atom of n is a union of atoms of d and leaves 0 or at least the threshold
uncovered, so that n ≤ d bounds no hidden count closer than the threshold either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indicators.calculate import Cell
from indicators.definition import Definition
from indicators.result import Comparison, Reason, Result
from indicators.results import Choice, Context, Key, basis_of, calculate, choose, split, totals_of
from reference.disclosure import DisclosureRules, ReleasePlan, disclosure_rules
from reference.periods import Period, month_add, parse
from reference.reporting import last_day

Whole = NDArray[np.int64]
Cells = NDArray[
    np.intp
]  # places of basic cells: an area without the released areas in it, in one block of months
Name = tuple[str, str]  # element (or element@category), basis
Place = tuple[str, int, int]  # released area, last month, months


@dataclass(frozen=True)
class Bound:
    """A count is part of `wholes` together with `others`: what is left of them is protected as the count is."""

    wholes: tuple[Atoms, ...]
    others: tuple[Whole, ...] = ()

    def total(self) -> Whole:
        """The wholes by basic cell."""
        return np.asarray(np.sum([one.values for one in self.wholes], axis=0))


class Atoms:
    """The atoms of one count. Label 0 is the atom that is never printed; it has a cell that nobody can ask for."""

    def __init__(self, values: Whole, below: int, bounds: Sequence[Bound] = ()) -> None:
        """`values` by basic cell; counts from 1 to `below` − 1 are small. The wholes' atoms are final already."""
        self.values, self.below, self.bounds = values, below, tuple(bounds)
        self.labels = np.zeros(len(values), np.intp)
        self._sizes = [len(values) + 1]
        parts = [one.total() for one in self.bounds]
        # Part of one count and of nothing else: where it is all of it, it is known as that is.
        self._follows = (
            len(self.bounds) == 1 and len(self.bounds[0].wholes) == 1 and not self.bounds[0].others
        )
        # What is left of the tightest whole, cell by cell; None for a count that is part of nothing.
        self._left: Whole | None = None
        if parts:
            others = np.sum([other for one in self.bounds for other in one.others], axis=0, dtype=np.int64)
            self._left = np.asarray(np.min(parts, axis=0) - values - others)

    def holds(self, cells: Cells) -> bool:
        """Whether the cells are a union of atoms, so that their sum may be printed."""
        found, counts = np.unique(self.labels[cells], return_counts=True)
        return bool(all(self._sizes[label] == count for label, count in zip(found, counts, strict=True)))

    def ask(self, cells: Cells) -> bool:
        """Cut the atoms along the cells if only safe ones come of it; whether the cells are a union of atoms now."""
        if not len(cells) or not all(whole.holds(cells) for bound in self.bounds for whole in bound.wholes):
            return False
        inside = self.labels[cells]
        found, counts = np.unique(inside, return_counts=True)
        cut = [label for label, count in zip(found, counts, strict=True) if self._sizes[label] != count]
        pieces = [(label, cells[inside == label]) for label in cut]
        if not all(self._may_cut(label, piece) for label, piece in pieces):
            return False
        for label, piece in pieces:
            self._cut(label, piece)
        return True

    def finish(self) -> None:
        """Cut the atoms that hide nothing: those of noughts, and those that are all of a whole (its atoms are known)."""
        known_zero = np.zeros(len(self.labels), bool)
        for bound in self.bounds:
            known_zero |= np.all([one.alone() & (one.values == 0) for one in bound.wholes], axis=0)
        for label in range(1, len(self._sizes)):
            cells = np.flatnonzero(self.labels == label)
            if not self.values[cells].any():
                known_zero[cells] = True
            elif self._follows and not self._sum_left(cells):
                for piece in self._by_whole(cells)[1:]:
                    self._cut(label, piece)
        for cell in np.flatnonzero(known_zero):
            if self._sizes[self.labels[cell]] > 1:
                self._cut(int(self.labels[cell]), np.array([cell]))

    def alone(self) -> NDArray[np.bool_]:
        """Cells that are an atom by themselves."""
        return np.asarray(np.array(self._sizes)[self.labels] == 1)

    def _cut(self, label: int, piece: Cells) -> None:
        self.labels[piece] = len(self._sizes)
        self._sizes[label] -= len(piece)
        self._sizes.append(len(piece))

    def _may_cut(self, label: int, piece: Cells) -> bool:
        if not self._is_safe(piece):
            return False
        if label == 0:
            return True  # what remains is never printed
        rest = self.labels == label
        rest[piece] = False
        return self._is_safe(np.flatnonzero(rest))

    def _is_safe(self, cells: Cells) -> bool:
        total = int(self.values[cells].sum())
        if total == 0:
            return True
        if total < self.below:
            return False
        if self._left is None:
            return True
        left = self._sum_left(cells)
        if left == 0 and self._follows:
            # All of the whole: its atoms in here will be known, and must be safe for this count too.
            return all(not 0 < int(self.values[one].sum()) < self.below for one in self._by_whole(cells))
        return left >= self.below or (left < 0 and self._follows)

    def _sum_left(self, cells: Cells) -> int:
        return 0 if self._left is None else int(self._left[cells].sum())

    def _by_whole(self, cells: Cells) -> list[Cells]:
        """The cells by the whole's atoms."""
        marks = self.bounds[0].wholes[0].labels[cells]
        return [cells[marks == label] for label in np.unique(marks)]


@dataclass(frozen=True)
class Part:
    """`part` and `others` are counted among `wholes`."""

    part: Name
    wholes: tuple[Name, ...]
    others: tuple[Name, ...] = ()


def protect(
    counts: Mapping[Name, Whole],
    below: Mapping[Name, int],
    asked: Mapping[Name, Sequence[Cells]],
    parts: Sequence[Part],
) -> dict[Name, Atoms]:
    """The atoms of every count, wholes before their parts. `asked`: what each would print, the most wanted first."""
    done: dict[Name, Atoms] = {}

    def work(name: Name, seen: tuple[Name, ...] = ()) -> Atoms:
        if name in done:
            return done[name]
        bounds = [
            Bound(
                tuple(work(whole, (*seen, name)) for whole in one.wholes),
                tuple(counts[other] for other in one.others),
            )
            for one in parts
            if one.part == name and name not in one.wholes and not set(one.wholes) & {*seen, name}
        ]
        atoms = Atoms(counts[name], below[name], bounds)
        for cells in asked.get(name, ()):
            atoms.ask(cells)
        atoms.finish()
        done[name] = atoms
        return atoms

    for name in counts:
        work(name)
    return done


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
    held = totals_of(context, names, areas, year.first, year.last)
    grid = _Grid(context, areas, held)
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
    held: dict[Key, dict[tuple[int, int], Cell]],
    grid: _Grid,
) -> tuple[dict[tuple[str, str, int, int], dict[str, tuple[Cells, int | None]]], dict[Name, list[Cells]]]:
    """What every indicator, area and period would print; and for each count its sums, the most wanted first."""
    chosen: dict[tuple[str, str, int, int], dict[str, tuple[Cells, int | None]]] = {}
    wanted: dict[Name, dict[bytes, tuple[tuple[int, int, int], Cells]]] = defaultdict(dict)
    level_of = {area: context.registry.organisations.get(area).level for area in areas}
    for definition in definitions:
        basis = basis_of(context, definition, plan.tree)
        names = {*definition.numerator, *definition.denominator}
        reported = {area for area in areas if any((area, *split(name), basis) in held for name in names)}
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
    return {
        name: (grid.cells(area, choice.blocks[name]), None) if name in choice.blocks else (nothing, value)
        for name, value in choice.values.items()
    }


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
