"""One follow-up: what was asked and why, what happened to the indicator since, every step, and the form for the next."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dash import dcc, html

from dashboard import attached, blocks, effect, following, wording
from dashboard import follow_up_rules as rules
from dashboard.visit import Visit
from indicators.result import Flag
from reference.follow_ups import Action
from reference.periods import month_of, parse
from reference.reporting import CHINA
from store.following_up import OWNER, TEXT, FollowUp

ANSWER_WITHIN = 14  # days suggested for an answer


def flag_in_view(visit: Visit) -> Flag | None:
    """The flag that the form of the address asks about."""
    code, kind = visit.view.unit or visit.view.area.code, visit.view.extra.get("show", "")
    found = [*visit.flags_of([code]), *visit.watched([code])]
    return next((one for one in found if (one.kind, one.indicator) == (kind, visit.view.indicator)), None)


def ask_form(visit: Visit) -> html.Div:
    """The flag as it stands, and what is asked: what, of whom, by when."""
    t, flag = visit.texts, flag_in_view(visit)
    head = blocks.heading(visit, t("发起督办"))
    back = dcc.Link(t("回到概览"), href=visit.view.link("/"), className="button")
    if flag is None:
        return html.Div(
            [head, blocks.empty(t("没有这条提示"), t("可能已经不成立。请从提示旁的“发起督办”进入。"), back)]
        )
    if not rules.may_ask(visit.account, flag.organisation, visit.registry.organisations):
        return html.Div([head, blocks.empty(t("您的账号不能向这个单位发起督办。"), back)])
    data = {
        "kind": flag.kind,
        "indicator": flag.indicator,
        "unit": flag.organisation,
        "period": visit.view.period.code,
    }
    suggested = (visit.today + dt.timedelta(days=ANSWER_WITHIN)).isoformat()
    fields = [
        _words(visit, t("要求"), t("例如：核实原因，说明整改措施和完成时间")),
        _field(visit, "owner", t("责任人"), t("例如：妇幼科 王某"), OWNER),
        _field(visit, "due", t("答复期限"), suggested, 10, suggested),
    ]
    reason = html.P([html.Strong(visit.name(flag.organisation)), " · ", flag.sentence(visit.view.language)])
    return html.Div([head, blocks.panel(t("事由"), reason), blocks.panel(t("要求"), _form(visit, "/follow-ups/ask", data, fields, [(Action.ASK, True)]))])  # fmt: skip


def layout(visit: Visit, one: FollowUp) -> html.Div:
    """Everything known of it."""
    t = visit.texts
    head = blocks.heading(
        visit,
        t("督办 {number} 号", number=one.id),
        html.P(
            [
                dcc.Link(
                    visit.name(one.asked.organisation),
                    href=visit.view.link(f"/area/{one.asked.organisation}"),
                ),
                " · ",
                following.about(visit, one),
                " ",
                following.chip(visit, one),
            ],
            className="quiet",
        ),
        choosers=[
            dcc.Link(t("看全部督办"), href=visit.view.link(following.PATH), className="button button--quiet")
        ],
    )
    return html.Div([head, asked(visit, one), since(visit, one), next_step(visit, one), steps(visit, one)])


def asked(visit: Visit, one: FollowUp) -> html.Section:
    """The reason as it stood then, what was asked, of whom, by when."""
    t = visit.texts
    lines = [
        *blocks.term(t("事由"), following.reason(visit, one)),
        *blocks.term(t("要求"), one.steps[0].text),
        *blocks.term(t("责任人"), one.owner or wording.MISSING),
        *blocks.term(t("答复期限"), t.date(one.due)),
    ]
    return blocks.panel(t("要求了什么"), html.Dl(lines, className="terms"))


def since(visit: Visit, one: FollowUp) -> html.Section | None:
    """What happened to the indicator since: as many months before as after."""
    catalogue, t = visit.workspace.catalogue, visit.texts
    if one.asked.indicator not in catalogue.by_code:
        return None
    definition = catalogue.get(one.asked.indicator)
    month = month_of(one.asked_at.astimezone(CHINA).date())
    found = effect.effect_of(visit, definition.code, one.asked.organisation, month)
    title = t("督办以来的变化")
    if found is None:
        words = t("还没有督办之后月份的数字；督办当月不计入前后任何一方。")
        return blocks.panel(title, html.P(words, className="quiet"))
    heads = (
        t("时段"),
        definition.unit(visit.view.language) or t("值"),
        t("95% 区间"),
        t("分子 / 分母"),
        t("所含报表"),
    )
    rows = [
        html.Tr(
            [
                html.Th(f"{name} · {_period(visit, result.period)}", scope="row"),
                html.Td(
                    blocks.value_link(visit, result, wording.number(result.value, definition.decimals)),
                    className="number strong",
                ),
                html.Td(wording.interval(result, definition), className="number"),
                html.Td(wording.counts(result), className="number"),
                html.Td(wording.completeness(result.received, result.expected, t), className="number"),
            ]
        )
        for name, result in ((t("督办前"), found.before), (t("督办后"), found.after))
    ]
    said = html.P(
        effect.sentence(found, definition, t),
        className=f"verdict verdict--{found.verdict(definition.polarity)}",
    )
    return blocks.panel(title, blocks.plain_table(heads, rows, numbers=(1, 2, 3, 4)), said)


def _period(visit: Visit, code: str) -> str:
    return parse(code).label(visit.view.language)


def steps(visit: Visit, one: FollowUp) -> html.Section:
    """Each step: when, who, what, with which files."""
    t = visit.texts
    heads = (t("什么时候"), t("步骤"), t("何人"), t("内容"), t("附件"))
    rows = []
    for done, links in zip(one.steps, following.files(visit, one), strict=True):
        due = html.Div(t("期限 {date}", date=t.date(done.due)), className="quiet") if done.due else None
        files: list[Any] = []
        for link in links:
            files += [html.Div(link)]
        rows.append(
            html.Tr(
                [
                    html.Th(t.moment(done.at), scope="row"),
                    html.Td(t(following.ACTIONS[done.action])),
                    html.Td(wording.person(done.actor, t)),
                    html.Td([html.Div(done.text, className="said"), due]),
                    html.Td(files),
                ]
            )
        )
    return blocks.panel(
        t("经过（{count}）", count=len(rows)),
        blocks.stacked_table(heads, rows),
    )


def next_step(visit: Visit, one: FollowUp) -> html.Section | None:
    """What who asks can do now."""
    t = visit.texts
    can = rules.steps_for(visit.account, one.state, one.asked.organisation, visit.registry.organisations)
    if not can:
        return None
    fields: list[Any] = [_words(visit, t("内容"), t("写明情况、原因、措施或理由"))]
    if Action.POSTPONE in can:
        fields.append(_field(visit, "due", t("新期限（仅延期时填写）"), one.due.isoformat(), 10))
    if Action.ANSWER in can:
        fields.append(_files(visit))
    return blocks.panel(t("下一步"), _form(visit, f"/follow-ups/{one.id}/step", {}, fields, [(step, step in (Action.ANSWER, Action.ACCEPT)) for step in can]))  # fmt: skip


def _words(visit: Visit, label: str, example: str) -> html.Label:
    box = dcc.Textarea(id="follow-text", placeholder=example, maxLength=TEXT, className="words")
    return html.Label([label, box], className="labelled labelled--wide")


def _field(visit: Visit, name: str, label: str, example: str, longest: int, value: str = "") -> html.Label:
    box = dcc.Input(
        id=f"follow-{name}",
        type="text",
        value=value,
        placeholder=example,
        maxLength=longest,
        className="field",
    )
    return html.Label([label, box], className="labelled")


def _files(visit: Visit) -> html.Label:
    t = visit.texts
    hint = t(
        "附件：PDF、Word、Excel、图片或文本，每个不超过 {size} MB，最多 {count} 个",
        size=attached.LARGEST >> 20,
        count=attached.MOST,
    )
    return html.Label(
        [hint, html.Div(id="follow-files", className="files", **{"data-accept": ",".join(attached.ALLOWED)})],
        className="labelled labelled--wide",
    )


def _form(
    visit: Visit, to: str, data: dict[str, str], fields: list[Any], actions: list[tuple[Action, bool]]
) -> html.Div:
    """Fields and one button a step; assets/follow_ups.js sends them."""
    t = visit.texts
    buttons = [
        html.Button(
            t(following.ACTIONS[action]),
            type="button",
            className="button" if first else "button button--quiet",
            **{"data-action": action.value},
        )
        for action, first in actions
    ]
    known = {f"data-field-{key}": value for key, value in data.items()}
    return html.Div(
        [
            html.Div(fields, className="fields"),
            html.Div(buttons, className="actions"),
            html.Div(className="says", role="status"),
        ],
        id="follow-form",
        **{
            "data-to": f"{to}?lang={visit.view.language}",
            "data-failed": t("没有送达服务器，请检查网络后再试。"),
            **known,
        },
    )
