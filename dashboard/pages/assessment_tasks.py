"""What waits for the account in a round: its own self-assessment, institutions to score, differences to settle, an appeal."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard import blocks
from dashboard.assessment.permission import may_answer, may_appeal, may_review, seat_of
from dashboard.assessment.standing import Standing
from dashboard.auth.account import Account
from dashboard.visit import Visit

SHOWN = 12


def tasks(visit: Visit, account: Account, standing: Standing) -> html.Section | None:
    """A sentence and links to the sheets; None when nothing waits, or the account is not one that is told what to do."""
    t, held, organisations = visit.texts, standing.round, visit.registry.organisations
    codes = [one.organisation for one in standing.participants]
    if held.step == "self":
        own = [one for one in codes if not account.is_everywhere and may_answer(account, one, organisations)]
        return _panel(visit, standing, t("请填写自评，并附佐证材料："), own)
    if held.step == "scoring":
        left = {one: _unmarked(account, standing, one) for one in codes}
        words = t("您还要评 {count} 家单位：", count=sum(map(bool, left.values())))
        return _panel(visit, standing, words, [one for one in codes if left[one]], left)
    if held.step == "review":
        open_ones = {
            score.organisation: score.pending
            for score in standing.scores
            if score.pending and may_review(account, score.organisation, organisations)
        }
        words = t("{count} 家单位有两名专家不一致的项目，待您裁定：", count=len(open_ones))
        return _panel(visit, standing, words, list(open_ones), open_ones)
    if held.step == "published":
        own = [one for one in codes if not account.is_everywhere and may_appeal(account, one, organisations)]
        return _panel(visit, standing, t("对得分有异议的，可在本单位的页面上申诉："), own)
    return None


def _unmarked(account: Account, standing: Standing, organisation: str) -> int:
    """How many lines of an organisation the account has still to score."""
    held, seat = standing.round, seat_of(account, standing.round, organisation)
    if not seat:
        return 0
    lines = standing.scheme(organisation).asked
    return sum(held.latest(organisation, line.code, "mark", seat) is None for line in lines)


def _panel(
    visit: Visit, standing: Standing, words: str, codes: list[str], left: dict[str, int] | None = None
) -> html.Section | None:
    if not codes:
        return None
    t, items = visit.texts, []
    for code in codes[:SHOWN]:
        more: Any = html.Span(t("{count} 项", count=left[code]), className="quiet") if left else None
        href = visit.view.link(f"/assessment/{standing.round.code}/{code}")
        items.append(html.Li([dcc.Link(visit.name(code), href=href), " ", more]))
    rest = html.P(t("另有 {count} 家，见下表。", count=len(codes) - SHOWN), className="quiet") if len(codes) > SHOWN else None  # fmt: skip
    return blocks.panel(t("待您办理"), html.P(words), html.Ul(items, className="assess-tasks"), rest)
