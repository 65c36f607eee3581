"""The sentence of each thing that stands out, in both languages, how severe it is, and what has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from indicators.definition import Definition
from indicators.family import Finding, wants_more
from indicators.result import Comparison, Flag, Result
from indicators.results import Context
from indicators.wording import amount, counted, day, people, say, stood_for, stood_words
from reference.periods import Period, month_period

FAR, NEAR = (
    0.10,
    0.05,
)  # relative distance from the target to the nearest end of the interval: severity 1 and 2
NAMES = {
    "behind_pooled": "behind_target",
    "doubtful": "implausible",
    "watch_among_many": "watch",
}  # what is found in another way is the same reason
MOVED = {"reports_missing": "missing", "implausible": "beyond"}  # what widens where it is no gap to a target
COUNTS = ("numerator", "denominator", "value", "lower", "upper", "received", "expected")


def flag_of(context: Context, finding: Finding, period: Period, *, also_behind: bool = False) -> Flag:
    """The flag of a finding."""
    result = finding.result
    definition = context.catalogue.get(result.indicator)
    sentences = {
        language: _sentence(context, finding, definition, period, language) for language in ("zh", "en")
    }
    return Flag(
        kind=NAMES.get(finding.kind, finding.kind),
        organisation=result.organisation,
        indicator=result.indicator,
        period=result.period,
        severity=_severity(finding, also_behind),
        gap=finding.gap,
        sentence_zh=sentences["zh"],
        sentence_en=sentences["en"],
        numbers={name: getattr(result, name) for name in COUNTS} | dict(finding.numbers),
        stood=finding.stood,
        gap_before=finding.gap_before,
    )


def _severity(finding: Finding, also_behind: bool) -> int:
    """1 what is far behind, or behind and still getting worse; 3 what is near, or within its target all the same."""
    if finding.kind == "behind_target":
        return _distance(finding.result)
    if finding.kind == "worsening":
        return 1 if also_behind else 2
    if finding.kind in ("implausible", "doubtful"):
        return 2
    if finding.kind == "outlying":
        return 3 if finding.result.comparison is Comparison.BETTER else 2
    return 3


def _distance(result: Result) -> int:
    """How far the nearest end of the interval lies from the target, relative to it."""
    assert result.target is not None
    near = result.upper if wants_more(result) else result.lower
    near = result.value if near is None else near
    assert near is not None
    away = abs(near - result.target.value) / abs(result.target.value) if result.target.value else 1.0
    return 1 if away >= FAR else 2 if away >= NEAR else 3


def _sentence(
    context: Context, finding: Finding, definition: Definition, period: Period, language: str
) -> str:
    words = _words(context, finding.result, definition, period, language)
    if finding.kind in ADDED:
        words |= ADDED[finding.kind](definition, finding, language)
    kind = finding.kind
    if kind.startswith("watch") and finding.numbers["needed"] is None:
        kind = "watch_rate"
    return with_since(say(kind, language, words), finding, language, counted(definition, language))


def with_since(said: str, finding: Finding, language: str, counted: str = "") -> str:
    """A sentence, and after it how long this has stood and what has changed; `counted`: what its gap is a number of."""
    since = _since(finding, language, counted)
    return f"{said}{'' if language == 'zh' else ' '}{since}" if since else said


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
        "numerator": _count(result.numerator),
        "denominator": _count(result.denominator),
        "numerator_name": definition.numerator_zh if zh else definition.numerator_en,
        "denominator_name": definition.denominator_zh if zh else definition.denominator_en,
        "side": _side(wants_more(result), language),
        "target": amount(definition, target.value, language) if target else "",
        "gap": _gap(definition, result.gap, language, "gap_more" if wants_more(result) else "gap_fewer"),
        "confidence": _percent(context.registry.flagging(period.last_day).confidence),
    }


def _pooled(definition: Definition, finding: Finding, language: str) -> dict[str, str]:
    seen, size = finding.numbers["pooled_numerator"], finding.numbers["pooled_denominator"]
    return {
        "pooled_numerator": _count(seen),
        "pooled_denominator": _count(size),
        "pooled": amount(definition, seen * definition.multiplier / size, language),
        "pooled_months": str(finding.numbers["pooled_months"]),
    }


def _worse(definition: Definition, finding: Finding, language: str) -> dict[str, str]:
    numbers = finding.numbers
    more = definition.polarity == "higher"
    return {
        "months": str(numbers["months"]),
        "when": say(
            "last_month" if numbers["months"] == 1 else "last_months",
            language,
            {"months": str(numbers["months"])},
        ),
        "before": amount(definition, numbers["before"], language),
        "after": amount(definition, numbers["after"], language),
        "recent_numerator": _count(numbers["recent_numerator"]),
        "recent_denominator": _count(numbers["recent_denominator"]),
        "side": _side(more, language),
        "gap": _gap(definition, finding.gap, language, "fewer_than_before" if more else "more_than_before"),
    }


def _peers(definition: Definition, finding: Finding, language: str) -> dict[str, str]:
    numbers = finding.numbers
    more = definition.polarity == "higher"
    return {
        "peers": str(numbers["peers"]),
        "centre": amount(definition, numbers["centre"], language),
        "peer_lower": amount(definition, numbers["peer_lower"], language),
        "peer_upper": amount(definition, numbers["peer_upper"], language),
        "peer_confidence": _percent(numbers["peer_confidence"]),
        "side": _side(more, language),
        "gap": _gap(definition, finding.gap, language, "fewer_than_peers" if more else "more_than_peers"),
    }


def _ahead(definition: Definition, finding: Finding, language: str) -> dict[str, str]:
    numbers = finding.numbers
    chance = numbers["probability"]
    more = numbers["operator"] in (">=", ">")
    return {
        "target": amount(definition, numbers["target"], language),
        "by": day(numbers["by"], language),
        "probability": "<1%" if chance < 0.01 else f"{chance:.0%}",
        "forecast": amount(definition, numbers["forecast"], language),
        "forecast_lower": amount(definition, numbers["forecast_lower"], language),
        "forecast_upper": amount(definition, numbers["forecast_upper"], language),
        "gap": _gap(definition, finding.gap, language, "gap_more" if more else "gap_fewer"),
    }


def _watched(_: Definition, finding: Finding, language: str) -> dict[str, str]:
    numbers = finding.numbers
    return {name: _count(numbers[name]) for name in ("needed", "needed_months", "looked_at")}


def _doubtful(definition: Definition, finding: Finding, language: str) -> dict[str, str]:
    numbers = finding.numbers
    return {
        "month": month_period(numbers["month"]).label(language),
        "name": getattr(definition, f"{numbers['side']}_{language}"),
        "count": _count(numbers["count"]),
        "usual": f"{numbers['usual']:,.0f}",
        "indicators": str(len(numbers["indicators"])),
    }


def _beyond(_: Definition, finding: Finding, __: str) -> dict[str, str]:
    return {"beyond": _count(finding.gap)}


Words = Callable[[Definition, Finding, str], Mapping[str, str]]
ADDED: dict[str, Words] = {
    "implausible": _beyond,
    "behind_pooled": _pooled,
    "worsening": _worse,
    "outlying": _peers,
    "will_miss": _ahead,
    "watch": _watched,
    "watch_among_many": _watched,
    "doubtful": _doubtful,
}


def _since(finding: Finding, language: str, counted: str) -> str:
    """How long it has stood, and how its gap has changed within a month."""
    if finding.stood is None:
        return ""
    change = None if finding.gap is None or finding.gap_before is None else finding.gap - finding.gap_before
    if finding.stood <= 1 or change is None:
        return stood_words(finding.stood, language)
    said = stood_for(finding.stood, language)
    moved = say(
        MOVED.get(finding.kind, "gap") + ("_same" if not change else "_wider" if change > 0 else "_narrower"),
        language,
        {"change": f"{abs(change):,}", "counted": counted},
    )
    return say("since_and_change", language, {"stood": said, "change": moved})


def _side(wanted: bool, language: str) -> str:
    return say("below" if wanted else "above", language, {})


def _gap(definition: Definition, gap: int | None, language: str, kind: str) -> str:
    return say(kind, language, {"gap": f"{gap or 0:,}", "people": people(definition, language)})


def _count(number: Any) -> str:
    return "—" if number is None else f"{number:,}"


def _percent(share: float) -> str:
    return f"{share:.1%}".replace(".0%", "%")
