"""Submissions: hand in a workbook, see at once what became of it, and everything handed in before."""

from __future__ import annotations

import json
from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from dashboard import blocks, tables, wording
from dashboard.answers import Answers
from dashboard.auth.reach import uploads_seen
from dashboard.pages import one_upload
from dashboard.visit import Visit, open_visit
from loaders.forms import Form

PATH = "/submissions"
NEEDS = "view_uploads"
SHOWN = 200


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("数据上报")


def register(app: dash.Dash, answers: Answers) -> None:
    """The history is drawn anew when the browser has handed something in."""

    def redraw(_count: int, pathname: str, search: str) -> Any:
        return history(open_visit(answers, pathname or PATH, search or ""))

    app.callback(
        Output("history", "children"),
        Input("handed-in", "data"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )(redraw)
    one_upload.register(app, answers)


def layout(visit: Visit) -> html.Div:
    """What became of a file, the place to drop one, blank forms, the history."""
    t = visit.texts
    head = blocks.heading(
        visit,
        title(visit),
        html.P(t("拖入报表，当场检查；有错误的文件不入库，逐格说明怎样改。"), className="quiet"),
    )
    number = visit.view.upload
    chosen = one_upload.layout(visit, number) if number is not None else None
    return html.Div(
        [
            head,
            # Before the place to drop: what became of a file is seen without looking for it. The script puts the focus on it.
            html.Div(chosen, id="outcomes", className="outcomes", tabIndex="-1", **{"aria-live": "polite"}),
            html.Div(
                [drop(visit) if visit.account.may("submit") else None, templates(visit)], className="halves"
            ),
            dcc.Store(id="handed-in", data=0),
            html.Div(history(visit), id="history"),
        ]
    )


def drop(visit: Visit) -> html.Section:
    """The place to drop files; assets/upload.js does the rest."""
    t = visit.texts
    limit = visit.workspace.settings.upload_max_megabytes
    return blocks.panel(
        t("上报文件"),
        html.Div(
            [
                html.Div("⇪", className="drop-sign", **{"aria-hidden": "true"}),
                html.Strong(t("把报表文件拖到这里")),
                html.Span(t("或按此选择文件，可以一次选多个")),
                html.Span(
                    t(
                        "接受 .xlsx、.xls、.ods、.csv，也可以把多份报表打成 .zip，每个不超过 {limit} MB",
                        limit=limit,
                    ),
                    className="quiet",
                ),
                html.Div(html.Div(className="progress-bar"), className="progress", id="drop-progress"),
                html.Div(id="drop-says", className="drop-says", role="status"),
            ],
            id="drop",
            className="drop",
            tabIndex="0",
            role="button",
            **{
                "data-limit": str(limit * 1024 * 1024),
                "data-language": visit.view.language,
                "data-sending": t("正在上传和检查…"),
                "data-failed": t(
                    "没有传成：网络中断或服务器没有回应。不能确认文件已入库，请再传一次；重复上传同一文件不会重复计数。"
                ),
                "data-waiting": t("发送太快，稍候自动继续…"),
                "data-rest": t("其余的见下面的上报记录。"),
                "data-outcomes": json.dumps(
                    {
                        **{name: t(words) for name, words in wording.OUTCOMES.items()},
                        "refused": t("未收"),
                        "archive": t("压缩包"),
                    },
                    ensure_ascii=False,
                ),
                "data-large": t("文件超过 {limit} MB，没有上传。", limit=limit),
            },
        ),
    )


def templates(visit: Visit) -> html.Section:
    """Blank forms to fill in."""
    t = visit.texts
    items = [
        html.Li(
            [
                html.A(
                    t.pick(form.zh, form.en), href=visit.view.link(f"/template/{form.code}.xlsx"), download=""
                ),
                html.Span(_about(visit, form), className="quiet"),
            ]
        )
        for form in _own_first(visit)
    ]
    return blocks.panel(t("空白表样"), html.Ul(items, className="templates"))


def _own_first(visit: Visit) -> list[Form]:
    """The forms of the tree in view and of the account's own; those that its organisation owes come first."""
    own = visit.account.organisation
    who = visit.registry.organisations.get(own) if own in visit.registry.organisations else None
    trees = {visit.view.tree.code, *([who.tree] if who else [])}
    forms = [form for form in visit.workspace.forms.by_code.values() if form.tree in trees]
    return sorted(forms, key=lambda form: who is None or not form.duty.owed_by(who))


def _about(visit: Visit, form: Form) -> str:
    t = visit.texts
    often = {
        "month": t("每月，期末后 {days} 天内", days=form.due_days),
        "quarter": t("每季，期末后 {days} 天内", days=form.due_days),
        "year": t("每年，期末后 {days} 天内", days=form.due_days),
        "change": t("有变动时"),
    }[form.frequency]
    tree = visit.registry.trees[form.tree]
    begins = blocks.begins_words([form.duty], visit.today, t) if form.duty.span else ""
    return " · ".join(one for one in (often, begins, t.pick(tree.zh, tree.en)) if one)


def history(visit: Visit) -> html.Section:
    """The newest uploads."""
    t = visit.texts
    frame = uploads_seen(visit.answers, visit.account, SHOWN)
    if frame.empty:
        return blocks.panel(
            t("上报记录"),
            blocks.empty(t("还没有人上报过"), t("从上面拖入第一份报表，或先下载空白表样填写。")),
        )
    rows = [_row(visit, record) for record in frame.to_dict("records")]
    columns = [
        tables.text_column("name", t("文件"), 220, cellRenderer="Link"),
        tables.text_column("received", t("收到时间"), 175, maxWidth=190),
        tables.text_column("sender", t("上报人"), 110, maxWidth=160),
        tables.text_column("judgement", t("结果"), 130, cellRenderer="Judgement", maxWidth=170),
        tables.number_column("values", t("数值"), 80, "values_words", maxWidth=100),
        tables.number_column("errors", t("错误"), 74, maxWidth=90),
        tables.number_column("warnings", t("提醒"), 74, maxWidth=90),
        tables.text_column("original", t("原件"), 80, cellRenderer="Download", sortable=False, maxWidth=100),
    ]
    height = None if len(rows) <= 12 else 480
    note = t("最近 {count} 份", count=len(rows))
    return blocks.panel(
        t("上报记录"), tables.grid("uploads", columns, rows, t, height, stacks=True), note=note
    )


def _row(visit: Visit, record: dict[Any, Any]) -> tables.Row:
    t, outcome = visit.texts, str(record["outcome"])
    number = int(record["upload_id"])
    given = bool(record["kept"]) and visit.account.may("view_originals")
    return {
        "name": str(record["name"]),
        "name_href": visit.view.link(PATH, upload=str(number)),
        "received": t.moment(wording.utc(record["received_at"])),
        "sender": wording.person(str(record["sender"]), t),
        "judgement": t(wording.OUTCOMES[outcome]),
        "sign": wording.OUTCOME_SIGNS[outcome],
        "kind": wording.OUTCOME_KINDS[outcome],
        "values": int(record["values"]),
        "values_words": wording.number(int(record["values"])),
        "errors": int(record["errors"]),
        "warnings": int(record["warnings"]),
        "original": t("下载") if given else "" if record["kept"] else t("未保留"),
        "original_href": f"/original/{number}" if given else "",
    }
