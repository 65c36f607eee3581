"""Follow-ups as pages show them: words, the badge on a flag, the list in reach, and one table that is shown and exported."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard import follow_up_rules as rules
from dashboard import wording
from dashboard.running.notices import FOLLOW_UP
from dashboard.texts import mark
from dashboard.visit import Visit
from indicators.result import Flag
from reference.follow_ups import BY_WHO_ASKED, Action, State
from store.following_up import Asked, FollowUp, follow_ups
from store.messages import Message, tell

PATH = "/follow-ups"
STATES = {
    State.ASKED: mark("待答复"),
    State.ANSWERED: mark("已答复，待审"),
    State.RETURNED: mark("答复已退回"),
    State.REOPENED: mark("重新督办"),
    State.DONE: mark("已办结"),
    State.WITHDRAWN: mark("已撤销督办"),
}
OVERDUE = mark("已逾期")
SIGNS = {
    State.ASKED: "○",
    State.ANSWERED: "◐",
    State.RETURNED: "↩",
    State.REOPENED: "↻",
    State.DONE: "✓",
    State.WITHDRAWN: "–",
}
KINDS = {
    State.ASKED: "coming",
    State.ANSWERED: "above",
    State.RETURNED: "below",
    State.REOPENED: "below",
    State.DONE: "reached",
    State.WITHDRAWN: "unaimed",
}
ACTIONS = {
    Action.ASK: mark("发起督办"),
    Action.ANSWER: mark("答复"),
    Action.ACCEPT: mark("认可并办结"),
    Action.RETURN: mark("退回答复"),
    Action.REOPEN: mark("重新督办"),
    Action.POSTPONE: mark("延长期限"),
    Action.WITHDRAW: mark("撤销督办"),
}


def every(visit: Visit) -> list[FollowUp]:
    """All that who asks may see, newest first."""
    found = visit.answers.once(("follow_ups",), lambda: follow_ups(visit.workspace.store), record=True)
    organisations = visit.registry.organisations
    return [one for one in found if rules.may_see(visit.account, one.asked.organisation, organisations)]


def asking(flag: Flag, asked_by: str) -> Asked:
    """What a request for action because of a flag rests on: the flag as it stands now, and the area that asks."""
    return Asked(
        flag.organisation,
        flag.kind,
        flag.indicator,
        flag.period,
        flag.sentence_zh,
        flag.sentence_en,
        asked_by,
    )


def of_flag(visit: Visit, flag: Flag) -> FollowUp | None:
    """The newest one asked for the same reason of the same organisation."""
    wanted = (flag.organisation, flag.kind, flag.indicator)
    return next(
        (
            one
            for one in every(visit)
            if (one.asked.organisation, one.asked.kind, one.asked.indicator) == wanted
        ),
        None,
    )


def tell_of_step(visit: Visit, number: int) -> None:
    """A word in the inbox of the other side: to who was asked, of each step of who asked; to who asked, of each answer."""
    one = next(found for found in every(visit) if found.id == number)
    step = one.steps[-1]
    to = one.asked.organisation if step.action in BY_WHO_ASKED else one.asked.asked_by
    said = {
        "number": number, "about": one.asked.organisation, "due": one.due.isoformat(),
        "zh": one.asked.reason_zh, "en": one.asked.reason_en,
    }  # fmt: skip
    # Where who asked acts for no area, the word goes to the account itself.
    account = "" if to else one.steps[0].actor
    key = f"follow_up {number} step {len(one.steps)}"
    tell(visit.workspace.store, [Message(key, f"{FOLLOW_UP}{step.action.value}", said, to, account)])


def chip(visit: Visit, one: FollowUp) -> html.Span:
    """Where it stands, with its sign; overdue before all else."""
    t = visit.texts
    if one.is_overdue(visit.today):
        return html.Span(f"! {t(OVERDUE)}", className="chip chip--behind")
    return html.Span(f"{SIGNS[one.state]} {t(STATES[one.state])}", className=f"chip chip--{KINDS[one.state]}")


def badge(visit: Visit, flag: Flag) -> dcc.Link | None:
    """Beside a flag: what was asked and where it stands, else the way to ask; nothing for who may do neither."""
    one = of_flag(visit, flag)
    if one is not None and one.state is not State.WITHDRAWN:
        label = visit.texts("督办 {number} 号", number=one.id)
        return dcc.Link(
            [f"{label} ", chip(visit, one)],
            href=visit.view.link(f"{PATH}/{one.id}"),
            className="follow-badge",
        )
    if not rules.may_ask(visit.account, flag.organisation, visit.registry.organisations):
        return None
    return dcc.Link(
        visit.texts("发起督办"), href=ask_link(visit, flag), className="follow-badge follow-badge--ask"
    )


def ask_link(visit: Visit, flag: Flag) -> str:
    """The form that asks for action on a flag."""
    return visit.view.link(
        f"{PATH}/ask",
        unit=flag.organisation,
        indicator=flag.indicator,
        show=flag.kind,
        period=visit.view.period.code,
    )


def about(visit: Visit, one: FollowUp) -> str:
    """What it is about: indicator and kind of flag."""
    t, catalogue = visit.texts, visit.workspace.catalogue
    kind = t(wording.KIND_NAMES.get(one.asked.kind, one.asked.kind))
    if one.asked.indicator not in catalogue.by_code:
        return kind
    return f"{catalogue.get(one.asked.indicator).name(visit.view.language)} · {kind}"


def reason(visit: Visit, one: FollowUp) -> str:
    """The flag's sentence as it stood when action was asked."""
    return visit.texts.pick(one.asked.reason_zh, one.asked.reason_en)


def files(visit: Visit, one: FollowUp) -> list[Any]:
    """Links to the files of each step, step by step."""
    return [
        [
            html.A(kept.name, href=f"/follow-ups/{one.id}/file/{step}/{place}", download="")
            for place, kept in enumerate(done.files, start=1)
        ]
        for step, done in enumerate(one.steps, start=1)
    ]
