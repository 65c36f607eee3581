"""Flags about missing reports: one for each organisation, however many indicators suffer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from indicators import since
from indicators.family import Finding
from indicators.flag_words import with_since
from indicators.result import Flag, Reason, Result
from indicators.results import Context, series, split
from indicators.wording import say
from reference.periods import Period, month_period


def missing_reports(context: Context, silent: Iterable[Finding], period: Period) -> list[Flag]:
    """One flag for each organisation, of the indicator that has the least of its reports, and how many suffer with it."""
    worst: dict[str, Finding] = {}
    counts: dict[str, int] = {}
    for one in silent:
        result = one.result
        counts[result.organisation] = counts.get(result.organisation, 0) + 1
        held = worst.get(result.organisation)
        if held is None or result.received * held.result.expected < held.result.received * result.expected:
            worst[result.organisation] = one
    found = _with_past(context, list(worst.values()), period)
    whole = _last_whole(context, [one.result for one in found], period)
    return [
        _missing(context, one, counts[code], period, whole.get(code))
        for code, one in zip(worst, found, strict=True)
    ]


def _with_past(context: Context, findings: Sequence[Finding], period: Period) -> list[Finding]:
    """The findings with how long each has stood, where no panel told it."""
    rest = [one.result for one in findings if one.stood is None]
    told = since.stood(context, period, rest, lambda one: one.reason is Reason.REPORTS_MISSING)
    found = []
    for one in findings:
        if one.stood is None and since.about(one.result) in told:
            months, before = told[since.about(one.result)]
            one = replace(one, stood=months, gap_before=since.lacking(before, 100))
        found.append(one)
    return found


def _missing(
    context: Context, finding: Finding, indicators: int, period: Period, whole: Period | None
) -> Flag:
    result = finding.result
    share = result.received / result.expected
    sentences = {}
    for language in ("zh", "en"):
        words = {
            "place": context.registry.organisations.get(result.organisation).name(language),
            "period": period.label(language),
            "received": f"{result.received:,}",
            "expected": f"{result.expected:,}",
            "share": f"{share:.0%}",
            "missing": f"{finding.gap:,}",
            "indicators": str(indicators),
            "latest": _latest(whole, language),
            "forms": _forms(context, result, language),
        }
        sentences[language] = with_since(say("not_assessable", language, words), finding, language)
    return Flag(
        kind="not_assessable",
        organisation=result.organisation,
        indicator=result.indicator,
        period=result.period,
        severity=1 if share < 0.5 else 2,
        gap=finding.gap,
        sentence_zh=sentences["zh"],
        sentence_en=sentences["en"],
        numbers={"received": result.received, "expected": result.expected, "indicators": indicators},
        stood=finding.stood,
        gap_before=finding.gap_before,
    )


def _forms(context: Context, result: Result, language: str) -> str:
    """The forms by name that bring the indicator's elements; nothing where they have none."""
    definition = context.catalogue.get(result.indicator)
    tree = context.registry.organisations.get(result.organisation).tree
    names = {
        duty.zh if language == "zh" else duty.en
        for name in (*definition.numerator, *definition.denominator)
        for duty in context.duties_of(tree, result.basis, split(name)[0])
    } - {""}
    if not names:
        return ""
    shown = sorted(names)
    return "".join(f"《{one}》" for one in shown) if language == "zh" else f" of “{'”, “'.join(shown)}”"


def _last_whole(context: Context, results: Sequence[Result], period: Period) -> dict[str, Period]:
    """By organisation the latest month of the period in which everything expected came; asked once an indicator."""
    months = [month_period(month) for month in period.months]
    by_code = {month.code: month for month in months}
    areas: dict[str, list[str]] = {}
    for one in results:
        areas.setdefault(one.indicator, []).append(one.organisation)
    return {
        one.organisation: by_code[one.period]
        for indicator, codes in areas.items()
        for one in series(context, indicator, codes, months)
        if one.expected and one.received >= one.expected
    }


def _latest(whole: Period | None, language: str) -> str:
    """That month in words."""
    return say("latest", language, {"month": whole.label(language)}) if whole else say("never", language, {})
