"""Flags: who falls behind and why, each a sentence in both languages with the numbers it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from indicators.definition import Definition
from indicators.grading import Standing, of_area, standings
from indicators.result import Comparison, Flag, Reason, Result
from indicators.results import Context, calculate, series
from indicators.wording import amount, grade_name, say
from reference.periods import Period, month_period

Places = Mapping[str, Any]
FAR, NEAR = (
    0.10,
    0.05,
)  # relative distance from the target to the nearest end of the interval: severity 1 and 2


def find_flags(
    context: Context, organisations: Sequence[str], period: Period, indicators: Sequence[str] | None = None
) -> list[Flag]:
    """All flags of the organisations in the period, most severe first, then the widest gap.

    Without `indicators`, all of the catalogue are looked at. Raises DefinitionError for an unknown indicator.
    """
    codes = (
        list(context.catalogue.by_code)
        if indicators is None
        else [context.catalogue.get(one).code for one in indicators]
    )
    results = calculate(context, codes, list(organisations), period)
    flags = [flag for result in results if (flag := _of_result(context, result, period))]
    flags.extend(_missing_reports(context, results, period))
    if any(context.catalogue.get(code).method == "register" for code in codes):
        flags.extend(_of_grades(context, organisations, period))
    return sorted(flags, key=lambda one: (one.severity, -(one.gap or 0), one.organisation, one.indicator))


def _of_result(context: Context, result: Result, period: Period) -> Flag | None:
    definition = context.catalogue.get(result.indicator)
    if definition.method == "register":
        return None
    if result.reason is Reason.IMPLAUSIBLE:
        return _flag(context, "implausible", result, definition, period, 2)
    target = result.target
    if result.comparison is Comparison.WORSE and target and target.due:
        return _flag(context, "behind_target", result, definition, period, _severity(result))
    return None


def _severity(result: Result) -> int:
    """How far the nearest end of the interval lies from the target, relative to it."""
    assert result.target is not None
    near = result.upper if result.target.operator in (">=", ">") else result.lower
    near = result.value if near is None else near
    assert near is not None
    away = abs(near - result.target.value) / abs(result.target.value) if result.target.value else 1.0
    return 1 if away >= FAR else 2 if away >= NEAR else 3


def _flag(
    context: Context, kind: str, result: Result, definition: Definition, period: Period, severity: int
) -> Flag:
    words = {language: _words(context, result, definition, period, language) for language in ("zh", "en")}
    return Flag(
        kind=kind,
        organisation=result.organisation,
        indicator=result.indicator,
        period=result.period,
        severity=severity,
        gap=result.gap,
        sentence_zh=say(kind, "zh", words["zh"]),
        sentence_en=say(kind, "en", words["en"]),
        numbers={
            name: getattr(result, name)
            for name in ("numerator", "denominator", "value", "lower", "upper", "received", "expected")
        },
    )


def _words(
    context: Context, result: Result, definition: Definition, period: Period, language: str
) -> dict[str, str]:
    zh = language == "zh"
    target = result.target
    return {
        "place": context.registry.organisations.get(result.organisation).name(language),
        "period": period.label(language),
        "indicator": definition.name(language),
        "value": amount(definition, result.value, language),
        "lower": amount(definition, result.lower, language),
        "upper": amount(definition, result.upper, language),
        "numerator": f"{result.numerator:,}",
        "denominator": f"{result.denominator:,}",
        "numerator_name": definition.numerator_zh if zh else definition.numerator_en,
        "denominator_name": definition.denominator_zh if zh else definition.denominator_en,
        "side": say("below" if _wants_more(result) else "above", language, {}),
        "target": amount(definition, target.value, language) if target else "",
        "gap": _gap(definition, result, language),
        "confidence": f"{context.registry.flagging(period.last_day).confidence:.1%}".replace(".0%", "%"),
    }


def _wants_more(result: Result) -> bool:
    """Whether the target is a floor."""
    return result.target is None or result.target.operator in (">=", ">")


def _gap(definition: Definition, result: Result, language: str) -> str:
    people = definition.people_zh if language == "zh" else definition.people_en
    fallback = "例" if language == "zh" else "cases"
    return say(
        "gap_more" if _wants_more(result) else "gap_fewer",
        language,
        {"gap": f"{result.gap or 0:,}", "people": people or fallback},
    )


def _missing_reports(context: Context, results: Iterable[Result], period: Period) -> list[Flag]:
    """One flag for each organisation and state of reporting, however many indicators suffer from it."""
    groups: dict[tuple[str, int, int], list[Result]] = {}
    for result in results:
        if result.reason is Reason.REPORTS_MISSING:
            groups.setdefault((result.organisation, result.received, result.expected), []).append(result)
    worst: dict[str, list[Result]] = {}
    for (organisation, received, expected), found in groups.items():
        held = worst.get(organisation)
        if held is None or received * held[0].expected < held[0].received * expected:
            worst[organisation] = found
    counts = {code: sum(len(found) for (one, *_), found in groups.items() if one == code) for code in worst}
    return [_missing(context, found[0], counts[code], period) for code, found in worst.items()]


def _missing(context: Context, result: Result, indicators: int, period: Period) -> Flag:
    share = result.received / result.expected
    sentences = {}
    for language in ("zh", "en"):
        sentences[language] = say(
            "not_assessable",
            language,
            {
                "place": context.registry.organisations.get(result.organisation).name(language),
                "period": period.label(language),
                "received": f"{result.received:,}",
                "expected": f"{result.expected:,}",
                "share": f"{share:.0%}",
                "indicators": str(indicators),
                "latest": _latest(context, result, period, language),
            },
        )
    return Flag(
        kind="not_assessable",
        organisation=result.organisation,
        indicator=result.indicator,
        period=result.period,
        severity=1 if share < 0.5 else 2,
        gap=None,
        sentence_zh=sentences["zh"],
        sentence_en=sentences["en"],
        numbers={"received": result.received, "expected": result.expected, "indicators": indicators},
    )


def _latest(context: Context, result: Result, period: Period, language: str) -> str:
    """In words, the latest month of the period in which everything expected came."""
    months = [month_period(month) for month in period.months]
    found = series(context, result.indicator, [result.organisation], months)
    whole = [
        month.label(language)
        for month, one in zip(months, found, strict=True)
        if one.expected and one.received >= one.expected
    ]
    return say("latest", language, {"month": whole[-1]}) if whole else say("never", language, {})


def _of_grades(context: Context, organisations: Sequence[str], period: Period) -> list[Flag]:
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
        "date": _date(ends, language) if ends else "",
        "days": str(standing.days_to_expiry),
        "wanted": grade_name(
            *((3, "") if definition.register_rule == "level3_or_above" else (2, "A")), language
        ),
    }


def _date(day: dt.date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else day.isoformat()
