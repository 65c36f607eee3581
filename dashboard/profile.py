"""The profile of an area: every indicator in one table, topic by topic, beside its target, its peers and its own past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from dash import dcc, html

from dashboard import blocks, wording
from dashboard.findings import value_scale
from dashboard.texts import Texts
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.result import Reason, Result
from reference.periods import month_add, month_range

NUMBERS = (1, 3, 7, 8)  # columns set to the right
RANK, YEAR_AGO = (
    3,
    4,
)  # columns that are left out where they would stand empty: no peers, or no data of a year ago


@dataclass(frozen=True)
class Line:
    """One indicator of the area: its result, everybody's, and the last twelve months."""

    definition: Definition
    result: Result
    peers: Sequence[Result]
    past: Sequence[Result]
    earlier: Result | None = None  # a year before

    @property
    def alike(self) -> list[Result]:
        """The peers of the same level whose numbers can be judged."""
        return [
            one
            for one in self.peers
            if one.value is not None and one.reason is Reason.NONE and one.level == self.result.level
        ]

    @property
    def rank(self) -> tuple[int, int] | None:
        """Which place of how many, 1 the best (the highest, where neither side is better); None without a number or peers."""
        own, others = self.result.value, self.alike
        if (
            own is None
            or len(others) < 2
            or all(one.organisation != self.result.organisation for one in others)
        ):
            return None
        lower_is_better = self.definition.polarity == "lower"
        before = sum((one.value < own) if lower_is_better else (one.value > own) for one in others)  # type: ignore[operator]
        return before + 1, len(others)

    @property
    def band(self) -> tuple[float, float] | None:
        """The values between which the middle half of the peers lies."""
        values = [one.value for one in self.alike]
        if len(values) < 4:
            return None
        low, _, high = quantiles(values, n=4, method="inclusive")  # type: ignore[type-var]
        return float(low), float(high)  # type: ignore[arg-type]


def suited(visit: Visit, level: str) -> list[Definition]:
    """The indicators that areas of the level have; shares of the register only where a target asks for them."""
    return [
        one
        for one in visit.definitions
        if (visit.has_target(one, level) if one.method == "register" else level in one.levels)
    ]


def lines(visit: Visit, code: str) -> list[Line]:
    """A line for each indicator that has a result here."""
    level = visit.registry.organisations.get(code, visit.view.period.last_day).level
    definitions = suited(visit, level)
    results = {one.indicator: one for one in visit.results([one.code for one in definitions], [code])}
    counted = [one.code for one in definitions if one.method != "register" and one.code in results]
    known = [one for one in counted if results[one].value is not None]
    peers, past, earlier = visit.peers(), visit.past(known, code), a_year_before(visit, known, code)
    return [
        Line(one, results[one.code], peers.get(one.code, ()), past.get(one.code, ()), earlier.get(one.code))
        for one in definitions
        if one.code in results
    ]


def a_year_before(visit: Visit, indicators: Sequence[str], code: str) -> dict[str, Result]:
    """The same indicators over as many months a year earlier; empty where the data do not reach back so far."""
    months, period = visit.answers.months(visit.view.tree.code), visit.view.period
    first, last = month_add(period.first, -12), month_add(period.last, -12)
    if months is None or not indicators or first < months[0]:
        return {}
    found = visit.answers.results(indicators, [code], month_range(first, last))
    return {one.indicator: one for one in found if one.value is not None}


def indicators(visit: Visit, code: str) -> html.Section:
    """The table of those with a value; the others are named below it."""
    t = visit.texts
    found = lines(visit, code)
    valued = [line for line in found if line.result.value is not None]
    note = t(
        "横线为 95% 区间，虚线为目标，灰线为{whole}，灰带为全部县区的中间一半；位次 1 为最好。",
        whole=visit.name(visit.view.tree.root),
    )
    table = html.Div(_table(visit, valued, code), className="scrolling", tabIndex="0") if valued else None
    return blocks.panel(
        t("全部指标"),
        table,
        html.P(note, className="quiet") if valued else None,
        _without(visit, [line for line in found if line.result.value is None]),
        note=visit.view.period.label(visit.view.language),
    )


def headings(texts: Texts) -> tuple[str, ...]:
    """What the columns are called."""
    t = texts
    return (
        t("指标"), t("值"), t("95% 区间与目标"), t("同级位次"), t("比上年"), t("目标"), t("与目标比"),
        t("分子 / 分母"), t("所含报表"), t("走势"),
    )  # fmt: skip


def _table(visit: Visit, found: Sequence[Line], code: str) -> html.Table:
    empty = {RANK} if all(line.rank is None for line in found) else set()
    empty |= {YEAR_AGO} if all(line.earlier is None for line in found) else set()
    kept = [place for place in range(len(headings(visit.texts))) if place not in empty]
    names = headings(visit.texts)
    aimed = [line for line in found if line.result.target]
    groups = [(visit.texts("有目标的指标"), aimed)] if aimed else []
    for topic in wording.TOPICS:
        rest = [
            line for line in found if not line.result.target and wording.topic_of(line.definition) == topic
        ]
        groups += [(visit.texts(wording.TOPICS[topic]), rest)] if rest else []
    rows: list[html.Tr] = []
    for name, group in groups:
        rows.append(html.Tr(html.Th(name, colSpan=len(kept), scope="rowgroup"), className="topic"))
        rows += [_row(visit, line, code, kept) for line in group]
    head_row = html.Tr(
        [html.Th(names[place], scope="col", className="number" if place in NUMBERS else "") for place in kept]
    )
    return html.Table([html.Thead(head_row), html.Tbody(rows)], className="plain plain--profile")


def _row(visit: Visit, line: Line, code: str, kept: Sequence[int]) -> html.Tr:
    t, definition, result = visit.texts, line.definition, line.result
    link = visit.view.link(f"/indicator/{definition.code}", indicator="", unit=code)
    whole = next((one.value for one in line.peers if one.organisation == visit.view.tree.root), None)
    drawn = blocks.bar(result, definition, visit, value_scale(line.peers, result), whole, line.band)
    name = definition.name(visit.view.language)
    by_when = wording.due(result.target, t) if result.target else ""
    cells = [
        html.Th(dcc.Link(name, href=link), scope="row"),
        html.Td(
            blocks.value_link(visit, result, wording.value(result, definition, t)), className="number strong"
        ),
        html.Td(
            html.Div(
                [html.Div(drawn, className="bar"), html.Span(wording.interval(result, definition), className="quiet")],
                className="bar-cell",
            )
        ),
        html.Td(rank_words(line), className="number"),
        html.Td(change_words(visit, line), className="nowrap"),
        html.Td(_target(visit, line, by_when), className="nowrap"),
        html.Td([blocks.chip(result, visit) if result.target or result.reason else None, _gap(visit, line)]),
        html.Td(wording.counts(result), className="number"),
        html.Td(blocks.reports_words(result, visit), className="number"),
        html.Td(blocks.sparkline(line.past, visit, name, 84, 26) if blocks.has_course(line.past) else None),
    ]  # fmt: skip
    return html.Tr([cells[place] for place in kept], className=f"row row--{blocks.kind_of(result, visit)}")


def _gap(visit: Visit, line: Line) -> html.Div | None:
    words = wording.gap(line.result.gap, line.definition, visit.texts)
    return html.Div(words, className="gap-words") if words else None


def rank_words(line: Line) -> str:
    """Which place among the peers."""
    return "" if line.rank is None else f"{line.rank[0]} / {line.rank[1]}"


def change_words(visit: Visit, line: Line) -> Any:
    """By how much it changed in a year, whether that is better or worse, and whether the intervals keep apart."""
    own, before = line.result, line.earlier
    if before is None or before.value is None or own.value is None:
        return html.Span(wording.MISSING, className="quiet")
    change = own.value - before.value
    words = wording.signed(change, line.definition.decimals)
    if (
        line.definition.polarity == "neutral"
        or own.lower is None
        or before.lower is None
        or not apart(own, before)
    ):
        return html.Span(words, className="quiet", title=visit.texts("区间重叠，可能是偶然"))
    better = (change > 0) == (line.definition.polarity == "higher")
    told = visit.texts("变好") if better else visit.texts("变差")
    kind = "reached" if better else "behind"
    return html.Span(f"{'▲' if better else '▼'} {words} {told}", className=f"chip chip--{kind}")


def apart(one: Result, other: Result) -> bool:
    """Whether two intervals do not overlap: a strict reading of "more than chance"."""
    if one.lower is None or one.upper is None or other.lower is None or other.upper is None:
        return False
    return one.lower > other.upper or one.upper < other.lower


def _target(visit: Visit, line: Line, by_when: str) -> Any:
    words = wording.target(line.result.target, line.definition, visit.texts)
    if line.result.target is None:
        return html.Span(words, className="quiet")
    return [words, html.Div(by_when, className="quiet")]


def _without(visit: Visit, found: Sequence[Line]) -> html.Details | None:
    """Indicators without a number, and why."""
    if not found:
        return None
    t = visit.texts
    items = [
        html.Li(
            [
                line.definition.name(visit.view.language),
                " ",
                html.Span(wording.reason(line.result, t), className="quiet"),
            ]
        )
        for line in found
    ]
    summary = html.Summary(t("另有 {count} 项指标没有数字", count=len(found)))
    return html.Details([summary, html.Ul(items, className="columns")], className="more")
