"""The overview on numbers worked out by hand.

Three counties report 100 women a month for twelve months, so 1,200 each:
60 screened a month → 720 / 1,200 = 60.0%, Wilson 95% 57.2–62.7: behind 80% for certain; 80% of 1,200 is 960, 240 short.
79 → 948 / 1,200 = 79.0%, 76.6–81.2: short, perhaps by chance; 960 − 948 = 12 short.
90 → 1,080 / 1,200 = 90.0%, 88.2–91.6: met for certain.
A fourth sent 3 of 12 months: not assessable; the other ten counties of the prefecture sent nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from dash.development.base_component import Component
from plotly.utils import PlotlyJSONEncoder

from dashboard import county_map
from dashboard.answers import Answers
from dashboard.findings import Standing, tally
from dashboard.flag_list import flag_item
from dashboard.pages import area, indicator, overview
from dashboard.visit import Visit, open_visit
from dashboard.workspace import Workspace
from store.following_up import Asked, ask
from tests.accounts import accounts_of_roles

BEHIND, NEAR, AHEAD, SILENT = "520302", "520303", "520304", "520322"
ZUNYI = "?area=520300&indicator=prenatal_screening_coverage"


@pytest.fixture
def visit(loaded: Workspace) -> Visit:
    return open_visit(Answers(loaded), "/", ZUNYI)


def words(component: Component) -> str:
    """All text of a component, joined."""
    if isinstance(component, str):
        return component
    if isinstance(component, list | tuple):
        return " ".join(words(one) for one in component if one is not None)
    return words(getattr(component, "children", None) or "") if isinstance(component, Component) else ""


def test_the_counties_are_told_apart(visit: Visit) -> None:
    results = visit.results(["prenatal_screening_coverage"], visit.unit_codes)
    assert len(results) == 14
    told = {one.standing: one for one in tally(results)}
    assert told[Standing.BEHIND].areas == (BEHIND,)
    assert told[Standing.BEHIND].gap == 240
    assert told[Standing.BELOW].areas == (NEAR,)
    assert told[Standing.BELOW].gap == 12
    assert told[Standing.REACHED].areas == (AHEAD,)
    assert len(told[Standing.UNKNOWN].areas) == 11
    assert SILENT in told[Standing.UNKNOWN].areas


def test_the_page_says_who_is_behind_by_how_many_and_that_it_is_not_chance(visit: Visit) -> None:
    text = words(overview.layout(visit))
    assert "确实落后，非偶然 1 个 还需 240 名" in text
    assert "未达目标，可能是偶然 1 个 还需 12 名" in text
    assert "确已达标，非偶然 1 个" in text
    first = text[text.index("需要关注（") :]
    assert first.index(visit.name(BEHIND)) < first.index(visit.name(SILENT))


def test_only_counties_that_stand_out_are_listed(visit: Visit) -> None:
    text = words(overview.layout(visit))
    flagged, _, watched = text[text.index("需要关注（") :].partition("未达目标，可能是偶然（1）")
    assert visit.name(AHEAD) not in flagged + watched
    assert visit.name(NEAR) not in flagged
    assert visit.name(NEAR) in watched
    assert "才能断定" in watched


def test_a_county_is_listed_once_with_all_its_reasons(visit: Visit) -> None:
    definition = visit.workspace.catalogue.get("prenatal_screening_coverage")
    (behind,) = [flag for flag in visit.flags if flag.kind == "behind_target"]
    worse = replace(behind, kind="worsening", gap=31, sentence_zh="比上年少了31名。")
    item = flag_item(visit, definition, [behind, worse], None)
    assert words(item).count(visit.name(BEHIND)) == 1
    assert "还需 240 名" in words(item)
    # The list stays short: what else there is is named, its sentence a hover away and on the county's page.
    assert "同时：正在变差" in words(item)
    also = next(one for one in item.children[0].children if getattr(one, "className", "") == "flag-also")
    assert also.title == "比上年少了31名。"
    assert "flag--behind" in item.className


def test_what_is_said_of_chance_is_the_familys_verdict(visit: Visit) -> None:
    results = visit.results(["prenatal_screening_coverage"], visit.unit_codes)
    flagged = {flag.organisation for flag in visit.flags if flag.kind == "behind_target"}
    assert {one.organisation for one in results if visit.standing(one) is Standing.BEHIND} == flagged


def test_the_map_says_the_same_as_the_list(visit: Visit) -> None:
    definition = visit.workspace.catalogue.get("prenatal_screening_coverage")
    areas = county_map.areas_of(visit, definition, visit.results([definition.code], visit.unit_codes))
    assert len(areas) == 14
    assert (areas[BEHIND]["kind"], areas[BEHIND]["sign"]) == ("behind", "▼")
    assert areas[BEHIND]["words"][1:4] == ["60.0% (57.2–62.7)", "720 / 1,200", "确实落后，非偶然"]
    assert areas[BEHIND]["words"][4].startswith("还需 240 名")
    assert areas[BEHIND]["href"].startswith(f"/area/{BEHIND}?")
    assert (areas[SILENT]["kind"], areas[SILENT]["sign"]) == ("unknown", "?")
    assert areas[AHEAD]["kind"] == "reached"


def test_the_indicator_page_has_every_county_in_its_table(visit: Visit) -> None:
    text = json.dumps(indicator.layout(visit).to_plotly_json(), cls=PlotlyJSONEncoder, ensure_ascii=False)
    assert "57.2–62.7" in text
    assert "县区（14）" in text


def test_the_county_page_shows_value_interval_gap_and_reports(loaded: Workspace) -> None:
    visit = open_visit(Answers(loaded), f"/area/{BEHIND}", "")
    text = words(area.layout(visit))
    assert "60.0%" in text
    assert "57.2–62.7" in text
    assert "还需 240 名" in text
    assert "720 / 1,200" in text
    silent = words(area.layout(open_visit(Answers(loaded), f"/area/{SILENT}", "")))
    assert "3/12（25%）" in silent
    assert "县区妇幼健康月报 1/1 1/1 1/1 0/1 0/1 0/1 0/1 0/1 0/1 0/1 0/1 0/1" in silent


def test_the_provinces_own_targets_are_on_the_first_cards(loaded: Workspace) -> None:
    # The plan of 19 December 2021 sets these: §三(四) twice, §三(六) and, nobody reporting it yet, §四(九).
    visit = open_visit(Answers(loaded), "/", "")
    definitions = overview.carded(visit)
    results = {one.indicator: one for one in visit.results([one.code for one in definitions], ["520000"])}
    order = overview.card_order(visit, definitions, results, visit.indicator)
    shown = {one.code for one in order[: overview.FIRST_ROW]}
    assert {
        "prenatal_screening_coverage",
        "provincial_prefecture_level3_share",
        "county_level2a_share",
    } <= shown


def test_one_answer_for_all_serves_a_part_the_same(visit: Visit) -> None:
    part = visit.answers.flags(visit.unit_codes, visit.view.period)
    assert part
    assert visit.flags == part


def test_areas_of_today_are_shown_where_senders_print_them_on_old_periods(loaded: Workspace) -> None:
    # Andhra Pradesh has had 26 districts since April 2022; its returns of 2020 were downloaded with all 26.
    visit = open_visit(Answers(loaded), "/", "?area=IN-AP&period=2020-04..2021-03")
    assert len(visit.units) == 26
    assert visit.unit_level == "县（印度）"


def test_no_data_frame_and_no_number_hides_in_a_store(visit: Visit) -> None:
    def stores(component: object) -> list[Component]:
        if isinstance(component, list | tuple):
            return [found for one in component for found in stores(one)]
        if not isinstance(component, Component):
            return []
        own = [component] if component._type == "Store" else []
        return own + stores(getattr(component, "children", None))

    assert stores(overview.layout(visit)) == []


def test_what_was_asked_of_those_behind_is_said_to_who_may_know(loaded, visit: Visit) -> None:
    """One county is behind: not asked, then asked; an evaluator, whom follow-ups do not concern, is told nothing."""
    assert "对落后县区的督办 1 个未督办" in words(overview.layout(visit))
    flag = next(flag for flag in visit.flags if flag.kind == "behind_target")
    asked = Asked(flag.organisation, flag.kind, flag.indicator, flag.period, "甲", "a")
    ask(loaded.store, asked, "请说明", "妇幼科", dt.date(2099, 1, 31), "test")
    text = words(overview.layout(visit))
    assert "未督办" not in text
    assert "对落后县区的督办 1 个待答复" in text
    evaluator = replace(visit, account=accounts_of_roles()["evaluator"])
    assert "对落后县区的督办" not in words(overview.layout(evaluator))
