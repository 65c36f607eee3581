"""One round: where it stands, everybody's score and place, what may be done next, appeals, exports."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard import blocks
from dashboard.assessment.jobs import Exports
from dashboard.assessment.permission import is_blind, may_review, may_see, may_sign, seat_of, works_at
from dashboard.assessment.sealing import short_code
from dashboard.assessment.standing import Standing, stand
from dashboard.auth.account import Account
from dashboard.exports.assessment_words import signed
from dashboard.pages import assessment_parts as parts
from dashboard.pages.assessment_tasks import tasks
from dashboard.visit import Visit


def body(visit: Visit, account: Account, code: str) -> list[Any]:
    """Heading, steps, what to do, scores."""
    t, standing = visit.texts, stand(visit.workspace, code, blind=is_blind(account))
    held = standing.round
    about = t("{period} · 数据截至 {moment} · {count} 家单位", period=standing.period.label(t.language),
              moment=t.moment(held.cut_off), count=len(standing.participants))  # fmt: skip
    return [
        blocks.heading(
            visit,
            held.name(t.language),
            html.P(about, className="quiet"),
            choosers=[
                dcc.Link(t("全部轮次"), href=visit.view.link("/assessment"), className="button button--quiet")
            ],
        ),
        parts.steps(visit, held.step),
        parts.marks(visit, standing),
        _seal(visit, standing),
        _next(visit, account, standing),
        tasks(visit, account, standing),
        *_tables(visit, account, standing),
        _appeals(visit, standing),
        _exports(visit, account, standing),
        _log(visit, standing),
    ]


def _seal(visit: Visit, standing: Standing) -> html.Section | None:
    if standing.seal is None:
        return None
    t, seal = visit.texts, standing.seal
    lines = [
        *blocks.term(t("核验码"), html.Strong(short_code(seal.seal))),
        *blocks.term(t("封印"), html.Code(seal.seal)),
        *blocks.term(t("签发"), t("{name}，{moment}，第 {edition} 版", name=seal.actor, moment=t.moment(seal.at), edition=seal.edition)),
    ]  # fmt: skip
    return blocks.panel(
        t("签发与封印"),
        html.Dl(lines, className="terms"),
        html.Div([parts.button(t("验证：由原始输入重算"), "verify", quiet=True)], className="actions"),
    )


def _next(visit: Visit, account: Account, standing: Standing) -> html.Section | None:
    """What the reviewer and signer may do in this step."""
    t, held = visit.texts, standing.round
    found: list[Any] = []
    if held.step == "self" and may_sign(account):
        found = [_assign(visit, standing), parts.button(t("结束自评，开始专家评分"), "step:scoring")]
    elif held.step == "scoring" and may_sign(account):
        note = t("还有 {count} 项没有两名专家的一致评分", count=standing.pending)
        found = [html.Span(note, className="quiet"), parts.button(t("结束评分，进入复核"), "step:review")]
    elif held.step == "review" and may_sign(account):
        note = t("还有 {count} 项差异待裁定", count=standing.pending) if standing.pending else t("没有待裁定的差异")  # fmt: skip
        found = [html.Span(note, className="quiet"), parts.button(t("签发并封印"), "sign")]
    elif held.step == "signed" and may_sign(account):
        found = [parts.button(t("公布"), "step:published")]
    if not found:
        return None
    return blocks.panel(t("下一步"), html.Div(found, className="actions actions--form"))


def _assign(visit: Visit, standing: Standing) -> html.Div:
    t = visit.texts
    bare = sum(len(standing.round.evaluators.get(one.organisation, {})) < 2 for one in standing.participants)
    return html.Div(
        [
            html.Span(t("{count} 家单位还没有分配专家", count=bare), className="quiet"),
            parts.field("evaluator1", t("专家一账号")),
            parts.field("evaluator2", t("专家二账号")),
            parts.field("institutions", t("单位代码（空为全部未分配的）"), wide=True),
            parts.button(t("分配专家"), "assign", quiet=True),
        ],
        className="actions actions--form",
    )


def _tables(visit: Visit, account: Account, standing: Standing) -> list[html.Section]:
    """Scores by peers, best first; places with their interval."""
    t, organisations = visit.texts, visit.registry.organisations
    groups: dict[tuple[str, str], list[int]] = {}
    for place, score in enumerate(standing.scores):
        if may_see(account, standing.round, score.organisation, organisations):
            groups.setdefault((score.scheme, score.peer), []).append(place)
    if not groups:
        return [blocks.panel(t("得分"), html.P(t("公布之前，只能看到本单位和分配给您评分的单位。"), className="quiet"))]  # fmt: skip
    heads = [
        t("名次"),
        t("参加单位"),
        t("总分"),
        t("等次"),
        t("名次区间"),
        t("无法区分的同组单位"),
        *([t("较上年")] if standing.changes else []),
        *([] if standing.seal else [t("待评项")]),
    ]
    note = t("名次区间为 95%：在抽样误差内反复抽取、重新计分排序；区间重叠的，高低可能只是偶然")
    shown: list[html.Section] = [html.P(note, className="quiet")]
    for (code, peer), places in sorted(groups.items()):
        scheme = standing.schemes[code]
        names = scheme.peers.zh if t.is_chinese else scheme.peers.en
        name = names[int(peer) - 1] if int(peer) else t("规模不详")
        order = sorted(places, key=lambda at: (standing.scores[at].place, standing.scores[at].organisation))
        rows = [_row(visit, account, standing, at) for at in order]
        shown.append(
            blocks.panel(
                f"{scheme.name(t.language)} · {name}", blocks.stacked_table(heads, rows, "plain--scores")
            )
        )
    return shown


def _row(visit: Visit, account: Account, standing: Standing, at: int) -> html.Tr:
    t, score, rank = visit.texts, standing.scores[at], standing.rankings[at]
    href = visit.view.link(f"/assessment/{standing.round.code}/{score.organisation}")
    own = works_at(account, score.organisation)
    task = t("待我评分") if standing.round.step == "scoring" and seat_of(account, standing.round, score.organisation) else ""  # fmt: skip
    tied = t("（并列）") if score.tied > 1 else ""
    names = "、".join(visit.name(one) for one in rank.like[:30])
    return html.Tr(
        [
            parts.number(f"{score.place}{tied}"),
            html.Td(
                [
                    dcc.Link(visit.name(score.organisation), href=href),
                    html.Span(t("本单位") if own else task, className="chip chip--unaimed") if own or task else None,
                ]
            ),
            html.Td(score.total, className="number total-bar", style={"--share": f"{float(score.total):.1f}%"}),
            html.Td(score.grade(t.language)),
            _interval(rank.low, rank.place, rank.high, rank.peers, t("第 {low}～{high} 名", low=rank.low, high=rank.high)),
            html.Td(t("{count} 家", count=len(rank.like)), title=names),
            *([parts.number(_moved(standing, score.organisation))] if standing.changes else []),
            *([] if standing.seal else [parts.number(score.pending or "")]),
        ],
        className="row--own" if own else "",
    )  # fmt: skip


def _moved(standing: Standing, organisation: str) -> str:
    """The change of total on the year before, with its sign."""
    found = standing.changes.get(organisation)
    return signed(found.moved) if found else "—"


def _interval(low: int, place: int, high: int, peers: int, words: str) -> html.Td:
    """The interval of a place, drawn on the line of all places.

    One component and no more: with a hundred rows each further one costs every press of a button a second.
    """
    whole = max(peers - 1, 1)
    left, right, dot = (f"{(at - 1) / whole:.3f}" for at in (low, high, place))
    return html.Td(words, className="places", style={"--low": left, "--high": right, "--at": dot})


def _appeals(visit: Visit, standing: Standing) -> html.Section | None:
    t = visit.texts
    found = standing.round.appeals()
    if not found:
        return None
    rows = [
        html.Tr(
            [
                html.Td(dcc.Link(visit.name(one.organisation), href=visit.view.link(f"/assessment/{standing.round.code}/{one.organisation}"))),
                html.Td(standing.scheme(one.organisation).line(one.line).name(t.language)),
                html.Td(one.words),
                html.Td(t.moment(one.at)),
                html.Td(t("待裁定") if decided is None else t("驳回") if decided.value == "rejected" else t("成立")),
                html.Td(decided.words if decided else ""),
            ]
        )
        for one, decided in found
    ]  # fmt: skip
    heads = [t("参加单位"), t("指标"), t("申诉理由"), t("什么时候"), t("裁定"), t("说明")]
    return blocks.panel(t("申诉（{count}）", count=len(found)), blocks.stacked_table(heads, rows))


def _exports(visit: Visit, account: Account, standing: Standing) -> html.Section | None:
    if not account.may("export") or not _sees_all(visit, account, standing):
        return None
    t, code = visit.texts, standing.round.code
    links = [
        html.A(
            words,
            href=f"/assessment-file/{code}.{kind}?lang={t.language}",
            download="",
            className="button button--quiet",
        )
        for kind, words in (
            ("xlsx", t("全部单位 Excel（公式可重算）")),
            ("csv", "CSV"),
            ("json", "JSON"),
        )
    ]
    return blocks.panel(
        t("导出"),
        html.Div(
            [*links, parts.button(t("全省报告（Word、PDF）打包"), "export", quiet=True)], className="actions"
        ),
        html.Div(id="assess-export", role="status"),
        dcc.Interval(id="assess-tick", interval=700, disabled=False),
        note=t("每份文件都印有封印和核验码"),
    )


def _sees_all(visit: Visit, account: Account, standing: Standing) -> bool:
    if standing.round.step == "scoring" and is_blind(account):
        return False
    organisations = visit.registry.organisations
    return all(
        may_see(account, standing.round, one.organisation, organisations) for one in standing.participants
    )


def export_state(visit: Visit, exports: Exports, code: str) -> tuple[Any, bool]:
    """How far an export is, and whether asking again is of no use."""
    t, job = visit.texts, exports.of(code, visit.texts.language)
    if job is None:
        return None, True
    if job.failed:
        return html.P(t("导出没有做成：{why}", why=job.failed), className="says says--not"), True
    if job.ready:
        href = f"/assessment-file/{code}.zip?lang={t.language}"
        return html.A(t("下载全省报告（{count} 个文件）", count=job.files), href=href, download="", className="button"), True  # fmt: skip
    share = job.done / job.total if job.total else 0
    bar = html.Div(
        html.Div(className="progress-bar", style={"width": f"{share * 100:.0f}%"}), className="progress"
    )
    return html.Div([t("正在编制 {done} / {total}", done=job.done, total=job.total or "…"), bar]), False


def _log(visit: Visit, standing: Standing) -> html.Details:
    """Who moved the round on, and when."""
    t = visit.texts
    rows = [
        html.Tr([html.Td(t.moment(one.at)), html.Td(t(parts.STEPS[one.step])), html.Td(one.actor), html.Td(one.words)])
        for one in standing.round.steps
    ]  # fmt: skip
    return html.Details(
        [
            html.Summary(t("经过")),
            blocks.stacked_table([t("什么时候"), t("阶段"), t("经办"), t("说明")], rows),
        ],
        className="panel",
    )


def reviews(visit: Visit, account: Account, organisation: str) -> bool:
    """Whether the account settles differences here."""
    return may_review(account, organisation, visit.registry.organisations)
