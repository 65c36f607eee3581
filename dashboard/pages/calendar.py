"""Reporting calendar: month by month who reported in time, late or not at all, whom to remind, and deadlines put off."""

from __future__ import annotations

import datetime as dt
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html, no_update

from dashboard import blocks, calendar_table, wording
from dashboard.answers import Answers
from dashboard.at_once import gather
from dashboard.calendar import extend
from dashboard.reporting import Desk, can_be_put_off, forms_of, newest_tally, open_desk, place, reminder
from dashboard.visit import Visit, open_visit
from indicators.reporting import State as Became
from indicators.reporting import Tally, tally
from reference.periods import last_day
from reference.strict import DefinitionError
from store.connecting import StoreError

PATH = "/calendar"
NEEDS = "view_uploads"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py
REMINDED = 200


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("报送日历")


def register(app: dash.Dash, answers: Answers) -> None:
    """Granting an extension; the page is drawn again with it."""

    def put_off(
        _pressed: int, report: str, until: str, reason: str, pathname: str, search: str
    ) -> tuple[Any, Any]:
        visit = open_visit(answers, pathname or PATH, search or "")
        said = granted(visit, report or "", until or "", reason or "")
        return said, no_update if said.className != "says says--done" else gather(body(visit))

    app.callback(
        Output("extension-says", "children"),
        Output("calendar-body", "children"),
        Input("extension-grant", "n_clicks"),
        State("extension-report", "value"),
        State("extension-until", "value"),
        State("extension-reason", "value"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )(put_off)


def layout(visit: Visit) -> html.Div:
    """Title and choosers; numbers, table and reminders; the form to put a deadline off."""
    t, desk = visit.texts, open_desk(visit)
    choosers = [blocks.area_chooser(visit, with_units=True)]
    if desk is None:
        head = blocks.heading(visit, title(visit), choosers=choosers)
        return html.Div([head, blocks.empty(t("此地没有按月应报的报表。"))])
    head = blocks.heading(
        visit,
        title(visit),
        html.P(
            t("{area} · {first}至{last}", area=visit.name(visit.view.area.code),
              first=t.month(desk.months[0]), last=t.month(desk.last)),
            className="quiet",
        ),
        choosers=[*choosers, form_chooser(visit, desk), month_chooser(visit, desk)],
    )  # fmt: skip
    form = extension_form(visit, desk) if visit.account.may("extend_deadlines") else None
    return html.Div([head, html.Div(body(visit), id="calendar-body"), form])


def form_chooser(visit: Visit, desk: Desk) -> html.Div:
    """Which form."""
    t = visit.texts
    options = [{"value": form.code, "label": t.pick(form.zh, form.en)} for form in forms_of(visit)]
    return blocks.choice("form", desk.form.code, options, t("报表"), width=260 if t.is_chinese else 350)


def month_chooser(visit: Visit, desk: Desk) -> html.Div:
    """Which month is the newest shown."""
    options = [
        {"value": f"{month // 100}-{month % 100:02d}", "label": visit.texts.month(month)}
        for month in desk.choices
    ]
    shown = f"{desk.last // 100}-{desk.last % 100:02d}"
    return blocks.choice("period", shown, options, visit.texts("截至"), width=150, drops="kind")


def body(visit: Visit) -> list[Any]:
    """What follows from the calendar."""
    desk = open_desk(visit)
    assert desk is not None
    begins = blocks.begins_words([desk.form.duty], last_day(desk.last), visit.texts)
    if begins and not tally(desk.entries).expected:
        words = visit.texts("在此之前送来的报表照收照算，但不催报。")
        return [
            blocks.empty(begins[0].upper() + begins[1:], words),
            calendar_table.panel(desk) if desk.entries else None,
        ]
    return [summary(desk), calendar_table.panel(desk), reminders(desk), extension_list(desk)]


def summary(desk: Desk) -> html.Section:
    """The newest month in numbers."""
    t, counts = desk.visit.texts, newest_tally(desk)
    counted = tally(desk.of_month(desk.last))
    due = next((one.due for one in desk.of_month(desk.last) if one.due and not one.extension), None)
    shares = [
        (t("完整率"), counted.completeness, t("已收 {received} / 应报 {expected}", received=counted.received, expected=counted.expected)),
        (t("及时率"), calendar_table.timeliness(counted), timely(desk.visit, counted)),
    ]  # fmt: skip
    figures = [
        html.Div(
            [html.Span(name, className="quiet"), html.Strong(wording.percent(share)), html.Span(how)],
            className="number-card",
        )
        for name, share, how in shares
    ]
    figures += [
        html.Div(
            [
                html.Span(t(calendar_table.STATES[name]), className="quiet"),
                html.Strong(f"{counts[name]:,}"),
                html.Span(t("启用本系统前已到期")) if name == "entered_later" else None,
            ],
            className=f"number-card number-card--{name}" if counts[name] else "number-card",
        )
        for name in ("late", "missing", "entered_later", "not_yet_due", "extended", "zero", "not_expected")
        if counts[name] or name in ("late", "missing")
    ]
    note = t("{due}前报送", due=t.date(due)) if due else None
    return blocks.panel(t.month(desk.last), html.Div(figures, className="number-cards"), note=note)


def timely(visit: Visit, counted: Tally) -> str:
    """How many in time of how many; those entered when the installation began are said apart."""
    t = visit.texts
    if counted.is_early:
        return t("都还没有到期")
    if counted.entered_later and calendar_table.timeliness(counted) is None:
        return t("补录 {count} 份，无从判断", count=counted.entered_later)
    words = t("按时 {received} / 应报 {expected}", received=counted.on_time, expected=counted.timed)
    return words + (t("，另补录 {count} 份", count=counted.entered_later) if counted.entered_later else "")


def reminders(desk: Desk) -> html.Section:
    """Whom to remind, in sentences that can be copied, and as a workbook."""
    visit, t = desk.visit, desk.visit.texts
    lines = [reminder(visit, desk.form, one) for one in desk.to_remind]
    if not lines:
        return blocks.panel(t("需要催报"), html.P(t("没有需要催报的单位。"), className="quiet"))
    href = visit.view.link("/download/reminders.xlsx", form=desk.form.code)
    shown = [html.Li(line) for line in lines[:REMINDED]]
    more = len(lines) - len(shown)
    return blocks.panel(
        t("需要催报（{count}）", count=len(lines)),
        html.Div(
            [
                dcc.Clipboard(content="\n".join(lines), title=t("复制"), className="copy"),
                html.Span(t("复制全部"), className="quiet"),
                html.A(t("下载 Excel"), href=href, download="", className="button button--quiet"),
            ],
            className="actions",
        ),
        html.Ul(shown, className="sentences", tabIndex="0"),
        html.P(t("另有 {count} 条在 Excel 中。", count=more), className="quiet") if more else None,
    )


def extension_list(desk: Desk) -> html.Section | None:
    """The deadlines put off in the months shown: until when, why, by whom; those ended too."""
    t, visit = desk.visit.texts, desk.visit
    area, organisations = visit.view.area.code, visit.registry.organisations
    every: list[Any] = list(visit.answers.extensions(desk.form.code).itertuples(index=False))
    rows = [
        row
        for row in every
        if row.month in desk.months
        and (visit.reaches_view or visit.reaches(row.organisation))
        and area in organisations.adds_into(row.organisation, last_day(row.month))
    ]
    if not rows:
        return None
    heads = [t("单位"), t("月份"), t("延至"), t("原因"), t("批准"), t("状态")]
    body = [
        html.Tr(
            [
                html.Td(visit.name(row.organisation)),
                html.Td(t.month(row.month)),
                html.Td(t.date(row.until)),
                html.Td(row.reason),
                html.Td(f"{row.granted_by} · {t.moment(row.granted_at)}"),
                html.Td(
                    t("有效")
                    if row.ended_at is None
                    else t("{moment}终止：{reason}", moment=t.moment(row.ended_at), reason=row.end_reason)
                ),
            ]
        )
        for row in reversed(rows)
    ]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(one) for one in heads])), html.Tbody(body)], className="plain"
    )
    return blocks.panel(
        t("延期记录（{count}）", count=len(rows)), html.Div(table, className="scrolling", tabIndex="0")
    )


def extension_form(visit: Visit, desk: Desk) -> html.Details:
    """Put off the deadline of one report."""
    t = visit.texts
    open_ones = sorted(can_be_put_off(desk.entries), key=lambda one: (-one.month, one.organisation))
    options = [
        {
            "value": f"{one.organisation}|{one.month}",
            "label": f"{t.month(one.month)} {place(visit, one)} · {t(calendar_table.STATES[one.state.value])}",
        }
        for one in open_ones
    ]
    return html.Details(
        [
            html.Summary(t("批准延期")),
            html.P(t("延期只对一个单位的一份报表有效；原因、批准人和时间都会留存并显示。"), className="quiet"),
            html.Div(
                [
                    dmc.Select(id="extension-report", label=t("报表"), data=options, searchable=True, size="sm", w=340, limit=50),
                    html.Label([t("延至"), dcc.Input(id="extension-until", type="text", placeholder="2026-11-12", maxLength=10, className="field")], className="labelled"),
                    html.Label([t("原因"), dcc.Input(id="extension-reason", type="text", maxLength=200, className="field field--wide")], className="labelled"),
                    html.Button(t("批准"), id="extension-grant", n_clicks=0, className="button"),
                ],
                className="actions actions--form",
            ),
            html.Div(id="extension-says", role="status"),
        ],
        className="panel",
    )  # fmt: skip


def granted(visit: Visit, report: str, until: str, reason: str) -> html.P:
    """Grant it, or say in a sentence why not."""
    t, desk = visit.texts, open_desk(visit)
    if not visit.account.may("extend_deadlines"):
        return html.P(t("您的账号不能批准延期。"), className="says says--not")
    organisation, _, month = report.partition("|")
    try:
        day = dt.date.fromisoformat(until.strip())
    except ValueError:
        return html.P(t("请把日期写成 2026-11-12 这样。"), className="says says--not")
    if desk is None or not (month.isdecimal() and len(month) == 6):
        return html.P(t("请先选择报表。"), className="says says--not")
    if not reason.strip():
        return html.P(t("请写明原因。"), className="says says--not")
    found = next(
        (one for one in desk.entries if (one.organisation, one.month) == (organisation, int(month))), None
    )
    if found is None or found.state is Became.NOT_EXPECTED or found.due is None or day <= found.due:
        return html.P(t("延期须晚于现在的截止日期。"), className="says says--not")
    try:
        extend(visit.workspace, desk.form.code, organisation, int(month), day, reason, visit.account.name)
    except (DefinitionError, StoreError) as error:
        return html.P(str(error), className="says says--not")
    return html.P(
        t("已批准：{place}{month}的报表延至{until}。", place=place(visit, found), month=t.month(int(month)), until=t.date(day)),
        className="says says--done",
    )  # fmt: skip
