"""Severe maternal and newborn cases of an area: the WHO near-miss framework, the national surveillance, causes, risk grades,
time to rescue, referral, events over time, and the institutions held against each other.

`severe_picture(context, area, period)` reads and gives a `SeverePicture`; a page only draws it. What is shown and from
which data elements stands in severe.toml. Everything is counted where it happens, save deaths over time, by residence.
Say L, Pattinson RC, Gülmezoglu AM. WHO maternal death and near miss classifications. Bull World Health Organ 2009;87:734;
WHO. Evaluating the quality of care for severe pregnancy complications. Geneva 2011.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from indicators.calculate import Block, Cell, Series, tile, total
from indicators.rare_events import OverTime, over_time
from indicators.result import Reason, Result
from indicators.results import AS_IT_WAS, Context, View, calculate, totals_of
from indicators.statistics import funnel
from reference.periods import Period, month_add, month_range
from reference.strict import Strict, read_toml


class CausesListed(Strict):
    """Codes of the causes, and the beginnings of the data elements that count each."""

    codes: tuple[str, ...]
    cases: str
    near_misses: str
    deaths: str


class BreakdownRule(Strict):
    """A total and its parts."""

    code: str
    total: str
    parts: tuple[str, ...]
    exclusive: bool


class OverTimeRule(Strict):
    """How far back events are looked at, and when they are rare."""

    months: int
    rare_below: float
    fewest_between: int


class EventRule(Strict):
    """One kind of event followed over time."""

    code: str
    event: str
    exposure: str
    basis: Literal["residence", "occurrence"]
    multiplier: int


class SevereRules(Strict):
    """severe.toml."""

    maternal: tuple[str, ...]
    newborn: tuple[str, ...]
    compared: tuple[str, ...]
    causes_listed: CausesListed
    breakdowns: tuple[BreakdownRule, ...]
    over_time: OverTimeRule
    events: tuple[EventRule, ...]


@dataclass(frozen=True)
class NearMiss:
    """The WHO framework from four counts: near-misses (MNM), maternal deaths (MD) and live births.

    Ratios are per 1,000 live births, the index in percent; None where there is nothing to divide by.
    """

    near_misses: int
    deaths: int
    births: int | None = None

    @property
    def severe_outcomes(self) -> int:
        """SMO: near-misses and deaths."""
        return self.near_misses + self.deaths

    @property
    def near_miss_ratio(self) -> float | None:
        """MNM per 1,000 live births."""
        return 1000 * self.near_misses / self.births if self.births else None

    @property
    def severe_outcome_ratio(self) -> float | None:
        """SMO per 1,000 live births."""
        return 1000 * self.severe_outcomes / self.births if self.births else None

    @property
    def near_misses_per_death(self) -> float | None:
        """MNM:MD; None without a death."""
        return self.near_misses / self.deaths if self.deaths else None

    @property
    def mortality_index(self) -> float | None:
        """MD of SMO, in percent."""
        return 100 * self.deaths / self.severe_outcomes if self.severe_outcomes else None


@dataclass(frozen=True)
class Part:
    """One part of a breakdown; `count` None when nobody reported it, `share` 0–1 of the total."""

    element: str
    count: int | None
    share: float | None


@dataclass(frozen=True)
class Breakdown:
    """A total with its parts, over the months that all that was reported of them has. `rest`: of an exclusive one, what no
    part explains (below zero when the parts add up to more). `reports`: how many organisation-months are behind it."""

    code: str
    total_element: str
    total: int | None
    parts: tuple[Part, ...]
    exclusive: bool
    reports: int

    @property
    def is_empty(self) -> bool:
        """Whether nobody reported any of it."""
        return self.total is None and all(one.count is None for one in self.parts)

    @property
    def rest(self) -> int | None:
        """What no part explains."""
        if not self.exclusive or self.total is None:
            return None
        return self.total - sum(one.count or 0 for one in self.parts)


@dataclass(frozen=True)
class Cause:
    """One cause in the case list; `element` names it. None where the list did not count it."""

    code: str
    element: str
    cases: int | None
    near_misses: int | None
    deaths: int | None

    @property
    def outcomes(self) -> NearMiss | None:
        """The framework for this cause."""
        if self.near_misses is None or self.deaths is None:
            return None
        return NearMiss(self.near_misses, self.deaths)


@dataclass(frozen=True)
class Peer:
    """One institution beside the others of the area: its result and the limits within which chance alone would keep it,
    in the indicator's unit. `stands_out`: below or above the outer limits, else empty."""

    result: Result
    lower: float
    upper: float
    outer_lower: float
    outer_upper: float
    stands_out: Literal["", "below", "above"]


@dataclass(frozen=True)
class Comparison:
    """Institutions of the area on one indicator, for a funnel: `centre` is their common value in the indicator's unit.
    Institutions without a number to judge are left out and counted in `not_assessable`."""

    indicator: str
    centre: float | None
    peers: tuple[Peer, ...]
    not_assessable: int


@dataclass(frozen=True)
class SeverePicture:
    """All that the page of severe cases draws.

    `maternal`, `newborn`: catalogue results for the area, in order. `breakdowns`: by code (causes, newborn_causes,
    newborn_course, risk_grades, risk_grades_listed, organs, rescue, minutes, referral, referred_listed, direct_listed).
    `causes`: the case list's causes, most severe outcomes first. `over_time`: by event. `compared`: by indicator.
    """

    area: str
    period: Period
    maternal: tuple[Result, ...]
    newborn: tuple[Result, ...]
    near_miss: NearMiss | None
    breakdowns: Mapping[str, Breakdown]
    causes: tuple[Cause, ...]
    over_time: Mapping[str, OverTime]
    compared: Mapping[str, Comparison]


@cache
def severe_rules() -> SevereRules:
    """The rules of severe.toml; raises DefinitionError for a wrong key."""
    return read_toml(Path(__file__).with_name("severe.toml"), SevereRules)


def severe_picture(context: Context, area: str, period: Period, view: View = AS_IT_WAS) -> SeverePicture:
    """The severe cases of an area (or institution) in a period, worked out once for each version of the data."""
    return context.kept(("severe", area, period, view), lambda: _picture(context, area, period, view))


def _picture(context: Context, area: str, period: Period, view: View) -> SeverePicture:
    rules = severe_rules()
    maternal = tuple(calculate(context, rules.maternal, [area], period, view))
    counts = _counts(context, area, period, view)
    return SeverePicture(
        area=area,
        period=period,
        maternal=maternal,
        newborn=tuple(calculate(context, rules.newborn, [area], period, view)),
        near_miss=_near_miss(maternal),
        breakdowns={rule.code: breakdown(rule, counts, period) for rule in rules.breakdowns},
        causes=causes(rules.causes_listed, counts, period),
        over_time={rule.code: _over_time(context, rule, area, period, view) for rule in rules.events},
        compared={
            code: compare(context, code, results, period)
            for code, results in _institutions(context, rules.compared, area, period, view).items()
        },
    )


def _near_miss(results: Sequence[Result]) -> NearMiss | None:
    """The framework's counts out of the catalogue's own results, so that the two cannot differ."""
    by_code = {one.indicator: one for one in results}
    ratio, per_death = by_code.get("maternal_near_miss_ratio"), by_code.get("near_miss_to_death_ratio")
    if ratio is None or per_death is None or ratio.numerator is None or per_death.denominator is None:
        return None
    return NearMiss(ratio.numerator, per_death.denominator, ratio.denominator)


def _counts(context: Context, area: str, period: Period, view: View) -> dict[str, dict[Block, Cell]]:
    """Every count of the breakdowns and causes that the area reported where things happen."""
    rules = severe_rules()
    named = {name for rule in rules.breakdowns for name in (rule.total, *rule.parts)}
    listed = rules.causes_listed
    named |= {
        start + code for code in listed.codes for start in (listed.cases, listed.near_misses, listed.deaths)
    }
    held = totals_of(context, sorted(named), [area], period.first, period.last, view)
    return {name: held.get((area, name, "", "occurrence"), {}) for name in named}


def breakdown(rule: BreakdownRule, counts: Mapping[str, Series], period: Period) -> Breakdown:
    """Total and parts over the same months; a part that nobody reported takes no month from the others."""
    reported = [name for name in (rule.total, *rule.parts) if counts.get(name)]
    months = tile([counts[name] for name in reported], period)
    values = {name: total(counts[name], months) for name in reported}
    whole = values.get(rule.total)
    parts = tuple(
        Part(name, count, count / whole if whole and count is not None else None)
        for name in rule.parts
        for count in [values.get(name)]
    )
    behind = sum(counts[rule.total][block].reports for block in months) if whole is not None else 0
    return Breakdown(rule.code, rule.total, whole, parts, rule.exclusive, behind)


def causes(rule: CausesListed, counts: Mapping[str, Series], period: Period) -> tuple[Cause, ...]:
    """Cases, near-misses and deaths by cause; the cause with the most severe outcomes first."""

    def count(name: str) -> int | None:
        series = counts.get(name, {})
        return total(series, tile([series], period)) if series else None

    found = [
        Cause(
            code,
            rule.cases + code,
            count(rule.cases + code),
            count(rule.near_misses + code),
            count(rule.deaths + code),
        )
        for code in rule.codes
    ]
    return tuple(
        sorted(found, key=lambda one: (-((one.near_misses or 0) + (one.deaths or 0)), -(one.cases or 0)))
    )


def _over_time(context: Context, rule: EventRule, area: str, period: Period, view: View) -> OverTime:
    limits = severe_rules().over_time
    run = month_range(month_add(period.last, 1 - limits.months), period.last)
    held = totals_of(context, [rule.event, rule.exposure], [area], run.first, run.last, view)
    events = held.get((area, rule.event, "", rule.basis), {})
    births = held.get((area, rule.exposure, "", rule.basis), {})
    known = [month for month in run.months if (month, 1) in events]
    end = context.months(context.registry.organisations.get(area).tree)
    months = [month for month in run.months if known and end and known[0] <= month <= end[1]]

    def by_month(series: Series) -> list[int | None]:
        return [series[month, 1].value if (month, 1) in series else None for month in months]

    return over_time(
        months,
        by_month(events),
        by_month(births),
        multiplier=rule.multiplier,
        rare_below=limits.rare_below,
        fewest_between=limits.fewest_between,
    )


def _institutions(
    context: Context, indicators: Sequence[str], area: str, period: Period, view: View
) -> dict[str, list[Result]]:
    """The institutions below an area (the institution itself, for one), by indicator."""
    organisations = context.registry.organisations
    if organisations.get(area).level == "institution":
        codes = [area]
    else:
        codes = [one.code for one in organisations.descendants(area, level="institution", on=period.last_day)]
    results = calculate(context, indicators, codes, period, view)
    return {code: [one for one in results if one.indicator == code] for code in indicators}


def compare(context: Context, indicator: str, results: Sequence[Result], period: Period) -> Comparison:
    """Institutions on one share, each within the limits that chance allows about their common share."""
    judged = [
        one for one in results if one.reason is Reason.NONE and one.denominator and one.value is not None
    ]
    multiplier = context.catalogue.get(indicator).multiplier
    events, size = sum(one.numerator or 0 for one in judged), sum(one.denominator or 0 for one in judged)
    absent = sum(one.expected > 0 for one in results) - sum(one.expected > 0 for one in judged)
    if not size:
        return Comparison(indicator, None, (), absent)
    rules = context.registry.flagging(period.last_day)
    sizes = [one.denominator or 0 for one in judged]
    inner = funnel.proportion_limits(sizes, events / size, rules.confidence)
    outer = funnel.proportion_limits(sizes, events / size, rules.peer_confidence)
    limits = zip(*(side * multiplier for pair in (inner, outer) for side in pair), strict=True)
    peers = tuple(
        _peer(one, *(float(limit) for limit in four)) for one, four in zip(judged, limits, strict=True)
    )
    return Comparison(indicator, multiplier * events / size, peers, absent)


def _peer(result: Result, lower: float, upper: float, outer_lower: float, outer_upper: float) -> Peer:
    value = result.value or 0.0
    side: Literal["", "below", "above"] = (
        "below" if value < outer_lower else "above" if value > outer_upper else ""
    )
    return Peer(result, lower, upper, outer_lower, outer_upper, side)
