"""Overview: the targets, the map and the counties that are behind; to be read in ten seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash
from dash import dcc, html

from dashboard import blocks, county_map, following, tables, wording
from dashboard import follow_up_rules as rules
from dashboard.answers import Answers
from dashboard.changes import changes
from dashboard.findings import Standing, Tally, tally
from dashboard.flag_list import concerns, flag_item, perhaps_chance
from dashboard.indicator_parts import outlooks_of
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.outlook import Outlook
from indicators.result import Flag, Result
from reference.follow_ups import OPEN, State

NEEDS = "view_results"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py
# Cards shown at once; the map must stay within the first screen.
FIRST_ROW = 4
# Answers whose gap in people is worth saying.
SHORT = (Standing.BEHIND, Standing.COMING, Standing.BELOW)


def matches(path: str) -> bool:
    """The front door."""
    return path == "/"


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("概览")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def layout(visit: Visit) -> html.Div:
    """Heading, cards, then the chosen indicator county by county."""
    head = blocks.heading(
        visit,
        visit.name(visit.view.area.code),
        html.P(visit.view.period.label(visit.view.language), className="quiet"),
        choosers=[blocks.area_chooser(visit), *blocks.period_choosers(visit)],
    )
    if not visit.has_data:
        return html.Div([head, blocks.no_data(visit)])
    chosen = visit.indicator
    return html.Div([head, cards(visit, chosen), by_county(visit, chosen) if chosen else None])


def carded(visit: Visit) -> list[Definition]:
    """The indicators with a target at the area's own level; all of them where nothing has a target."""
    aimed = [one for one in visit.definitions if visit.has_target(one, visit.view.area.level)]
    return aimed or [one for one in visit.definitions if visit.view.area.level in one.levels]


def cards(visit: Visit, chosen: Definition | None) -> html.Div:
    """One card a target; beyond the first row they wait behind a line that sums them up."""
    definitions = carded(visit)
    results = {
        one.indicator: one for one in visit.results([one.code for one in definitions], [visit.view.area.code])
    }
    order = card_order(visit, [one for one in definitions if one.code in results], results, chosen)
    valued = [one.code for one in order if one.method != "register" and results[one.code].value is not None]
    past = visit.past(valued, visit.view.area.code)
    aimed = [code for code in valued if results[code].target]
    ahead = outlooks_of(visit, aimed, visit.view.area.code)
    drawn = [
        card(visit, one, results[one.code], past.get(one.code, ()), one is chosen, ahead.get(one.code))
        for one in order
    ]
    more = tally([results[one.code] for one in order[FIRST_ROW:]], visit.standing)
    rest = html.Details(
        [
            html.Summary(_sum_up(visit, len(order) - FIRST_ROW, more)),
            html.Div(drawn[FIRST_ROW:], className="cards"),
        ],
        className="more-cards",
    )
    return html.Div(
        [html.Div(drawn[:FIRST_ROW], className="cards cards--swipe scrolling"), rest if more else None]
    )


def card_order(
    visit: Visit,
    definitions: Sequence[Definition],
    results: Mapping[str, Result],
    chosen: Definition | None,
) -> list[Definition]:
    """The tree's own targets first (its policies' codes begin with its own), then the chosen one, then what needs attention."""

    def place(one: Definition) -> tuple[bool, bool, int]:
        result = results[one.code]
        own = result.target is not None and result.target.policy.startswith(visit.view.tree.code)
        return not own, one is not chosen, list(Standing).index(visit.standing(result))

    return sorted(definitions, key=place)


def _sum_up(visit: Visit, count: int, found: Sequence[Tally]) -> list[Any]:
    t = visit.texts
    chips = [
        html.Span(
            f"{wording.SIGNS[one.standing]} {t(wording.STANDINGS[one.standing])} {len(one.areas)}",
            className=f"chip chip--{one.standing.value}",
        )
        for one in found
    ]
    return [html.Span(t("其余 {count} 项", count=count)), *chips]


def card(
    visit: Visit,
    definition: Definition,
    result: Result,
    past: Sequence[Result],
    current: bool,
    ahead: Outlook | None = None,
) -> html.Div:
    """Value, interval, target and date, gap, judgement in words, the last year as a line, and where it leads; its source apart."""
    t, name = visit.texts, definition.name(visit.view.language)
    spread = wording.interval(result, definition)
    aim = result.target
    drawn = dcc.Link(
        [
            html.Span(name, className="card-name"),
            html.Div(
                [
                    blocks.big_value(result, definition, visit),
                    html.Span(spread, className="quiet") if spread else None,
                    blocks.sparkline(past, visit, name, 96, 28) if blocks.has_course(past) else None,
                ],
                className="card-body",
            ),
            html.Div(
                [
                    html.Span(f"{t('目标')} {wording.target(aim, definition, t)}" if aim else t("未设目标")),
                    html.Span(wording.due(aim, t), className="quiet") if aim else None,
                ],
                className="card-foot",
            ),
            html.Div(
                [
                    blocks.chip(result, visit) if aim or result.reason else None,
                    html.Strong(wording.gap(result.gap, definition, t), className="card-gap")
                    if result.gap
                    else None,
                ],
                className="card-foot",
            ),
            html.Div(leads_to(visit, definition, ahead), className="card-ahead") if ahead else None,
        ],
        href=card_link(visit, definition),
        className="card card--current" if current else "card",
    )
    source = None
    if result.value is not None:
        label = t("{name}：数字来源", name=name)
        source = dcc.Link(
            t("来源"), href=blocks.source_href(visit, result), className="card-source", title=label
        )
    return html.Div([drawn, source], className="card-place")


def leads_to(visit: Visit, definition: Definition, ahead: Outlook) -> str:
    """The chance of the coming target, were the present trend to go on."""
    if ahead.aim is None or ahead.chance is None:
        return ""
    return visit.texts(
        "◷ 照此走势，{month}达到当时的目标 {target} 的可能性 {chance}",
        month=visit.texts.month(ahead.months[-1]),
        target=wording.target_row(ahead.aim.target, definition, visit.texts),
        chance=wording.likely(ahead.chance),
    )


def card_link(visit: Visit, definition: Definition) -> str:
    """Register shares lead to the register, the rest choose the indicator of the map."""
    if definition.method == "register":
        return visit.view.link("/grading")
    return visit.view.link("/", indicator=definition.code)


def by_county(visit: Visit, definition: Definition) -> html.Section:
    """The answer in figures, then the map beside the list of who is behind."""
    results = visit.results([definition.code], visit.unit_codes)
    options = [one for one in visit.definitions if one.method != "register"]
    figure = county_map.draw(visit, definition, results)
    return html.Section(
        [
            html.Div(
                [
                    html.H2(f"{definition.name(visit.view.language)} · {visit.unit_level}"),
                    blocks.indicator_chooser(visit, options, definition.code),
                ],
                className="panel-head panel-head--chooser",
            ),
            html.Div(
                [figures(visit, definition, one) for one in tally(results, visit.standing)],
                className="figures",
            ),
            asked(visit, definition),
            html.Div(
                [
                    html.Div(figure, className="side-map") if figure else None,
                    attention(visit, definition, results),
                ],
                className="side-by-side" if figure else "",
            ),
            None if figure else league(visit, definition, results),
            since_last_month(visit, definition),
            reporting(visit, results),
        ],
        className="panel",
    )


def asked(visit: Visit, definition: Definition) -> html.P | None:
    """What was asked of those behind whose follow-ups one may see, and what became of it; nothing where there are none."""
    organisations = visit.registry.organisations
    behind = [
        one
        for one in visit.flags
        if (one.kind, one.indicator) == ("behind_target", definition.code)
        and rules.may_see(visit.account, one.organisation, organisations)
    ]
    if not behind:
        return None
    t = visit.texts
    found = [
        one
        for flag in behind
        if (one := following.of_flag(visit, flag)) is not None and one.state is not State.WITHDRAWN
    ]
    late = sum(one.is_overdue(visit.today) for one in found)
    counts = (
        (t("{count} 个未督办", count=len(behind) - len(found)), len(found) < len(behind)),
        (t("{count} 个待答复", count=sum(one.state in OPEN for one in found)), bool(found)),
        (t("{count} 个已逾期", count=late), bool(late)),
        (t("{count} 个已答复", count=sum(one.state is State.ANSWERED for one in found)), bool(found)),
        (t("{count} 个已办结", count=sum(one.state is State.DONE for one in found)), bool(found)),
    )
    words = t("、").join(said for said, is_worth_it in counts if is_worth_it)
    link = dcc.Link(t("全部督办"), href=visit.view.link(following.PATH)) if found else None
    return html.P([html.Strong(t("对落后县区的督办")), html.Span(words), link], className="asked")


def figures(visit: Visit, definition: Definition, found: Tally) -> html.Div:
    """One figure: the colour's meaning, how many counties, how many people. It is the map's legend too."""
    t = visit.texts
    gap = wording.gap(found.gap, definition, t) if found.standing in SHORT else ""
    if gap and len(found.areas) > 1:
        gap = t("合计{gap}", gap=gap)
    return html.Div(
        [
            html.Span(wording.SIGNS[found.standing], className=f"swatch swatch--{found.standing.value}"),
            html.Div(
                [
                    html.Span(t(wording.STANDINGS[found.standing])),
                    html.Div(
                        [
                            html.Strong(t("{count} 个", count=len(found.areas))),
                            html.Span(gap, className="figure-gap") if gap else None,
                        ]
                    ),
                ]
            ),
        ],
        className=f"figure figure--{found.standing.value}",
    )


def attention(visit: Visit, definition: Definition, results: Sequence[Result]) -> html.Div:
    """The counties to look at, worst first, each once with all its reasons; then those that chance may explain."""
    t = visit.texts
    by_area = {result.organisation: result for result in results}
    own: dict[str, list[Flag]] = {}
    for flag in visit.flags:
        if concerns(flag, definition, by_area.get(flag.organisation)):
            own.setdefault(flag.organisation, []).append(flag)
    items = [flag_item(visit, definition, found, by_area.get(area)) for area, found in own.items()]
    body: Any = (
        html.Ol(items, className="flags")
        if items
        else html.P(t("这项指标没有需要提示的县区。"), className="quiet")
    )
    return html.Div(
        [
            html.H3(t("需要关注（{count}）", count=len(own))),
            html.Div(body, className="flag-list", tabIndex="0"),
            perhaps_chance(visit, definition),
            others(visit, definition),
        ],
        className="side-list",
    )


def others(visit: Visit, definition: Definition) -> html.P | None:
    """How many counties stand out on the other indicators, as links."""
    counted: dict[str, int] = {}
    for flag in visit.flags:
        if flag.kind != "not_assessable" and flag.indicator not in ("", definition.code):
            counted[flag.indicator] = counted.get(flag.indicator, 0) + 1
    if not counted:
        return None
    links = []
    for code, count in sorted(counted.items(), key=lambda pair: -pair[1]):
        one = visit.workspace.catalogue.get(code)
        links.append(dcc.Link(f"{one.name(visit.view.language)} {count}", href=card_link(visit, one)))
    return html.P([html.Span(visit.texts("其他指标的提示：")), *links], className="others")


def since_last_month(visit: Visit, definition: Definition) -> html.Div | None:
    """Who is newly behind, who no longer, and by how many people the gap has changed."""
    found = changes(visit)
    if found is None:
        return None
    t, own = visit.texts, found.of(definition.code)
    groups = [(t("新落后"), own.new), (t("不再落后"), own.ended)]
    items: list[Any] = [
        html.Span([f"{name} ", *_names(visit, flags)]) for name, flags in groups if flags
    ] or [html.Span(t("落后的县区没有变化"))]
    gap = wording.number(abs(own.gap))
    people = t.pick(definition.people_zh, definition.people_en)
    if own.gap:
        words = (
            t("差距合计扩大 {gap} {people}", gap=gap, people=people)
            if own.gap > 0
            else t("差距合计缩小 {gap} {people}", gap=gap, people=people)
        )
        items.append(html.Span(words.strip()))
    everything = t("全部指标的提示：新增 {new}，解除 {ended}", new=len(found.new), ended=len(found.ended))
    return html.Div(
        [html.Strong(t("比上月")), *items, dcc.Link(everything, href=visit.view.link("/matrix"), className="changes-all")],
        className="changes",
    )  # fmt: skip


def _names(visit: Visit, flags: Sequence[Flag]) -> list[Any]:
    links: list[Any] = []
    for flag in flags:
        link = dcc.Link(visit.name(flag.organisation), href=visit.view.link(f"/area/{flag.organisation}"))
        links += [visit.texts("、"), link] if links else [link]
    return links


def league(visit: Visit, definition: Definition, results: Sequence[Result]) -> Any:
    """Where there are no outlines to draw, the table takes the map's place."""
    rows = tables.league_rows(visit, definition, results)
    columns = tables.league_columns(visit, definition, results)
    return tables.grid("league", columns, rows, visit.texts, None if len(rows) <= 30 else 620)


def reporting(visit: Visit, results: Sequence[Result]) -> html.P:
    """How much of what was due is in the numbers shown."""
    words = visit.texts("以上数字所含报表：{share}", share=blocks.reports_line(results, visit))
    return html.P(words, className="quiet reporting")
