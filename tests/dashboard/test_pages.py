"""Matrix, indicator, county, brief, grading and severe cases on the counties worked out by hand in conftest.py.

Twelve months of 100 women each: 60 screened → 60.0% (behind 80%), 79 → 79.0% (may be chance), 90 → 90.0% (met); a fourth
county sent 3 of 12 months.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dashboard import league, profile
from dashboard.answers import Answers
from dashboard.auth.account import Account
from dashboard.changes import changes, compare
from dashboard.indicator_parts import control, multiples, peers
from dashboard.pages import area, brief, grading, indicator, matrix, severe
from dashboard.severe_parts import short_names
from dashboard.view import month_earlier
from dashboard.visit import Visit, open_visit
from dashboard.workspace import Workspace
from indicators.result import Flag
from reference.breaks import Break
from reference.periods import month_add, month_period, month_range, parse
from reference.registry import Registry
from store.records import SubmissionRecord, ValueRecord
from tests.dashboard.test_overview import AHEAD, BEHIND, NEAR, SILENT, ZUNYI, words

SCREENING = "prenatal_screening_coverage"
HOSPITAL = "MCH520302"


def opened(workspace: Workspace, path: str, search: str = "", **more: object) -> Visit:
    return open_visit(Answers(workspace), path, search, **more)  # type: ignore[arg-type]


def rows_of(table: dict) -> dict[str, dict]:
    return {row["code"]: row for row in table["rows"]}


def test_each_cell_of_the_matrix_has_letter_value_and_reason(loaded: Workspace) -> None:
    table = matrix.drawn(opened(loaded, "/matrix", ZUNYI))
    place = [column["code"] for column in table["columns"]].index(SCREENING)
    rows = rows_of(table)
    assert len(rows) == 14
    assert [rows[code]["k"][place] for code in (BEHIND, NEAR, AHEAD, SILENT)] == ["b", "l", "r", "m"]
    assert [rows[code]["v"][place] for code in (BEHIND, NEAR, AHEAD)] == ["60.0%", "79.0%", "90.0%"]
    assert "还需240名" in table["reasons"][f"{BEHIND}|{SCREENING}"]
    assert table["kinds"]["b"] == {"kind": "behind", "sign": "▼", "words": "确实落后，非偶然"}
    assert table["kinds"]["m"]["words"] == "报表缺失"


def test_the_matrix_begins_with_the_county_that_is_worst(loaded: Workspace) -> None:
    rows = matrix.drawn(opened(loaded, "/matrix", ZUNYI))["rows"]
    assert min(rows, key=lambda row: (row["worst"], row["at"]))["code"] == BEHIND


def test_the_matrix_is_filtered_by_topic_and_level(loaded: Workspace) -> None:
    topic = opened(loaded, "/matrix", f"{ZUNYI}&topic=prenatal")
    assert {column["code"] for column in matrix.drawn(topic)["columns"]} <= {
        one.code for one in topic.definitions if one.topic == "prenatal"
    }
    prefectures = opened(loaded, "/matrix", "?level=prefecture")
    assert set(rows_of(matrix.drawn(prefectures))) == set(prefectures.side_by_side)
    assert len(prefectures.side_by_side) == 9


def test_no_kind_of_cell_is_told_by_colour_alone(loaded: Workspace) -> None:
    kinds = matrix.kinds(opened(loaded, "/matrix"))
    told = [(one["sign"], one["words"]) for letter, one in kinds.items() if letter != " "]
    assert all(sign and said for sign, said in told)
    assert len(set(told)) == len(told)


def test_an_account_opens_on_its_own_area_and_goes_where_it_asks(loaded: Workspace) -> None:
    county = Account("liu", "刘", "county", NEAR)
    assert opened(loaded, "/", account=county).view.area.code == NEAR
    clerk = Account("wang", "王", "institution", HOSPITAL)
    assert opened(loaded, "/", account=clerk).view.area.code == BEHIND
    assert opened(loaded, "/", "?area=520300", account=county).view.area.code == "520300"
    assert opened(loaded, "/").view.area.code == "520000"


def flag(kind: str, organisation: str, gap: int | None = None, indicator: str = "x") -> Flag:
    return Flag(kind, organisation, indicator, "2026-10", 1, gap, "", "")


def test_what_is_new_and_what_is_gone_since_last_month() -> None:
    """Three behind then with 10 + 20 + 30 people to go; one is gone, one new: 12 + 20 + 5. 60 − 37 = 23 fewer."""
    before = [flag("behind_target", "a", 10), flag("behind_target", "b", 20), flag("behind_target", "c", 30)]
    now = [flag("behind_target", "a", 12), flag("behind_target", "b", 20), flag("behind_target", "d", 5)]
    found = compare([*now, flag("grade_lacking", "a")], [*before, flag("outlying", "a", 3)])
    assert [one.organisation for one in found.new] == ["d"]
    assert [(one.kind, one.organisation) for one in found.ended] == [
        ("behind_target", "c"),
        ("outlying", "a"),
    ]
    assert found.of("x").gap == -23
    assert found.of("y").new == ()


def test_months_are_only_compared_where_both_have_data(loaded: Workspace) -> None:
    assert (
        changes(opened(loaded, "/", ZUNYI)) is None
    )  # the twelve months before begin before the first return
    month = changes(opened(loaded, "/", f"{ZUNYI}&period=2026-10"))
    assert month is not None
    assert month.of(SCREENING).gap == 0
    assert month_earlier(parse("2026-10")) == month_period(202609)
    assert month_earlier(parse("2025-11..2026-10")) == month_range(202510, 202609)


def test_rank_intervals_of_counties_far_apart_are_single_ranks(loaded: Workspace) -> None:
    visit = opened(loaded, f"/indicator/{SCREENING}", ZUNYI)
    definition = visit.workspace.catalogue.get(SCREENING)
    results = visit.results([SCREENING], visit.unit_codes)
    rows, columns = league.league_table(visit, definition, results, shrunken=False)
    by_code = {row["code"]: row for row in rows}
    assert [by_code[code]["ranks_words"] for code in (BEHIND, NEAR, AHEAD)] == ["3", "2", "1"]
    assert [by_code[code]["rank"] for code in (BEHIND, NEAR, AHEAD)] == [3, 2, 1]
    assert by_code[SILENT]["ranks_words"] == ""
    assert "ranks" in [column["field"] for column in columns]


def test_shrunken_values_lie_between_the_counted_ones_and_the_mean(loaded: Workspace) -> None:
    """The mean of the three is (60 + 79 + 90) / 3 = 76.3."""
    visit = opened(loaded, f"/indicator/{SCREENING}", f"{ZUNYI}&estimate=shrunken")
    definition = visit.workspace.catalogue.get(SCREENING)
    results = visit.results([SCREENING], visit.unit_codes)
    rows, _ = league.league_table(visit, definition, results, shrunken=True)
    by_code = {row["code"]: row["value"] for row in rows}
    assert 60 < by_code[BEHIND] < 76.3 < by_code[AHEAD] < 90
    assert "收缩值" in words(indicator.layout(visit))


def test_the_past_under_todays_areas_says_the_same_where_nothing_moved(loaded: Workspace) -> None:
    visit = opened(loaded, f"/indicator/{SCREENING}", f"{ZUNYI}&as=today")
    assert visit.as_asked.seen.today
    then, today = (one.result(SCREENING, BEHIND) for one in (visit, visit.as_asked))
    assert then is not None
    assert today is not None
    assert (then.value, then.numerator) == (today.value, today.numerator) == (60.0, 720)
    assert not opened(loaded, f"/indicator/{SCREENING}").as_asked.seen.today


def test_months_that_never_change_are_usual_and_three_units_make_no_funnel(loaded: Workspace) -> None:
    visit = opened(loaded, f"/indicator/{SCREENING}", f"{ZUNYI}&unit={AHEAD}")
    definition = visit.workspace.catalogue.get(SCREENING)
    said = words(control(visit, definition))
    assert "2026年10月为 90.0%，与上月持平。放在各月中看：属平常波动，可能是偶然。" in said
    assert "至少五个单位" in words(peers(visit, definition, visit.results([SCREENING], visit.unit_codes)))
    assert "90.0%" in words(multiples(visit, definition))


def test_a_sudden_fall_is_more_than_chance(loaded: Workspace, counties) -> None:
    """Eleven months of 79 or 80 of 100, then 20."""
    for back, screened in ((0, 20), (2, 80), (4, 80), (6, 80), (8, 80)):
        month = counties.a_return(NEAR, month_add(counties.last, -back), screened)
        assert counties.save(counties.an_upload([month], name=f"{back}.xlsx")).outcome == "accepted"
    visit = opened(loaded, f"/indicator/{SCREENING}", f"{ZUNYI}&unit={NEAR}")
    said = words(control(visit, visit.workspace.catalogue.get(SCREENING)))
    assert "2026年10月为 20.0%，比上月降 59.0：超出偶然，变差（超出控制限）。" in said


def test_a_stated_break_is_said_under_the_chart(loaded: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight months at 90% before it and four after: these are too few for a line of their own."""
    stated = Break(on=dt.date(2026, 7, 1), reason_zh="新定义", reason_en="new definition", source="通知")
    monkeypatch.setattr(Registry, "breaks_of", lambda *_: (stated,))
    visit = opened(loaded, f"/indicator/{SCREENING}", f"{ZUNYI}&unit={AHEAD}")
    said = words(control(visit, visit.workspace.catalogue.get(SCREENING)))
    assert "自2026年7月起前后不可比（新定义；通知），中线与上下限另算。" in said
    assert "2026年10月为 90.0%，与上月持平。放在各月中看：另算以来月数太少，尚无中线。" in said


def test_the_profile_ranks_a_county_among_its_peers(loaded: Workspace) -> None:
    found = {}
    for code in (BEHIND, NEAR, AHEAD):
        lines = profile.lines(opened(loaded, f"/area/{code}"), code)
        found[code] = next(line for line in lines if line.definition.code == SCREENING)
    assert [profile.rank_words(found[code]) for code in (BEHIND, NEAR, AHEAD)] == ["3 / 3", "2 / 3", "1 / 3"]
    assert found[BEHIND].band is None  # three peers have no middle half
    own = found[AHEAD].result
    worse, same = replace(own, value=80.0, lower=78.0, upper=82.0), replace(own, value=89.0)
    visit = opened(loaded, f"/area/{AHEAD}")
    assert words(profile.change_words(visit, replace(found[AHEAD], earlier=worse))) == "▲ +10.0 变好"
    assert words(profile.change_words(visit, replace(found[AHEAD], earlier=same))) == "+1.0"
    assert words(profile.change_words(visit, found[AHEAD])) == "—"


def test_the_brief_says_who_is_behind_and_why(loaded: Workspace) -> None:
    text = words(brief.layout(opened(loaded, f"/area/{BEHIND}/brief")))
    assert "红花岗区妇幼健康简报" in text
    assert "1 项确实落后" in text
    assert "落后的是：产前筛查率。" in text
    assert "还需240名" in text
    assert "60.0%" in text
    assert "3 / 3" in text
    assert "没有代码为" in words(brief.layout(opened(loaded, "/area/nowhere/brief")))
    assert brief.matches("/area/520302/brief")
    assert not area.matches("/area/520302/brief")


def test_grades_of_the_area_in_view(loaded: Workspace, counties) -> None:
    today = dt.date(2026, 11, 23)
    register = SubmissionRecord(
        "grade_register", "2024", "register", HOSPITAL, 202601, 1, None, None,
        tuple(
            ValueRecord(f"grade_{name}", "", None, "", text, "S", name)
            for name, text in (
                ("level", "2"), ("class", "A"), ("status", "graded"),
                ("valid_from", "2023-01-01"), ("valid_to", "2026-12-31"), ("document", "黔卫健函〔2023〕1号"),
            )
        ),
    )  # fmt: skip
    assert counties.save(counties.an_upload([register], name="等级.xlsx")).outcome == "accepted"
    visit = opened(loaded, "/grading", f"?area=520300&unit={HOSPITAL}", today=today)
    text = words(grading.layout(visit))
    # From 23 November to 31 December it is 38 days. Of the 14 counties' institutions 1 is on record, and at the target.
    assert "2026年12月31日到期，剩 38 天" in text
    assert "1 家 / 14 家" in text
    assert "其中 13 家没有等级记录" in text
    assert "两年内到期 1 家；都不复评，比例降到 0%。" in text
    assert "等级未登记 13 家" in text
    assert "2023年1月1日 至 2026年12月31日" in text
    assert "显示 15 家，共 15 家" in text
    elsewhere = words(grading.layout(opened(loaded, "/grading", "?area=520100", today=today)))
    assert "剩 38 天" not in elsewhere


def deliveries(hospital: str = HOSPITAL, **numbers: int) -> SubmissionRecord:
    form = "delivery_institution_monthly" if "live_births" in numbers else "severe_maternal_monthly"
    values = tuple(ValueRecord(name, "", number, "", "", "S", name) for name, number in numbers.items())
    return SubmissionRecord(form, "2024", "occurrence", hospital, 202610, 1, None, None, values)


def test_severe_cases_follow_the_who_framework(loaded: Workspace, counties) -> None:
    """1,000 births, 8 near-misses, 2 deaths: MNM 8‰, SMO 10‰, 4 near-misses a death, mortality index 20%; 6 of 10 bled."""
    returns = [
        deliveries(live_births=1000, maternal_near_misses=8, maternal_deaths=2, severe_maternal_cases=10),
        deliveries(
            severe_cases_by_cause=10,
            severe_haemorrhage_cases=6,
            severe_hypertension_cases=4,
            severe_referred_in=3,
        ),
    ]
    assert counties.save(counties.an_upload(returns, name="危重.xlsx")).outcome == "accepted"
    text = words(severe.layout(opened(loaded, "/severe", f"?area={BEHIND}&period=2026-10")))
    assert "8 / 1,000" in text
    assert "10 / 1,000" in text
    assert "4.00" in text
    assert "20.0" in text
    assert "危急重症（存活）8 例，孕产妇死亡 2 例，活产 1,000" in text
    assert "6 (60%)" in text
    assert "3 (30%)" in text
    assert "2026年10月共 10 例，按发生地" in text
    county = words(area.layout(opened(loaded, f"/area/{BEHIND}", "?period=2026-10")))
    assert "2 / 10" in county


def test_a_handful_of_hospitals_is_a_table_and_no_funnel(loaded: Workspace, counties) -> None:
    """Two hospitals: limits of chance drawn from so few say nothing, their own numbers do."""
    returns = [
        deliveries(hospital, live_births=1000, severe_maternal_cases=cases, severe_maternal_rescued=cases - 1)
        for hospital, cases in ((HOSPITAL, 20), ("MCH520303", 40))
    ]
    assert counties.save(counties.an_upload(returns, name="危重.xlsx")).outcome == "accepted"
    text = words(severe.layout(opened(loaded, "/severe", "?area=520300&period=2026-10")))
    assert "不足 5 家，不画漏斗图" in text
    assert "19 / 20" in text
    assert "39 / 40" in text


def test_without_the_severe_returns_the_page_says_which_are_wanted(loaded: Workspace) -> None:
    assert "《危重孕产妇管理月报》" in words(severe.layout(opened(loaded, "/severe")))


def test_names_lose_what_all_of_them_say(loaded: Workspace) -> None:
    elements = ["severe_haemorrhage_cases", "severe_sepsis_cases"]
    assert short_names(opened(loaded, "/severe"), elements) == ["产科出血", "产科感染"]
    english = opened(loaded, "/severe", "?lang=en")
    assert short_names(english, elements) == ["Obstetric haemorrhage", "Sepsis"]
    alike = ["severe_referred_in", "severe_referred_out"]
    assert len(set(short_names(english, alike))) == 2


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "path", ["/matrix?show=numbers", "/severe", f"/area/{BEHIND}/brief", f"/indicator/{SCREENING}?as=today&estimate=shrunken&level=prefecture"]
)  # fmt: skip
def test_every_switch_makes_a_page(loaded: Workspace, path: str, language: str) -> None:
    from tests.dashboard.test_app import shown

    place, _, search = path.partition("?")
    text = shown(Answers(loaded), place, f"?{search}&lang={language}")
    assert "empty--failure" not in text
    if language == "en":
        assert "Behind" in text or "Severe" in text
