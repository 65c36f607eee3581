"""What stands out on one level of a tree in one period, worked out for all its areas and all indicators together.

All of them together, because false discovery is held over the whole family of areas × indicators: whichever page or export
asks, and for however few areas, the answer is the same. The methods are in indicators/signals.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators import signals, since
from indicators.comparable import Comparable
from indicators.definition import Definition
from indicators.family import Finding, Question, judged, wants_more, whole
from indicators.panel import Panel, Span
from indicators.result import Comparison, Reason, Result
from indicators.results import calculate
from indicators.since import PAST
from indicators.statistics.multiple_testing import false_discovery
from reference.organisations import Organisation
from reference.periods import month_add
from reference.registry import Flagging

Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]
COUNTED = ("proportion", "rate")  # methods whose numerators vary by chance


class Board:
    """The panels of a question, and what each kind of look at them finds."""

    def __init__(self, asked: Question) -> None:
        self.asked, self.context, self.period = asked, asked.context, asked.period
        self.catalogue = self.context.catalogue
        self.rules: Flagging = self.context.registry.flagging(self.period.last_day)
        # Known once `behind` has looked: how many counts it tested, and the p at which one more would be told of.
        self.looked_at, self.bar = 0, 0.0

    @cached_property
    def _span(self) -> Span:
        """The months that all looks need, read once."""
        months = max(
            PAST + self.period.span,
            PAST + max(self.rules.worsening_windows) + self.rules.worsening_history,
            PAST + self.rules.pooled_months,
        )
        first = month_add(self.period.last, 1 - months)
        return Span(self.context, list(self.catalogue.by_code), self.asked.areas, first, self.period.last)

    @cached_property
    def wide(self) -> dict[str, Panel]:
        """By indicator: the period, and as long a run of months ending in each of the twelve months before."""
        return self._span.panels(month_add(self.period.last, -PAST), self.period.span)

    @cached_property
    def monthly(self) -> dict[str, Panel]:
        """By indicator: single months, up to the last that anybody has reported."""
        held = self.context.months(self.asked.tree)
        first = self._span.months[0]
        last = first if held is None else min(max(held[1], first), self.period.last)
        return self._span.panels(first, 1, last)

    @cached_property
    def comparable(self) -> Comparable:
        """Which of the single months say nothing of an area's last ones, for a break lies between."""
        return Comparable(self.context.registry, self.asked.areas, next(iter(self.monthly.values())).months)

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Every result of the family, as indicators/results.py gives it."""
        wide = self.wide
        others = [code for code in self.catalogue.by_code if code not in wide]
        found = calculate(self.context, others, list(self.asked.areas), self.period) if others else []
        for code, one in wide.items():
            definition = self.catalogue.get(code)
            found += [
                one.result(row, len(one.months) - 1, self.period.code)
                for row, area in enumerate(self.asked.areas)
                if self.organisation(area).level in definition.levels
            ]
        return tuple(found)

    def organisation(self, code: str) -> Organisation:
        """An area of the family."""
        return self.context.registry.organisations.get(code)

    @cached_property
    def row(self) -> dict[str, int]:
        """Where an area stands in the panels."""
        return {code: row for row, code in enumerate(self.asked.areas)}

    def counted(self) -> Iterator[tuple[Definition, Panel, bool]]:
        """Indicators told month by month whose numerators vary by chance and that have a better side: is more better?"""
        for code, one in self.wide.items():
            definition = self.catalogue.get(code)
            if definition.method in COUNTED and definition.polarity != "neutral":
                yield definition, one, definition.polarity == "higher"

    def behind(self) -> list[Finding]:
        """Behind a target whose date has come.

        What is not counted (a ratio of two counts) is compared as it is. Of the rest, two exact tests are made, of the
        period and of the last three years together, so that a small area is not excused for ever; the smaller p, doubled,
        goes into the family.
        """
        due = [one for one in self.results if one.target and one.target.due and one.reason is Reason.NONE]
        plain = [one for one in due if one.method == "none" and one.comparison is Comparison.WORSE]
        tested = [one for one in due if self.catalogue.get(one.indicator).method in COUNTED]
        own = self._p(tested, [(one.numerator, one.denominator) for one in tested])
        pools = [self._pool(one) for one in tested]
        pooled = self._p(tested, pools)
        p = np.minimum(2 * np.fmin(own, pooled), 1.0)
        told, bar = self._told(p)
        self.looked_at = int(np.isfinite(p).sum())
        self.bar = self.rules.false_discovery * (told.sum() + 1) / max(self.looked_at, 1) / 2
        places = np.flatnonzero(told)
        told_of = [tested[place] for place in places]
        stood = self._stood_behind([*plain, *told_of], bar)
        found = [Finding("behind_target", one, {}, one.gap, *stood[since.about(one)]) for one in plain]
        for place, one in zip(places, told_of, strict=True):
            if one.comparison is Comparison.WORSE and 2 * own[place] <= bar:
                found.append(Finding("behind_target", one, {}, one.gap, *stood[since.about(one)]))
            elif one.gap and 2 * pooled[place] <= bar:
                names = ("pooled_numerator", "pooled_denominator", "pooled_months")
                numbers = dict(zip(names, (*pools[place], self.rules.pooled_months), strict=True))
                found.append(Finding("behind_pooled", one, numbers, one.gap, *stood[since.about(one)]))
        return found

    def _p(self, results: Sequence[Result], counts: Sequence[tuple[int | None, int | None]]) -> Numbers:
        """p of each count against the result's target; NaN where there is no count."""
        p = np.full(len(results), np.nan)
        sides: dict[tuple[bool, str], list[int]] = {}
        for place, one in enumerate(results):
            if counts[place][0] is not None:
                side = (wants_more(one), self.catalogue.get(one.indicator).method)
                sides.setdefault(side, []).append(place)
        for (more, method), places in sides.items():
            seen, size = np.array([counts[place] for place in places], dtype=np.float64).T
            target = np.array([self._share(results[place]) for place in places])
            kind: signals.Kind = "proportion" if method == "proportion" else "rate"
            p[places] = signals.behind(seen, size, target, more, kind)
        return p

    def _share(self, result: Result) -> float:
        assert result.target is not None
        return result.target.value / self.catalogue.get(result.indicator).multiplier

    def _pool(self, result: Result) -> tuple[int | None, int | None]:
        """Numerator and denominator of the last so many months together.

        None where the period is not short of the target, or is as long, or where the area has lately become better.
        """
        if (
            result.indicator not in self.monthly
            or not result.gap
            or self.period.span >= self.rules.pooled_months
        ):
            return None, None
        row = self.row[result.organisation]
        seen, size = (one[row] for one in self._pooled(result.indicator, wants_more(result), 0))
        return whole(seen), whole(size)

    @cached_property
    def _pools(self) -> dict[tuple[str, bool, int], tuple[Numbers, Numbers]]:
        return {}

    def _pooled(self, indicator: str, more: bool, back: int) -> tuple[Numbers, Numbers]:
        """The same of all areas, as it was so many months back: (areas,) each, NaN for None."""
        if (indicator, more, back) not in self._pools:
            self._pools[indicator, more, back] = self._pool_all(indicator, more, back)
        return self._pools[indicator, more, back]

    def _pool_all(self, indicator: str, more: bool, back: int) -> tuple[Numbers, Numbers]:
        panel = self.monthly[indicator]
        seen, size = (one[:, : len(panel.months) - back] for one in judged(panel, slice(None)))
        recent, earlier = (
            slice(-self.period.span, None),
            slice(-self.rules.pooled_months, -self.period.span),
        )
        k, n = (
            np.stack([np.nansum(one[:, part], axis=1) for part in (earlier, recent)]) for one in (seen, size)
        )
        known = np.isfinite(seen[:, earlier]).any(axis=1) & np.isfinite(seen[:, recent]).any(axis=1)
        told = known & ~signals.better_lately(k, n, more)
        return np.where(told, k.sum(axis=0), np.nan), np.where(told, n.sum(axis=0), np.nan)

    def _stood_behind(
        self, results: Sequence[Result], bar: float
    ) -> dict[since.About, tuple[int | None, int | None]]:
        """For how many months in a row each has been behind, this one included, and its gap a month before."""
        rest = [one for one in results if one.indicator not in self.wide]
        told = since.stood(
            self.context,
            self.period,
            rest,
            lambda one: one.comparison is Comparison.WORSE and one.target is not None and one.target.due,
        )
        found: dict[since.About, tuple[int | None, int | None]] = dict.fromkeys(
            map(since.about, rest), (None, None)
        )
        found |= {key: (months, before.gap) for key, (months, before) in told.items()}
        for one in results:
            if one.indicator in self.wide:
                panel, row = self.wide[one.indicator], self.row[one.organisation]
                held = self._held_behind(panel, row, wants_more(one), bar)
                found[since.about(one)] = int(signals.standing(held[None])[0]), whole(panel.gap[row, -2])
        return found

    def _held_behind(self, panel: Panel, row: int, more: bool, bar: float) -> Marks:
        """In which of the last months the area would have been told as behind, the last one included: (months,)."""
        definition = panel.definition
        if definition.method not in COUNTED:
            return np.asarray(panel.is_worse[row] & panel.due[row])
        kind: signals.Kind = "proportion" if definition.method == "proportion" else "rate"
        target = panel.target[row] / definition.multiplier
        p = signals.behind(panel.numerator[row], panel.denominator[row], target, more, kind)
        held = (2 * p <= bar) & panel.is_worse[row]
        is_pooled = self.period.span < self.rules.pooled_months and definition.code in self.monthly
        if is_pooled and not held.all():
            pools = [self._pooled(definition.code, more, back) for back in range(PAST, -1, -1)]
            seen, size = (np.array([one[side][row] for one in pools]) for side in (0, 1))
            pooled = signals.behind(seen, size, target, more, kind)
            with np.errstate(invalid="ignore"):
                held |= (2 * pooled <= bar) & (panel.gap[row] > 0)
        return np.asarray(held & panel.due[row])

    def worsening(self) -> list[Finding]:
        """Worse in the last months than the area's own months before."""
        looks = []
        for definition, _, more in self.counted():
            panel = self.monthly[definition.code]
            seen, size = self.comparable.blanked(definition.code, *judged(panel, slice(None)))
            looks.append((definition, more, seen, size, self._worsening(definition, more, seen, size, 0)))
        told, bar = self._discoveries([look[4].p for look in looks])
        found = []
        for (definition, more, seen, size, look), rejected in zip(looks, told, strict=True):
            rows = np.flatnonzero(rejected)
            if not rows.size:
                continue
            stood, gaps = self._worse_before(definition, more, seen, size, rows, bar)
            found += [
                self._worse(definition, look, seen, size, row, stood[row], gaps.get(row))
                for row in map(int, rows)
            ]
        return found

    def _worsening(
        self,
        definition: Definition,
        more: bool,
        seen: Numbers,
        size: Numbers,
        back: int,
        rows: Any = slice(None),
    ) -> signals.Worsening:
        """The look as it was so many months back."""
        end = seen.shape[1] - back
        last = month_add(self.monthly[definition.code].months[-1], -back)
        kind: signals.Kind = "proportion" if definition.method == "proportion" else "rate"
        rules = self.rules
        return signals.worsening(
            seen[rows, :end],
            size[rows, :end],
            more,
            kind,
            windows=rules.worsening_windows,
            history=rules.worsening_history,
            fewest=rules.worsening_fewest,
            season=signals.season_of(
                seen[:, :end], size[:, :end], last, leave_out=max(rules.worsening_windows)
            ),
        )

    def _discoveries(self, p_values: Sequence[Numbers]) -> tuple[list[NDArray[np.bool_]], float]:
        """Which are discoveries in the whole family, in the same pieces; and the p that a discovery must not exceed."""
        if not p_values:
            return [], 0.0
        told, bar = self._told(np.concatenate(p_values))
        cuts = np.cumsum([one.size for one in p_values])[:-1]
        return np.split(told, cuts), bar

    def _told(self, p: Numbers) -> tuple[NDArray[np.bool_], float]:
        """Which p values of a family are discoveries, and the p that a discovery must not exceed."""
        rate = self.rules.false_discovery
        told = false_discovery(p, rate).rejected
        return told, rate * told.sum() / max(np.isfinite(p).sum(), 1)

    def _worse_before(
        self, definition: Definition, more: bool, seen: Numbers, size: Numbers, rows: Any, bar: float
    ) -> tuple[dict[int, int], dict[int, int]]:
        """For how many months in a row, this one included, each row was as clearly worse; and its gap a month before."""
        stood, gaps = dict.fromkeys(map(int, rows), 1), {}
        open_rows = rows
        for back in range(1, PAST + 1):
            look = self._worsening(definition, more, seen, size, back, open_rows)
            if back == 1:
                gaps = {
                    int(row): _fallen(look, place, size[row, :-1])
                    for place, row in enumerate(open_rows)
                    if look.p[place] <= bar
                }
            open_rows = open_rows[look.p <= bar]
            if not open_rows.size:
                break
            for row in open_rows:
                stood[int(row)] = back + 1
        return stood, gaps

    def _worse(
        self,
        definition: Definition,
        look: signals.Worsening,
        seen: Numbers,
        size: Numbers,
        row: int,
        stood: int,
        gap_before: int | None,
    ) -> Finding:
        months = int(look.months[row])
        numbers = {
            "months": months,
            "before": float(look.before[row] * definition.multiplier),
            "after": float(look.after[row] * definition.multiplier),
            "recent_numerator": int(seen[row, -months:].sum()),
            "recent_denominator": int(size[row, -months:].sum()),
        }
        panel = self.wide[definition.code]
        result = panel.result(row, len(panel.months) - 1, self.period.code)
        return Finding("worsening", result, numbers, _fallen(look, row, size[row]), stood, gap_before)

    def outlying(self) -> list[Finding]:
        """Far outside its peers, on the worse side, in the funnel of all areas."""
        looks = []
        for definition, panel, more in self.counted():
            if (look := self._peers(definition, panel, more, -1)) is not None:
                looks.append((definition, panel, more, look))
        told, bar = self._discoveries([look[3].p for look in looks])
        found = []
        for (definition, panel, more, look), rejected in zip(looks, told, strict=True):
            rows = np.flatnonzero(rejected & look.worse)
            if not rows.size:
                continue
            past = [self._peers(definition, panel, more, place) for place in range(-PAST - 1, -1)] + [look]
            outside = [
                one.worse & (one.p <= bar) if one is not None else np.zeros(len(self.asked.areas), bool)
                for one in past
            ]
            stood = signals.standing(np.column_stack(outside))
            found += [
                self._outlier(definition, panel, look, past[-2], row, int(stood[row]))
                for row in map(int, rows)
            ]
        return found

    def _peers(self, definition: Definition, panel: Panel, more: bool, place: int) -> signals.Peers | None:
        known = panel.is_judged[:, place]
        seen = np.where(known, panel.numerator[:, place], np.nan)
        size = np.where(known, panel.denominator[:, place], np.nan)
        kind: signals.Kind = "proportion" if definition.method == "proportion" else "rate"
        return signals.peers(seen, size, more, kind, self.rules.peer_confidence)

    def _outlier(
        self,
        definition: Definition,
        panel: Panel,
        look: signals.Peers,
        before: signals.Peers | None,
        row: int,
        stood: int,
    ) -> Finding:
        unit = definition.multiplier
        result = panel.result(row, len(panel.months) - 1, self.period.code)
        numbers = {
            "centre": look.centre * unit,
            "peer_lower": float(look.lower[row]) * unit,
            "peer_upper": float(look.upper[row]) * unit,
            "peers": int(np.isfinite(look.lower).sum()),
            "peer_confidence": self.rules.peer_confidence,
        }
        gap = _from_centre(panel, look, row, -1)
        gap_before = None if before is None else _from_centre(panel, before, row, -2)
        return Finding("outlying", result, numbers, gap, stood, gap_before)


def _from_centre(panel: Panel, look: signals.Peers, row: int, place: int) -> int | None:
    """People or events between a cell and what it would have at the centre of its peers; None where it was no peer."""
    if np.isnan(look.p[row]):
        return None
    return round(abs(float(panel.numerator[row, place]) - look.centre * float(panel.denominator[row, place])))


def _fallen(look: signals.Worsening, place: int, size: Numbers) -> int:
    """People or events between the last months and the level before; `size`: (months,), the last that looked at."""
    difference = abs(float(look.after[place] - look.before[place]))
    return round(difference * float(size[-int(look.months[place]) :].sum()))
