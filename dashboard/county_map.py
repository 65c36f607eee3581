"""The county map of one indicator: which outline gets which colour, sign, words and link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard import shades, wording
from dashboard.drawings import CountyMap
from dashboard.findings import Standing
from dashboard.outlines import REVIEW_NUMBER, REVIEW_NUMBER_EN, read_outlines
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.result import Result

# Only what asks for attention is marked on the map; the rest is told by colour, by the words on hover and by the table.
SIGNED = (Standing.BEHIND, Standing.UNKNOWN)


def areas_of(visit: Visit, definition: Definition, results: Sequence[Result]) -> dict[str, dict[str, Any]]:
    """What the map shows for each area that has an outline."""
    outlines = read_outlines()
    looks = _looks(visit, definition, results)
    return {
        result.organisation: {
            "kind": looks[result.organisation][0],
            "sign": looks[result.organisation][1],
            "name": visit.short_name(result.organisation),
            "words": [*words(visit, definition, result), *_apart(visit, looks[result.organisation][1])],
            "href": visit.view.link(f"/area/{result.organisation}"),
            **({"own": True} if result.organisation == visit.view.area.code else {}),
        }
        for result in results
        if result.organisation in outlines.codes
    }


def _looks(visit: Visit, definition: Definition, results: Sequence[Result]) -> dict[str, tuple[str, str]]:
    """Organisation → its colour's name and its sign: by the target, or where nobody has one by how high the value is."""
    answers = {one.organisation: visit.standing(one) for one in results}
    looks = {code: (one.value, wording.SIGNS[one] if one in SIGNED else "") for code, one in answers.items()}
    if shades.is_aimless(results):
        signs = shades.apart(visit, definition, results)
        looks |= {
            code: (f"shade{shade.number}", signs.get(code, ""))
            for shade in shades.shades(results)
            for code in shade.areas
            if answers[code] is Standing.UNAIMED
        }
    return looks


def _apart(visit: Visit, sign: str) -> list[str]:
    return [visit.texts(shades.APART[sign])] if sign in shades.APART else []


def words(visit: Visit, definition: Definition, result: Result) -> list[str]:
    """The lines shown on hover and read out: name, value, interval, judgement, gap."""
    t = visit.texts
    upper = visit.upper_name(result.organisation)
    name = visit.name(result.organisation)
    spread = wording.interval(result, definition)
    lines = [
        f"{name} · {upper}" if upper else name,
        wording.value(result, definition, t) + (f" ({spread})" if spread else ""),
        wording.counts(result) if result.numerator is not None else "",
        wording.chance(result, t, visit.standing(result)) or wording.comparison(result, t),
        wording.gap(result.gap, definition, t),
    ]
    return [line for line in lines if line]


def zooms(visit: Visit) -> html.Nav | None:
    """Links to look closer at one part, or at the whole again; they keep the rest of the view."""
    t, view = visit.texts, visit.view
    kept = {"step": view.step if view.step != "month" else "", **view.extra}
    parts = [
        code
        for code in visit.below
        if any(one.is_area for one in visit.registry.organisations.children(code, visit.hierarchy_day))
    ]
    links: list[Any] = [
        dcc.Link(visit.short_name(code), href=view.link(None, area=code, **kept)) for code in parts
    ]
    above = visit.registry.organisations.parent(view.area.code, visit.hierarchy_day)
    if above:
        back = t("‹ 回到{area}", area=visit.name(above))
        links.insert(0, dcc.Link(back, href=view.link(None, area=above, **kept)))
    if not links:
        return None
    label = t("放大到：") if parts else ""
    return html.Nav([html.Span(label), *links], className="zooms", **{"aria-label": t("地图范围")})


def key(visit: Visit, areas: dict[str, dict[str, Any]]) -> html.Div:
    """The judgements that the map shows, each with its colour and sign."""
    kinds = {one["kind"] for one in areas.values()}
    entries = [
        html.Span(
            [
                html.Span(wording.SIGNS[one], className=f"swatch swatch--{one.value}"),
                visit.texts(wording.STANDINGS[one]),
            ]
        )
        for one in Standing
        if one.value in kinds
    ]
    return html.Div(entries, className="shades")


def draw(
    visit: Visit, definition: Definition, results: Sequence[Result], with_key: bool = False
) -> html.Figure | None:
    """The map with its source line; nothing where no outline belongs to the areas. A single area has its neighbours around it.

    `with_key`: whether nothing beside it tells its colours; with neighbours nothing ever does.
    """
    if visit.neighbours != visit.unit_codes:
        results, with_key = visit.results([definition.code], visit.neighbours), True
    areas = areas_of(visit, definition, results)
    if not areas:
        return None
    outlines = read_outlines()
    whole = len(areas) == len(outlines.codes)
    t = visit.texts
    return html.Figure(
        [
            CountyMap(
                id="map",
                source=outlines.address,
                areas=areas,
                shown=None if whole else sorted(areas),
                label=t("{name}分县区地图", name=definition.name(visit.view.language)),
                quiet=t("地图轮廓没有载入，请看右侧列表。"),
                names=True,
            ),
            shades.legend(
                visit, definition, results, any(one["sign"] in shades.APART for one in areas.values())
            )
            if shades.is_aimless(results)
            else key(visit, areas)
            if with_key
            else None,
            zooms(visit),
            html.Figcaption(
                t(
                    "底图来源：天地图（国家地理信息公共服务平台） 审图号 {number}",
                    number=t.pick(REVIEW_NUMBER, REVIEW_NUMBER_EN),
                )
            ),
        ],
        className="map-figure",
    )
