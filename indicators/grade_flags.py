"""Flags about grades: ending soon, ended, or below the target; for how long, and what the grade was a month before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indicators.definition import Definition
from indicators.grading import Standing, of_area, standings
from indicators.result import Flag
from indicators.results import Context
from indicators.since import PAST, earlier
from indicators.wording import day, grade_name, say, stood_words
from reference.periods import Period


def grade_flags(context: Context, organisations: Sequence[str], period: Period) -> list[Flag]:
    """Grades that end soon, have ended, or lie below the target, for the institutions directly under the organisations."""
    on = period.last_day
    past = _past(context, period)
    found = list(past[0].values())
    flags = []
    for code in organisations:
        area = context.registry.organisations.get(code, on)
        for standing in of_area(context, area, found, on):
            if kind := _grade_kind(standing):
                then = [one.get(standing.institution) for one in past]
                flags.append(_grade_flag(context, kind, code, standing, period, then))
    return flags


def _past(context: Context, period: Period) -> Sequence[Mapping[str, Standing]]:
    """By institution, every grade on the period's last day and as long ago as is looked back, the newest first."""

    def look() -> list[Mapping[str, Standing]]:
        days = [earlier(period, back).last_day for back in range(PAST + 1)]
        return [{one.institution: one for one in standings(context, on)} for on in days]

    return context.kept(("grades of a year", period.last), look)


def _grade_kind(standing: Standing) -> str:
    """expired and expiring come before lacking; an institution not on record is no flag of its own, the share says it."""
    if standing.status in ("expired", "withdrawn"):
        return "grade_expired" if standing.status == "expired" else "grade_lacking"
    if standing.status == "expiring":
        return "grade_expiring"
    return "grade_lacking" if standing.meets_target is False else ""


def _grade_flag(
    context: Context,
    kind: str,
    area: str,
    standing: Standing,
    period: Period,
    then: Sequence[Standing | None],
) -> Flag:
    """`then`: its grade now, a month ago, and so on."""
    definition = next(
        one for one in context.catalogue.by_code.values() if standing.level in one.register_levels
    )
    told = [one is not None and _grade_kind(one) == kind for one in then]
    stood = told.index(False) if False in told else len(told)
    before = then[1] if len(then) > 1 else None
    sentences = {
        language: _joined(
            language,
            say(
                "grade_withdrawn" if standing.status == "withdrawn" else kind,
                language,
                _grade_words(context, standing, definition, language),
            ),
            stood_words(stood, language),
            _grade_before(standing, before, language),
        )
        for language in ("zh", "en")
    }
    return Flag(
        kind=kind,
        organisation=area,
        indicator=definition.code,
        period=period.code,
        severity=2 if kind == "grade_expired" else 3,
        gap=_lacks(standing),
        sentence_zh=sentences["zh"],
        sentence_en=sentences["en"],
        numbers={
            "grade_level": standing.grade_level,
            "grade_class": standing.grade_class,
            "days_to_expiry": standing.days_to_expiry,
        },
        subject=standing.institution,
        stood=stood,
        gap_before=_lacks(before) if before else None,
    )


def _lacks(standing: Standing) -> int | None:
    """1 institution that lacks the grade asked for, 0 of one that has it; None when that is not known."""
    return None if standing.meets_target is None else int(not standing.meets_target)


def _grade_before(standing: Standing, before: Standing | None, language: str) -> str:
    """What the grade was a month ago, where it was another."""
    if before is None or _named(before) == _named(standing):
        return ""
    return say("grade_before", language, {"grade": grade_name(*_named(before), language)})


def _named(standing: Standing) -> tuple[int | None, str]:
    return standing.grade_level, standing.grade_class


def _joined(language: str, *parts: str) -> str:
    return ("" if language == "zh" else " ").join(part for part in parts if part)


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
