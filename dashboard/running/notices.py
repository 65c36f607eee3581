"""The words of messages, made when they are shown or mailed: in the reader's language, from what was kept."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from dashboard.texts import Texts, mark
from loaders.forms import Forms
from reference.organisations import Organisations, UnknownOrganisationError
from store.messages import Told

DUE_SOON, OVERDUE, OVERDUE_BELOW, FLAGS = "due_soon", "overdue", "overdue_below", "flags"
# Steps of a follow-up, by the names of reference/follow_ups.py.
FOLLOW_UP = "follow_up_"
TITLES = {
    DUE_SOON: mark("{form}（{month}）将于{due}截止"),
    OVERDUE: mark("{form}（{month}）已过截止日期，尚未收到"),
    OVERDUE_BELOW: mark("{form}（{month}）：本地 {count} 个机构逾期未报"),
    FLAGS: mark("{month}预警：{count} 项需要关注"),
    f"{FOLLOW_UP}ask": mark("督办 {number} 号：请{name}在{due}前答复"),
    f"{FOLLOW_UP}answer": mark("督办 {number} 号：{name}已答复"),
    f"{FOLLOW_UP}return": mark("督办 {number} 号：{name}的答复被退回"),
    f"{FOLLOW_UP}reopen": mark("督办 {number} 号：{name}被重新督办"),
    f"{FOLLOW_UP}postpone": mark("督办 {number} 号：{name}的期限延至{due}"),
    f"{FOLLOW_UP}accept": mark("督办 {number} 号：{name}的答复已认可，办结"),
    f"{FOLLOW_UP}withdraw": mark("督办 {number} 号：对{name}的督办已撤销"),
}
BODIES = {
    DUE_SOON: mark("{name}尚未报送。请在{due}（含当日）前在“数据上报”页上传；上传后马上告知是否收妥。"),
    OVERDUE: mark("{name}的报表应于{due}前报送。请尽快上传；确有困难的，请联系上级申请延期。"),
    OVERDUE_BELOW: mark("应于{due}前报送。名单见“报送日历”页，可直接下载催报名单。"),
    FLAGS: mark("涉及{name}。每一项都写明了理由，见“概览”和“地区”页。"),
}


class Notice(NamedTuple):
    """A message in words, and the address of the page that it is about."""

    title: str
    body: str
    link: str


def notice(told: Told, texts: Texts, forms: Forms, organisations: Organisations) -> Notice:
    """A message in the reader's language; one of a kind that this version does not know shows its kind."""
    if told.kind not in TITLES:
        return Notice(told.kind, "", "/")
    given = told.parameters
    values = {
        "name": _name(str(given.get("about") or told.organisation), texts, organisations),
        "form": _form(str(given.get("form", "")), texts, forms),
        "month": texts.month(given["month"]) if "month" in given else "",
        "due": texts.date(dt.date.fromisoformat(given["due"])) if "due" in given else "",
        "count": given.get("count", ""),
        "number": given.get("number", ""),
    }
    if told.kind.startswith(FOLLOW_UP):
        body = texts.pick(str(given.get("zh", "")), str(given.get("en", "")))
    else:
        body = texts(BODIES[told.kind], **values)
    return Notice(texts(TITLES[told.kind], **values), body, _link(told))


def _link(told: Told) -> str:
    if told.kind == FLAGS:
        return f"/area/{told.organisation}"
    if told.kind.startswith(FOLLOW_UP):
        return f"/follow-ups/{told.parameters.get('number', '')}"
    if told.kind == OVERDUE_BELOW:
        return f"/calendar?area={told.organisation}&form={told.parameters.get('form', '')}"
    return "/submissions"


def _name(code: str, texts: Texts, organisations: Organisations) -> str:
    try:
        return organisations.get(code).name(texts.language)
    except UnknownOrganisationError:
        return code


def _form(code: str, texts: Texts, forms: Forms) -> str:
    form = forms.by_code.get(code)
    return texts.pick(form.zh, form.en) if form else code
