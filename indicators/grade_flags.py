"""Flags about grades: ending soon, ended, or below the target."""

from __future__ import annotations

from collections.abc import Sequence

from indicators.definition import Definition
from indicators.grading import Standing, of_area, standings
from indicators.result import Flag
from indicators.results import Context
from indicators.wording import day, grade_name, say
from reference.periods import Period


def grade_flags(context: Context, organisations: Sequence[str], period: Period) -> list[Flag]:
    """Grades that end soon, have ended, or lie below the target, for the institutions directly under the organisations."""
    on = period.last_day
    found = standings(context, on)
    flags = []
    for code in organisations:
        area = context.registry.organisations.get(code, on)
        for standing in of_area(context, area, found, on):
            if kind := _grade_kind(standing):
                flags.append(_grade_flag(context, kind, code, standing, period))
    return flags


def _grade_kind(standing: Standing) -> str:
    """expired and expiring come before lacking; an institution not on record is no flag of its own, the share says it."""
    if standing.status in ("expired", "withdrawn"):
        return "grade_expired" if standing.status == "expired" else "grade_lacking"
    if standing.status == "expiring":
        return "grade_expiring"
    return "grade_lacking" if standing.meets_target is False else ""


def _grade_flag(context: Context, kind: str, area: str, standing: Standing, period: Period) -> Flag:
    definition = next(
        one for one in context.catalogue.by_code.values() if standing.level in one.register_levels
    )
    sentences = {
        language: say(
            "grade_withdrawn" if standing.status == "withdrawn" else kind,
            language,
            _grade_words(context, standing, definition, language),
        )
        for language in ("zh", "en")
    }
    return Flag(
        kind=kind,
        organisation=area,
        indicator=definition.code,
        period=period.code,
        severity=2 if kind == "grade_expired" else 3,
        gap=None,
        sentence_zh=sentences["zh"],
        sentence_en=sentences["en"],
        numbers={
            "grade_level": standing.grade_level,
            "grade_class": standing.grade_class,
            "days_to_expiry": standing.days_to_expiry,
        },
        subject=standing.institution,
    )


def _grade_words(
    context: Context, standing: Standing, definition: Definition, language: str
) -> dict[str, str]:
    ends = standing.valid_to
    return {
        "institution": context.registry.organisations.get(standing.institution).name(language),
        "grade": grade_name(standing.grade_level, standing.grade_class, language),
        "date": day(ends, language) if ends else "",
        "days": str(standing.days_to_expiry),
        "wanted": grade_name(
            *((3, "") if definition.register_rule == "level3_or_above" else (2, "A")), language
        ),
    }
