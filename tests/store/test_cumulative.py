"""Months told from values that run up from April."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from sqlalchemy import select

from store import reading
from store.saving import save
from store.schema import area_total, data_value, derived_value, issue, submission
from store.verify import verify
from store.withdrawing import withdraw


def dump(store):
    """All that follows from the files in force, without the numbers that tell the order of arrival."""
    with store.reading() as connection:
        held = {
            row.id: (row.form, row.organisation_id, row.month, row.span)
            for row in connection.execute(select(submission).where(submission.c.status == "current"))
        }

        def rows(table, *left_out):
            return sorted(
                tuple(
                    held.get(value, "not in force") if name == "submission_id" else value
                    for name, value in row.items()
                    if name not in left_out
                )
                for row in connection.execute(select(table)).mappings()
                if row.get("submission_id") in held or "submission_id" not in row
            )

        return {
            "values": rows(data_value),
            "derived": [tuple(map(str, row)) for row in rows(derived_value)],
            "totals": rows(area_total),
            "issues": rows(issue, "id", "upload_id"),
        }


def months(store, area, element="births"):
    """Single months of an area: month → (value, reports)."""
    frame = reading.area_totals(store, [element], [area])
    single = frame[frame["span"] == 1]
    return {
        row.month: (row.value, row.reports) for row in single.sort_values("month").itertuples(index=False)
    }


def test_a_month_is_the_difference_of_two_files(held, province, made):
    uploads = [
        made.upload(made.cumulative("D1", 202404, {"births": 100})),
        made.upload(made.cumulative("D1", 202405, {"births": 230})),
        made.upload(made.cumulative("D1", 202406, {"births": 300})),
    ]
    save(held, province, uploads, "clerk")
    # 100, 230 - 100, 300 - 230
    assert months(held, "D1") == {202404: (100, 1), 202405: (130, 1), 202406: (70, 1)}
    frame = reading.area_totals(held, ["births"], ["S"])
    running = {(row.month, row.span): row.value for row in frame.itertuples() if row.span > 1}
    assert running == {(202405, 2): 230, (202406, 3): 300}
    assert verify(held, province) == []


FILES = {
    # D1 reports four months, sends May again, and falls in July; D2 leaves June out; `children` is a stock.
    "d1-april": ("D1", 202404, {"births": 100, "children": 50}, 0),
    "d1-may-first": ("D1", 202405, {"births": 999, "children": 1}, 1),
    "d1-may": ("D1", 202405, {"births": 230, "children": 40}, 2),
    "d1-june": ("D1", 202406, {"births": 300, "children": None, "deaths": 2}, 3),
    "d1-july": ("D1", 202407, {"births": 290, "children": 60, "deaths": 2}, 4),
    "d2-may": ("D2", 202405, {"births": 20}, 5),
    "d2-july": ("D2", 202407, {"births": 44}, 6),
}


def test_every_order_of_loading_gives_the_same_store(new_store, province, made):
    uploads = [
        made.upload(made.cumulative(organisation, month, values), at=at)
        for organisation, month, values, at in FILES.values()
    ]
    orders = list(itertools.permutations(uploads))
    chosen = [orders[0], orders[-1], *orders[7 :: len(orders) // 6]]
    dumps = []
    for number, order in enumerate(chosen):
        store = new_store()
        size = 1 + number % 3
        for start in range(0, len(order), size):
            save(store, province, order[start : start + size], "clerk")
        dumps.append(dump(store))
        assert verify(store, province) == []
    assert all(one == dumps[0] for one in dumps)
    # By hand: April 100, May 230 - 100, June 300 - 230; July falls by 10 and is no number. D2 has no two neighbours.
    assert months(store, "S") == {202404: (100, 1), 202405: (130, 1), 202406: (70, 1)}
    # A stock is its own month; June was left blank.
    assert months(store, "S", "children") == {202404: (50, 1), 202405: (40, 1), 202407: (60, 1)}
    # Deaths: June has no May beside it; July 2 - 2 is a zero that was reported.
    assert months(store, "S", "deaths") == {202407: (0, 1)}
    assert len(dumps[0]["issues"]) == 1


@pytest.mark.parametrize("reverse", [False, True], ids=["the earlier first", "the later first"])
def test_a_fall_is_an_issue_of_the_later_file_told_to_whoever_revealed_it(held, province, made, reverse):
    earlier = made.upload(made.cumulative("D1", 202405, {"births": 230, "weight": 105}), name="may.xlsx")
    later = made.upload(made.cumulative("D1", 202406, {"births": 200, "weight": 31}), name="june.xlsx", at=1)
    uploads = [later, earlier] if reverse else [earlier, later]
    first, second = (save(held, province, [one], "clerk")[0] for one in uploads)

    assert (first.outcome, first.added_issues) == ("accepted", ())
    assert (second.outcome, second.warnings) == ("accepted_with_warnings", 2)
    told = {one.parameters["element"]: one for one in second.added_issues}
    births = told["births"]
    assert (births.code, births.severity) == ("cumulative_falls", "warning")
    assert (births.organisation, births.month, births.sheet, births.cell) == ("D1", 202406, "Sheet1", "B2")
    assert (births.parameters["previous"], births.parameters["value"], births.found) == ("230", "200", "200")
    # One decimal: 105 and 31 tenths.
    assert (told["weight"].parameters["previous"], told["weight"].parameters["value"]) == ("10.5", "3.1")

    submissions = reading.submissions(held)
    june = submissions[submissions["month"] == 202406].iloc[0]
    issues = reading.upload_issues(held, june["upload_id"])
    assert set(issues["submission_id"]) == {june["submission_id"]}
    assert sorted(issues["cell"]) == ["B2", "B3"]
    assert months(held, "S") == {}
    with held.reading() as connection:
        notes = {(row.month, row.value, row.note) for row in connection.execute(select(derived_value))}
    assert notes == {(202406, None, "inconsistent")}
    assert verify(held, province) == []


def test_a_corrected_file_ends_the_fall(held, province, made):
    save(held, province, [made.upload(made.cumulative("D1", 202405, {"births": 230}))], "clerk")
    save(held, province, [made.upload(made.cumulative("D1", 202406, {"births": 200}))], "clerk")
    corrected = made.upload(made.cumulative("D1", 202405, {"births": 130}), at=1)
    (receipt,) = save(held, province, [corrected], "clerk")
    assert receipt.added_issues == ()
    assert months(held, "S") == {202406: (70, 1)}
    assert len(reading.upload_issues(held, 2)) == 0

    withdraw(held, province, receipt.upload_id, "officer")
    assert months(held, "S") == {}
    assert list(reading.upload_issues(held, 2)["code"]) == ["cumulative_falls"]
    assert verify(held, province) == []


def test_a_fall_already_known_is_not_told_again(held, province, made):
    save(held, province, [made.upload(made.cumulative("D1", 202405, {"births": 230}))], "clerk")
    save(held, province, [made.upload(made.cumulative("D1", 202406, {"births": 200}))], "clerk")
    (receipt,) = save(held, province, [made.upload(made.cumulative("D1", 202407, {"births": 260}))], "clerk")
    assert (receipt.outcome, receipt.added_issues) == ("accepted", ())
    assert months(held, "S") == {202407: (60, 1)}


def test_a_new_year_starts_anew(held, province, made):
    save(
        held,
        province,
        [
            made.upload(made.cumulative("D1", 202503, {"births": 1200})),
            made.upload(made.cumulative("D1", 202504, {"births": 90}, first=202504)),
            made.upload(made.cumulative("D1", 202505, {"births": 190}, first=202504)),
        ],
        "clerk",
    )
    assert months(held, "S") == {202504: (90, 1), 202505: (100, 1)}


def test_only_values_that_run_up_from_the_same_month_are_subtracted(held, province, made):
    plain = made.submission("D1", 202405, {"births": 230}, form="running", span=2)
    save(
        held,
        province,
        [made.upload(plain), made.upload(made.cumulative("D1", 202406, {"births": 300}))],
        "clerk",
    )
    assert months(held, "S") == {}
    assert verify(held, province) == []


def test_withdrawing_a_middle_month_leaves_its_neighbours_untold(held, province, made):
    for month, births in ((202404, 100), (202405, 230), (202406, 300)):
        save(held, province, [made.upload(made.cumulative("D1", month, {"births": births}))], "clerk")
    withdraw(held, province, 2, "officer")
    assert months(held, "S") == {202404: (100, 1)}
    assert verify(held, province) == []
    again = made.upload(made.cumulative("D1", 202405, {"births": 230}), at=3)
    save(held, province, [dataclasses.replace(again, name="again.xlsx")], "clerk")
    assert months(held, "S") == {202404: (100, 1), 202405: (130, 1), 202406: (70, 1)}
