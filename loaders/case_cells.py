"""What the cells of one column of a case list mean, worked out once for each different content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loaders.forms import Field
from loaders.harvest import code_meant
from loaders.notes_column import notes_place
from loaders.tidy import number_in, read_date, read_number, text_of
from reference.data_elements import DataElement

if TYPE_CHECKING:
    from loaders.case_list import Cases

MOST_REMARKS = 50  # different remarks in a column that are named one by one
NOTHING = {"", "—", "-", "－", "/", "无", "不详", "未知"}


@dataclass
class Column:
    """A column as read: `values` (code, number, day, text or None) in the order of the list's rows, at sheet column `place`.

    `faulty` are the rows whose cell could not be read, which an issue names.
    """

    place: int
    values: list[Any]
    shown: Callable[[int], str]  # what a row's cell shows
    faulty: frozenset[int] = frozenset()


def meanings(cases: Cases, place: int, wanted: Field, factor: int) -> Column:
    """Read one column; cells that mean nothing the form allows are issues at their place."""
    harvest, sheet = cases.harvest, cases.harvest.found.sheet
    element = harvest.registry.element(wanted.element)
    rows = sheet.rows
    contents = [rows[row][place] if place < len(rows[row]) else None for row in cases.rows]
    meaning = {raw: _meaning(raw, element, factor) for raw in set(contents)}
    names = harvest.names(wanted.element)
    lost = [row for row in cases.rows if (row, place) in sheet.broken] if sheet.broken else []
    for row in lost:
        harvest.issue(sheet.broken[row, place], sheet.address(row, place), "", **names)
    wrong = {raw: fault for raw, (_, fault) in meaning.items() if fault}
    faulty = [row for row, raw in zip(cases.rows, contents, strict=True) if raw in wrong] if wrong else []
    if faulty:
        listed = "、".join(zh for zh, _ in element.code_list.values()) if element.kind == "code" else ""
        remarked = _remarked(wrong)
        more = {**names, **notes_place(sheet)}
        for raw, (number, remark) in remarked.items():
            here = [row for row in faulty if rows[row][place] == raw]
            shown = [raw] * len(here)
            cases.report("number_with_remark", place, here, shown, number=number, remark=remark, **more)
        for fault in dict.fromkeys(wrong.values()):
            here = [
                row for row in faulty if wrong[rows[row][place]] == fault and rows[row][place] not in remarked
            ]
            cases.report(fault, place, here, [rows[row][place] for row in here], listed=listed, **more)
    if wanted.required and None in (value for value, _ in meaning.values()):
        _require(cases, place, contents, meaning, names, set(lost) | set(faulty))
    values = [meaning[raw][0] for raw in contents]
    return Column(place, values, lambda row: text_of(sheet.at(row, place)), frozenset((*lost, *faulty)))


def _remarked(wrong: dict[Any, str]) -> dict[Any, tuple[str, str]]:
    """The contents that are a number and a remark, with both; beyond a few dozen they are named like all others."""
    found = {raw: number_in(raw) for raw, fault in wrong.items() if fault == "not_a_number"}
    return dict([(raw, said) for raw, said in found.items() if said is not None][:MOST_REMARKS])


def _require(
    cases: Cases,
    place: int,
    contents: list[Any],
    meaning: dict[Any, Any],
    names: dict[str, str],
    known: set[int],
) -> None:
    blank = [
        row
        for row, raw in zip(cases.rows, contents, strict=True)
        if meaning[raw][0] is None and row not in known
    ]
    element = cases.harvest.found.edition
    if names["element"] not in (element.case_serial, element.case_month):  # these have their own words
        cases.report("required_missing", place, blank, [""] * len(blank), **names)


def _meaning(raw: Any, element: DataElement, factor: int) -> tuple[Any, str]:
    """(value, fault) of a content; a value of None with no fault means that nothing is stated."""
    text = text_of(raw)
    if text in NOTHING:
        return None, ""
    if element.kind == "date":
        day = read_date(raw)
        return day, "" if day else "not_a_date"
    if element.kind == "code":
        code = code_meant(element, text)
        return code, "" if code is not None else "not_in_list"
    if element.kind in ("count", "amount"):
        number = read_number(raw, element.decimals, factor)
        value = None if number.value is None else number.value / 10**element.decimals
        return value, number.fault
    return text, ""
