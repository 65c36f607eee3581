"""Parts of the page of severe cases: bars of a breakdown, the causes, hospitals in a funnel, referral and delay."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
from dash import dcc, html

from dashboard import blocks, wording
from dashboard.blocks import source_href
from dashboard.figures import AXIS_FONT, COLOURS, GRID, INK, dressed
from dashboard.findings import Standing
from dashboard.indicator_parts import graph
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.severe import Breakdown, Comparison, NearMiss, Part, Peer, SeverePicture

FEWEST = 5  # hospitals that a funnel needs, as areas do
# Where a bar's part differs from all others by meaning, not by rank: the five colours of risk.
RISK = ("green", "yellow", "orange", "red", "purple")


def bars(visit: Visit, found: Breakdown) -> html.Div:
    """Each part as a bar over the total, with its count and share; what no part explains is said."""
    t = visit.texts
    total = visit.registry.element(found.total_element)
    names = short_names(visit, [part.element for part in found.parts])
    rows = [
        _bar(name, part.element, _counted(part), part.share)
        for name, part in zip(names, found.parts, strict=True)
    ]  # fmt: skip
    said = f"{t.pick(total.zh, total.en)} {wording.number(found.total)}"
    if found.rest:
        said += t("，其中 {number} 未归类", number=wording.number(found.rest))
    return html.Div([html.P(said, className="quiet"), html.Div(rows, className="bars")])


def short_names(visit: Visit, elements: Sequence[str]) -> list[str]:
    """The elements' names without what all of them begin and end with: the total's name above says it already."""
    found = [visit.registry.element(code) for code in elements]
    names = [visit.texts.pick(one.zh, one.en) for one in found]
    if visit.texts.is_chinese:
        cut = [list(name) for name in names]
        joiner, fewest = "", 3
    else:
        cut = [name.split(" ") for name in names]
        joiner, fewest = " ", 2
    start, end = _same(cut), _same([one[::-1] for one in cut])
    start, end = (count if count >= fewest else 0 for count in (start, end))
    if any(len(one) <= start + end for one in cut):
        return names
    shorter = [joiner.join(one[start : len(one) - end]).strip("“”()（） ") for one in cut]
    # A bracket that was cut in two says nothing any more.
    whole = [re.sub(r"\s*[（(][^（()）]*$", "", name) for name in shorter]
    return [name[:1].upper() + name[1:] for name in whole]


def _same(found: Sequence[Sequence[str]]) -> int:
    """How many pieces all of them begin with."""
    count = 0
    for pieces in zip(*found, strict=False):
        if len(set(pieces)) > 1:
            break
        count += 1
    return count


def _counted(part: Part) -> str:
    if part.count is None:
        return wording.MISSING
    return f"{wording.number(part.count)} ({wording.percent(part.share)})"


def _bar(name: str, element: str, number: str, share: float | None) -> html.Div:
    """The track is the whole: a bar of 60% fills 60% of it."""
    risk = next((colour for colour in RISK if colour in element.split("_")), "")
    width = f"{100 * (share or 0):.1f}%"
    done = html.Span(
        className=f"bars-done bars-done--{risk}" if risk else "bars-done", style={"width": width}
    )
    return html.Div(
        [
            html.Span(name, className="bars-name"),
            html.Span(done, className="bars-track"),
            html.Span(number, className="bars-number"),
        ],
        className="bars-row",
    )


def is_told(found: Breakdown) -> bool:
    """Whether any part of it was reported."""
    return any(part.count is not None for part in found.parts)


def causes_table(visit: Visit, picture: SeverePicture) -> html.Section | None:
    """Causes from the case list: cases, near-misses, deaths, and how many of the severe outcomes ended in death."""
    t = visit.texts
    found = [one for one in picture.causes if one.cases is not None]
    if not found:
        return None
    names = (t("病因"), t("危重病例"), t("危急重症（存活）"), t("死亡"), t("死亡指数"))
    rows = []
    for name, one in zip(short_names(visit, [one.element for one in found]), found, strict=True):
        rows.append(
            html.Tr(
                [
                    html.Th(name, scope="row"),
                    *[
                        html.Td(wording.number(number), className="number")
                        for number in (one.cases, one.near_misses, one.deaths)
                    ],
                    html.Td(_index(one.outcomes), className="number strong"),
                ]
            )
        )
    head = html.Thead(
        html.Tr(
            [
                html.Th(name, scope="col", className="number" if place else "")
                for place, name in enumerate(names)
            ]
        )
    )
    table = html.Table([head, html.Tbody(rows)], className="plain")
    return blocks.panel(
        t("病因与结局"), html.Div(table, className="scrolling", tabIndex="0"), note=t("来自个案登记，只有例数")
    )  # fmt: skip


def _index(found: NearMiss | None) -> str:
    if found is None or found.mortality_index is None:
        return wording.MISSING
    return f"{found.mortality_index:.1f}%"


def hospitals(visit: Visit, picture: SeverePicture) -> html.Section | None:
    """Hospitals held against each other, one indicator at a time; the limits are everybody's, the points those within reach."""
    t = visit.texts
    codes = list(picture.compared)
    if not codes:
        return None
    asked = visit.view.extra.get("show", "")
    code = asked if asked in codes else codes[0]
    found, whole = within_reach(visit, picture.compared[code]), picture.compared[code]
    options = [
        {"value": one, "label": visit.workspace.catalogue.get(one).name(visit.view.language)} for one in codes
    ]
    choosers = html.Div(
        blocks.choice("show", code, options, t("指标"), width=240 if t.is_chinese else 300),
        className="choosers",
    )
    head = html.Div([html.H2(t("医院之间")), choosers], className="panel-head panel-head--chooser")
    body: Any = blocks.empty(t("没有可以比较的医院"))
    said: list[Any] = []
    if found.peers and 1 < len(whole.peers) < FEWEST:
        body, said = few(visit, found), [t("不足 {count} 家，不画漏斗图；各家的数字：", count=FEWEST)]
    elif found.peers and len(whole.peers) > 1:
        body = graph("hospitals", hospital_funnel(visit, found), t("医院漏斗图"))
        said = _said(visit, found)
    elif whole.peers and not found.peers:
        body = blocks.empty(t("这里的医院不在您的管辖范围内"), t("各医院的数字只给管辖它的单位看。"))
    return html.Section([head, html.P(said, className="says") if said else None, body], className="panel")


def few(visit: Visit, found: Comparison) -> html.Div:
    """The numbers of a handful of hospitals, each with the way to its source: limits drawn from so few would say nothing."""
    t, definition = visit.texts, visit.workspace.catalogue.get(found.indicator)
    rows = [
        html.Tr(
            [
                html.Th(
                    dcc.Link(visit.name(one.result.organisation), href=source_href(visit, one.result)),
                    scope="row",
                ),
                html.Td(wording.value(one.result, definition, t), className="number strong"),
                html.Td(wording.interval(one.result, definition), className="number"),
                html.Td(wording.counts(one.result), className="number"),
            ]
        )
        for one in found.peers
    ]
    heads = (t("医院"), t("值"), t("95% 区间"), t("分子 / 分母"))
    return blocks.plain_table(heads, rows, numbers=(1, 2, 3))


def within_reach(visit: Visit, found: Comparison) -> Comparison:
    """The same comparison with only those hospitals whose numbers may be shown to whoever asks."""
    return replace(found, peers=tuple(one for one in found.peers if visit.reaches(one.result.organisation)))


def numbered(found: Comparison) -> dict[str, str]:
    """A number for each hospital beyond the outer limits, low before high: their names would lie over each other in the chart."""
    out = sorted((one for one in found.peers if one.stands_out), key=lambda one: one.stands_out != "below")
    return {one.result.organisation: f"{place}" for place, one in enumerate(out, 1)}


def labels(peers: Sequence[Peer], numbers: Mapping[str, str]) -> list[str]:
    """The numbers beside the points; of hospitals at the same point, all beside the first."""
    places: dict[tuple[float | None, float | None], list[str]] = {}
    for one in peers:
        if number := numbers.get(one.result.organisation):
            places.setdefault((one.result.denominator, one.result.value), []).append(number)
    return [", ".join(places.pop((one.result.denominator, one.result.value), ())) for one in peers]


def _said(visit: Visit, found: Comparison) -> list[Any]:
    """How many are compared, and the names of those that stand out, each a link to its numbers."""
    t, numbers = visit.texts, numbered(found)
    parts: list[list[Any]] = [[t("{count} 家可比", count=len(found.peers))]]
    for side, words in (("below", t("低于 99.8% 界限：")), ("above", t("高于 99.8% 界限："))):
        links: list[Any] = []
        for one in found.peers:
            if one.stands_out == side:
                name = f"{numbers[one.result.organisation]} {visit.name(one.result.organisation)}"
                link = dcc.Link(name, href=source_href(visit, one.result))
                links += [t("、"), link] if links else [link]
        if links:
            parts.append([words, *links])
    if not numbers:
        parts.append([t("没有超出 99.8% 界限的：差别可能是偶然")])
    if found.not_assessable:
        parts.append([t("{count} 家没有可评价的数字", count=found.not_assessable)])
    return [piece for place, part in enumerate(parts) for piece in ([t("；"), *part] if place else part)]


def hospital_funnel(visit: Visit, found: Comparison) -> go.Figure:
    """Hospitals by their number of cases between the limits of chance; those outside carry the number that names them above."""
    definition = visit.workspace.catalogue.get(found.indicator)
    peers = sorted(found.peers, key=lambda one: one.result.denominator or 0)
    sizes = [one.result.denominator or 0 for one in peers]
    figure = go.Figure()
    for low, high, dash in (("lower", "upper", "dot"), ("outer_lower", "outer_upper", "solid")):
        for edge in (low, high):
            figure.add_scatter(
                x=sizes, y=[getattr(one, edge) for one in peers], mode="lines", hoverinfo="skip",
                line={"color": INK, "width": 1.1, "dash": dash},
            )  # fmt: skip
    if found.centre is not None:
        figure.add_scatter(
            x=[sizes[0], sizes[-1]], y=[found.centre] * 2, mode="lines", hoverinfo="skip",
            line={"color": INK, "width": 1.4},
        )  # fmt: skip
    better = "above" if definition.polarity == "higher" else "below"
    looks = [_look(one.stands_out, better) for one in peers]
    numbers = numbered(found)
    figure.add_scatter(
        x=sizes, y=[one.result.value for one in peers], mode="markers+text",
        text=labels(peers, numbers),
        textposition="top center", textfont={"size": 12, "color": INK},
        marker={"size": 9, "symbol": [one[0] for one in looks], "color": [one[1] for one in looks]},
        customdata=[[_words(visit, definition, one), source_href(visit, one.result)] for one in peers],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )  # fmt: skip
    figure = dressed(figure, definition, visit)
    title = visit.texts.pick(definition.denominator_zh, definition.denominator_en)
    figure.update_xaxes(
        type="linear", title={"text": title, "standoff": 4, "font": AXIS_FONT}, showgrid=True, gridcolor=GRID
    )
    values = np.array([one.result.value for one in peers], dtype=float)
    figure.update_yaxes(
        range=[min(float(values.min()), float(found.centre or 0)) - 4, max(100.0, float(values.max())) + 2]
        if definition.polarity == "higher"
        else None
    )
    return figure  # fmt: skip


def _words(visit: Visit, definition: Definition, one: Peer) -> str:
    lines = (
        f"<b>{visit.name(one.result.organisation)}</b>",
        wording.value(one.result, definition, visit.texts),
        wording.counts(one.result),
    )
    return "<br>".join(lines)


def _look(stands_out: str, better: str) -> tuple[str, str]:
    if not stands_out:
        return "circle", "#8a8f98"
    if stands_out == better:
        return "triangle-up", COLOURS[Standing.REACHED]
    return "triangle-down", COLOURS[Standing.BEHIND]


def referral(visit: Visit, picture: SeverePicture) -> html.Section | None:
    """How women came, how long they waited, and how it ended: referred in beside those who came directly."""
    t, found = visit.texts, picture.breakdowns
    pieces: list[Any] = [
        html.Div([html.H3(name), bars(visit, found[code])])
        for code, name in (("referral", t("转诊")), ("minutes", t("到院至救治的时间")))
        if code in found and is_told(found[code])
    ]
    ways = [
        (name, found[code])
        for code, name in (("referred_listed", t("转入")), ("direct_listed", t("直接到院")))
        if code in found and is_told(found[code])
    ]
    if ways:
        pieces.append(html.Div([html.H3(t("转入与直接到院的结局")), _ways(visit, ways)]))
    if not pieces:
        return None
    return blocks.panel(t("转诊与延误"), html.Div(pieces, className="thirds"))


def _ways(visit: Visit, ways: Sequence[tuple[str, Breakdown]]) -> html.Div:
    t = visit.texts
    names = ("", t("病例"), t("危急重症（存活）"), t("死亡"), t("死亡指数"), t("30分钟内救治"))
    rows = []
    for name, one in ways:
        near, died, timed, soon = (part.count for part in one.parts)
        index = NearMiss(near, died) if near is not None and died is not None else None
        rows.append(
            html.Tr(
                [
                    html.Th(name, scope="row"),
                    *[
                        html.Td(wording.number(number), className="number")
                        for number in (one.total, near, died)
                    ],
                    html.Td(_index(index), className="number strong"),
                    html.Td(f"{wording.number(soon)} / {wording.number(timed)}", className="number"),
                ]
            )
        )
    head = html.Thead(
        html.Tr([html.Th(name, scope="col", className="number" if name else "") for name in names])
    )
    table = html.Table([head, html.Tbody(rows)], className="plain")
    return html.Div(table, className="scrolling", tabIndex="0")
