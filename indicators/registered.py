"""Indicators that are counted from registers and not from data elements: grades, rescue centres, and the reports themselves."""

from __future__ import annotations

import datetime as dt
from collections import ChainMap, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from indicators import grading
from indicators.calculate import Counted
from indicators.judged import judged
from indicators.reporting import (
    Extension,
    Receipt,
    Report,
    Tally,
    as_extensions,
    as_receipts,
    entries,
    tally_by_area,
)
from reference.periods import Period, month_of
from reference.reporting import Duty

if TYPE_CHECKING:
    from indicators.definition import Definition
    from indicators.result import Result
    from indicators.results import Context

CENTRES = ("severe_maternal_centre", "severe_newborn_centre")


def share(
    context: Context,
    definition: Definition,
    organisations: Sequence[str],
    period: Period,
    asked: Period | None = None,
) -> list[Result]:
    """A register indicator for areas on the period's last day, or, of reports, over the period.

    `asked`: the months of all periods that are asked for together, which are read from the store at once.
    """
    match definition.register_rule:
        case "both_centres":
            counts = _centres(context, organisations, period.last_day)
        case "reports_received" | "reports_on_time":
            counts = _reports(context, definition, organisations, period, asked or period)
        case _:
            return grading.share(context, definition, organisations, period)
    return judged(context, definition, counts, period.code, definition.basis, period.last_day)


def _centres(context: Context, areas: Sequence[str], on: dt.date) -> list[Counted]:
    """Counties in which institutions on record hold a rescue centre for mothers and one for newborns, over all counties.

    `received` is how many counties are on record, `expected` how many there are.
    """
    tree = context.registry.organisations
    held: dict[str, set[str]] = {}
    for (institution, element), text in _newest(context, CENTRES, on).items():
        held.setdefault(tree.parent(institution, on), set()).update([element] if text == "1" else [])
    inside: dict[str, list[str]] = {}
    for county in tree.at_level("county", on=on):
        for area in tree.adds_into(county.code, on):
            inside.setdefault(area, []).append(county.code)
    return [_of_counties(area, inside.get(area, ()), held) for area in areas]


def _of_counties(area: str, counties: Collection[str], held: Mapping[str, Collection[str]]) -> Counted:
    known = sum(one in held for one in counties)
    both = sum(len(held.get(one, ())) == len(CENTRES) for one in counties)
    untold = len(counties) - known
    return Counted(
        area, None if counties and not known else both, len(counties), known, len(counties), unknown=untold
    )


def _newest(context: Context, elements: Sequence[str], on: dt.date) -> dict[tuple[str, str], str]:
    """(institution, element) → what the register said last, by the day."""
    name = f"register of {','.join(elements)}"
    frame = context.once_per_version(name, lambda: context.values(elements=list(elements)))
    columns = (frame[name].tolist() for name in ("month", "organisation", "element", "text"))
    rows = sorted(row for row in zip(*columns, strict=True) if row[0] <= month_of(on) and row[3])
    return {(organisation, element): text for _, organisation, element, text in rows}


def _reports(
    context: Context, definition: Definition, areas: Sequence[str], period: Period, asked: Period
) -> list[Counted]:
    """Reports received, or come in time, of those owed. Of timeliness those are left out of which nobody knows it."""
    counts = []
    trees = {area: context.registry.organisations.get(area).tree for area in areas}
    tallies = {tree: _tallies(context, tree, period, asked) for tree in set(trees.values())}
    for area in areas:
        one = tallies[trees[area]].get(area, Tally())
        part, whole = (
            (one.received, one.expected)
            if definition.register_rule == "reports_received"
            else (one.on_time, one.timed)
        )
        counts.append(Counted(area, part, whole, one.received, one.expected))
    return counts


def _tallies(context: Context, tree: str, period: Period, asked: Period) -> Mapping[str, Tally]:
    """Area → its reports of the period's months that have come, over all forms that are owed regularly."""
    held = context.months(tree)
    last = min(period.last, held[1]) if held else 0
    duties = [duty for duty in context.duties if duty.tree == tree and duty.span]

    def work() -> Mapping[str, Tally]:
        months = [month for month in period.months if month <= last]
        arrived = context.kept(("arrived", tree, asked), lambda: _arrived(context, duties, asked))
        return tally_by_area(
            entries(
                duties,
                months,
                context.registry.organisations,
                context.registry.calendar,
                dict(ChainMap(*(arrived.receipts.get(month, {}) for month in period.months))),
                arrived.extensions,
                dt.datetime.now(dt.UTC),
                arrived.since,
            )
        )

    return context.kept(("reports", tree, period.first, last), work)


class _Arrived(NamedTuple):
    """What came for all the periods of a question, from one reading of the store."""

    receipts: Mapping[int, dict[Report, Receipt]]  # by month
    extensions: Mapping[Report, Extension]
    since: dt.datetime | None


def _arrived(context: Context, duties: Sequence[Duty], asked: Period) -> _Arrived:
    forms = [duty.form for duty in duties]
    by_month: dict[int, dict[Report, Receipt]] = defaultdict(dict)
    for report, receipt in as_receipts(context.receipts(forms, asked.first, asked.last)).items():
        by_month[report[2]][report] = receipt
    extensions = as_extensions(context.extensions(forms, asked.first, asked.last))
    return _Arrived(by_month, extensions, context.first_arrival())
