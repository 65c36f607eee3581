"""The table of the reporting calendar: senders down, months across; for a whole province its prefectures with their shares."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from dash import dcc, html

from dashboard import blocks, wording
from dashboard.reporting import Desk, place
from dashboard.texts import mark
from indicators.reporting import RECEIVED, Entry, Tally, tally
from reference.periods import month_period

STATES = {
    "on_time": mark("按时"),
    "late": mark("迟报"),
    "entered_later": mark("补录"),
    "missing": mark("未报"),
    "not_yet_due": mark("未到期"),
    "extended": mark("已延期"),
    "not_expected": mark("不应报而报"),
    "zero": mark("零报告"),
}
SIGNS = {
    "on_time": "✓",
    "late": "▲",
    "entered_later": "○",
    "missing": "✕",
    "not_yet_due": "·",
    "extended": "→",
    "not_expected": "+",
    "zero": "0",
}


def panel(desk: Desk) -> html.Section:
    """The table with the meaning of its signs."""
    t = desk.visit.texts
    shown = _areas(desk) if _is_wide(desk) else _senders(desk)
    note = t("完整率 / 及时率，按月") if _is_wide(desk) else _legend(desk)
    begins = None
    if desk.months and desk.earliest < (desk.begins or 0):
        words = t("{month}是本系统最早有数据的月份，此前不作要求。", month=t.month(desk.months[0]))
        begins = html.P(words, className="quiet")
    return blocks.panel(
        t.pick(desk.form.zh, desk.form.en),
        html.Div(shown, className="scrolling", tabIndex="0"),
        begins,
        note=note,
    )


def _is_wide(desk: Desk) -> bool:
    return desk.visit.view.area.code == desk.visit.view.tree.root


def _legend(desk: Desk) -> html.Span:
    t = desk.visit.texts
    marks: list[Any] = []
    for name, words in STATES.items():
        marks += [html.Span(SIGNS[name], className=f"sign sign--{name}"), f" {t(words)}  "]
    return html.Span(marks, className="legend")


def _heads(desk: Desk) -> html.Thead:
    t = desk.visit.texts
    return html.Thead(html.Tr([html.Th(t("单位"), scope="col"), *blocks.month_heads(desk.months, t)]))


def _senders(desk: Desk) -> html.Table:
    """One row a sender, in the order of the tree."""
    rows: dict[str, dict[int, Entry]] = defaultdict(dict)
    for one in desk.entries:
        rows[one.organisation][one.month] = one
    body = [
        html.Tr(
            [
                html.Th(_link(desk, code), scope="row"),
                *(_cell(desk, found.get(month)) for month in desk.months),
            ]
        )
        for code, found in sorted(rows.items(), key=lambda item: _rank(desk, item[0]))
    ]
    return html.Table([_heads(desk), html.Tbody(body)], className="plain plain--calendar plain--states")


def _rank(desk: Desk, code: str) -> tuple[str, str]:
    organisations = desk.visit.registry.organisations
    one = organisations.get(code)
    return (code, "") if one.is_area else (one.parent, code)


def _link(desk: Desk, code: str) -> Any:
    organisations = desk.visit.registry.organisations
    one = organisations.get(code, month_period(desk.last).last_day)
    name = one.name(desk.visit.view.language)
    return dcc.Link(name, href=desk.visit.view.link(f"/area/{code}")) if one.is_area else name


def _cell(desk: Desk, entry: Entry | None) -> html.Td:
    if entry is None:
        return html.Td("", className="state")
    zero = entry.state in RECEIVED and entry.receipt is not None and entry.receipt.zero
    sign = SIGNS["zero"] if zero else SIGNS[entry.state.value]
    words = describe(desk, entry)
    content: Any = html.Span(sign, className="sign")
    if entry.receipt is not None:
        href = desk.visit.view.link("/submissions", upload=str(entry.receipt.upload_id))
        content = dcc.Link(sign, href=href, className="sign")
    return html.Td(
        content, title=words, className=f"state state--{entry.state.value}", **{"aria-label": words}
    )


def describe(desk: Desk, entry: Entry) -> str:
    """One report in words: who, when due, when it came."""
    t = desk.visit.texts
    parts = [f"{place(desk.visit, entry)} {t.month(entry.month)}", t(STATES[entry.state.value])]
    if entry.receipt is not None:
        parts.append(t("{moment}收到", moment=t.moment(entry.receipt.received_at)))
        if entry.receipt.zero and entry.state in RECEIVED:
            parts.append(t("全部数字为 0"))
    if entry.days_late:
        parts.append(t("迟 {days} 天", days=entry.days_late))
    if entry.due is not None:
        parts.append(t("截止 {due}", due=t.date(entry.due)))
    if entry.extension is not None:
        parts.append(t("延期原因：{reason}", reason=entry.extension.reason))
    return " · ".join(parts)


def timeliness(counted: Tally) -> float | None:
    """The share in time. None where nothing came and nothing was due yet; and where all that came was entered when the
    installation began: one that is missing says nothing of the others."""
    if counted.is_early:
        return None
    return None if counted.entered_later and not counted.on_time + counted.late else counted.timeliness


def _areas(desk: Desk) -> html.Table:
    """One row a child area with its share in each month, and the whole at the end."""
    visit, root = desk.visit, desk.visit.view.area.code
    children = [one for one in visit.registry.organisations.children(root) if one.is_area]
    body = []
    for one in [*children, visit.view.area]:
        name = one.name(visit.view.language)
        head: Any = name
        if one.code != root:
            head = dcc.Link(name, href=visit.view.link("/calendar", area=one.code, form=desk.form.code))
        counted = [
            tally(entry for entry in desk.of_month(month) if one.code in entry.areas) for month in desk.months
        ]
        if any(found.expected or found.not_expected for found in counted):
            cells = [html.Th(head, scope="row"), *(_share(desk, found) for found in counted)]
            body.append(html.Tr(cells, className="total" if one.code == root else ""))
    return html.Table([_heads(desk), html.Tbody(body)], className="plain plain--calendar plain--shares")


def _share(desk: Desk, found: Tally) -> html.Td:
    if not found.expected:
        return html.Td("", className="number")
    kind = "full" if found.received == found.expected else "none" if found.received == 0 else "part"
    if not found.missing:
        kind = "full"  # what has not come is not due yet, and nobody's fault
    t = desk.visit.texts
    words = t(
        "应报 {expected}，已收 {received}，按时 {on_time}，迟报 {late}，未报 {missing}",
        expected=found.expected, received=found.received, on_time=found.on_time, late=found.late, missing=found.missing,
    )  # fmt: skip
    return html.Td(
        [
            html.Div(wording.percent(found.completeness)),
            html.Div(wording.percent(timeliness(found)), className="quiet"),
        ],
        title=words,
        className=f"number report report--{kind}",
    )
