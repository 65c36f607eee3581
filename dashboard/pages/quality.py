"""Data quality of a month: what is missing, late, failing checks or standing out, a score by area, and the desk review."""

from __future__ import annotations

from collections import Counter
from typing import Any

import dash
from dash import dcc, html

from dashboard import blocks, calendar_table, tables, wording
from dashboard.answers import Answers
from dashboard.pages.calendar import timely
from dashboard.quality import Question, Review
from dashboard.texts import mark
from dashboard.visit import Visit
from indicators.quality import Score
from indicators.reporting import tally
from loaders.issues import kinds
from reference.periods import month_add, month_of, month_range
from reference.quality import quality_rules

PATH = "/quality"
NEEDS = "view_uploads"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py
SHOWN = 150
KINDS = {
    "missing": mark("未报"),
    "late": mark("迟报"),
    "check": mark("审核未通过"),
    "unusual": mark("异常值"),
    "agreement": mark("表间不一致"),
}
PARTS = {
    "completeness": mark("完整"),
    "timeliness": mark("及时"),
    "internal": mark("内部一致"),
    "external": mark("外部一致"),
}


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("数据质量")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def layout(visit: Visit) -> html.Div:
    """Numbers first, then the scores, what the checks found, the desk review, and how it is judged."""
    t, review = visit.texts, Review(visit)
    head = blocks.heading(
        visit,
        title(visit),
        html.P(f"{visit.name(visit.view.area.code)} · {t.month(review.month)}", className="quiet"),
        choosers=[blocks.area_chooser(visit, with_units=True), month_chooser(visit, review)],
    )
    if not any(one.receipt for one in review.whole.entries):
        return html.Div(
            [head, blocks.empty(t("这个月还没有收到报表"), t("收到报表后，这里会逐项评价其质量。"))]
        )
    return html.Div(
        [
            head,
            summary(review),
            html.Div(
                [scores(review), html.Div([failed_checks(review), agreements(review)])], className="halves"
            ),
            desk_review(review),
            methods(review),
        ]
    )


def month_chooser(visit: Visit, review: Review) -> html.Div:
    """Which month."""
    over = month_add(month_of(visit.today), -1)
    months = sorted({*month_range(month_add(over, -35), over).months, review.month}, reverse=True)
    options = [{"value": _code(month), "label": visit.texts.month(month)} for month in months]
    return blocks.choice("period", _code(review.month), options, visit.texts("月份"), width=150, drops="kind")


def _code(month: int) -> str:
    return f"{month // 100}-{month % 100:02d}"


def summary(review: Review) -> html.Div:
    """How much of each kind there is to ask about."""
    t, counted = review.visit.texts, tally(review.entries)
    counts = Counter(one.kind for one in review.questions)
    cards = [
        _card(t("完整率"), wording.percent(counted.completeness), t("已收 {received} / 应报 {expected}", received=counted.received, expected=counted.expected)),
        _card(t("及时率"), wording.percent(calendar_table.timeliness(counted)), timely(review.visit, counted)),
    ]  # fmt: skip
    cards += [_card(t(name), f"{counts[kind]:,}", "") for kind, name in KINDS.items()]
    return html.Div(html.Div(cards, className="number-cards"), className="panel")


def _card(name: str, number: str, how: str) -> html.Div:
    return html.Div(
        [html.Span(name, className="quiet"), html.Strong(number), html.Span(how) if how else None],
        className="number-card",
    )


def scores(review: Review) -> html.Section:
    """Each smallest area with its score and the score's parts, the lowest first."""
    t, visit = review.visit.texts, review.visit
    columns = [
        tables.text_column("name", t("地区"), 120, cellRenderer="Link", pinned="left", lockPinned=True, maxWidth=230),
        tables.number_column("total", t("得分"), 70, "total_words", maxWidth=90, cellClass="strong"),
        *(tables.number_column(part, t(name), 78, f"{part}_words", maxWidth=110) for part, name in PARTS.items()),
    ]  # fmt: skip
    rows = [_score_row(visit, *one) for one in review.scores]
    height = None if len(rows) <= 14 else 520
    unsure = None
    if quality_rules().mark == "?":
        unsure = html.Span(t("权重待核实"), className="certainty certainty--unsure")
    return blocks.panel(
        t("各地得分（低的在前）"), tables.grid("quality-scores", columns, rows, t, height), note=unsure
    )


def _score_row(visit: Visit, area: str, parts: Score, total: float | None) -> tables.Row:
    row: tables.Row = {
        "name": visit.name(area),
        "name_href": visit.view.link(PATH, area=area),
        "total": total,
        "total_words": wording.number(total),
    }
    for part in PARTS:
        share = getattr(parts, part)
        row |= {part: share, f"{part}_words": wording.percent(share)}
    return row


def failed_checks(review: Review) -> html.Section:
    """The checks that failed, by kind, the most frequent first."""
    t = review.visit.texts
    counted = Counter(one.issue.code for one in review.warnings)
    senders = {
        code: len({one.organisation for one in review.warnings if one.issue.code == code}) for code in counted
    }
    if not counted:
        return blocks.panel(t("审核未通过"), html.P(t("没有未通过的审核。"), className="quiet"))
    rows = [
        html.Tr(
            [
                html.Td(_kind_name(review.visit, code)),
                html.Td(f"{number:,}", className="number"),
                html.Td(f"{senders[code]:,}", className="number"),
            ]
        )
        for code, number in counted.most_common()
    ]
    heads = [
        html.Th(t("审核")),
        html.Th(t("处"), className="number"),
        html.Th(t("单位数"), className="number"),
    ]
    return blocks.panel(
        t("审核未通过"),
        html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="plain"),
    )


def _kind_name(visit: Visit, code: str) -> str:
    """What a kind of warning says, without the case's own words."""
    kind = kinds().get(code)
    if kind is None:
        return code
    return _without_braces(visit.texts.pick(kind.zh, kind.en))


def _without_braces(text: str) -> str:
    kept, inside = "", False
    for sign in text:
        inside = sign == "{" or (inside and sign != "}")
        kept += "…" if sign == "{" else "" if inside or sign == "}" else sign
    return kept


def agreements(review: Review) -> html.Section | None:
    """What two kinds of senders count of the same events."""
    t, visit = review.visit.texts, review.visit
    if not review.compared:
        return None
    rule = next(one for one in quality_rules().agreements if one.tree == visit.view.tree.code)
    rows = [
        html.Tr(
            [
                html.Th(visit.name(one.area), scope="row"),
                html.Td(wording.number(one.one), className="number"),
                html.Td(wording.number(one.other), className="number"),
                html.Td(
                    wording.MISSING if one.ratio is None else f"{one.ratio:.2f}",
                    className="number report report--" + ("full" if one.agrees(quality_rules()) else "part"),
                ),
            ]
        )
        for one in sorted(review.compared, key=lambda one: abs((one.ratio or 0) - 1), reverse=True)
    ]
    element = visit.registry.element(rule.element)
    heads = ["", t("机构按发生地"), t("县区按居住地"), t("比值")]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(one, className="number") for one in heads])), html.Tbody(rows)],
        className="plain",
    )
    return blocks.panel(
        t("表间一致：{element}", element=t.pick(element.zh, element.en)),
        html.Div(table, className="scrolling", tabIndex="0"),
        html.P(t.pick(rule.note_zh, rule.note_en), className="quiet"),
    )


def desk_review(review: Review) -> html.Section:
    """Whom to ask what, in sentences."""
    t, visit = review.visit.texts, review.visit
    questions = review.questions
    if not questions:
        return blocks.panel(t("案头核查"), html.P(t("这个月没有需要询问的事项。"), className="quiet"))
    period = _code(review.month)
    groups: list[Any] = []
    for kind, name in KINDS.items():
        found = [one for one in questions if one.kind == kind]
        if found:
            groups.append(html.H3(t("{name}（{count}）", name=t(name), count=len(found))))
            groups.append(
                html.Ul([_question(visit, one) for one in found[:SHOWN]], className="sentences", tabIndex="0")
            )
            if len(found) > SHOWN:
                groups.append(
                    html.P(t("另有 {count} 条在 Excel 中。", count=len(found) - SHOWN), className="quiet")
                )
    return blocks.panel(
        t("案头核查（{count}）", count=len(questions)),
        html.Div(
            [
                dcc.Clipboard(content="\n".join(one.sentence for one in questions), title=t("复制"), className="copy"),
                html.Span(t("复制全部"), className="quiet"),
                html.A(t("下载 Excel"), href=visit.view.link("/download/desk-review.xlsx", period=period), download="", className="button button--quiet"),
            ],
            className="actions",
        ),
        *groups,
    )  # fmt: skip


def _question(visit: Visit, one: Question) -> html.Li:
    if one.upload_id is None:
        return html.Li(one.sentence)
    words = one.where or visit.texts("查看文件")
    href = visit.view.link("/submissions", upload=str(one.upload_id))
    return html.Li([one.sentence, " ", dcc.Link(words, href=href, className="nowrap")])


def methods(review: Review) -> html.Details:
    """How it is judged, with every limit and weight."""
    t, rules = review.visit.texts, quality_rules()
    weights = rules.weights
    sentences = [
        t("异常值：以该单位此前 {least} 至 {most} 个月为常态，修正 z 值 = 0.6745 ×（数值 − 中位数）÷ 绝对中位差，超过 {limit} 即列出（Iglewicz、Hoaglin，1993）；数值与中位数都小于 {smallest} 的不评。",
          least=rules.least_history, most=rules.history, limit=rules.outlier, smallest=f"{rules.smallest:g}"),
        t("季节：与往年（至多 {years} 年）同月平均相比，相差超过 {share}，且差异超出偶然（两个计数之差除以其和的平方根，超过 {chance}；Przyborowski、Wilenski，1940），即列出。",
          years=rules.season_years, share=f"{rules.season:.0%}", chance=f"{rules.season_chance:g}"),
        t("表间一致：两表比值在 1 ± {share} 之内为一致。", share=f"{rules.agreement:.0%}"),
        t("得分：世界卫生组织数据质量评价（2017、2022）的各维度，权重为完整 {completeness}、及时 {timeliness}、内部一致 {internal}、外部一致 {external}；无法评价的部分不计入。内部一致 = 无未通过审核的报表所占比例与无异常的数值所占比例的平均。外部一致取所在市州的表间比较。",
          completeness=f"{weights.completeness:.0%}", timeliness=f"{weights.timeliness:.0%}", internal=f"{weights.internal:.0%}", external=f"{weights.external:.0%}"),
    ]  # fmt: skip
    return html.Details(
        [html.Summary(t("评价方法")), html.Ul([html.Li(one) for one in sentences])], className="panel"
    )
