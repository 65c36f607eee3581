"""What the calendar page says: numbers, states, reminders, and what happens when a deadline is put off."""

from __future__ import annotations

import datetime as dt
import io
import json

import openpyxl
import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard import calendar_table
from dashboard.answers import Answers
from dashboard.calendar import end_extension, extend, read_calendar
from dashboard.downloads import reminders_file
from dashboard.pages import calendar
from dashboard.reporting import month_words, newest_tally, open_desk, reminder
from dashboard.texts import Texts
from dashboard.visit import open_visit
from indicators.reporting import Tally
from reference.periods import month_range
from store.extending import extensions

TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def visit(loaded, counties):
    def go(search="", today=TODAY):
        return open_visit(
            Answers(loaded),
            "/calendar",
            f"area=520300&form={counties.form}&period=2026-10&{search}",
            today=today,
        )

    return go


def text(component):
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_the_numbers_of_the_newest_month_stand_first(visit):
    counts = newest_tally(open_desk(visit()))
    # 14 counties: three sent on 3 November, two days before the deadline.
    assert (counts["on_time"], counts["missing"], counts["late"], counts["zero"]) == (3, 11, 0, 0)
    page = text(calendar.layout(visit()))
    assert "已收 3 / 应报 14" in page
    assert '"21.4%"' in page


def test_before_the_deadline_nobody_is_missing(visit):
    counts = newest_tally(open_desk(visit(today=dt.date(2026, 11, 5))))
    assert (counts["missing"], counts["not_yet_due"]) == (0, 11)


def test_a_month_that_is_not_over_is_not_shown(visit):
    desk = open_desk(visit("period=2026-12", today=dt.date(2026, 11, 5)))
    assert desk.months[-1] == 202610


def test_each_sender_gets_one_sentence_with_all_it_owes(visit, counties):
    desk = open_desk(visit())
    owed = {group[0].organisation: group for group in desk.to_remind}
    assert len(owed) == 11
    silent = owed[counties.silent]
    assert [one.month for one in silent] == [
        202602,
        202603,
        202604,
        202605,
        202606,
        202607,
        202608,
        202609,
        202610,
    ]
    said = reminder(desk.visit, desk.form, silent)
    # Due on 5 March 2026; 23 November is 263 days later.
    assert said.startswith("遵义市桐梓县：2026年2月至2026年10月《")
    assert said.endswith("共 9 份至今未收到，最早一份应于2026年3月5日前报送，已逾期 263 天。")


@pytest.mark.parametrize(
    ("months", "span", "said"),
    [
        ([202610], 1, "2026年10月"),
        ([202609, 202610], 1, "2026年9月、2026年10月"),
        ([202511, 202512, 202601, 202604], 1, "2025年11月至2026年1月、2026年4月"),
        ([202603, 202606, 202609], 3, "2026年3月至2026年9月"),
        ([202603, 202609], 3, "2026年3月、2026年9月"),
    ],
)
def test_months_in_a_row_are_told_from_the_first_to_the_last(months, span, said):
    assert month_words(months, span, Texts("zh")) == said


def test_a_month_of_which_nothing_is_due_yet_blames_nobody():
    early = Tally(expected=88, running=88)
    assert calendar_table.timeliness(early) is None
    late = Tally(expected=88, running=0, missing=88)
    assert calendar_table.timeliness(late) == 0.0


def test_a_single_one_and_one_not_yet_due_are_worded_so(visit, counties):
    desk = open_desk(visit(today=dt.date(2026, 11, 6)))
    group = next(one for one in desk.to_remind if one[0].organisation == counties.silent)
    assert "应于2026年11月5日前报送，已逾期 1 天，至今未收到" in reminder(desk.visit, desk.form, group[-1:])
    desk = open_desk(visit(today=dt.date(2026, 11, 5)))
    group = next(one for one in desk.to_remind if one[0].organisation == counties.silent)
    assert reminder(desk.visit, desk.form, group[-1:]).endswith("请于2026年11月5日前报送。")


def test_the_reminders_are_a_workbook_without_formulas(visit):
    book = openpyxl.load_workbook(io.BytesIO(reminders_file(visit())))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][0] == "催报名单"
    assert len(rows) == 4 + 11
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_an_extension_is_granted_from_the_page_and_shown(visit, loaded, counties):
    report = f"{counties.silent}|202610"
    said = calendar.granted(visit(), report, "2026-12-01", "洪水")
    assert said.className == "says says--done"
    (row,) = extensions(loaded.store).itertuples(index=False)
    assert (row.organisation, row.until, row.reason) == (counties.silent, dt.date(2026, 12, 1), "洪水")
    assert newest_tally(open_desk(visit()))["extended"] == 1
    assert "延期原因：洪水" in text(calendar.layout(visit()))


def test_extensions_stay_listed_after_they_end(visit, loaded, counties):
    extend(loaded, counties.form, counties.silent, 202610, dt.date(2026, 12, 1), "洪水", "officer")
    end_extension(loaded, counties.form, counties.silent, 202610, "水退了", "chief")
    page = text(calendar.layout(visit()))
    assert "延期记录（1）" in page
    assert "终止：水退了" in page
    other = open_visit(
        Answers(loaded), "/calendar", f"area=520100&form={counties.form}&period=2026-10", today=TODAY
    )
    assert "延期记录" not in text(calendar.layout(other))


@pytest.mark.parametrize(
    ("report", "until", "reason", "says"),
    [
        ("520322|202610", "next week", "洪水", "请把日期写成"),
        ("", "2026-12-01", "洪水", "请先选择报表"),
        ("520322|202610", "2026-12-01", " ", "请写明原因"),
        ("520322|202610", "2026-11-05", "洪水", "延期须晚于"),
        ("520102|202610", "2026-12-01", "洪水", "延期须晚于"),  # of another prefecture
        ("520322|" + "9" * 30, "2026-12-01", "洪水", "请先选择报表"),
    ],
)
def test_what_cannot_be_put_off_is_said_in_a_sentence(visit, loaded, report, until, reason, says):
    said = calendar.granted(visit(), report, until, reason)
    assert says in text(said)
    assert said.className == "says says--not"
    assert len(extensions(loaded.store)) == 0


def test_markup_in_a_reason_stays_text(visit, loaded, counties):
    extend(loaded, counties.form, counties.silent, 202610, dt.date(2026, 12, 1), "<img src=x>", "officer")
    page = calendar.layout(visit("lang=en"))
    assert "<img src=x>" in text(page)
    assert "dangerously" not in text(page)


def test_the_province_shows_its_prefectures_with_shares(loaded, counties):
    visit = open_visit(Answers(loaded), "/calendar", f"form={counties.form}&period=2026-10", today=TODAY)
    page = text(calendar.layout(visit))
    assert "应报 14，已收 3，按时 3，迟报 0，未报 11" in page
    assert "应报 88，已收 3，按时 3，迟报 0，未报 85" in page


def test_the_form_owed_most_often_comes_first_and_a_quarter_ends_with_its_last_month(loaded) -> None:
    desk = open_desk(open_visit(Answers(loaded), "/calendar", "lang=zh", today=dt.date(2026, 11, 25)))
    assert desk is not None
    assert (desk.form.duty.span, desk.last) == (1, 202610)
    quarterly = next(duty.form for duty in loaded.forms.duties if duty.span == 3)
    desk = open_desk(
        open_visit(Answers(loaded), "/calendar", f"form={quarterly}", today=dt.date(2026, 11, 25))
    )
    assert desk is not None
    assert desk.last == 202609
    assert desk.last in desk.choices


def test_a_month_entered_when_the_installation_began_has_no_timeliness(visit) -> None:
    """Three counties came later than due and before anybody could count; those missing say nothing of them."""
    said = json.dumps(calendar.layout(visit("period=2026-09")), cls=PlotlyJSONEncoder, ensure_ascii=False)
    assert "补录 3 份，无从判断" in said
    assert "按时 0" not in said


def test_nothing_before_the_first_data_is_asked_for(loaded, counties, visit):
    """Data from November 2025 on: a calendar up to January 2026 has three months, and October is nobody's."""
    desk = open_desk(visit("period=2026-01"))
    assert desk.months == (202511, 202512, 202601)
    assert desk.choices[-1] == 202511
    assert "2025年11月是本系统最早有数据的月份，此前不作要求。" in text(
        calendar.layout(visit("period=2026-01"))
    )
    assert "最早有数据" not in text(calendar.layout(visit("period=2026-11")))
    everything = read_calendar(
        loaded, [desk.form.duty], month_range(202508, 202511), dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    )
    assert {one.month for one in everything} == {202511}


def test_a_form_that_is_first_owed_later_says_from_when(visit):
    page = text(calendar.layout(visit("form=childcare_quarterly")))
    assert "2027年起报送" in page
    assert "应报 0" not in page
    english = text(calendar.layout(visit("form=childcare_quarterly&lang=en")))
    assert "Owed from 2027" in english


def test_no_share_in_time_where_all_was_entered_when_the_system_began():
    """87 of 88 came, all of them due before the first file of all: of the one that is missing nothing follows for the others."""
    assert calendar_table.timeliness(Tally(expected=88, received=87, entered_later=87, missing=1)) is None
    assert (
        calendar_table.timeliness(Tally(expected=88, received=87, on_time=1, entered_later=86, missing=1))
        == 0.5
    )
