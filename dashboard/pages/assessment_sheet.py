"""One institution in a round, line by line: what it scores and why; its self-assessment, an evaluator's sheet, settling, appeal."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import blocks, wording
from dashboard.assessment.exporting import report_of
from dashboard.assessment.permission import (
    is_blind,
    may_answer,
    may_appeal,
    may_review,
    may_see,
    may_see_evidence,
    may_sign,
    seat_of,
)
from dashboard.assessment.standing import Standing, stand
from dashboard.auth.account import Account
from dashboard.exports.assessment_words import change_rows, findings, raises, summary
from dashboard.pages import assessment_parts as parts
from dashboard.pages.assessment_marks import marks_given, spoken
from dashboard.visit import Visit
from indicators.scoring.entries import Entry
from indicators.scoring.score import LineScore
from reference.assessments import Line
from store.assessing import AssessmentError


@dataclass(frozen=True)
class Sheet:
    """What a sheet is drawn from. `mode`: read, self, mark or review."""

    visit: Visit
    account: Account
    standing: Standing
    organisation: str
    seat: int
    mode: str

    @property
    def step(self) -> str:
        """Where the round stands."""
        return self.standing.round.step


def mode_of(visit: Visit, account: Account, standing: Standing, organisation: str) -> str:
    """What the account may do on this sheet in this step."""
    step, organisations = standing.round.step, visit.registry.organisations
    if step == "self" and may_answer(account, organisation, organisations):
        return "self"
    if step == "scoring" and seat_of(account, standing.round, organisation):
        return "mark"
    if step == "review" and may_review(account, organisation, organisations):
        return "review"
    return "read"


def body(visit: Visit, account: Account, code: str, organisation: str) -> list[Any]:
    """Heading, summary, what to do, domains and lines."""
    standing, t = stand(visit.workspace, code, blind=is_blind(account)), visit.texts
    if not standing.has(organisation):
        raise AssessmentError("该单位不参加本轮考核。", "This organisation takes no part in the round.")
    if not may_see(account, standing.round, organisation, visit.registry.organisations):
        raise AssessmentError("公布之前，只能看到本单位和分配给您评分的单位。", "Before publication only your own institution and those you score are shown.")  # fmt: skip
    seat = seat_of(account, standing.round, organisation)
    mode = mode_of(visit, account, standing, organisation)
    sheet = Sheet(visit, account, standing, organisation, seat, mode)
    back = dcc.Link(t("本轮全部单位"), href=visit.view.link(f"/assessment/{code}"), className="button button--quiet")  # fmt: skip
    rehearse = dcc.Link(t("假设推演"), href=visit.view.link(f"/assessment/{code}/{organisation}/what-if"), className="button button--quiet")  # fmt: skip
    return [
        blocks.heading(visit, visit.name(organisation), html.P(standing.round.name(t.language), className="quiet"), choosers=[rehearse, back]),
        parts.steps(visit, sheet.step),
        parts.marks(visit, standing),
        _result(sheet),
        _change(sheet),
        *[_domain(sheet, place) for place in range(len(standing.scheme(organisation).domains))],
        _save(sheet),
        _appeal(sheet),
        _decide(sheet),
    ]  # fmt: skip


def _result(sheet: Sheet) -> html.Section:
    visit, t = sheet.visit, sheet.visit.texts
    score = sheet.standing.score(sheet.organisation)
    report = report_of(visit.workspace, sheet.standing, t.language)
    place = sheet.standing.place(sheet.organisation)
    figures = [
        html.Div([html.Span(name, className="quiet"), html.Strong(value)], className="number-card")
        for name, value in (
            (t("总分"), score.total),
            (t("等次"), score.grade(t.language)),
            (t("同组名次"), f"{score.place} / {score.peers}"),
            (t("待评项"), str(score.pending)),
        )
    ]
    more = [html.P(words) for words in summary(report, place)]
    gains = [html.Li(one.words) for one in raises(report, place)]
    found = [html.Li(words) for words in findings(report, place)]
    files = html.Div(
        [
            html.A(
                f"{kind.upper()}",
                href=f"/assessment-file/{sheet.standing.round.code}/{sheet.organisation}.{kind}?lang={t.language}",
                download="",
                className="button button--quiet",
            )
            for kind in ("docx", "pdf")
        ],
        className="actions",
    )
    return blocks.panel(
        t("结果"),
        html.Div(figures, className="number-cards"),
        html.Div(more, className="assess-summary"),
        html.Details([html.Summary(t("发现，以及最能提高得分的几项")), html.Ul(found), html.Ol(gains)], className="more"),
        files if visit.account.may("export") else None,
    )  # fmt: skip


def _change(sheet: Sheet) -> html.Section | None:
    """What the change on the year before came from."""
    t, standing = sheet.visit.texts, sheet.standing
    if standing.last is None or sheet.organisation not in standing.changes:
        return None
    report = report_of(sheet.visit.workspace, standing, t.language)
    heads, rows = change_rows(report, standing.place(sheet.organisation))
    cells = [html.Tr([html.Td(row[0]), *map(parts.number, row[1:])]) for row in rows]
    note = t("与 {name} 相比；各项相加即总分之差", name=t.pick(*standing.last.names))
    return blocks.panel(t("较上年变化的来源"), blocks.stacked_table(heads, cells), note=note)


def _domain(sheet: Sheet, place: int) -> html.Section:
    t = sheet.visit.texts
    domain = sheet.standing.scheme(sheet.organisation).domains[place]
    score = sheet.standing.score(sheet.organisation)
    held = score.domains[place]
    heads: list[Any] = [t("指标"), t("权重"), t("值"), t("得分"), t("怎样得分")]
    heads += {
        "self": [t("自评"), t("说明"), t("佐证材料")],
        "mark": [t("自评"), t("佐证材料"), t("我的评分"), t("理由")],
        "review": [t("自评"), t("两名专家"), t("裁定"), t("理由")],
        "read": [t("自评"), t("佐证材料"), t("专家")],
    }[sheet.mode]
    rows = [_row(sheet, line, score.line(line.code)) for line in domain.lines]
    note = t("{score} 分 / {weight}（计入权重 {applicable}）", score=held.score or "—", weight=held.weight, applicable=held.applicable)  # fmt: skip
    return blocks.panel(
        domain.name(t.language), blocks.stacked_table(heads, rows, "plain--lines plain--sheet"), note=note
    )


def _row(sheet: Sheet, line: Line, held: LineScore) -> html.Tr:
    t, entry = sheet.visit.texts, sheet.standing.participant(sheet.organisation).entries[line.code]
    name = [
        html.Span("★ ", title=t("国家监测指标")) if line.monitored else None,
        line.name(t.language),
        html.Span(t(parts.RULES[line.rule]), className="chip chip--unaimed"),
    ]
    value, unit = parts.value_words(sheet.visit, line, held.value), _unit(sheet.visit, line)
    counts = None
    if line.computed and entry.numerator is not None:
        counts = html.Div(_counts(sheet.visit, line, entry), className="quiet nowrap")
    points = held.points if held.status == "scored" else t(parts.STATUS[held.status])
    cells = [
        html.Td(name),
        parts.number(held.weight),
        html.Td([value if value == "—" else f"{value} {unit}".strip(), counts], className="number"),
        html.Td(html.Strong(points), className="number"),
        html.Td(held.sentence(t.language), className="how"),
        *_more(sheet, line, held),
    ]
    return html.Tr(cells, className=f"line line--{held.status}")


def _counts(visit: Visit, line: Line, entry: Entry) -> str:
    """Numerator and denominator; amounts in their unit, not in its hundredths."""
    names = line.numerator or ("",)
    element = visit.registry.elements.get(names[0].partition("@")[0])
    parts_of_one = 10 ** (element.decimals if element else 0)
    shown = [
        wording.number((number or 0) / parts_of_one, 0) for number in (entry.numerator, entry.denominator)
    ]
    return " / ".join(shown)


def _unit(visit: Visit, line: Line) -> str:
    """Its indicator's unit, or its own."""
    known = visit.workspace.catalogue.by_code
    return (
        known[line.indicator].unit(visit.texts.language)
        if line.indicator in known
        else line.unit(visit.texts.language)
    )


def _more(sheet: Sheet, line: Line, held: LineScore) -> list[html.Td]:
    """The cells that depend on what may be done."""
    if not line.asked:
        empty = {"self": 3, "mark": 4, "review": 4, "read": 3}[sheet.mode]
        if sheet.mode == "review":
            return [html.Td(), html.Td(), *_apply_cells(sheet, line)]
        return [html.Td() for _ in range(empty)]
    if sheet.mode == "self":
        return [*_answer_cells(sheet, line), html.Td(_evidence(sheet, line, adding=True))]
    answer, files = html.Td(_answer(sheet, line)), html.Td(_evidence(sheet, line, adding=False))
    if sheet.mode == "mark":
        return [answer, files, *_mark_cells(sheet, line)]
    if sheet.mode == "review":
        return [html.Td([html.Div(_answer(sheet, line)), _evidence(sheet, line, adding=False)]), html.Td(marks_given(sheet.visit, sheet.standing, sheet.organisation, line), className="said"), *_settle_cells(sheet, line, held)]  # fmt: skip
    return [
        answer,
        files,
        html.Td(marks_given(sheet.visit, sheet.standing, sheet.organisation, line), className="said"),
    ]


def _answer(sheet: Sheet, line: Line) -> Any:
    said = sheet.standing.round.latest(sheet.organisation, line.code, "answer")
    if said is None:
        return "—"
    return [
        spoken(sheet.visit, line, said.value),
        html.Div(said.words, className="quiet") if said.words else None,
    ]


def _answer_cells(sheet: Sheet, line: Line) -> list[html.Td]:
    t, said = sheet.visit.texts, sheet.standing.round.latest(sheet.organisation, line.code, "answer")
    label = line.name(t.language)
    if line.asked == "yes_no":
        given: Any = parts.select(line.code, said.value if said else None, parts.yes_no(sheet.visit), label)
    elif line.asked == "value":
        given = parts.number_field(line.code, said.value if said else "", label)
    else:
        given = html.Span(t("由专家评分"), className="quiet")
    return [html.Td(given), html.Td(parts.words_field(line.code, t("说明"), said.words if said else ""))]


def _evidence(sheet: Sheet, line: Line, *, adding: bool) -> html.Div:
    """Files handed in, each to be read by who may; in self-assessment more may be added."""
    held, t = sheet.standing.round, sheet.visit.texts
    given = held.files(sheet.organisation, line.code)
    if not may_see_evidence(sheet.account, held, sheet.organisation, sheet.visit.registry.organisations):
        return html.Div(
            html.Span(t("佐证 {count} 份", count=len(given)), className="quiet") if given else None
        )
    files = [
        html.Li(html.A(one.name, href=f"/assessment-evidence/{held.code}/{one.number}", download=""))
        for one in given
    ]
    add = None
    if adding and line.rule != "veto":
        address = f"/assessment-evidence/{held.code}/{sheet.organisation}/{line.code}?lang={t.language}"
        add = html.Button(
            t("添加文件"),
            className="button button--quiet evidence-add",
            **{"data-address": address, "data-failed": t("没有上传成功。")},
        )
    return html.Div([html.Ul(files, className="evidence"), add])


def _mark_cells(sheet: Sheet, line: Line) -> list[html.Td]:
    t = sheet.visit.texts
    said = sheet.standing.round.latest(sheet.organisation, line.code, "mark", sheet.seat)
    label = line.name(t.language)
    value = said.value if said else None
    if line.asked == "yes_no":
        given: Any = parts.select(line.code, value, parts.yes_no(sheet.visit), label)
    elif line.asked == "value":
        given = parts.number_field(line.code, value or "", label)
    else:
        points = f"{float(Fraction(value) * Fraction(line.weight)):g}" if value else ""
        given = html.Span(
            [parts.number_field(line.code, points, label), f" / {line.weight}"], className="nowrap"
        )
    return [html.Td(given), html.Td(parts.words_field(line.code, t("理由"), said.words if said else ""))]


def _settle_cells(sheet: Sheet, line: Line, held: LineScore) -> list[html.Td]:
    t = sheet.visit.texts
    said = sheet.standing.round.latest(sheet.organisation, line.code, "settlement")
    if held.status != "pending" and said is None:
        return [html.Td(t("一致"), className="quiet"), html.Td()]
    label = line.name(t.language)
    if line.asked == "yes_no":
        given: Any = parts.select(line.code, said.value if said else None, parts.yes_no(sheet.visit), label)
    else:
        value = "" if said is None else said.value
        if value and line.asked == "expert":
            value = f"{float(Fraction(value) * Fraction(line.weight)):g}"
        given = parts.number_field(line.code, value, label)
    return [html.Td(given), html.Td(parts.words_field(line.code, t("裁定理由"), said.words if said else ""))]


def _apply_cells(sheet: Sheet, line: Line) -> list[html.Td]:
    """A reviewer may find that a computed line does not apply, with the reason."""
    t = sheet.visit.texts
    said = sheet.standing.round.latest(sheet.organisation, line.code, "applies")
    options = [("yes", t("适用")), ("no", t("不适用"))]
    given = parts.select(line.code, said.value if said else "yes", options, line.name(t.language))
    return [html.Td(given), html.Td(parts.words_field(line.code, t("理由"), said.words if said else ""))]


def _save(sheet: Sheet) -> html.Div | None:
    t = sheet.visit.texts
    words = {"self": t("保存自评"), "mark": t("提交评分"), "review": t("保存裁定")}.get(sheet.mode)
    if words is None:
        return None
    return html.Div([parts.button(words, f"save-{sheet.mode}")], className="actions actions--save")


def _appeal(sheet: Sheet) -> html.Details | None:
    visit, t = sheet.visit, sheet.visit.texts
    if sheet.step != "published" or not may_appeal(sheet.account, sheet.organisation, visit.registry.organisations):  # fmt: skip
        return None
    return html.Details(
        [
            html.Summary(t("申诉")),
            html.P(t("对某一项的得分有异议的，请写明理由；申诉和裁定都会留存并公布。"), className="quiet"),
            html.Div(
                [_line_choice(sheet, "appeal-line"), parts.words_field("appeal", t("申诉理由")), parts.button(t("提交申诉"), "appeal")],
                className="actions actions--form",
            ),
        ],
        className="panel",
    )  # fmt: skip


def _line_choice(sheet: Sheet, name: str, codes: tuple[str, ...] | None = None) -> Any:
    scheme = sheet.standing.scheme(sheet.organisation)
    data = [
        {"value": line.code, "label": line.name(sheet.visit.texts.language)}
        for line in scheme.lines
        if codes is None or line.code in codes
    ]
    value = data[0]["value"] if codes else None
    return dmc.Select(id={"type": "assess-value", "line": name}, data=data, value=value, label=sheet.visit.texts("指标"), size="sm", w=300, searchable=True)  # fmt: skip


def _decide(sheet: Sheet) -> html.Section | None:
    """Deciding an open appeal: rejected, or upheld with the value that counts, in a further signed edition."""
    t = sheet.visit.texts
    open_ones = [
        one
        for one, decided in sheet.standing.round.appeals()
        if decided is None and one.organisation == sheet.organisation
    ]
    if not open_ones or not may_sign(sheet.account) or sheet.step != "published":
        return None
    codes = tuple(one.line for one in open_ones)
    listed = [
        html.Li(f"{sheet.standing.scheme(sheet.organisation).line(one.line).name(t.language)}：{one.words}")
        for one in open_ones
    ]
    return blocks.panel(
        t("裁定申诉"),
        html.Ul(listed),
        html.Div(
            [
                _line_choice(sheet, "decide-line", codes),
                parts.field("decide-value", t("应采用的值（专家评分项填得分）")),
                parts.words_field("decide", t("裁定理由")),
                parts.button(t("申诉成立，重新签发"), "uphold"),
                parts.button(t("驳回申诉"), "reject", quiet=True),
            ],
            className="actions actions--form",
        ),
        note=t("成立的，签发新的一版；原来的一版永久保留"),
    )
