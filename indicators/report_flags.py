"""Flags about missing reports: one for each organisation, however many indicators suffer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from indicators import since
from indicators.family import Finding
from indicators.flag_words import with_since
from indicators.result import Flag, Reason, Result
from indicators.results import Context, series
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
    return [
        _missing(context, _with_past(context, one, period), counts[code], period)
        for code, one in worst.items()
    ]


def _with_past(context: Context, finding: Finding, period: Period) -> Finding:
    """The finding with how long it has stood, where no panel told it."""
    if finding.stood is not None:
        return finding
    told = since.stood(context, period, [finding.result], lambda one: one.reason is Reason.REPORTS_MISSING)
    if since.about(finding.result) not in told:
        return finding
    months, before = told[since.about(finding.result)]
    return replace(finding, stood=months, gap_before=since.lacking(before, 100))


def _missing(context: Context, finding: Finding, indicators: int, period: Period) -> Flag:
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
            "latest": _latest(context, result, period, language),
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
