"""The data-quality page on counties worked out by hand: what is asked, of whom, with which numbers, and the scores."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace

import openpyxl
import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.answers import Answers
from dashboard.downloads import desk_review_file
from dashboard.pages import quality
from dashboard.quality import Review
from dashboard.visit import open_visit
from reference.periods import month_add
from store.records import IssueRecord, SubmissionRecord, ValueRecord
from store.saving import save

TODAY = dt.date(2026, 11, 23)
COUNTY = "520381"  # 赤水市


def numbers(form, organisation, month, births, basis="residence"):
    values = (ValueRecord("live_births", "", births, "", "", "月报", "C5"),)
    return SubmissionRecord(form, "test", basis, organisation, month, 1, None, None, values)


@pytest.fixture
def reviewed(loaded, counties):
    """赤水市 sent 96, 100 and 104 births in turn for two years and 160 now; the hospital of 遵义市 counts 350 in the month."""
    institution = next(
        form for form in loaded.forms.by_code.values()
        if form.basis == "occurrence" and "live_births" in form.duty.elements and form.tree == "guizhou"
    ).code  # fmt: skip
    months = [month_add(counties.last, -back) for back in range(1, 25)]
    past = [
        numbers(counties.form, COUNTY, month, (96, 100, 104)[back % 3]) for back, month in enumerate(months)
    ]
    upload = counties.an_upload([*past, numbers(counties.form, COUNTY, counties.last, 160)], name="赤水.xlsx")
    warning = IssueRecord(
        "total_differs", "warning", "月报", "C5", "160", {}, counties.form, COUNTY, counties.last
    )
    early = dt.datetime(2024, 10, 1, tzinfo=dt.UTC)
    births = counties.an_upload(
        [numbers(institution, "MCH520300", counties.last, 350, "occurrence")], name="院.xlsx"
    )
    files = [replace(births, received_at=early), replace(upload, issues=(warning,))]
    save(loaded.store, loaded.registry, files, "test")
    return loaded


@pytest.fixture
def whole(reviewed, counties):
    """The same, and all others of 遵义市 whose births are owed have sent one birth each."""
    found = review(reviewed)
    basis = {
        form.code: form.basis
        for form in reviewed.forms.by_code.values()
        if "live_births" in form.duty.elements
    }
    late = [one for one in found.entries if one.form in basis and one.receipt is None and one.due is not None]
    assert sorted(basis[one.form] for one in late) == ["occurrence"] * 14 + ["residence"] * 10
    returns = [numbers(one.form, one.organisation, counties.last, 1, basis[one.form]) for one in late]
    assert counties.save(counties.an_upload(returns, name="其余.xlsx")).outcome == "accepted"
    return reviewed


def review(workspace, search="area=520300&period=2026-10"):
    return Review(open_visit(Answers(workspace), "/quality", search, today=TODAY))


def test_the_first_days_of_a_month_review_the_month_before_the_one_just_over(reviewed):
    def month_on(day):
        return Review(open_visit(Answers(reviewed), "/quality", "area=520300", today=day)).month

    assert month_on(dt.date(2026, 12, 1)) == 202610  # of November nothing has come and nothing is late
    assert month_on(dt.date(2026, 12, 31)) == 202611  # all of November is late
    assert month_on(dt.date(2026, 11, 30)) == 202610


def of_kind(found, kind):
    return [one for one in found.questions if one.kind == kind]


def test_a_number_far_from_its_past_is_asked_about_with_its_numbers_and_cell(reviewed):
    (one,) = of_kind(review(reviewed), "unusual")
    # Median 100, median deviation 4: 0.6745 × 60 / 4 = 10.1. October 2025 and 2024 were the 12th and 24th month back.
    assert one.sentence.startswith(
        "遵义市赤水市：2026年10月活产数为 160，前 24 个月的中位数为 100（修正 z 值 10.1）"
    )
    assert one.sentence.endswith("请核对原始登记，说明原因或更正。")
    assert (one.where, one.upload_id) == ("月报!C5", 3)


def test_a_failed_check_is_asked_about_at_its_cell(reviewed):
    (one,) = of_kind(review(reviewed), "check")
    assert one.organisation == COUNTY
    assert "C5：" in one.sentence
    assert one.upload_id == 3


def test_who_sent_nothing_is_asked_for_it(reviewed, counties):
    found = of_kind(review(reviewed), "missing")
    asked = [one.sentence for one in found if one.organisation == counties.silent]
    assert any("应于2026年11月5日前报送，已逾期 18 天" in sentence for sentence in asked)
    assert not [
        one
        for one in found
        if one.organisation == counties.behind and "月报" in one.sentence and "县区" in one.sentence
    ]


def test_two_forms_are_compared_over_the_prefecture(whole):
    # 350 + 14 against 100 + 100 + 100 + 160 + 10: 0.77 is not within a tenth of 1.
    found = review(whole)
    (one,) = of_kind(found, "agreement")
    assert "机构按发生地报 364，县区按居住地报 470，比值 0.77" in one.sentence
    assert [(one.area, one.one, one.other) for one in found.compared] == [("520300", 364, 470)]
    assert found.score_of(COUNTY).external == 0


def test_two_forms_are_not_compared_while_too_few_reports_are_in(reviewed):
    """One institution of 15 and four counties of 14: that their counts differ says nothing of either."""
    found = review(reviewed)
    assert of_kind(found, "agreement") == []
    assert found.compared == []
    assert found.score_of(COUNTY).external is None


def test_an_areas_own_page_shows_its_own_questions_only(reviewed, counties):
    found = review(reviewed, f"area={COUNTY}&period=2026-10")
    assert {one.organisation for one in found.questions if one.kind != "agreement"} >= {COUNTY}
    assert counties.silent not in {one.organisation for one in found.questions}
    assert [one[0] for one in found.scores] == [COUNTY]


def test_the_parts_of_a_score_are_those_of_the_area(reviewed, counties):
    found = review(reviewed)
    score = found.score_of(COUNTY)
    owed = [one for one in found.entries if COUNTY in one.areas]
    assert score.completeness == 1 / len(owed)
    # Its one report has a failed check, and its one judged number stands out.
    assert score.internal == 0
    assert found.score_of(counties.behind).internal == 1
    totals = [total for _, _, total in found.scores if total is not None]
    assert totals == sorted(totals)


def test_the_desk_review_is_a_workbook_with_room_for_the_answer(reviewed):
    found = review(reviewed)
    book = openpyxl.load_workbook(io.BytesIO(desk_review_file(found.visit)))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][0] == "案头核查"
    assert rows[2] == ("类别", "单位代码", "单位", "询问", "文件编号", "位置", "答复")
    assert len(rows) == 3 + len(found.questions)
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_names_every_kind_and_says_how_it_judges(reviewed, language):
    found = review(reviewed, f"area=520300&period=2026-10&lang={language}")
    page = json.dumps(quality.layout(found.visit), cls=PlotlyJSONEncoder, ensure_ascii=False)
    for words in {
        "zh": ("异常值（1）", "0.6745", "权重待核实"),
        "en": ("Unusual values (1)", "0.6745", "Weights to be confirmed"),
    }[language]:
        assert words in page
    if language == "en":
        assert "modified z 10.1" in page


def test_a_month_without_any_report_says_so(workspace):
    visit = open_visit(Answers(workspace), "/quality", "", today=TODAY)
    assert "这个月还没有收到报表" in json.dumps(
        quality.layout(visit), cls=PlotlyJSONEncoder, ensure_ascii=False
    )
