"""What became of an upload, drawn: the same picture right after the upload and later from the record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard import blocks, wording
from dashboard.answers import Answers
from dashboard.visit import Visit
from loaders.issues import Issue
from loaders.outcome import Recognised
from store.records import Receipt

# A file can be wrong in every cell; the page shows the first ones and says how many more there are.
SHOWN = 200


@dataclass(frozen=True)
class Found:
    """One outcome, wherever it was read from."""

    upload_id: int | None
    name: str
    outcome: str
    submissions: int
    superseded: int
    values: int
    issues: tuple[Issue, ...]
    recognised: tuple[Recognised, ...] = ()


def fresh_outcome(receipt: Receipt, recognised: Sequence[Recognised], issues: Iterable[Issue]) -> Found:
    """From the receipt just given."""
    added = tuple(
        Issue(one.code, one.sheet, one.cell, one.found, one.parameters, one.severity)
        for one in receipt.added_issues
    )
    return Found(
        receipt.upload_id,
        receipt.name,
        receipt.outcome,
        receipt.submissions,
        receipt.superseded,
        receipt.values,
        (*issues, *added),
        tuple(recognised),
    )


def kept_outcome(visit: Visit, upload_id: int) -> html.Section | None:
    """From the record; nothing when there is no such upload."""
    row = visit.answers.upload(upload_id)
    if row is None:
        return None
    issues = kept_issues(visit.answers, upload_id)
    numbers = (int(row["submissions"]), int(row["superseded"]), int(row["values"]))
    return draw(visit, Found(upload_id, str(row["name"]), str(row["outcome"]), *numbers, issues))


def kept_issues(answers: Answers, upload_id: int) -> tuple[Issue, ...]:
    """The issues of an upload, from the record."""
    return tuple(_issue(record) for record in answers.upload_issues(upload_id).to_dict("records"))


def _issue(record: dict[Any, Any]) -> Issue:
    parameters = record["parameters"]
    if isinstance(parameters, str):
        parameters = json.loads(parameters or "{}")
    return Issue(
        str(record["code"]),
        str(record["sheet"]),
        str(record["cell"]),
        str(record["found"]),
        parameters,
        str(record["severity"]),
    )


def draw(visit: Visit, found: Found) -> html.Section:
    """The verdict, what was read, and every issue with its cell and the way to mend it."""
    t = visit.texts
    kind = wording.OUTCOME_KINDS[found.outcome]
    named = any(issue.code.startswith("person_") for issue in found.issues)  # such a file is not kept
    return html.Section(
        [
            html.Div(
                [
                    html.Span(f"{wording.OUTCOME_SIGNS[found.outcome]} {t(wording.OUTCOMES[found.outcome])}", className=f"chip chip--{kind}"),
                    html.Strong(found.name),
                    html.A(t("下载原件"), href=f"/original/{found.upload_id}", download="") if found.upload_id and not named else None,
                ],
                className="outcome-head",
            ),
            html.P(verdict(visit, found)),
            _given_back(visit, found) if not named else None,
            _more(visit, found),
            _recognised(visit, found.recognised),
            issue_table(visit, found.issues),
        ],
        className=f"panel outcome outcome--{kind}",
    )  # fmt: skip


def _more(visit: Visit, found: Found) -> html.P | None:
    """Where the rest is: changes against the one before, steps, taking it back."""
    if (
        not found.upload_id
        or found.outcome == "returned"
        or visit.view.extra.get("upload") == str(found.upload_id)
    ):
        return None
    href = visit.view.link("/submissions", upload=str(found.upload_id))
    return html.P(html.A(visit.texts("查看经过、与前一次的不同，或撤回"), href=href))


def draw_many(visit: Visit, name: str, found: Sequence[Found]) -> html.Section:
    """What became of the files of an archive: how many of each, then each with a link to its own record."""
    t = visit.texts
    counts = Counter(one.outcome for one in found)
    chips = [
        html.Span(
            f"{wording.OUTCOME_SIGNS[outcome]} {t(wording.OUTCOMES[outcome])} {count}",
            className=f"chip chip--{wording.OUTCOME_KINDS[outcome]}",
        )
        for outcome, count in counts.most_common()
    ]
    names = (t("文件"), t("结果"), t("错误"), t("提醒"), t("数值"))
    rows = sorted(found, key=lambda one: one.outcome != "returned")
    body = [html.Tr(_line(visit, one)) for one in rows]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(one) for one in names])), html.Tbody(body)], className="plain"
    )
    return html.Section(
        [
            html.Div([html.Strong(name), *chips], className="outcome-head"),
            html.P(t("压缩包里共 {count} 个文件，每个文件分别检查和入库。", count=len(found))),
            html.Div(table, className="scrolling scrolling--tall", tabIndex="0"),
        ],
        className="panel outcome",
    )


def _line(visit: Visit, found: Found) -> list[html.Td]:
    errors = sum(issue.severity == "error" for issue in found.issues)
    href = visit.view.link("/submissions", upload=str(found.upload_id))
    return [
        html.Td(html.A(found.name, href=href)),
        html.Td(f"{wording.OUTCOME_SIGNS[found.outcome]} {visit.texts(wording.OUTCOMES[found.outcome])}"),
        html.Td(errors, className="number"),
        html.Td(len(found.issues) - errors, className="number"),
        html.Td(wording.number(found.values), className="number"),
    ]


def _given_back(visit: Visit, found: Found) -> html.P | None:
    """The file marked in its own cells, where any issue names a cell."""
    if not found.upload_id or not any(issue.cell for issue in found.issues):
        return None
    t, address = visit.texts, f"/marked/{found.upload_id}?lang={visit.view.language}"
    return html.P(
        [
            html.A(t("下载标注好的原表"), href=address, download="", className="button"),
            html.A(t("只下载有问题的行"), href=f"{address}&rows=faulty", download=""),
            html.Span(t("出错的单元格已上色并写明怎么改；改好后直接上传那个文件即可。"), className="quiet"),
        ],
        className="given-back",
    )


def verdict(visit: Visit, found: Found) -> str:
    """The promise in one sentence."""
    t = visit.texts
    if found.outcome == "returned":
        errors = sum(issue.severity == "error" for issue in found.issues)
        return t("有 {errors} 处错误，本文件没有任何数字入库。请照下表改好后重新上报。", errors=errors)
    if found.outcome == "withdrawn":
        return t("这次上报已撤回，它的数字不再生效。")
    if found.outcome == "unchanged":
        return t("与已入库的文件完全相同，没有改变任何数字。")
    words = t(
        "{submissions} 份报表、{values} 个数值已入库。", submissions=found.submissions, values=found.values
    )
    if found.superseded:
        words += " " * (visit.view.language == "en") + t(
            "其中 {count} 份替换了先前的上报，先前的仍保留在记录里。", count=found.superseded
        )
    return words


def _recognised(visit: Visit, sheets: Sequence[Recognised]) -> html.Ul | None:
    if not sheets:
        return None
    t = visit.texts
    items = []
    for sheet in sheets:
        form = visit.workspace.forms.by_code.get(sheet.form)
        name = t.pick(form.zh, form.en) if form else sheet.form
        words = t(
            "{form}，{period}，{count} 个单位", form=name, period=sheet.period, count=sheet.organisations
        )
        # A .csv has no sheets.
        items.append(
            html.Li(t("工作表“{sheet}”：{words}", sheet=sheet.sheet, words=words) if sheet.sheet else words)
        )
    return html.Ul(items, className="recognised")


def issue_table(visit: Visit, issues: Sequence[Issue]) -> Any:
    """Errors first, each with sheet, cell, what was found, what is wrong and how to mend it."""
    t = visit.texts
    if not issues:
        return html.P(t("没有发现问题。"), className="quiet")
    order = sorted(issues, key=lambda issue: issue.severity != "error")
    names = (t("轻重"), t("工作表"), t("单元格"), t("看到的内容"), t("问题"), t("怎样改"))
    body = [html.Tr(_cells(visit, issue)) for issue in order[:SHOWN]]
    more = t("另有 {count} 处未列出。", count=len(order) - SHOWN) if len(order) > SHOWN else None
    return html.Div([blocks.stacked_table(names, body, "issues", tall=True), html.P(more) if more else None])


def _cells(visit: Visit, issue: Issue) -> list[html.Td]:
    language = visit.view.language
    kind = "behind" if issue.severity == "error" else "below"
    return [
        html.Td(html.Span(visit.texts(wording.SEVERITIES[issue.severity]), className=f"chip chip--{kind}")),
        html.Td(issue.sheet),
        html.Td(html.Code(issue.cell) if issue.cell else ""),
        html.Td(issue.found, className="found"),
        html.Td(issue.message(language)),
        html.Td(issue.mend(language)),
    ]
