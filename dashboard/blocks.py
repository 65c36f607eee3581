"""Building blocks that several pages share: heading, choosers, chips, figures with words, empty states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import wording
from dashboard.drawings import IntervalBar, Sparkline
from dashboard.findings import Standing, reports_in
from dashboard.texts import Texts, mark
from dashboard.view import KINDS, period_choices
from dashboard.visit import Visit
from indicators.choosing import split
from indicators.definition import Definition
from indicators.result import Result
from reference.periods import parse
from reference.reporting import Duty

STEPS = {"month": mark("按月"), "quarter": mark("按季"), "rolling": mark("滚动十二个月")}


def choice(
    key: str,
    shown: str,
    options: Sequence[dict[str, Any]],
    label: str,
    width: int,
    drops: str = "",
    empty: bool = False,
    **look: Any,
) -> html.Div:
    """A list to choose from that writes `key` into the address and drops what no longer fits."""
    select = dmc.Select(
        id={"type": "choose", "key": key, "drops": drops, "shown": shown},
        value=shown if shown or empty else None,
        data=list(options),
        allowDeselect=False,
        size="sm",
        label=label,
        checkIconPosition="right",
        maxDropdownHeight=360,
        **{"comboboxProps": {"withinPortal": True}, **look},
    )
    return html.Div(select, className=f"choice choice--{key}", style={"width": f"{width}px"})


def heading(visit: Visit, title: str, *more: Any, choosers: Sequence[Any] = ()) -> html.Div:
    """The page's title with what it is about, and its choosers on the right."""
    return html.Div(
        [
            html.Div([html.H1(title), *more], className="heading-words"),
            html.Div([one for one in choosers if one is not None], className="choosers"),
        ],
        className="heading",
    )


def area_chooser(visit: Visit, with_units: bool = False) -> html.Div:
    """Every area one may look at: each tree's root and the areas with areas below; with `with_units`, those too."""
    organisations = visit.registry.organisations
    groups: list[dict[str, Any]] = []
    for tree in visit.registry.trees.values():
        if tree.code != visit.view.tree.code and visit.answers.months(tree.code) is None:
            continue
        areas = [
            one for one in organisations.all if one.tree == tree.code and one.is_area and one.valid_to is None
        ]
        items = [
            {"value": one.code, "label": one.name(visit.view.language)}
            for one in areas
            if (
                with_units
                or one.code in (tree.root, visit.view.area.code)
                or any(child.is_area for child in organisations.children(one.code))
            )
            and visit.shows(one.code)
        ]
        if not items:
            continue
        groups.append({"group": visit.texts.pick(tree.zh, tree.en), "items": items})
    return choice(
        "area", visit.view.area.code, groups, visit.texts("地区"), drops="unit",
        searchable=True, width=175, nothingFoundMessage=visit.texts("没有这个地区"),
    )  # fmt: skip


def level_chooser(visit: Visit) -> html.Div | None:
    """Which areas stand side by side: the smallest ones, or those above them; nothing where there is no choice."""
    if len(visit.levels) < 2:
        return None
    options = [{"value": level, "label": visit.level_name(level)} for level in visit.levels]
    return choice("level", visit.level, options, visit.texts("层级"), width=120, drops="unit")


def period_choosers(visit: Visit) -> list[Any]:
    """Which kind of period, and which one of that kind."""
    t, view = visit.texts, visit.view
    span = visit.answers.months(view.tree.code) or (view.period.first, view.period.last)
    kinds = [{"value": kind, "label": t(wording.PERIOD_KINDS[kind])} for kind in KINDS]
    periods = period_choices(view.kind, span, view.tree) if view.kind else []
    if view.period not in periods:
        periods = [view.period, *periods]
    options = [{"value": period.code, "label": period.label(view.language)} for period in periods]
    return [
        choice("kind", view.kind, kinds, t("时间类型"), drops="period", width=156),
        choice(
            "period",
            view.period.code,
            options,
            t("时间"),
            drops="kind",
            width=230,
            searchable=len(options) > 12,
        ),
    ]


def indicator_chooser(visit: Visit, options: Sequence[Definition], shown: str) -> html.Div:
    """Which indicator."""
    groups = [
        {
            "group": visit.texts(wording.TOPICS[topic]),
            "items": [{"value": one.code, "label": one.name(visit.view.language)} for one in found],
        }
        for topic, found in by_topic(options).items()
    ]
    return choice("indicator", shown, groups, visit.texts("指标"), searchable=True, width=240)


def by_topic(definitions: Iterable[Definition]) -> dict[str, list[Definition]]:
    """Definitions under their topics, topics in their order."""
    listed = list(definitions)
    found = {topic: [one for one in listed if wording.topic_of(one) == topic] for topic in wording.TOPICS}
    return {topic: ones for topic, ones in found.items() if ones}


def chip(result: Result, visit: Visit) -> html.Span:
    """The judgement with its sign."""
    where = visit.standing(result)
    words = f"{wording.SIGNS[where]} {wording.chance(result, visit.texts, where) or wording.comparison(result, visit.texts)}"
    return html.Span(words, className=f"chip chip--{where.value}")


def big_value(result: Result, definition: Definition, visit: Visit) -> html.Strong:
    """The value large, its unit beside it: a sign as large, words smaller."""
    unit = definition.unit(visit.view.language)
    number = wording.number(result.value, definition.decimals)
    if result.value is None or not unit:
        return html.Strong(number, className="card-value")
    return html.Strong(
        [number, html.Span(unit, className="card-sign" if len(unit) == 1 else "card-unit")],
        className="card-value",
    )


def source_href(visit: Visit, result: Result) -> str:
    """Where a value is followed back to its organisations, files and cells."""
    code = result.organisation
    place = {"area": code} if visit.registry.organisations.get(code).is_area else {"unit": code}
    return visit.view.link("/source", indicator=result.indicator, period=result.period, **place)


def value_link(visit: Visit, result: Result, shown: Any) -> Any:
    """A value as the way to its source; plain words where there is no number to follow."""
    if result.value is None:
        return shown
    label = visit.texts("数字来源")
    return dcc.Link(shown, href=source_href(visit, result), className="value-link", title=label)


def certainty(mark_code: str, visit: Visit) -> html.Span:
    """Whether a definition's source is confirmed."""
    kind = "sure" if mark_code.startswith("S") else "unsure"
    return html.Span(wording.certainty(mark_code, visit.texts), className=f"certainty certainty--{kind}")


def reports_line(results: Sequence[Result], visit: Visit) -> str:
    """Reports in of reports due over areas that add up to the one in view; zones, which add into nothing, are told apart."""
    t, organisations = visit.texts, visit.registry.organisations
    apart = [one for one in results if not organisations.get(one.organisation).in_totals]
    words = wording.completeness(*reports_in([one for one in results if one not in apart]), t)
    if not apart or len(apart) == len(results):
        return wording.completeness(*reports_in(results), t)
    names = t("、").join(visit.name(one.organisation) for one in apart)
    return words + t(
        "；另有{names} {share}，单列，不计入合计",
        names=names,
        share=wording.completeness(*reports_in(apart), t),
    )


def reports_words(result: Result, visit: Visit) -> str:
    """Reports in of reports due; where nobody owes any yet, from when they are owed."""
    t, definition = visit.texts, visit.workspace.catalogue.get(result.indicator)
    if not result.expected and definition.method != "register":
        duties = {
            duty
            for name in (*definition.numerator, *definition.denominator)
            for duty in visit.workspace.context.duties_of(
                visit.view.tree.code, definition.basis, split(name)[0]
            )
        }
        if begins := begins_words(duties, parse(result.period).last_day, t):
            return begins
    return wording.completeness(result.received, result.expected, t)


def begins_words(duties: Iterable[Duty], on: dt.date, texts: Texts) -> str:
    """From when on reports are owed, where none was on a day; nothing where some were."""
    days = [duty.since for duty in duties]
    ahead = [day for day in days if day is not None and day > on]
    if not days or len(ahead) < len(days):
        return ""
    first = min(ahead)
    is_year = (first.month, first.day) == (1, 1)
    return (
        texts("{year}年起报送", year=first.year) if is_year else texts("{date}起报送", date=texts.date(first))
    )


def term(name: str, *words: Any) -> list[Any]:
    """One line of a definition list."""
    return [html.Dt(name), html.Dd(list(words))]


def panel(title: Any, *children: Any, note: Any = None) -> html.Section:
    """A titled part of a page."""
    head = html.Div(
        [html.H2(title), html.Span(note, className="quiet") if note else None], className="panel-head"
    )
    return html.Section([head, *children], className="panel")


def plain_table(
    heads: Sequence[Any], rows: Sequence[html.Tr], numbers: Iterable[int] = (), tall: bool = False
) -> html.Div:
    """A table read from top to bottom, that scrolls within itself; `numbers` are the columns set to the right."""
    right = set(numbers)
    head = html.Tr(
        [html.Th(name, scope="col", className="number" if place in right else None) for place, name in enumerate(heads)]
    )  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(list(rows))], className="plain")
    return html.Div(table, className="scrolling scrolling--tall" if tall else "scrolling", tabIndex="0")


def stacked_table(heads: Sequence[Any], rows: Sequence[Any], kind: str = "", tall: bool = False) -> html.Div:
    """A plain table that scrolls within itself; on a phone each row becomes a card, its cells one below the other.

    There each cell is led by its column's name, which it holds itself; on a desk a name stands over its numbers.
    """
    kinds: dict[int, str] = {}
    for row in rows:
        for place, cell in enumerate(row.children):
            if place < len(heads) and isinstance(heads[place], str):
                setattr(cell, "data-label", heads[place])
            if "number" in (getattr(cell, "className", None) or "").split():
                kinds[place] = "number"
    head = html.Thead(
        html.Tr(
            [
                html.Th(one, scope="col", className=kinds.get(place, "")) if isinstance(one, str) else one
                for place, one in enumerate(heads)
            ]
        )
    )
    return html.Div(
        html.Table([head, html.Tbody(list(rows))], className=f"plain plain--stacked {kind}".strip()),
        className="scrolling scrolling--tall" if tall else "scrolling",
        tabIndex="0",
    )


def month_heads(months: Sequence[int], texts: Texts) -> list[html.Th]:
    """Months over narrow columns: the year, seen where it begins, and under it the month."""
    found: list[html.Th] = []
    for place, month in enumerate(months):
        is_seen = not place or months[place - 1] // 100 != month // 100
        look = "month-year" if is_seen else "month-year month-year--same"
        year = html.Span(texts("{year}年", year=month // 100), className=look)
        name = f"{month % 100}月" if texts.is_chinese else f" {texts.month(month).split()[0]}"
        found.append(html.Th([year, name], scope="col", className="number"))
    return found


def empty(title: str, *words: Any) -> html.Div:
    """A designed nothing: what is missing, and what to do."""
    return html.Div([html.Strong(title), *[html.Div(word) for word in words]], className="empty")


def no_data(visit: Visit) -> html.Div:
    """Nothing has been loaded yet."""
    t = visit.texts
    return empty(
        t("还没有数据"),
        t("上传第一份报表后，这里就会出现指标、地图和提示。"),
        dcc.Link(t("去上报数据"), href=visit.view.link("/submissions"), className="button"),
    )


def has_course(series: Sequence[Result]) -> bool:
    """Whether there are numbers enough for a line: two."""
    return sum(one.value is not None for one in series) > 1


def sparkline(
    series: Sequence[Result],
    visit: Visit,
    name: str,
    width: int = 120,
    height: int = 30,
    low: float | None = None,
    high: float | None = None,
) -> Sparkline:
    """The values of a series as a small line with the newest target; `low` and `high` are on the scale besides."""
    newest = series[-1].target if series else None
    return Sparkline(
        values=[result.value for result in series],
        target=newest.value if newest else None,
        label=visit.texts("{name}的走势", name=name),
        width=width,
        height=height,
        low=low,
        high=high,
    )


def bar(
    result: Result,
    definition: Definition,
    visit: Visit,
    scale: tuple[float, float],
    peers: float | None = None,
    band: tuple[float, float] | None = None,
) -> IntervalBar:
    """The value with its interval on a scale, beside the value of all together and the middle half of the peers."""
    words = f"{wording.value(result, definition, visit.texts)} ({wording.interval(result, definition)})"
    return IntervalBar(
        value=result.value,
        lower=result.lower,
        upper=result.upper,
        target=result.target.value if result.target else None,
        peers=peers,
        band=band,
        low=scale[0],
        high=scale[1],
        kind=visit.standing(result).value,
        label=words,
    )


def kind_of(result: Result | None, visit: Visit) -> str:
    """The class of an answer, for colours."""
    return (visit.standing(result) if result else Standing.UNKNOWN).value
