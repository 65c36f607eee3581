"""Only warnings about what is in force stand; a correction or a withdrawal takes them away."""

from __future__ import annotations

from store.cautions import cautions
from store.saving import save
from store.withdrawing import withdraw


def warned(made, births, at, code="implausible"):
    issue = made.issue(
        "warning", code, form="monthly", organisation="H1", month=202505, parameters={"limit": 9}
    )
    issues = [issue] if code else []
    return made.upload(made.submission("H1", 202505, {"births": births}), at=at, issues=issues)


def test_a_warning_stands_until_it_is_corrected_and_again_when_that_is_withdrawn(held, province, made):
    (first,) = save(held, province, [warned(made, 7, 0)], "clerk")
    (row,) = cautions(held).itertuples(index=False)
    assert (row.organisation, row.form, row.month, row.code) == ("H1", "monthly", 202505, "implausible")
    assert (row.sheet, row.cell, row.found, row.parameters) == ("Sheet1", "B2", "abc", {"limit": 9})
    assert row.upload_id == first.upload_id
    (second,) = save(held, province, [warned(made, 8, 5, code="")], "clerk")
    assert len(cautions(held)) == 0
    withdraw(held, province, second.upload_id, "officer")
    assert len(cautions(held)) == 1


def test_warnings_are_found_by_organisation_and_month(held, province, made):
    save(held, province, [warned(made, 7, 0)], "clerk")
    assert len(cautions(held, ["H1"], 202505, 202505)) == 1
    assert len(cautions(held, ["H2"])) == 0
    assert len(cautions(held, first=202506)) == 0
