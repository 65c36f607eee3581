"""Forms of another country are there for those who ask for them, and are not put before the others."""

from __future__ import annotations

import datetime as dt

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from reference.registry import Registry
from tests.workbooks.build import book, bytes_of


def test_an_indian_form_is_not_offered_for_an_unknown_table(registry: Registry) -> None:
    forms = load_forms(registry)
    indian = forms.get("hmis_data_itemwise")
    labels = ["".join(one.header) for one in indian.editions[-1].fields[:3]]
    table = book(("Monthly return",), ("Item", "Total"), *((label, 5) for label in labels))
    outcome = check_content(bytes_of(table), "x.xlsx", Desk(registry, forms, dt.date(2026, 11, 20)))
    (unknown,) = (one for one in outcome.issues if one.code == "form_unknown")
    for language in ("zh", "en"):
        assert indian.zh not in unknown.message(language) + unknown.mend(language)
        assert indian.en not in unknown.message(language) + unknown.mend(language)
    assert "county_monthly" not in {one.form for one in outcome.issues}


def test_it_is_read_where_it_comes(registry: Registry) -> None:
    forms = load_forms(registry)
    fields = forms.get("hmis_data_itemwise").editions[-1].fields
    labels = ["".join(one.header) for one in fields]
    table = book(("Some title",), ("Item", "Total"), *((label, 5) for label in labels))
    outcome = check_content(bytes_of(table), "x.xlsx", Desk(registry, forms, dt.date(2026, 11, 20)))
    assert {one.form for one in outcome.recognised} == {"hmis_data_itemwise"}
