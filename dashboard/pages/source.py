"""From any number to its source: what it was divided from, who added how much, and the file, sheet and cell behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
from dash import dcc, html

from dashboard import blocks, source_register, wording
from dashboard.answers import Answers
from dashboard.texts import mark
from dashboard.tracing import Line, Share, Trace
from dashboard.visit import Visit
from indicators.results import split
from reference.data_elements import ValueNote
from reference.periods import month_add
from store.tracing import Sent, Stated

NEEDS = "view_results"
PATH = "/source"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py
NOTES = {
    ValueNote.BLANK.value: mark("空"),
    ValueNote.NOT_OFFERED.value: mark("未开展"),
    ValueNote.INCONSISTENT.value: mark("累计数下降，分不出当月"),
}
STATUSES = {"superseded": mark("已被取代"), "withdrawn": mark("已撤回")}


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("数字来源")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def layout(visit: Visit) -> html.Div:
    """The value, its elements, who added to it, and the cells."""
    t, definition = visit.texts, visit.indicator
    code = visit.view.unit or visit.view.area.code
    if definition is None or not visit.has_data:
        return html.Div([blocks.heading(visit, t("数字来源")), blocks.no_data(visit)])
    head = blocks.heading(
        visit,
        t("数字来源：{name}", name=definition.name(visit.view.language)),
        html.P(_above(visit, code), className="quiet"),
        choosers=[
            blocks.indicator_chooser(visit, visit.definitions, definition.code),
            *blocks.period_choosers(visit),
        ],
    )
    if definition.method == "register":
        return html.Div([head, *source_register.panels(visit, definition, code)])
    trace = Trace(visit, definition, code, visit.view.period)
    if trace.result is None:
        words = t("这项指标不按这一级计算。")
        return html.Div([head, blocks.empty(words, t("请往上一级看。"))])
    return html.Div(
        [head, value(trace), elements(trace), shares(trace), cells(trace), replaced(trace)],
        className="source",
    )


def _href(visit: Visit, code: str) -> str:
    is_area = visit.registry.organisations.get(code).is_area
    return visit.view.link(PATH, **({"area": code} if is_area else {"unit": code}))


def _above(visit: Visit, code: str) -> list[Any]:
    """The areas above as links upward, then the one in view, its period and basis."""
    found: list[Any] = []
    for above in reversed(visit.registry.organisations.ancestors(code, visit.view.period.last_day)):
        found += [dcc.Link(visit.name(above), href=_href(visit, above)), " › "]
    return [*found, html.Strong(visit.name(code)), " · ", visit.view.period.label(visit.view.language)]


def value(trace: Trace) -> html.Section:
    """The value as the division it is, with the check that its parts hold."""
    visit, definition, result = trace.visit, trace.definition, trace.result
    assert result is not None
    t = visit.texts
    sides = (
        (t.pick(definition.numerator_zh, definition.numerator_en), result.numerator),
        (t.pick(definition.denominator_zh, definition.denominator_en), result.denominator),
    )
    fraction = [
        html.Div([html.Strong(wording.number(amount)), html.Span(name, className="quiet")], className="fraction-side")
        for name, amount in sides
    ]  # fmt: skip
    times = html.Span(f"× {definition.multiplier:,}") if definition.multiplier != 1 else None
    link = visit.view.link(f"/indicator/{definition.code}", indicator="", unit=trace.code)
    return blocks.panel(
        visit.name(trace.code),
        html.Div(
            [
                blocks.big_value(result, definition, visit),
                html.Span("="),
                html.Div(fraction, className="fraction"),
                times,
                blocks.chip(result, visit) if result.target or result.reason else None,
            ],
            className="equation",
        ),
        _check(trace),
        note=[t(wording.BASES[trace.basis]), " · ", dcc.Link(t("看走势"), href=link)],
    )


def _check(trace: Trace) -> html.P:
    t = trace.visit.texts
    if not trace.agrees:
        return html.P(
            t("下列各部分之和与数值不一致。请告知系统管理员，勿使用此数。"), className="says says--not"
        )
    reports = wording.completeness(trace.result.received, trace.result.expected, t) if trace.result else ""
    older = wording.older(trace.result, t) if trace.result else ""
    return html.P(
        [
            html.Span("✓ ", className="says--done"),
            t("下列各部分之和与数值一致。所含报表：{share}", share=reports),
            f" · {older}" if older else "",
        ],
        className="quiet",
    )


def element_name(visit: Visit, name: str) -> str:
    """A data element's name, with its category."""
    code, category = split(name)
    element = visit.registry.element(code)
    shown = visit.texts.pick(element.zh, element.en)
    return f"{shown} ({category})" if category else shown


def elements(trace: Trace) -> html.Section:
    """Which data elements, over which months."""
    visit, t = trace.visit, trace.visit.texts
    heads = (t("项目"), t("在公式中"), t("计入的月份"), t("数字"))
    rows = []
    for side, names in ((t("分子"), trace.definition.numerator), (t("分母"), trace.definition.denominator)):
        for name in names:
            part = trace.parts[name]
            cells = (element_name(visit, name), side, _months(trace, name), wording.number(part.value))
            rows.append(_row(cells, numbers={3}))
    return blocks.panel(t("由哪些项目组成"), blocks.plain_table(heads, rows, numbers={3}))


def _months(trace: Trace, name: str) -> str:
    t, part = trace.visit.texts, trace.parts[name]
    if part.population is not None:
        said = t("{date}的人口数，{source}", date=t.date(part.population.on), source=part.population.source)
        return said
    if not part.blocks:
        return t("没有可计入的月份")
    first, last = month_add(part.blocks[0][0], 1 - part.blocks[0][1]), part.blocks[-1][0]
    if part.older:
        return t(
            "{last}；{count} 个单位没有这个月的数，用其期内最后一次上报的数（最早为{first}）",
            last=t.month(last),
            count=part.older,
            first=t.month(part.blocks[0][0]),
        )
    if part.stock or first == last:
        return t.month(last)
    count = sum(span for _, span in part.blocks)
    return t("{first}至{last}，{count} 个月", first=t.month(first), last=t.month(last), count=count)


def _row(cells: Sequence[Any], numbers: set[int], kind: str = "") -> html.Tr:
    first, *rest = cells
    found: list[Any] = [html.Th(first, scope="row")]
    found += [
        html.Td(cell, className="number" if place in numbers else None)
        for place, cell in enumerate(rest, start=1)
    ]
    return html.Tr(found, className=kind or None)


def shares(trace: Trace) -> html.Section | None:
    """Who below added how much, and who is missing; the last line is their sum, which is the value's own."""
    if not trace.shares:
        return None
    visit, t, definition = trace.visit, trace.visit.texts, trace.definition
    heads = (
        t("单位"),
        t.pick(definition.numerator_zh, definition.numerator_en),
        t.pick(definition.denominator_zh, definition.denominator_en),
        definition.unit(visit.view.language) or t("值"),
        t("所含报表"),
        t("缺报"),
    )
    shown = [one for one in trace.shares if visit.sees(one.organisation)]
    rows = [_share(trace, one) for one in shown]
    if hidden := len(trace.shares) - len(shown):
        words = t("{count} 个机构不在您的管辖范围内，数字不单独列出", count=hidden)
        rows.append(_row((words, "", "", "", "", ""), set()))
    own = (trace.own(definition.numerator), trace.own(definition.denominator))
    if any(side is not None for side in own):
        rows.append(_row((t("本级直接上报"), *map(wording.number, own), "", "", ""), {1, 2, 3, 4}))
    result = trace.result
    assert result is not None
    rows.append(
        _row(
            (
                t("合计"),
                wording.number(result.numerator),
                wording.number(result.denominator),
                wording.number(result.value, definition.decimals),
                wording.completeness(result.received, result.expected, t),
                "",
            ),
            {1, 2, 3, 4},
            "total",
        )
    )
    missing = sum(one.received < one.expected for one in trace.shares)
    note = t("{count} 个单位缺报", count=missing) if missing else t("没有缺报")
    table = blocks.plain_table(heads, rows, numbers={1, 2, 3, 4})
    return blocks.panel(t("各单位的数字（{count}）", count=len(trace.shares)), table, note=note)


def _share(trace: Trace, one: Share) -> html.Tr:
    visit, definition = trace.visit, trace.definition
    ratio = (
        one.numerator / one.denominator * definition.multiplier
        if one.numerator is not None and one.denominator
        else None
    )
    short = one.expected - one.received
    missing = visit.texts("缺 {count} 份", count=short) if short > 0 else ""
    return _row(
        (
            dcc.Link(visit.name(one.organisation), href=_href(visit, one.organisation)),
            wording.number(one.numerator),
            wording.number(one.denominator),
            wording.number(ratio, definition.decimals),
            wording.completeness(one.received, one.expected, visit.texts),
            html.Span(missing, className="chip chip--behind") if missing else "",
        ),
        {1, 2, 3, 4},
    )


def may_see_files(trace: Trace) -> bool:
    """Whether who asks may see the uploads of the organisation in view."""
    account = trace.visit.account
    return account.may("view_uploads") and account.reaches(trace.code, trace.visit.registry.organisations)


def cells(trace: Trace) -> html.Section | None:
    """Month by month the cell behind each number, with its file, sender and version."""
    visit, t = trace.visit, trace.visit.texts
    if not trace.lines and not trace.silent:
        return None
    name = t("单元格（{count}）", count=len(trace.lines))
    if not may_see_files(trace):
        return blocks.panel(name, html.P(t("您的账号不能查看这个单位的报送文件。"), className="quiet"))
    heads = (
        t("月份"), t("项目"), t("数字"), t("单元格"), t("文件"), t("版本"), t("报送人"), t("收到时间"), t("原件"),
    )  # fmt: skip
    lines = sorted(trace.lines, key=lambda line: (-line.block[0], trace.names.index(line.name)))
    rows = [_line(visit, line) for line in lines]
    rows += [
        _row((t.month(month), t("未报"), "", "", "", "", "", "", ""), set(), "row--behind")
        for month in reversed(trace.silent)
    ]
    note = t("缺 {count} 份", count=len(trace.silent)) if trace.silent else None
    return blocks.panel(name, blocks.plain_table(heads, rows, numbers={2}, tall=True), note=note)


def _line(visit: Visit, line: Line) -> html.Tr:
    t, stated = visit.texts, line.stated
    assert stated is not None
    number = wording.number(line.value)
    if line.value is None:
        number = t(NOTES.get(stated.note, NOTES[ValueNote.INCONSISTENT.value]))
    month = t.month(line.block[0])
    if line.block[1] > 1:
        month = t("{first}至{last}", first=t.month(month_add(line.block[0], 1 - line.block[1])), last=month)
    return _row(
        (
            month,
            element_name(visit, line.name),
            number,
            _place(visit, line),
            _file(visit, stated.sent),
            str(stated.sent.version),
            wording.person(stated.sent.sender, t),
            t.moment(stated.sent.received_at),
            _original(visit, stated.sent),
        ),
        {2},
    )


def _place(visit: Visit, line: Line) -> Any:
    """Sheet and cell; for a month told from running-up values, both cells with what they say."""
    stated, t = line.stated, visit.texts
    assert stated is not None
    own = _cell(stated)
    if line.block[1] == stated.sent.span:
        return [own, html.Span(t("（合计单元格）"), className="quiet") if stated.derived else None]
    if line.before is None:
        return [own, html.Span(t("累计数，按当月计"), className="quiet")]
    said = t(
        "累计 {after} 减上月累计 {before}（{cell}，文件 {number} 号）",
        after=wording.number(stated.value),
        before=wording.number(line.before.value),
        cell=_cell(line.before),
        number=line.before.sent.upload_id,
    )
    return [own, html.Div(said, className="quiet")]


def _cell(stated: Stated) -> str:
    return f"{stated.sheet} {stated.cell}".strip()


def _file(visit: Visit, sent: Sent) -> dcc.Link:
    return dcc.Link(sent.name, href=visit.view.link("/submissions", upload=str(sent.upload_id)))


def _original(visit: Visit, sent: Sent) -> Any:
    t = visit.texts
    if not sent.kept:
        return html.Span(t("未保存"), className="quiet")
    if not visit.account.may("view_originals"):
        return html.Span(t("无权下载"), className="quiet")
    return html.A(t("下载"), href=f"/original/{sent.upload_id}", download="")


def replaced(trace: Trace) -> html.Details | None:
    """What stood there before: superseded and withdrawn submissions, newest first."""
    visit, t = trace.visit, trace.visit.texts
    if not trace.replaced or not may_see_files(trace):
        return None
    heads = (
        t("月份"),
        t("项目"),
        t("数字"),
        t("状态"),
        t("单元格"),
        t("文件"),
        t("版本"),
        t("报送人"),
        t("收到时间"),
    )
    rows = [
        _row(
            (
                t.month(one.sent.month),
                element_name(visit, f"{one.element}@{one.category}" if one.category else one.element),
                wording.number(one.value),
                t(STATUSES[one.sent.status]),
                _cell(one),
                _file(visit, one.sent),
                str(one.sent.version),
                wording.person(one.sent.sender, t),
                t.moment(one.sent.received_at),
            ),
            {2},
        )
        for one in trace.replaced
    ]
    summary = html.Summary(t("以前的版本（{count}）", count=len(rows)))
    return html.Details([summary, blocks.plain_table(heads, rows, numbers={2}, tall=True)], className="panel")
