"""Matrix: all areas against all indicators in one table, each cell a sign, its reason on hover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash
from dash import html

from dashboard import blocks, wording
from dashboard.answers import Answers
from dashboard.drawings import Matrix
from dashboard.exports.results import REASONS
from dashboard.findings import Standing
from dashboard.texts import mark
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.result import Reason, Result

NEEDS = "view_results"
PATH = "/matrix"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py
# A letter for each kind of cell; what it means is sent once, not six thousand times.
LETTERS = {
    Standing.BEHIND: "b",
    Standing.COMING: "c",
    Standing.BELOW: "l",
    Standing.ABOVE: "a",
    Standing.REACHED: "r",
    Standing.UNAIMED: "n",
    Standing.UNKNOWN: "u",
}
# Flags that a cell's judgement against its target does not tell.
FLAG_LETTERS = {"worsening": "w", "outlying": "o", "will_miss": "q"}
REASON_LETTERS = {
    Reason.REPORTS_MISSING: "m", Reason.IMPLAUSIBLE: "i", Reason.ZERO_DENOMINATOR: "z", Reason.PART_OF_YEAR: "y",
    Reason.NOT_ON_RECORD: "k",
}  # fmt: skip
SHOWN = {"signs": mark("符号"), "numbers": mark("数值")}
# What the legend explains, in the order of the judgements.
LEGEND = (
    Standing.BEHIND, Standing.COMING, Standing.BELOW, Standing.ABOVE,
    Standing.REACHED, Standing.UNAIMED, Standing.UNKNOWN,
)  # fmt: skip


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("矩阵")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def layout(visit: Visit) -> html.Div:
    """Heading with filters, the legend with counts, the table."""
    t = visit.texts
    head = blocks.heading(
        visit,
        t("{area}：各地各项指标", area=visit.name(visit.view.area.code)),
        html.P(visit.view.period.label(visit.view.language), className="quiet"),
        choosers=[
            topic_chooser(visit), blocks.level_chooser(visit), _show_chooser(visit),
            blocks.area_chooser(visit), *blocks.period_choosers(visit),
        ],
    )  # fmt: skip
    if not visit.has_data:
        return html.Div([head, blocks.no_data(visit)])
    table = drawn(visit)
    if not table["columns"]:
        return html.Div([head, blocks.empty(t("这里没有可以并列的指标"), t("请换一个主题或层级。"))])
    numbers = visit.view.extra.get("show") == "numbers"
    matrix = Matrix(
        id="matrix", **table, numbers=numbers, sort=visit.view.extra.get("sort", ""),
        label=t("各地各项指标，可用方向键移动"), words=words(visit),
    )  # fmt: skip
    note = t("点列名排序，点格子看走势；有目标的指标列名加粗。格子的颜色与符号说的是同一件事；表可左右滚动。")
    return html.Div(
        [
            head,
            blocks.panel(
                t("{rows} 个地区 × {columns} 项指标", rows=len(table["rows"]), columns=len(table["columns"])),
                legend(visit, table["rows"]), matrix, html.P(note, className="quiet"),
            ),
        ]
    )  # fmt: skip


def words(visit: Visit) -> dict[str, str]:
    """What heads the areas, what is above them, and the judgements in a file."""
    t = visit.texts
    return {"name": visit.level_name(visit.level), "upper": t("上级地区"), "against": t("与目标比")}


def topic_chooser(visit: Visit) -> html.Div:
    """All topics, or one."""
    t = visit.texts
    options = [{"value": "", "label": t("全部主题")}] + [
        {"value": topic, "label": t(wording.TOPICS[topic])}
        for topic in blocks.by_topic(one for one in visit.definitions if one.method != "register")
    ]
    return blocks.choice(
        "topic", visit.view.extra.get("topic", ""), options, t("主题"), width=170, empty=True
    )


def _show_chooser(visit: Visit) -> html.Div:
    t = visit.texts
    shown = visit.view.extra.get("show", "signs")
    options = [{"value": one, "label": t(name)} for one, name in SHOWN.items()]
    return blocks.choice("show", shown if shown in SHOWN else "signs", options, t("格内显示"), width=110)


def columns_of(visit: Visit) -> list[Definition]:
    """The indicators told of areas of the level, topic by topic; those with a target first in each."""
    topic = visit.view.extra.get("topic", "")
    found = [
        one
        for one in visit.definitions
        if one.method != "register"
        and visit.level in one.levels
        and (topic not in wording.TOPICS or wording.topic_of(one) == topic)
    ]
    order = list(wording.TOPICS)
    return sorted(
        found, key=lambda one: (order.index(wording.topic_of(one)), not visit.has_target(one, visit.level))
    )


def drawn(visit: Visit) -> dict[str, Any]:
    """Columns, rows, kinds and reasons as the drawing takes them; made once for each version of the data."""
    key = (
        "matrix", visit.view.area.code, visit.level, visit.view.period, visit.view.language,
        visit.view.period_given, visit.view.extra.get("topic", ""),
    )  # fmt: skip
    return visit.answers.once(key, lambda: _drawn(visit))


def _drawn(visit: Visit) -> dict[str, Any]:
    definitions = columns_of(visit)
    found: dict[str, dict[str, Result]] = {area: {} for area in visit.side_by_side}
    for result in visit.results([one.code for one in definitions], visit.side_by_side):
        found[result.organisation][result.indicator] = result
    flagged: dict[tuple[str, str], str] = {}
    for flag in visit.flags_of(visit.side_by_side):
        if flag.kind in FLAG_LETTERS:
            flagged.setdefault((flag.organisation, flag.indicator), FLAG_LETTERS[flag.kind])
    told = [
        one
        for one in definitions
        if any(one.code in row and row[one.code].value is not None for row in found.values())
    ]
    rows = [_row(visit, place, area, row, told, flagged) for place, (area, row) in enumerate(found.items())]
    topics = [wording.topic_of(one) for one in told]
    return {
        "columns": [_column(visit, one, place == 0 or topics[place - 1] != topics[place]) for place, one in enumerate(told)],
        "rows": rows, "kinds": kinds(visit), "reasons": reasons(visit),
    }  # fmt: skip


def _column(visit: Visit, definition: Definition, is_first: bool) -> dict[str, Any]:
    name = definition.name(visit.view.language)
    unit = definition.unit(visit.view.language)
    return {
        "code": definition.code,
        "name": name,
        "title": f"{name} · {unit}" if unit else name,
        "href": visit.view.link(f"/indicator/{definition.code}", indicator=""),
        "first": is_first,
        "aimed": visit.has_target(definition, visit.level),
    }


def _row(
    visit: Visit,
    place: int,
    area: str,
    row: Mapping[str, Result],
    told: Sequence[Definition],
    flagged: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    letters: list[str] = []
    words: list[str] = []
    sorts: list[float | None] = []
    bad = 0
    for definition in told:
        result = row.get(definition.code)
        if result is None:
            letters.append(" ")
            words.append("")
            sorts.append(None)
            continue
        where = visit.standing(result)
        letter = LETTERS[where]
        if where is Standing.UNKNOWN:
            letter = REASON_LETTERS.get(result.reason, "u")
        elif where is not Standing.BEHIND:
            letter = flagged.get((area, definition.code), letter)
        bad += 100 if where is Standing.BEHIND else letter in FLAG_LETTERS.values()
        letters.append(letter)
        words.append("" if result.value is None else wording.value(result, definition, visit.texts))
        worst_first = -1 if definition.polarity == "lower" else 1
        sorts.append(None if result.value is None else round(result.value * worst_first, 6))
    return {
        "code": area, "name": visit.short_name(area), "upper": visit.upper_name(area) if visit.level == visit.levels[0] else "",
        "href": visit.view.link(f"/area/{area}"), "at": place, "worst": -bad,
        "k": "".join(letters), "v": words, "s": sorts,
    }  # fmt: skip


def kinds(visit: Visit) -> dict[str, dict[str, str]]:
    """Letter → class, sign and words."""
    t = visit.texts
    found = {
        letter: {"kind": where.value, "sign": wording.SIGNS[where], "words": t(wording.STANDINGS[where])}
        for where, letter in LETTERS.items()
    }
    for why, letter in REASON_LETTERS.items():
        words = t.pick(*REASONS[why.value])
        found[letter] = {"kind": "unknown", "sign": "!" if why is Reason.IMPLAUSIBLE else "?", "words": words}
    for kind, letter in FLAG_LETTERS.items():
        words = t(wording.KIND_NAMES[kind])
        found[letter] = {"kind": "below", "sign": wording.KIND_SIGNS[kind], "words": words}
    found["u"]["words"] = t("没有数字，不可评价")
    return found | {" ": {"kind": "none", "sign": "", "words": ""}}


def reasons(visit: Visit) -> dict[str, str]:
    """Sentences of the flags by area and indicator; missing reports are in the cells' own words."""
    found: dict[str, list[str]] = {}
    for flag in visit.flags_of(visit.side_by_side):
        if flag.kind != "not_assessable" and not flag.kind.startswith("grade_"):
            found.setdefault(f"{flag.organisation}|{flag.indicator}", []).append(
                flag.sentence(visit.view.language)
            )
    return {cell: " ".join(sentences) for cell, sentences in found.items()}


def legend(visit: Visit, rows: Sequence[dict[str, Any]]) -> html.Div:
    """Every sign with its meaning and how many cells bear it."""
    letters = "".join(row["k"] for row in rows)
    t = visit.texts
    unknown = "u" + "".join(REASON_LETTERS.values())
    entries = [
        (wording.SIGNS[where], where.value, t(wording.STANDINGS[where]), unknown if where is Standing.UNKNOWN else LETTERS[where])
        for where in LEGEND
    ]  # fmt: skip
    flags = [
        (wording.KIND_SIGNS[kind], "below", t(wording.KIND_NAMES[kind]), letter)
        for kind, letter in FLAG_LETTERS.items()
    ]
    items = []
    for sign, kind, words, own in (entries[0], *flags, *entries[1:]):
        if count := sum(letters.count(letter) for letter in own):
            swatch = html.Span(sign, className=f"swatch swatch--small swatch--{kind}")
            items.append(html.Span([swatch, f"{words} {count:,}"], className="legend-item"))
    return html.Div(items, className="matrix-legend")
