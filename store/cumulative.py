"""Single months told from submissions whose values run up from a first month (本年累计).

A month is what its submission says less what the month before says; the first month stands as it is. A stock (children
living here) does not run up and is its own month. Where a running-up value falls, no month can be told: the month is
noted as inconsistent, and an issue stands at the later file's cell.
All of it is made anew from the submissions in force whenever one of the two neighbours changes, so the order in which
files arrive makes no difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from reference.data_elements import ValueNote
from reference.periods import month_add, month_count
from reference.registry import Registry
from store.audit import canonical
from store.bulk import insert_many
from store.codes import Codes
from store.ledger import Change, Held, Key, read_histories
from store.records import IssueRecord
from store.schema import data_value, derived_value, issue
from store.totals import Totals
from store.values import among

FALLS = "cumulative_falls"


@dataclass(frozen=True, slots=True)
class Stated:
    """A value that a cell of a running-up submission states."""

    value: int | None
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Fall:
    """A running-up value lower than the month before."""

    earlier: Held
    later: Held
    element: str
    category: str
    before: int
    stated: Stated


Cells = dict[tuple[int, str], Stated]  # (number of the element, category) → value


def rederive(
    connection: Connection, registry: Registry, codes: Codes, totals: Totals, changes: Sequence[Change]
) -> list[Fall]:
    """Make the months anew that the changes touch, with their totals and issues; returns the falls not known before.

    The changes must already be written.
    """
    places = {place for change in changes for place in _places(change)}
    if not places:
        return []
    in_force = {one.key: one for one in read_histories(connection, sorted(_keys(places)), only_current=True)}
    touched = [in_force[key] for key in sorted(_key(place) for place in places) if key in in_force]
    gone = [one.before for one in changes if one.before and one.before.cumulative_from]
    known = _remove(connection, totals, [*touched, *gone])
    pairs = [
        (one, earlier)
        for one in touched
        if one.cumulative_from and one.span > 1
        for earlier in [in_force.get((one.form, one.organisation_id, month_add(one.month, -1), one.span - 1))]
    ]
    falls = _derive(connection, registry, codes, totals, pairs)
    _save_falls(connection, registry, codes, falls)
    return [fall for fall in falls if _name(fall) not in known]


_Place = tuple[str, int, int, int]  # form, number of the organisation, first month, last month


def _places(change: Change) -> Iterable[_Place]:
    """The months whose difference a change touches: its own and the next."""
    for one in (change.before, change.after):
        if one and one.cumulative_from:
            yield (one.form, one.organisation_id, one.cumulative_from, one.month)
            yield (one.form, one.organisation_id, one.cumulative_from, month_add(one.month, 1))


def _key(place: _Place) -> Key:
    form, organisation, first, month = place
    return (form, organisation, month, month_count(first, month))


def _keys(places: Iterable[_Place]) -> set[Key]:
    """The keys of these months and of the months before them."""
    keys = {_key(place) for place in places}
    before = {
        (form, organisation, month_add(month, -1), span - 1)
        for form, organisation, month, span in keys
        if span > 1
    }
    return keys | before


def _remove(connection: Connection, totals: Totals, submissions: Sequence[Held]) -> set[tuple[Any, ...]]:
    """Take back what was derived for the submissions; returns the falls that were known."""
    by_id = {one.id: one for one in submissions}
    of_these = among(derived_value.c.submission_id, by_id)
    for row in connection.execute(select(derived_value).where(of_these)):
        totals.add_values(by_id[row.submission_id], [(row.element_id, row.category, row.value)], -1, span=1)
    connection.execute(delete(derived_value).where(of_these))
    falls = (issue.c.code == FALLS) & among(issue.c.submission_id, by_id)
    known = {
        (row.submission_id, row.sheet, row.cell)
        for row in connection.execute(select(issue.c.submission_id, issue.c.sheet, issue.c.cell).where(falls))
    }
    connection.execute(delete(issue).where(falls))
    return known


def _name(fall: Fall) -> tuple[Any, ...]:
    return (fall.later.id, fall.stated.sheet, fall.stated.cell)


def _derive(
    connection: Connection,
    registry: Registry,
    codes: Codes,
    totals: Totals,
    pairs: Sequence[tuple[Held, Held | None]],
) -> list[Fall]:
    ids = {one.id for pair in pairs for one in pair if one}
    cells = _read_cells(connection, ids)
    stocks = {codes.elements[code] for code in registry.elements_that_last if code in codes.elements}
    rows: list[tuple[Any, ...]] = []
    falls: list[Fall] = []
    for later, earlier in pairs:
        if earlier and earlier.cumulative_from != later.cumulative_from:
            earlier = None
        before = cells[earlier.id] if earlier else {}
        months, fallen = _months(cells[later.id], before, stocks)
        totals.add_values(later, [(*place, value) for place, value in months.items()], 1, span=1)
        rows += [_row(later, place, value) for place, value in months.items()]
        rows += [_row(later, place, None) for place in fallen]
        if earlier:
            falls += [
                Fall(earlier, later, codes.element_of[place[0]], place[1], value, cells[later.id][place])
                for place, value in fallen.items()
            ]
    insert_many(connection, derived_value, _COLUMNS, rows)
    return falls


_COLUMNS = ("submission_id", "element_id", "category", "month", "value", "note")


def _row(later: Held, place: tuple[int, str], value: int | None) -> tuple[Any, ...]:
    note = "" if value is not None else ValueNote.INCONSISTENT.value
    return (later.id, *place, later.month, value, note)


def _months(
    later: Cells, earlier: Cells, stocks: set[int]
) -> tuple[dict[tuple[int, str], int], dict[tuple[int, str], int]]:
    """What each month comes to, and for those that fall the value they fall from."""
    months: dict[tuple[int, str], int] = {}
    fallen: dict[tuple[int, str], int] = {}
    for place, stated in later.items():
        before = earlier[place].value if place in earlier else None
        if stated.value is None:
            continue
        if place[0] in stocks:
            months[place] = stated.value
        elif before is None:
            continue
        elif stated.value < before:
            fallen[place] = before
        else:
            months[place] = stated.value - before
    return months, fallen


def _read_cells(connection: Connection, ids: set[int]) -> dict[int, Cells]:
    cells: dict[int, Cells] = defaultdict(dict)
    columns = data_value.c
    query = select(
        columns.submission_id,
        columns.element_id,
        columns.category,
        columns.value,
        columns.sheet,
        columns.cell,
    ).where(among(columns.submission_id, ids), columns.value.is_not(None))
    for submission_id, element, category, value, sheet, cell in connection.execute(query):
        cells[submission_id][element, category] = Stated(value, sheet, cell)
    return cells


def _save_falls(connection: Connection, registry: Registry, codes: Codes, falls: Sequence[Fall]) -> None:
    rows = []
    for fall in falls:
        record = issue_of(fall, registry, codes)
        rows.append(
            {
                "upload_id": fall.later.upload_id,
                "submission_id": fall.later.id,
                "code": record.code,
                "severity": record.severity,
                "form": record.form,
                "organisation": record.organisation,
                "month": record.month,
                "sheet": record.sheet,
                "cell": record.cell,
                "found": record.found,
                "parameters": canonical(record.parameters),
            }
        )
    if rows:
        connection.execute(insert(issue), rows)


def issue_of(fall: Fall, registry: Registry, codes: Codes) -> IssueRecord:
    """The issue that a fall is, in the words of the cell: both numbers as the sender wrote them."""
    element = registry.elements.get(fall.element)
    places = element.decimals if element else 0
    later, earlier = _written(fall.stated.value or 0, places), _written(fall.before, places)
    return IssueRecord(
        code=FALLS,
        severity="warning",
        sheet=fall.stated.sheet,
        cell=fall.stated.cell,
        found=later,
        parameters={
            "element": fall.element,
            "name_zh": element.zh if element else fall.element,
            "name_en": element.en if element else fall.element,
            "category": fall.category,
            "previous": earlier,
            "previous_month": fall.earlier.month,
            "value": later,
        },
        form=fall.later.form,
        organisation=codes.organisation_of[fall.later.organisation_id],
        month=fall.later.month,
    )


def _written(value: int, decimals: int) -> str:
    if not decimals:
        return str(value)
    whole, part = divmod(abs(value), 10**decimals)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{decimals}d}"
