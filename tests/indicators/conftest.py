"""Returns of a few counties and grades of a few institutions of Zunyi, small enough to be worked out by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence

import pytest

from indicators.definition import load_catalogue
from indicators.results import Context
from reference.registry import Registry
from reference.reporting import Duty
from store.database import Store
from store.records import SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save

DUTIES = (
    Duty(
        form="county_monthly",
        tree="guizhou",
        basis="residence",
        frequency="month",
        reported_by=("county", "zone"),
        due_days=10,
        latest_hierarchy=False,
        elements=frozenset(("parturient_women", "prenatal_screened_women", "live_births", "maternal_deaths")),
    ),
    Duty(
        form="delivery_monthly",
        tree="guizhou",
        basis="occurrence",
        frequency="month",
        reported_by=("mch",),
        due_days=10,
        latest_hierarchy=False,
        elements=frozenset(("live_births", "severe_maternal_cases")),
    ),
)


class Sender:
    """Saves returns and grades into a store, each call as one file."""

    def __init__(self, store: Store, registry: Registry) -> None:
        self.context = Context(registry, load_catalogue(registry), store, DUTIES)
        self._files = 0

    def returns(self, county: str, months: Sequence[int], **numbers: int) -> None:
        """A county's own returns: the same numbers for each of the months."""
        self._send("county_monthly", "residence", county, months, numbers)

    def course(self, county: str, months: Sequence[int], **numbers: Sequence[int]) -> None:
        """A county's own returns over time: of each element one number for each of the months."""
        by_month = zip(*numbers.values(), strict=True)
        self._save(
            [
                SubmissionRecord(
                    "county_monthly",
                    "2024",
                    "residence",
                    county,
                    month,
                    1,
                    None,
                    None,
                    tuple(
                        ValueRecord(name, "", value, "", "", "S", name)
                        for name, value in zip(numbers, values, strict=True)
                    ),
                )
                for month, values in zip(months, by_month, strict=True)
            ]
        )

    def quarter(self, county: str, end: int, **numbers: int) -> None:
        """A county's return of the quarter that ends with month `end`."""
        values = tuple(ValueRecord(name, "", value, "", "", "S", name) for name, value in numbers.items())
        self._save(
            [
                SubmissionRecord(
                    "womens_health_quarterly", "2024", "residence", county, end, 3, None, None, values
                )
            ]
        )

    def deliveries(self, institution: str, months: Sequence[int], **numbers: int) -> None:
        """Returns of a place where women deliver: the same numbers for each of the months."""
        self._send("delivery_monthly", "occurrence", institution, months, numbers)

    def _send(
        self, form: str, basis: str, organisation: str, months: Sequence[int], numbers: Mapping[str, int]
    ) -> None:
        values = tuple(ValueRecord(name, "", value, "", "", "S", name) for name, value in numbers.items())
        self._save(
            [
                SubmissionRecord(form, "2024", basis, organisation, month, 1, None, None, values)
                for month in months
            ]
        )

    def grades(self, month: int, rows: Mapping[str, Mapping[str, str]]) -> None:
        """Rows of the grade register by institution; `grade_` is left out of the elements' names."""
        self._save(
            [
                SubmissionRecord(
                    "grade_register",
                    "2024",
                    "register",
                    institution,
                    month,
                    1,
                    None,
                    None,
                    tuple(
                        ValueRecord(f"grade_{name}", "", None, "", text, "S", name)
                        for name, text in row.items()
                    ),
                )
                for institution, row in rows.items()
            ]
        )

    def _save(self, submissions: Sequence[SubmissionRecord]) -> None:
        self._files += 1
        content = f"file {self._files}".encode()
        upload = UploadRecord(
            name=f"{self._files}.xlsx",
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            sender="test",
            received_at=dt.datetime(2026, 11, 3, tzinfo=dt.UTC) + dt.timedelta(minutes=self._files),
            synthetic=False,
            submissions=tuple(submissions),
            issues=(),
        )
        (receipt,) = save(self.context.store, self.context.registry, [upload], "test")
        assert receipt.outcome == "accepted"


@pytest.fixture
def sender(store: Store, registry: Registry) -> Sender:
    """Sends into an empty store, once on each kind of database."""
    return Sender(store, registry)
