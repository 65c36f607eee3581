"""Grades of MCH institutions on a day, from the grade register over the sourced reference rows, and the shares at target.

An institution whose grade nobody recorded is "not on record", never "failed"; it stays in the denominator, because the
targets speak of all institutions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from indicators.calculate import Counted
from indicators.judged import judged
from reference.organisations import Organisation
from reference.periods import Period, month_of

if TYPE_CHECKING:
    from indicators.definition import Definition
    from indicators.result import Result
    from indicators.results import Context

ELEMENTS = (
    "grade_level",
    "grade_class",
    "grade_status",
    "grade_valid_from",
    "grade_valid_to",
    "grade_document",
)
HOLDING = frozenset({"graded", "expiring", "applied", "under_review"})  # states in which a grade still counts


@dataclass(frozen=True)
class Standing:
    """An institution's grade on a day. `level` is its administrative level; `grade_level` None when not on record.

    `status`: graded, expiring, expired, applied, under_review, withdrawn, not_graded, unknown.
    `meets_target`: against the grade that its administrative level shall have; None when not on record.
    """

    institution: str
    level: str
    grade_level: int | None
    grade_class: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    document: str
    days_to_expiry: int | None
    status: str
    meets_target: bool | None
    source: str = ""
    source_zh: str = ""


def level3_or_above(standing: Standing) -> bool:
    """Level three of any class."""
    return standing.status in HOLDING and standing.grade_level == 3


def level2a_or_above(standing: Standing) -> bool:
    """Level two class A, or level three of any class."""
    two_a = standing.grade_level == 2 and standing.grade_class == "A"
    return standing.status in HOLDING and (standing.grade_level == 3 or two_a)


RULES = {"level3_or_above": level3_or_above, "level2a_or_above": level2a_or_above}


def standings(context: Context, on: dt.date) -> list[Standing]:
    """Every MCH institution that exists on the day, in the order of the reference data."""
    organisations = context.registry.organisations
    register = _register(context, on)
    warning = context.registry.flagging(on).expiry_warning_days
    rules = {level: _rule_of(context, level) for level in {one.level for one in organisations.all}}
    found = []
    for one in organisations.at_level("institution", on=on):
        if one.kind == "mch":
            level = organisations.get(one.parent, on).level
            row = register.get(one.code) or _reference(context, one.code, on)
            found.append(_standing(one.code, level, row, on, warning, rules.get(level, "")))
    return found


def _reported(context: Context) -> dict[tuple[str, int], dict[str, Any]]:
    """What the register's returns state of each institution, by their month."""
    frame = context.values(elements=list(ELEMENTS))
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    columns = (frame[name].tolist() for name in ("organisation", "month", "element", "text"))
    for organisation, month, element, text in zip(*columns, strict=True):
        rows.setdefault((organisation, month), {})[element] = text
    return dict(sorted(rows.items(), key=lambda item: item[0][1]))


def _register(context: Context, on: dt.date) -> dict[str, dict[str, Any]]:
    """Institution → its newest register row known by the day whose grade had begun by then."""
    reported = context.once_per_version("grade register", lambda: _reported(context))
    newest: dict[str, dict[str, Any]] = {}
    for (organisation, month), row in reported.items():
        begun = _day(row.get("grade_valid_from"))
        if month <= month_of(on) and (begun is None or begun <= on):
            newest[organisation] = row
    return newest


def _reference(context: Context, code: str, on: dt.date) -> dict[str, Any] | None:
    """The sourced reference row in force on the day; a row without dates always is."""
    spells = [
        one
        for one in context.registry.grades
        if one.institution == code and (one.valid_from is None or one.valid_from <= on)
    ]
    if not spells:
        return None
    spell = max(spells, key=lambda one: one.valid_from or dt.date.min)
    return {
        "grade_level": str(spell.level),
        "grade_class": spell.grade_class,
        "grade_valid_from": spell.valid_from.isoformat() if spell.valid_from else "",
        "grade_valid_to": spell.valid_to.isoformat() if spell.valid_to else "",
        "grade_document": spell.document,
        "source": spell.source,
        "source_zh": spell.source_zh or spell.source,
    }


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _standing(
    code: str, level: str, row: dict[str, Any] | None, on: dt.date, warning: int, rule: str
) -> Standing:
    if row is None or not row.get("grade_level"):
        return Standing(code, level, None, "", None, None, "", None, "unknown", None)
    ends = _day(row.get("grade_valid_to"))
    left = (ends - on).days if ends else None
    grade = int(row["grade_level"])
    found = Standing(
        institution=code,
        level=level,
        grade_level=grade,
        grade_class=row.get("grade_class") or "",
        valid_from=_day(row.get("grade_valid_from")),
        valid_to=ends,
        document=row.get("grade_document") or "",
        days_to_expiry=left,
        status=_status(grade, row.get("grade_status") or "graded", left, warning),
        meets_target=None,
        source=row.get("source", ""),
        source_zh=row.get("source_zh", ""),
    )
    return replace(found, meets_target=_meets(found, rule))


def _meets(standing: Standing, rule: str) -> bool | None:
    """Against the rule; None where there is none, or where the source names level two but not its class."""
    unclear = standing.grade_level == 2 and standing.grade_class in ("", "unknown")
    if not rule or (rule == "level2a_or_above" and unclear and standing.status in HOLDING):
        return None
    return RULES[rule](standing)


def _status(grade: int, stated: str, left: int | None, warning: int) -> str:
    """What the register states, save that time overrules: a grade past its end has expired."""
    if stated in ("withdrawn", "not_graded") or grade == 0:
        return stated if stated == "withdrawn" else "not_graded"
    if left is not None and left < 0:
        return "expired"
    if stated != "graded":
        return stated
    return "expiring" if left is not None and left <= warning else "graded"


def _rule_of(context: Context, level: str) -> str:
    """The rule that institutions of an administrative level are measured by: that of the register indicator naming it."""
    return next(
        (one.register_rule for one in context.catalogue.by_code.values() if level in one.register_levels), ""
    )


def share(
    context: Context,
    definition: Definition,
    organisations: Sequence[str],
    period: Period,
    on: dt.date | None = None,
) -> list[Result]:
    """A register indicator for areas on a day, else the period's last: institutions at target over all that exist.

    `received` of the result is how many are on record, `expected` how many there are.
    """
    on = on or period.last_day
    tree = context.registry.organisations
    all_of_day = context.kept(("standings", on), lambda: standings(context, on))
    counted_levels = [one for one in all_of_day if one.level in definition.register_levels]
    inside: dict[str, list[Standing]] = {}
    for one in counted_levels:
        for area in (one.institution, *tree.ancestors(one.institution, on)):
            inside.setdefault(area, []).append(one)
    counts = [_counted(definition, code, inside.get(code, ())) for code in organisations]
    return judged(context, definition, counts, period.code, "register", on)


def _counted(definition: Definition, area: str, found: Iterable[Standing]) -> Counted:
    listed = list(found)
    rule = RULES[definition.register_rule]
    known = sum(one.status != "unknown" for one in listed)
    untold = sum(one.meets_target is None for one in listed)
    holding = None if listed and untold == len(listed) else sum(map(rule, listed))
    return Counted(area, holding, len(listed), known, len(listed), unknown=untold)


def of_area(context: Context, area: Organisation, found: Iterable[Standing], on: dt.date) -> list[Standing]:
    """The standings of the institutions directly under an area."""
    return [one for one in found if context.registry.organisations.parent(one.institution, on) == area.code]
