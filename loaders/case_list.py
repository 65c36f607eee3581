"""The layout in which each row is a case: read column by column, since a year's list may have millions of cells.

What a cell means is worked out once for each different content of a column. What is kept are counts of cases by
organisation and month; a month without cases is counted as zero only where the sender says that it was one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loaders.by_organisation import find_columns
from loaders.case_cells import Column, meanings
from loaders.case_meeting import Meeting
from loaders.case_rules import broken_rules
from loaders.checks import run_checks
from loaders.harvest import Harvest, Key
from loaders.issues import Issue
from loaders.matching import Labels, is_foot, numbers_columns, words
from loaders.organisation_headers import Header, find_header
from loaders.outcome import Reading, Return
from loaders.recognise import Found, organisation_meant, sender_of
from loaders.tidy import text_of
from reference import periods
from reference.periods import Period
from reference.registry import Registry
from reference.reporting import due_day

MOST_ALIKE = 100  # issues of one kind in one column that are named one by one
_new = tuple.__new__  # what a NamedTuple's own constructor calls, without the detour
NIL = {"无", "无病例", "本月无病例", "零报告", "零", "0", "none", "nil"}
PERSONAL = {
    "姓名", "患者姓名", "产妇姓名", "孕产妇姓名", "身份证", "身份证号", "身份证号码", "证件号码", "电话", "联系电话",
    "手机", "手机号", "手机号码", "住址", "家庭住址", "详细地址", "现住址", "出生日期", "住院号", "病案号", "病历号",
}  # fmt: skip


@dataclass
class Cases:
    """The rows of a list. Entries of `columns`, `organisations` and `months` stand in the order of `rows`."""

    harvest: Harvest
    rows: list[int]
    columns: dict[str, Column] = field(default_factory=dict)
    organisations: list[str] = field(default_factory=list)
    months: list[int | None] = field(default_factory=list)
    nil: bool = False

    def report(self, code: str, column: int, rows: Sequence[int], shown: Sequence[Any], **more: Any) -> None:
        """Note a fault of several rows of one column; beyond a hundred their number is said once."""
        sheet = self.harvest.found.sheet
        for row, raw in zip(rows[:MOST_ALIKE], shown, strict=False):
            self.harvest.issue(code, sheet.address(row, column), raw, **more)
        if len(rows) > MOST_ALIKE:
            kind = self.harvest.issues[-1]
            self.harvest.issues.append(
                Issue("more_of_the_same", sheet.name, sheet.address(rows[MOST_ALIKE], column), "",
                      {"count": len(rows) - MOST_ALIKE, "message_zh": kind.message("zh"), "message_en": kind.message("en")},
                      kind.severity, form=kind.form)
            )  # fmt: skip


def read_cases(
    found: Found, registry: Registry, labels: Labels, today: dt.date
) -> tuple[list[Return], list[Issue]]:
    """Read one recognised list; returns are empty where the month or the organisation of a case could not be told."""
    harvest = Harvest(found, registry)
    header = find_header(found, labels)
    if header is None:
        harvest.issue(
            "header_missing", labels="、".join(found.edition.name_header or found.edition.code_header)
        )
        return [], [*found.issues, *harvest.issues]
    fields = find_columns(harvest, header, labels)
    shown = {wanted.element for wanted, _ in fields.values()}
    harvest.missing([one for one in found.edition.fields if one.element not in shown], "column_missing")
    cases = Cases(harvest, _case_rows(found, header))
    _refuse_personal(cases, header)
    _nil_report(cases)
    for column, (wanted, scale) in fields.items():
        cases.columns[wanted.element] = meanings(cases, column, wanted, scale.factor)
    _organise(cases, header)
    _date(cases, today)
    _tell_apart(cases)
    for problem in broken_rules(cases):
        cases.report(*problem.place, **problem.more)
    counted = _count(cases)
    returns = [_returned(cases, organisation, month, held) for (organisation, month), held in counted.items()]
    return returns, [*found.issues, *harvest.issues]


def _case_rows(found: Found, header: Header) -> list[int]:
    """Rows that hold a case: not blank, no numbering of columns, no foot."""
    rows = []
    for row in range(header.bottom + 1, len(found.sheet.rows)):
        cells = found.sheet.rows[row]
        first = next((text for raw in cells if (text := text_of(raw))), "")
        if first and not numbers_columns(cells, first) and not is_foot(first):
            rows.append(row)
    return rows


def _refuse_personal(cases: Cases, header: Header) -> None:
    """Columns that name or nearly name a person have no place in a list of cases, if anything stands in them."""
    sheet = cases.harvest.found.sheet
    for row in range(header.top, header.bottom + 1):
        for column in range(sheet.width):
            if words(sheet.at(row, column)) in PERSONAL and any(
                text_of(sheet.at(one, column)) for one in cases.rows
            ):
                cases.harvest.issue("person_column", sheet.address(row, column), sheet.at(row, column))


def _nil_report(cases: Cases) -> None:
    """A list whose only row says 无 or 零报告 reports that there was no case."""
    if len(cases.rows) != 1:
        return
    texts = [text for raw in cases.harvest.found.sheet.rows[cases.rows[0]] if (text := text_of(raw))]
    if len(texts) == 1 and texts[0].casefold() in NIL:
        cases.rows, cases.nil = [], True


def _organise(cases: Cases, header: Header) -> None:
    """Each case's organisation; rows without one belong to the sender of the title block."""
    harvest, sheet = cases.harvest, cases.harvest.found.sheet
    pairs = [
        tuple(
            text_of(sheet.at(row, column)) if column is not None else ""
            for column in (header.code, header.name)
        )
        for row in cases.rows
    ]
    sender = ""
    if cases.nil or not cases.rows or ("", "") in pairs:
        sender = harvest.sender(sender_of(harvest.found, harvest.registry))
    known: dict[tuple[str, ...], str] = {("", ""): sender}
    key = header.name if header.name is not None else header.code
    assert key is not None
    for row, pair in zip(cases.rows, pairs, strict=True):
        if pair not in known:
            named, issue = organisation_meant(
                pair[0], pair[1], harvest.found, sheet.address(row, key), harvest.registry
            )
            known[pair] = named.code if named else ""
            harvest.named.setdefault(known[pair], sheet.address(row, key))
            if issue is not None:
                harvest.issues.append(issue)
    cases.organisations = [known[pair] for pair in pairs]
    if cases.nil and sender:
        harvest.values.setdefault(sender, {})


def _date(cases: Cases, today: dt.date) -> None:
    """Each case's month; it must lie in the period that the sheet states, and not in the future."""
    edition, stated = cases.harvest.found.edition, cases.harvest.found.period
    column = cases.columns.get(edition.case_month)
    cases.months = [periods.month_of(day) if day else None for day in column.values] if column else []
    if column is None:
        return
    newest = periods.month_of(today)
    missing, later, outside = [], [], []
    for row, month in zip(cases.rows, cases.months, strict=True):
        if month is None:
            missing.append(row)
        elif month > newest:
            later.append(row)
        elif stated and not stated.first <= month <= stated.last:
            outside.append(row)
    shown = column.shown
    blank = [row for row in missing if row not in column.faulty]
    cases.report("case_month_missing", column.place, blank, [shown(row) for row in blank[:MOST_ALIKE]])
    cases.report("case_in_future", column.place, later, [shown(row) for row in later[:MOST_ALIKE]])
    period = {"period_zh": stated.label("zh"), "period_en": stated.label("en")} if stated else {}
    shown_outside = [shown(row) for row in outside[:MOST_ALIKE]]
    cases.report("case_outside_period", column.place, outside, shown_outside, **period)


def _tell_apart(cases: Cases) -> None:
    """Each case has a number, and an institution gives a number once."""
    column = cases.columns.get(cases.harvest.found.edition.case_serial)
    if column is None:
        return
    first: dict[tuple[str, Any], int] = {}
    repeated, blank = [], []
    for row, organisation, serial in zip(cases.rows, cases.organisations, column.values, strict=True):
        if serial is None:
            blank.append(row)
        elif organisation and first.setdefault((organisation, serial), row) != row:
            repeated.append(row)
    cases.report("case_without_number", column.place, blank, [""] * min(len(blank), MOST_ALIKE))
    cases.report(
        "case_repeated", column.place, repeated, [column.shown(row) for row in repeated[:MOST_ALIKE]]
    )


def _count(cases: Cases) -> dict[tuple[str, int], dict[Key, Reading]]:
    """Counts by organisation and month; every organisation that the list speaks of has every month of a stated period."""
    edition = cases.harvest.found.edition
    places = _places(cases)
    counted: dict[tuple[str, int], dict[Key, Reading]] = {place: {} for place in places}
    sheet, meeting = cases.harvest.found.sheet.name, Meeting(cases)
    for count in edition.counts:
        if any(one.column not in cases.columns for one in count.where):
            continue  # a list without the column says nothing of it: absent is never zero
        number_of, element, key = meeting.numbers(count).get, count.element, (count.element, "")
        for place, cells in places.items():
            reading = (element, "", number_of(place, 0), "", "", sheet, cells, True)
            counted[place][key] = _new(Reading, reading)
    for (organisation, _), held in counted.items():
        who = cases.harvest.who(organisation)
        cases.harvest.issues += run_checks(
            edition, held, cases.harvest.registry, who, cases.harvest.found.form.code, organisation
        )
    return counted


def _places(cases: Cases) -> dict[tuple[str, int], str]:
    """(organisation, month) → the cells of its rows, from the first to the last."""
    found = cases.harvest.found
    ends: dict[tuple[str, int], list[int]] = {}
    for row, organisation, month in zip(cases.rows, cases.organisations, cases.months, strict=False):
        if organisation and month:
            ends.setdefault((organisation, month), [row, row])[1] = row
    places = {place: f"A{first + 1}:A{last + 1}" for place, (first, last) in ends.items()}
    for organisation in {*(place[0] for place in places), *cases.harvest.values}:
        for month in _months(found.period):
            places.setdefault((organisation, month), found.period_cell)
    return dict(sorted(places.items()))


def _months(period: Period | None) -> Iterator[int]:
    """Every month of a period."""
    if period is not None:
        month = period.first
        while month <= period.last:
            yield month
            month = periods.month_add(month, 1)


def _returned(cases: Cases, organisation: str, month: int, held: Mapping[Key, Reading]) -> Return:
    found = cases.harvest.found
    return Return(
        form=found.form.code,
        edition=found.edition.code,
        basis=found.form.basis,
        organisation=organisation,
        first=month,
        last=month,
        cumulative_from=None,
        due=due_day(found.form.duty, month, cases.harvest.registry.calendar),
        sheet=found.sheet.name,
        readings=tuple(held.values()),
        organisation_cell=cases.harvest.named.get(organisation, ""),
        period_cell=found.period_cell,
    )
