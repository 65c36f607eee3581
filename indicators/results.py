"""Results from the store: one query for all that a page or command asks, cached by the version of the data."""

from __future__ import annotations

import datetime as dt
import gc
import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pandas as pd

from indicators import registered
from indicators.calculate import Block, Cell, Counted, add
from indicators.choosing import Held, Key, choose
from indicators.choosing import split as split
from indicators.definition import Catalogue, Definition
from indicators.judged import judged
from indicators.received import reporting
from indicators.result import Result
from indicators.stocks import own_series
from reference.periods import Period, last_day, month_range
from reference.registry import Registry
from reference.reporting import Duty, duties_for, owing
from store import as_known, extending, panels, reading, receipts
from store.database import Store
from store.panels import Monthly as Monthly
from store.panels import Series as Where

REMEMBERED = 256  # answers kept; each is a few thousand small objects at most
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class View:
    """From where the past is looked at.

    `known_at`: with the submissions in force at that moment; None: with those in force now. `today`: under today's tree and
    against today's targets; otherwise under the tree and targets of each period's last day.
    """

    known_at: dt.datetime | None = None
    today: bool = False

    @property
    def plain(self) -> bool:
        """Whether the running totals answer."""
        return self.known_at is None and not self.today


AS_IT_WAS = View()


@dataclass
class Context:
    """All that computing needs, with what has been computed already. Safe to share between threads."""

    registry: Registry
    catalogue: Catalogue
    store: Store
    duties: tuple[Duty, ...]
    _owed: dict[tuple[str, int, bool, int, bool, int], Counter[str]] = field(default_factory=dict, repr=False)
    _owed_over: dict[tuple[tuple[str, ...], int, int, bool, int], Counter[str]] = field(
        default_factory=dict, repr=False
    )
    _below: dict[int, dict[str, set[str]]] = field(default_factory=dict, repr=False)
    _duties_of: dict[tuple[str, str, str], tuple[Duty, ...]] = field(default_factory=dict, repr=False)
    _answers: OrderedDict[tuple[Any, ...], list[Any]] = field(default_factory=OrderedDict, repr=False)
    _of_version: dict[str, tuple[int, Any]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def values(self, **where: Any) -> pd.DataFrame:
        """Data values in force, as `store.reading.current_values` gives them."""
        return reading.current_values(self.store, **where)

    def monthly(self, series: Sequence[Where], areas: Sequence[str], first: int, last: int) -> Monthly:
        """Running totals of single months, as `store.panels.monthly` gives them."""
        return panels.monthly(self.store, series, areas, first, last)

    def longer_spans(self) -> frozenset[str]:
        """Elements of which some totals cover more than a month."""
        return self.once_per_version("longer spans", lambda: panels.longer_spans(self.store))

    def receipts(self, forms: Sequence[str], first: int, last: int) -> pd.DataFrame:
        """Reports that stand, as `store.receipts.receipts` gives them."""
        return receipts.receipts(self.store, list(forms), None, first, last)

    def extensions(self, forms: Sequence[str], first: int, last: int) -> pd.DataFrame:
        """Deadlines put off, as `store.extending.extensions` gives them."""
        return extending.extensions(self.store, list(forms), None, first, last)

    def first_arrival(self) -> dt.datetime | None:
        """When the installation took in its first file."""
        return receipts.first_arrival(self.store)

    def months(self, tree: str) -> tuple[int, int] | None:
        """The first and last month that anybody in the tree has reported."""
        return reading.months(self.store, tree)

    def owed(
        self, duty: Duty, month: int, *, today: bool = False, under: dt.date | None = None
    ) -> Counter[str]:
        """Area → reports owed for the month, each counted in every area whose totals it adds into.

        Under the tree of the month's end, or of the day `under`; `today`: under today's.
        """
        on = last_day(month)
        organisations, rules = self.registry.organisations, self.registry.calendar
        begun = duty.since is None or on >= duty.since
        released = month if any(one.holds(duty.form, month) for one in rules.released) else 0
        day = None if duty.latest_hierarchy or today else under or on
        key = (duty.form, organisations.epoch(on), begun, released, today, organisations.epoch(day or on))
        if key not in self._owed:
            self._owed[key] = Counter(
                area
                for one in owing(duty, organisations, month, rules)
                for area in (
                    organisations.adds_into(one.code, day)
                    if under is None or day is None
                    else organisations.part_of(one.code, day)
                )
            )
        return self._owed[key]

    def owed_over(
        self,
        duties: tuple[Duty, ...],
        first: int,
        last: int,
        *,
        today: bool = False,
        under: dt.date | None = None,
    ) -> Counter[str]:
        """Area → reports × months owed from `first` to `last` (yyyymm) for all the duties together, as `owed` counts them."""
        tree = self.registry.organisations.epoch(under) if under else -1
        key = (tuple(duty.form for duty in duties), first, last, today, tree)
        if key not in self._owed_over:
            owed: Counter[str] = Counter()
            for duty in duties:
                for month in month_range(first, last).months:
                    owed.update(self.owed(duty, month, today=today, under=under))
            self._owed_over[key] = owed
        return self._owed_over[key]

    def below(self, codes: Sequence[str], days: Iterable[dt.date]) -> set[str]:
        """The organisations and all whose numbers add into theirs on any of the days."""
        tree = self.registry.organisations
        found = set(codes)
        for epoch, day in {tree.epoch(day): day for day in days}.items():
            if epoch not in self._below:
                below: dict[str, set[str]] = defaultdict(set)
                for one in tree.all:
                    for area in tree.adds_into(one.code, day):
                        below[area].add(one.code)
                self._below[epoch] = dict(below)
            found.update(*(self._below[epoch].get(code, ()) for code in codes))
        return found

    def duties_of(self, tree: str, basis: str, element: str) -> tuple[Duty, ...]:
        """The periodic duties that bring an element on a basis."""
        key = (tree, basis, element)
        if key not in self._duties_of:
            self._duties_of[key] = tuple(
                duty for duty in duties_for(self.duties, tree, basis, [element]) if duty.span
            )
        return self._duties_of[key]

    def once_per_version(self, name: str, work: Callable[[], Kept]) -> Kept:
        """What `work` gives, worked out once for each version of the data."""
        version = self.store.data_version()
        known = self._of_version.get(name)
        if known is None or known[0] != version:
            known = self._of_version[name] = (version, work())
        found: Kept = known[1]
        return found

    def kept(self, key: tuple[Any, ...], work: Callable[[], Kept]) -> Kept:
        """What `work` gives, worked out once for each version of the data and day; the oldest answers go."""
        known = self.remembered(full := (self.store.data_version(), dt.date.today(), *key))
        if known is None:
            known = [work()]
            self.remember(full, known)
        found: Kept = known[0]
        return found

    def remembered(self, key: tuple[Any, ...]) -> list[Any] | None:
        """An answer given before on the same version of the data."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def remember(self, key: tuple[Any, ...], answer: list[Any]) -> None:
        """Keep an answer; the oldest go."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)


def calculate(
    context: Context,
    indicators: Sequence[str],
    organisations: Sequence[str],
    period: Period,
    view: View = AS_IT_WAS,
) -> list[Result]:
    """Results of several indicators for several organisations in one period, indicator by indicator.

    Organisations of a tree or level that an indicator is not defined for are left out.
    """
    return _answer(context, tuple(indicators), tuple(organisations), (period,), view)


def series(
    context: Context,
    indicator: str,
    organisations: Sequence[str],
    periods: Sequence[Period],
    view: View = AS_IT_WAS,
) -> list[Result]:
    """One indicator over several periods (they may overlap), period by period."""
    return _answer(context, (indicator,), tuple(organisations), tuple(periods), view)


def _answer(
    context: Context,
    indicators: tuple[str, ...],
    organisations: tuple[str, ...],
    periods: tuple[Period, ...],
    view: View,
) -> list[Result]:
    key = (context.store.data_version(), dt.date.today(), indicators, organisations, periods, view)
    known = context.remembered(key)
    if known is None:
        definitions = [context.catalogue.get(code) for code in indicators]
        with _uncollected():
            known = _compute(context, definitions, organisations, periods, view)
        context.remember(key, known)
    return list(known)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Thousands of small results, all of which stay: to look through them for garbage again and again takes a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _compute(
    context: Context,
    definitions: Sequence[Definition],
    organisations: Sequence[str],
    periods: Sequence[Period],
    view: View,
) -> list[Result]:
    if not periods:
        return []
    counted = [one for one in definitions if one.method != "register"]
    held = _held(context, counted, organisations, periods, view)
    groups = {one.code: _by_tree(context, one, organisations) for one in definitions}
    results: list[Result] = []
    asked = _together(periods)
    for period in periods:
        on = dt.date.today() if view.today else period.last_day
        for definition in definitions:
            of_trees = groups[definition.code]
            if definition.method == "register":
                suited = [code for group in of_trees.values() for code in group]
                results.extend(registered.share(context, definition, suited, period, asked))
                continue
            for tree, group in of_trees.items():
                basis = basis_of(context, definition, tree)
                counts = _counts(context, definition, group, tree, basis, period, held)
                results.extend(judged(context, definition, counts, period.code, basis, on))
    return results


def _months(context: Context, tree: str, view: View) -> tuple[int, int] | None:
    if view.known_at is None:
        return reading.months(context.store, tree)
    return as_known.months(context.store, tree, view.known_at)


def _by_tree(context: Context, definition: Definition, codes: Iterable[str]) -> dict[str, list[str]]:
    """The organisations that the indicator is defined for, by their tree."""
    groups: dict[str, list[str]] = {}
    for one in map(context.registry.organisations.get, codes):
        if one.tree in definition.tree and one.level in definition.levels:
            groups.setdefault(one.tree, []).append(one.code)
    return groups


def basis_of(context: Context, definition: Definition, tree: str) -> str:
    """The basis an indicator is counted on in a tree."""
    return context.registry.trees[tree].basis or definition.basis


def _held(
    context: Context,
    definitions: Sequence[Definition],
    organisations: Sequence[str],
    periods: Sequence[Period],
    view: View,
) -> Held:
    """Every total that may be needed."""
    names = sorted({name for one in definitions for name in (*one.numerator, *one.denominator)})
    asked = _together(periods)
    return held_of(context, names, organisations, asked.first, asked.last, view)


def _together(periods: Sequence[Period]) -> Period:
    """From the first month of any of the periods to the last."""
    return Period(min(one.first for one in periods), max(one.last for one in periods), "range")


def held_of(
    context: Context,
    names: Sequence[str],
    organisations: Sequence[str],
    first: int,
    last: int,
    view: View = AS_IT_WAS,
) -> Held:
    """Totals of elements over blocks that end in first..last (yyyymm): of stocks also those of all organisations below."""
    lasting = [name for name in names if split(name)[0] in context.registry.elements_that_last]
    flows = [name for name in names if name not in lasting]
    held = totals_of(context, flows, organisations, first, last, view)
    ends = {code: _months(context, code, view) for code in context.registry.trees}
    if not lasting or not organisations:
        return Held(context, held, {}, ends, view.today)
    days = [dt.date.today()] if view.today else [last_day(month) for month in month_range(first, last).months]
    wide = totals_of(context, lasting, sorted(context.below(organisations, days)), first, last, view)
    asked = set(organisations)
    tree = context.registry.organisations

    def parent(code: str, month: int) -> str:
        return next(iter(tree.adds_into(code, days[0] if view.today else last_day(month))[1:]), "")

    held |= {key: series for key, series in wide.items() if key[0] in asked}
    return Held(context, held, own_series(wide, parent), ends, view.today)


def totals_of(
    context: Context,
    names: Sequence[str],
    organisations: Sequence[str],
    first: int,
    last: int,
    view: View = AS_IT_WAS,
) -> dict[Key, dict[Block, Cell]]:
    """Totals of elements (`element` or `element@category`) over blocks that end in first..last (yyyymm), from one query."""
    elements = sorted({split(name)[0] for name in names})
    categories = {split(name)[1] for name in names}
    held: dict[Key, dict[Block, Cell]] = {}
    if not elements or not organisations:
        return held
    if view.plain:
        frame = reading.area_totals(context.store, elements, list(organisations), first, last, categories)
    else:
        frame = as_known.totals(
            context.store,
            context.registry,
            elements,
            organisations,
            first=first,
            last=last,
            categories=categories,
            known_at=view.known_at,
            tree_on=dt.date.today() if view.today else None,
        )
    columns = (
        frame[name].tolist()
        for name in ("organisation", "element", "category", "basis", "month", "span", "value", "reports")
    )
    for organisation, element, category, basis, month, span, value, reports in zip(*columns, strict=True):
        held.setdefault((organisation, element, category, basis), {})[month, span] = Cell(value, reports)
    return held


def _counts(
    context: Context,
    definition: Definition,
    codes: Sequence[str],
    tree: str,
    basis: str,
    period: Period,
    held: Held,
) -> list[Counted]:
    """Numerators and denominators of organisations of one tree."""
    if not held.has_nothing(definition, basis, period):
        return [_count(context, definition, code, basis, period, held) for code in codes]
    owed = [held.owed(name, basis, tree, period)[1] for name in held.kinds(definition)[0]]
    return [Counted(code, None, None, 0, next((n for one in owed if (n := one[code])), 0)) for code in codes]


def _count(
    context: Context, definition: Definition, code: str, basis: str, period: Period, held: Held
) -> Counted:
    """Numerator and denominator of one organisation: flows over the same months, stocks as each member last had them."""
    choice = choose(context, definition, code, basis, period, held)
    reports = reporting(context, code, basis, period, choice, held)
    return Counted(
        organisation=code,
        numerator=add([choice.values[name] for name in definition.numerator]),
        denominator=add([choice.values[name] for name in definition.denominator]),
        received=reports.received,
        expected=reports.expected,
        part=choice.part,
        carried=reports.carried,
        oldest=reports.oldest,
    )
