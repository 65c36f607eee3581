"""How numbers, targets and judgements are put into words. The only file of the pages that decides on such words."""

from __future__ import annotations

import datetime as dt

from dashboard.exports.results import COMPARISONS, REASONS
from dashboard.findings import Standing, meets_target, standing
from dashboard.texts import Texts, mark
from indicators.definition import Definition
from indicators.result import Result, TargetView
from reference.policies import Target

MISSING = "—"
SYNTHETIC = "synthetic"  # who sends and asks in the demonstration
# A sign for each answer, so that colour never carries it alone.
SIGNS = {
    Standing.BEHIND: "▼",
    Standing.COMING: "◇",
    Standing.BELOW: "▽",
    Standing.ABOVE: "△",
    Standing.REACHED: "▲",
    Standing.UNKNOWN: "?",
    Standing.UNAIMED: "·",
}
STANDINGS = {
    Standing.BEHIND: mark("确实落后，非偶然"),
    Standing.COMING: mark("尚未达到，期限未到"),
    Standing.BELOW: mark("未达目标，可能是偶然"),
    Standing.ABOVE: mark("已达目标，可能是偶然"),
    Standing.REACHED: mark("确已达标，非偶然"),
    Standing.UNKNOWN: mark("不可评价"),
    Standing.UNAIMED: mark("无目标"),
}
METHODS = {
    "proportion": mark("比例，Wilson 置信区间"),
    "rate": mark("率，Byar 近似置信区间（少于 10 例用精确法）"),
    "ratio": mark("两数之比，不作区间"),
    "register": mark("由登记逐个计数，不作区间"),
}
# Topics of the definitions, in the order of a pregnancy and a childhood.
TOPICS = {
    "prenatal": mark("产前筛查与诊断"),
    "antenatal": mark("孕产期保健"),
    "infection": mark("艾滋病、梅毒和乙肝"),
    "delivery": mark("分娩"),
    "severe": mark("危急重症"),
    "newborn": mark("新生儿"),
    "child": mark("儿童保健"),
    "mortality": mark("死亡"),
    "women": mark("妇女保健"),
    "premarital": mark("婚前孕前保健"),
    "childcare": mark("托育服务"),
    "grading": mark("机构等级"),
    "reporting": mark("报表质量"),
    "other": mark("其他"),
}
BASES = {
    "residence": mark("按居住地"),
    "occurrence": mark("按发生地"),
    "register": mark("按登记"),
}
POLARITIES = {
    "higher": mark("越高越好"),
    "lower": mark("越低越好"),
    "neutral": mark("不分高低"),
}
MARKS = {
    "S": mark("出处已查证"),
    "K": mark("业内通行，待确认"),
    "?": mark("存疑，待确认"),
}
OUTCOMES = {
    "accepted": mark("已接收"),
    "accepted_with_warnings": mark("已接收，有提醒"),
    "returned": mark("已退回"),
    "unchanged": mark("内容未变"),
    "withdrawn": mark("已撤回"),
}
OUTCOME_KINDS = {
    "accepted": "reached",
    "accepted_with_warnings": "below",
    "returned": "behind",
    "unchanged": "unaimed",
    "withdrawn": "unaimed",
}
OUTCOME_SIGNS = {
    "accepted": "✓",
    "accepted_with_warnings": "!",
    "returned": "✕",
    "unchanged": "=",
    "withdrawn": "↩",
}
SEVERITIES = {"error": mark("错误"), "warning": mark("提醒")}
KIND_NAMES = {
    "behind_target": mark("落后于目标"),
    "worsening": mark("正在变差"),
    "outlying": mark("远离同级"),
    "will_miss": mark("预计达不到"),
    "watch": mark("可能是偶然"),
    "not_assessable": mark("不可评价"),
    "implausible": mark("数据可疑"),
    "grade_expiring": mark("等级将到期"),
    "grade_expired": mark("等级已到期"),
    "grade_lacking": mark("等级未达标"),
}
KIND_SIGNS = {
    "behind_target": "▼",
    "worsening": "↘",
    "outlying": "◎",
    "will_miss": "◷",
    "not_assessable": "?",
    "implausible": "!",
}
STATUSES = {
    "graded": mark("有效"),
    "expiring": mark("一年内到期"),
    "expired": mark("已到期"),
    "applied": mark("已申报"),
    "under_review": mark("评审中"),
    "withdrawn": mark("已撤销"),
    "not_graded": mark("未定级"),
    "unknown": mark("等级未登记"),
}
STATUS_KINDS = {
    "graded": "reached",
    "expiring": "below",
    "expired": "behind",
    "applied": "above",
    "under_review": "above",
    "withdrawn": "behind",
    "not_graded": "unknown",
    "unknown": "unknown",
}
MEETS = {True: mark("达到"), False: mark("未达到"), None: mark("无从判断")}
PERIOD_KINDS = {
    "rolling": mark("近十二个月"),
    "statistical_year": mark("统计年度"),
    "year": mark("自然年"),
    "quarter": mark("季度"),
    "month": mark("月"),
}
OPERATORS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}


def person(account: str, texts: Texts) -> str:
    """Who did something; the program that makes up the demonstration is no person."""
    return texts("演示程序") if account == SYNTHETIC else account


def topic_of(definition: Definition) -> str:
    """The definition's topic, or `other` for one that has no name here."""
    return definition.topic if definition.topic in TOPICS else "other"


def number(value: float | None, decimals: int = 0) -> str:
    """A number with thousands separators, or a dash for none."""
    return MISSING if value is None else f"{value:,.{decimals}f}"


def signed(change: float, decimals: int = 0) -> str:
    """A change with its sign; what rounds to nothing has none."""
    words = number(abs(change), decimals)
    if float(words.replace(",", "")) == 0:
        return words
    return f"{'+' if change > 0 else '−'}{words}"


def percent(share: float | None) -> str:
    """A share as percent with one decimal; 99.96% is never rounded up to a whole that is not there."""
    if share is None:
        return MISSING
    shown = 100.0 if share >= 1 else min(share * 100, 99.9)
    return f"{shown:.1f}%".replace(".0%", "%")


def likely(chance: float) -> str:
    """A chance as percent; never said to be none or certain."""
    if chance < 0.01:
        return "<1%"
    return ">99%" if chance > 0.99 else f"{chance:.0%}"


def with_unit(text: str, unit: str) -> str:
    """A number and its unit: signs close up (80%, 12/10万), words stand apart."""
    if text == MISSING or not unit:
        return text
    return f"{text}{unit}" if unit[0] in "%‰％/" else f"{text} {unit}"


def value(result: Result, definition: Definition, texts: Texts) -> str:
    """The value with its unit."""
    return with_unit(number(result.value, definition.decimals), definition.unit(texts.language))


def interval(result: Result, definition: Definition) -> str:
    """The interval, 78.1–80.4, or nothing."""
    if result.lower is None or result.upper is None:
        return ""
    return f"{number(result.lower, definition.decimals)}–{number(result.upper, definition.decimals)}"


def counts(result: Result) -> str:
    """Numerator / denominator."""
    return f"{number(result.numerator)} / {number(result.denominator)}"


def comparison(result: Result, texts: Texts) -> str:
    """The judgement, two or three words."""
    return texts.pick(*COMPARISONS[result.comparison.value])


def reason(result: Result, texts: Texts) -> str:
    """Why a result is not judged, or nothing."""
    return texts.pick(*REASONS[result.reason.value])


def chance(result: Result, texts: Texts, where: Standing | None = None) -> str:
    """Whether the difference from the target is real or may be chance, in one clause; `where`: the answer, if known."""
    where = where or standing(result)
    if where is Standing.UNKNOWN:
        return reason(result, texts) or texts("不可评价")
    if where is Standing.UNAIMED:
        return ""
    if result.lower is None:
        return texts("已达目标") if meets_target(result) else texts("未达目标")
    return texts(STANDINGS[where])


def target(view: TargetView | None, definition: Definition, texts: Texts) -> str:
    """The yardstick: ≥ 80%."""
    if view is None:
        return texts("未设目标")
    return _target(view.operator, view.value, definition, texts)


def target_row(row: Target, definition: Definition, texts: Texts) -> str:
    """The same for a policy's own row."""
    return _target(row.operator, row.value, definition, texts)


def _target(operator: str, amount: float, definition: Definition, texts: Texts) -> str:
    text = f"{amount:,.10g}"
    return f"{OPERATORS[operator]} {with_unit(text, definition.unit(texts.language))}"


def due(view: TargetView, texts: Texts) -> str:
    """By when, and whether that day has come."""
    if view.due:
        return texts("{year}年起应达到", year=view.by.year)
    return (
        texts("{year}年底前达到", year=view.by.year)
        if view.by.month == 12
        else texts("{date}前达到", date=texts.date(view.by))
    )


def gap(amount: int | None, definition: Definition, texts: Texts) -> str:
    """How many people short of (or, where lower is better, beyond) the target; nothing when met or unknown."""
    if not amount:
        return ""
    people = texts.pick(definition.people_zh, definition.people_en)
    if definition.polarity == "lower":
        return texts("多出 {number} {people}", number=number(amount), people=people).strip()
    return texts("还需 {number} {people}", number=number(amount), people=people).strip()


def completeness(received: int, expected: int, texts: Texts) -> str:
    """Reports in of reports due, with the share."""
    if not expected:
        return texts("无应报")
    share = received / expected * 100
    # 99.96% is not all: never round up to a whole that is not there.
    shown = 100 if received >= expected else min(share, 99.9)
    return texts(
        "{received}/{expected}（{share}%）",
        received=number(received),
        expected=number(expected),
        share=f"{shown:.3g}",
    )


def older(result: Result, texts: Texts) -> str:
    """How many figures of a stock are of an earlier month than they might be; nothing where none is."""
    if not result.carried or result.oldest is None:
        return ""
    return texts(
        "{count} 个单位期末未报，用其期内最后一次的数（最早为{month}）",
        count=number(result.carried),
        month=texts.month(result.oldest),
    )


def certainty(mark_code: str, texts: Texts) -> str:
    """How sure the source of a definition or target is."""
    return texts(MARKS.get(mark_code[:1], MARKS["?"]))


def utc(moment: dt.datetime) -> dt.datetime:
    """A moment of the store as a plain time with its zone."""
    return dt.datetime.fromtimestamp(moment.timestamp(), dt.UTC)
