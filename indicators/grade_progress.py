"""How far the grading of institutions is toward its targets: who is there, who lacks it, what would move the share.

`progress(context, definition, area, on)` gives what a page draws; `spells(context, institution)` the grades it held.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indicators import grading
from indicators.definition import Definition
from indicators.grading import RULES, Standing
from indicators.registered import share
from indicators.result import Result
from indicators.results import Context
from reference.periods import month_of, month_period

DAYS_OF_A_YEAR = 365.25


@dataclass(frozen=True)
class Spell:
    """A grade an institution held from a day to a day, with its document and where that is known from.

    `known_from`: the month (yyyymm) of the register that said so; 0 for the reference data.
    """

    institution: str
    level: int
    grade_class: str
    status: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    document: str
    source: str
    known_from: int


@dataclass(frozen=True)
class Progress:
    """One grading target for an area on a day.

    `share`: the catalogue's result (institutions at the grade or above, of all). `needed`: institutions still to reach it;
    None without a target. `at_target`, `lacking` (on record and below), `not_on_record` (never "failed") and `unclear`
    (level two of which the source does not tell the class) are the institutions of the area. `in_review`: of the lacking,
    those that have applied or are under review. `ending`: at target now, and the grade ends by `until` (the target's day, or
    within the warning). `share_if_ended`: the share, in percent, should none of those be renewed. `years_left` and
    `per_year`: time to the target's day and institutions a year that it takes; None once the day has come. `on_path`: where
    the document's own path stands on the day, if it has one. `areas_lacking`: divisions of the level with no institution at
    the grade on record, with those on record as below apart from those of which nothing is known (`areas_unknown`).
    """

    share: Result
    statuses: Mapping[str, int]
    at_target: tuple[Standing, ...]
    lacking: tuple[Standing, ...]
    unclear: tuple[Standing, ...]
    not_on_record: tuple[Standing, ...]
    in_review: tuple[Standing, ...]
    ending: tuple[Standing, ...]
    until: dt.date
    needed: int | None
    share_if_ended: float | None
    years_left: float | None
    per_year: float | None
    on_path: float | None
    areas_lacking: tuple[str, ...]
    areas_unknown: tuple[str, ...]


def progress(context: Context, definition: Definition, area: str, on: dt.date) -> Progress:
    """Toward one grading target, as the register stands on the day."""
    tree = context.registry.organisations
    found = [
        one
        for one in grading.standings(context, on)
        if one.level in definition.register_levels and area in tree.ancestors(one.institution, on)
    ]
    rule = RULES[definition.register_rule]
    there = tuple(one for one in found if rule(one))
    unknown = tuple(one for one in found if one.status == "unknown")
    unclear = tuple(one for one in found if one.meets_target is None and one not in unknown)
    lacking = tuple(one for one in found if one.meets_target is False)
    (result,) = share(context, definition, [area], month_period(month_of(on)))
    aim = context.registry.target(definition.code, tree.get(area, on).level, on)
    until = max(
        aim.target.by if aim else on,
        on + dt.timedelta(days=context.registry.flagging(on).expiry_warning_days),
    )
    ending = tuple(one for one in there if one.valid_to is not None and one.valid_to <= until)
    left = (aim.target.by - on).days / DAYS_OF_A_YEAR if aim and not aim.due else None
    placed = _by_area(context, found, on)
    none_there = [code for code, held in placed.items() if not any(map(rule, held))]
    dark = {code for code in none_there if all(one.meets_target is None for one in placed[code])}
    return Progress(
        share=result,
        statuses=Counter(one.status for one in found),
        at_target=there,
        lacking=lacking,
        unclear=unclear,
        not_on_record=unknown,
        in_review=tuple(one for one in lacking if one.status in ("applied", "under_review")),
        ending=ending,
        until=until,
        needed=result.gap,
        share_if_ended=100 * (len(there) - len(ending)) / len(found) if found else None,
        years_left=left,
        per_year=result.gap / left if left and result.gap is not None else None,
        on_path=aim.target.expected(on) if aim else None,
        areas_lacking=tuple(code for code in none_there if code not in dark),
        areas_unknown=tuple(code for code in none_there if code in dark),
    )


def _by_area(context: Context, found: list[Standing], on: dt.date) -> dict[str, list[Standing]]:
    """Division → the institutions directly under it."""
    placed: dict[str, list[Standing]] = {}
    for one in found:
        placed.setdefault(context.registry.organisations.parent(one.institution, on), []).append(one)
    return placed


def spells(context: Context, institution: str) -> tuple[Spell, ...]:
    """The grades an institution held, the latest first; what the register said again without a change stands once."""
    found = [
        Spell(
            institution,
            one.level,
            one.grade_class,
            "graded",
            one.valid_from,
            one.valid_to,
            one.document,
            one.source,
            0,
        )
        for one in context.registry.grades
        if one.institution == institution
    ]
    frame = context.values(elements=list(grading.ELEMENTS), organisations=[institution])
    rows: dict[int, dict[str, Any]] = {}
    columns = (frame[name].tolist() for name in ("month", "element", "text"))
    for month, element, text in zip(*columns, strict=True):
        rows.setdefault(month, {})[element] = text
    for month, row in sorted(rows.items()):
        spell = _spell(institution, month, row)
        if spell is not None and not any(_same(spell, one) for one in found):
            found.append(spell)
    return tuple(sorted(found, key=lambda one: (one.valid_from or dt.date.min, one.known_from), reverse=True))


def _spell(institution: str, month: int, row: Mapping[str, str]) -> Spell | None:
    if not row.get("grade_level"):
        return None
    begins, ends = (
        dt.date.fromisoformat(row[name]) if row.get(name) else None
        for name in ("grade_valid_from", "grade_valid_to")
    )
    return Spell(
        institution,
        int(row["grade_level"]),
        row.get("grade_class") or "",
        row.get("grade_status") or "graded",
        begins,
        ends,
        row.get("grade_document") or "",
        "",
        month,
    )


def _same(one: Spell, other: Spell) -> bool:
    return (one.level, one.grade_class, one.status, one.valid_from, one.valid_to, one.document) == (
        other.level,
        other.grade_class,
        other.status,
        other.valid_from,
        other.valid_to,
        other.document,
    )
