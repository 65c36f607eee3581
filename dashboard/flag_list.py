"""The list of flagged areas on the overview: one entry an area, with its reasons in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html

from dashboard import following, wording
from dashboard.findings import Standing
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.result import Flag, Reason, Result


def perhaps_chance(visit: Visit, definition: Definition) -> html.Details | None:
    """Counties short of the target that are no flags, with what it would take to be certain: not accused, and not excused for ever."""
    found = [flag for flag in visit.watched(visit.unit_codes) if flag.indicator == definition.code]
    if not found:
        return None
    items = [flag_item(visit, definition, [flag], None) for flag in found]
    return html.Details(
        [
            html.Summary(visit.texts("未达目标，可能是偶然（{count}）", count=len(found))),
            html.Ol(items, className="flags"),
        ],
        className="watched",
    )


def concerns(flag: Flag, definition: Definition, result: Result | None) -> bool:
    """Whether a flag is about the indicator; missing reports are flagged once for all the indicators that suffer from them."""
    if flag.kind == "not_assessable":
        return result is not None and result.reason is Reason.REPORTS_MISSING
    return flag.indicator == definition.code


def flag_item(visit: Visit, definition: Definition, found: Sequence[Flag], result: Result | None) -> html.Li:
    """One county: who, by how many people, why; the reason named where it is not the target."""
    found = sorted(found, key=lambda flag: flag.kind != "behind_target")
    area = found[0].organisation
    upper = visit.upper_name(area)
    short = next((flag.gap for flag in found if flag.kind in ("behind_target", "watch")), None)
    gap = wording.gap(short, definition, visit.texts)
    kind = _kind(found, result, visit)
    link = dcc.Link(
        [
            html.Div(
                [
                    html.Span(_sign(found), className="flag-sign"),
                    html.Strong(visit.name(area)),
                    html.Span(upper, className="quiet") if upper else None,
                    html.Strong(gap, className="flag-gap") if gap else None,
                ],
                className="flag-head",
            ),
            *(
                [_reason(visit, found[0]), _also(visit, found[1:])]
                if kind == Standing.BEHIND.value
                else [_reason(visit, flag) for flag in found]
            ),
        ],
        href=visit.view.link(f"/area/{area}"),
    )
    return html.Li([link, following.badge(visit, found[0])], className=f"flag flag--{kind}")


def _reason(visit: Visit, flag: Flag) -> html.Div:
    name = None
    if flag.kind not in ("behind_target", "not_assessable", "watch"):
        name = html.Strong(f"{visit.texts(wording.KIND_NAMES[flag.kind])} · ")
    return html.Div([name, html.Span(without_place(visit, flag))], className="flag-sentence")


def _also(visit: Visit, rest: Sequence[Flag]) -> html.Div | None:
    """What else stands out in a county that is behind, by name: its own page has the sentences, and the list stays short."""
    if not rest:
        return None
    t = visit.texts
    names = t("、").join(t(wording.KIND_NAMES[flag.kind]) for flag in rest)
    sentences = " ".join(without_place(visit, flag) for flag in rest)
    return html.Div(t("同时：{names}", names=names), className="flag-also", title=sentences)


def without_place(visit: Visit, flag: Flag) -> str:
    """The reason without place and period, which stand beside it already."""
    sentence = flag.sentence(visit.view.language)
    place, period = visit.name(flag.organisation), visit.view.period.label(visit.view.language)
    said = f"{place}{period}" if visit.texts.is_chinese else f"{place}, {period}: "
    return sentence.removeprefix(said)


def _sign(found: Sequence[Flag]) -> str:
    """The sign of the weightiest reason."""
    return wording.SIGNS[Standing.BELOW] if found[0].kind == "watch" else wording.KIND_SIGNS[found[0].kind]


def _kind(found: Sequence[Flag], result: Result | None, visit: Visit) -> str:
    if any(flag.kind == "behind_target" for flag in found):
        return Standing.BEHIND.value
    if found[0].kind in ("not_assessable", "implausible"):
        return (visit.standing(result) if result else Standing.UNKNOWN).value
    return Standing.BELOW.value
