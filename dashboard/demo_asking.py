"""The demonstration's follow-ups: what was asked of the counties furthest behind, so that a visitor sees how it goes on."""

from __future__ import annotations

import datetime as dt

from dashboard import following
from dashboard.answers import Answers
from dashboard.visit import open_visit
from dashboard.workspace import Workspace
from indicators.result import Flag
from reference.follow_ups import Action
from store.following_up import ask, follow_ups, take_step

ACTOR = "synthetic"
DAYS = 30  # until an answer is due
# What became of the first ones asked, in the order of the flags; those after them were asked nothing.
COURSES: tuple[tuple[tuple[Action, str], ...], ...] = (
    (
        (
            Action.ANSWER,
            "（合成示例）两家助产机构九月起停用筛查试剂，已改由市级机构承接，十二月底前补查到位。",
        ),
    ),
    (),
    (
        (Action.ANSWER, "（合成示例）乡镇卫生院未把外送筛查的孕妇计入月报，已逐一核对补报。"),
        (Action.ACCEPT, "（合成示例）补报已核对，同意办结，继续观察两个月。"),
    ),
)


def ask_examples(workspace: Workspace) -> int:
    """Ask the counties furthest behind on the overview's first indicator; gives how many, 0 where anything was asked before."""
    if follow_ups(workspace.store):
        return 0
    visit = open_visit(Answers(workspace), "/", "")
    indicator = visit.indicator.code if visit.indicator else ""
    behind = [one for one in visit.flags if (one.kind, one.indicator) == ("behind_target", indicator)]
    pairs = list(zip(behind, COURSES, strict=False))
    for flag, course in pairs:
        number = _ask(workspace, flag, visit.view.area.code)
        for action, words in course:
            take_step(workspace.store, number, action, words, ACTOR)
    return len(pairs)


def _ask(workspace: Workspace, flag: Flag, asked_by: str) -> int:
    due = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=DAYS)
    words = "（合成示例）请说明原因、整改措施和完成时间。"
    return ask(workspace.store, following.asking(flag, asked_by), words, "妇幼健康科", due, ACTOR)
