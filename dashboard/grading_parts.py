"""Parts of the grading page: the way of a share, who could move it, what ends soon, one institution's grades."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard import blocks, figures_grades, wording
from dashboard.figures_grades import Progress
from dashboard.indicator_parts import graph
from dashboard.texts import mark
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.grade_progress import (
    Candidate,
    Spell,
    Step,
    candidates,
    counted,
    ending,
    history,
    if_nothing_is_renewed,
)
from indicators.grading import Standing
from indicators.wording import grade_name
from reference.periods import month_add, month_of, month_period

QUARTERS = 12  # of the past, and eight ahead
AHEAD = 8
LISTED = 8
NEAR = 0.2  # of the line of time
STEPS = {
    Step.IN_HAND: mark("已申报或评审中"),
    Step.LAPSED: mark("曾达到，已到期或撤销"),
    Step.UNCLEAR: mark("有级别，等次待核实"),
    Step.BELOW: mark("低于目标等级"),
    Step.NOT_GRADED: mark("未定级"),
    Step.NOT_ON_RECORD: mark("等级未登记"),
}
STEP_KINDS = {
    Step.IN_HAND: "above",
    Step.LAPSED: "behind",
    Step.UNCLEAR: "unknown",
    Step.BELOW: "below",
    Step.NOT_GRADED: "below",
    Step.NOT_ON_RECORD: "unknown",
}


def way(visit: Visit, definition: Definition, standings: Sequence[Standing]) -> html.Div | None:
    """How the share came here, and where it goes if nothing is renewed."""
    t, area = visit.texts, visit.view.area
    past = visit.answers.once(
        ("share past", definition.code, area.code, visit.today), lambda: _past(visit, definition, area.code)
    )
    own = counted(definition, standings)
    if all(one.status == "unknown" for one in own):
        return None
    days = [month_period(month_add(month_of(visit.today), 3 * step)).last_day for step in range(1, AHEAD + 1)]
    left = if_nothing_is_renewed(definition, standings, [visit.today, *days])
    ahead = tuple(
        (day, 100 * count / len(own)) for day, count in zip([visit.today, *days], left, strict=True)
    )
    in_force = visit.registry.target(definition.code, area.level, visit.today, visit.view.tree.code)
    found = Progress((*past, ahead[0]), ahead, in_force)
    name = t("{name}的进展", name=definition.name(visit.view.language))
    lost = left[0] - left[-1]
    said = (
        t(
            "两年内到期 {lost} 家；都不复评，比例降到 {share}。",
            lost=lost,
            share=wording.percent(ahead[-1][1] / 100),
        )
        if lost
        else t("两年内没有等级到期。")
    )
    return html.Div([graph(f"way-{definition.code}", figures_grades.progress(visit, definition, found), name), html.P(said, className="quiet")])  # fmt: skip


def _past(visit: Visit, definition: Definition, area: str) -> tuple[tuple[dt.date, float], ...]:
    """The share at the ends of the last quarters in which any grade was on record."""
    newest = month_add(month_of(visit.today), -(visit.today.month - 1) % 3 - 1)
    months = [month_add(newest, -3 * back) for back in reversed(range(QUARTERS))]
    found = []
    for month in months:
        for result in visit.answers.results([definition.code], [area], month_period(month)):
            if result.value is not None and result.received:
                found.append((month_period(month).last_day, result.value))
    return tuple(found)


def movers(
    visit: Visit, definition: Definition, standings: Sequence[Standing], gap: int | None
) -> html.Section:
    """Who does not count toward the share yet, the nearest first."""
    t = visit.texts
    found = candidates(definition, standings)
    said = t("还差 {gap} 家。", gap=gap) if gap else t("已达到目标。") if gap == 0 else ""
    groups = {step: sum(one.step is step for one in found) for step in Step}
    said += t("、").join(
        t("{what} {count} 家", what=t(STEPS[step]), count=count) for step, count in groups.items() if count
    )
    first, rest = found[:LISTED], found[LISTED:]
    if not found:
        said = t("这里的机构都已达到。")
    body: list[Any] = [
        html.P(said, className="says"),
        html.Ul([_candidate(visit, one) for one in first], className="movers"),
    ]
    if rest:
        more = html.Ul([_candidate(visit, one) for one in rest], className="movers")
        body.append(
            html.Details([html.Summary(t("其余 {count} 家", count=len(rest))), more], className="more")
        )
    name = t("怎样提高：{name}", name=definition.name(visit.view.language))
    return blocks.panel(name, *body)  # fmt: skip


def _candidate(visit: Visit, one: Candidate) -> html.Li:
    standing, t = one.standing, visit.texts
    grade = grade_name(standing.grade_level, standing.grade_class, visit.view.language)
    return html.Li(
        [
            dcc.Link(visit.name(standing.institution), href=timeline_link(visit, standing.institution)),
            html.Span(grade, className="quiet") if one.step is not Step.NOT_ON_RECORD else None,
            html.Span(t(STEPS[one.step]), className=f"chip chip--{STEP_KINDS[one.step]}"),
        ]
    )


def timeline_link(visit: Visit, institution: str) -> str:
    """The same page with one institution's grades laid out."""
    return visit.view.link("/grading", unit=institution, **visit.view.extra)


def ending_soon(visit: Visit, standings: Sequence[Standing]) -> html.Section:
    """Grades that end within the warning time, the soonest first."""
    t = visit.texts
    within = visit.registry.flagging(visit.today).expiry_warning_days
    found = ending(standings, within)
    if not found:
        body: Any = html.P(t("没有。"), className="quiet")
    else:
        body = html.Ul([_ending(visit, one) for one in found], className="movers movers--tall", tabIndex="0")
    return blocks.panel(t("{days} 天内到期（{count}）", days=within, count=len(found)), body)


def _ending(visit: Visit, one: Standing) -> html.Li:
    t = visit.texts
    assert one.valid_to is not None
    return html.Li(
        [
            dcc.Link(visit.name(one.institution), href=timeline_link(visit, one.institution)),
            html.Span(grade_name(one.grade_level, one.grade_class, visit.view.language), className="quiet"),
            html.Span(
                t("{date}到期，剩 {days} 天", date=t.date(one.valid_to), days=one.days_to_expiry),
                className="chip chip--below",
            ),
        ]
    )


def timeline(visit: Visit, institution: str) -> html.Section:
    """One institution's grades on one line of time, and the same in words."""
    t = visit.texts
    spells = visit.answers.once(
        ("grades of", institution), lambda: history(visit.workspace.context, institution)
    )
    close = dcc.Link(t("关闭"), href=visit.view.link("/grading", unit="", **visit.view.extra))
    name = t("等级沿革：{name}", name=visit.name(institution))
    if not spells:
        return blocks.panel(
            name, html.P(t("没有任何等级记录，不等于未达标。"), className="quiet"), note=close
        )
    dated = [day for one in spells for day in (one.begins, one.ends) if day]
    first, last = min([*dated, visit.today]), max([*dated, visit.today])
    first, last = dt.date(first.year, 1, 1), dt.date(last.year + 1, 1, 1)
    rows = [_spell(visit, one, first, last) for one in spells]
    now = (visit.today - first) / (last - first)
    # A year at the edge gives way to today where both would stand in one place on a phone.
    begin, end = str(first.year) if now > NEAR else "", str(last.year) if now < 1 - NEAR else ""
    today = html.Span(t("今天"), style={"left": f"{100 * now:.2f}%"}, className="timeline-now")
    scale = html.Div([html.Span(begin), today, html.Span(end)], className="timeline-scale")
    return blocks.panel(name, html.Div([scale, *rows], className="timeline"), note=close)


def _spell(visit: Visit, one: Spell, first: dt.date, last: dt.date) -> html.Div:
    t, whole = visit.texts, (last - first).days
    begins, ends = one.begins or first, one.ends or last
    left, width = 100 * (begins - first).days / whole, 100 * max((ends - begins).days, 1) / whole
    dates = t(
        "{first} 至 {last}",
        first=t.date(one.begins) if one.begins else t("起始日不详"),
        last=t.date(one.ends) if one.ends else t("截止日不详"),
    )
    if not (one.begins or one.ends):
        dates = t("起止日期不详")
    source = one.document or t.pick(one.source_zh, one.source)
    is_open = "" if one.begins and one.ends else " timeline-spell--open"
    return html.Div(
        [
            html.Div(
                html.Span(className=f"timeline-spell timeline-spell--{one.grade_level}{is_open}", style={"left": f"{left:.2f}%", "width": f"{width:.2f}%"}),
                className="timeline-track",
            ),
            html.Div([html.Strong(grade_name(one.grade_level, one.grade_class, visit.view.language)), html.Span(dates), html.Span(source, className="quiet")], className="timeline-words"),
        ]
    )  # fmt: skip
