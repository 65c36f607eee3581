"""A small province whose sums fit on a page, and a short way to write uploads.

PV ── P1 ── C1 ── H1          C2 belongs to P1 until 2024-12-31, to P2 from 2025-01-01
   │      └ C2 ── H2          Z  lies in PV and is in nobody's totals
   ├─ P2 ── C3
   └─ Z
S ── D1, D2                    another tree
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from reference.data_elements import DataElement
from reference.organisations import Organisation, Organisations
from reference.registry import Registry
from store.database import Store
from store.records import IssueRecord, SubmissionRecord, UploadRecord, ValueRecord

BEGINNING = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)


def _spell(code: str, parent: str = "", level: str = "county", **more: Any) -> Organisation:
    kind = {"zone": "zone", "institution": "hospital"}.get(level, "area")
    known = {"tree": "guizhou", "zh": code, "en": code, "source": "made", "verified": "yes", "kind": kind}
    return Organisation(code=code, parent=parent, level=level, **{**known, **more})


def _spells(c2_moves: dt.date) -> list[Organisation]:
    return [
        _spell("PV", level="province"),
        _spell("P1", "PV", "prefecture"),
        _spell("P2", "PV", "prefecture"),
        _spell("C1", "P1"),
        _spell("C2", "P1", valid_to=c2_moves - dt.timedelta(days=1)),
        _spell("C2", "P2", valid_from=c2_moves),
        _spell("C3", "P2"),
        _spell("Z", "PV", "zone", in_totals=False),
        _spell("H1", "C1", "institution"),
        _spell("H2", "C2", "institution"),
        _spell("S", level="state", tree="india"),
        _spell("D1", "S", "district", tree="india"),
        _spell("D2", "S", "district", tree="india"),
    ]


def _element(code: str, **more: Any) -> DataElement:
    return DataElement(code=code, zh=code, en=code, topic="made", **more)


def make_registry(c2_moves: dt.date = dt.date(2025, 1, 1)) -> Registry:
    elements = [
        _element("births"),
        _element("deaths"),
        _element("children", adds="last"),
        _element("weight", kind="amount", decimals=1),
        _element("grade", kind="code", codes="3=三级|Level three"),
    ]
    return Registry(
        organisations=Organisations(_spells(c2_moves)),
        elements={element.code: element for element in elements},
        trees={},
        policies=(),
        populations=(),
        grades=(),
        flagging_rules=(),
    )


class Made:
    """Records in short."""

    @staticmethod
    def submission(
        organisation: str,
        month: int,
        values: Mapping[str, int | None],
        *,
        form: str = "monthly",
        span: int = 1,
        basis: str = "occurrence",
        cumulative_from: int | None = None,
        due: dt.date | None = None,
    ) -> SubmissionRecord:
        """Values by element, or by `element/category`; None is a blank cell."""
        records = tuple(
            ValueRecord(
                element=name.partition("/")[0],
                category=name.partition("/")[2],
                value=value,
                note="blank" if value is None else "",
                text="",
                sheet="Sheet1",
                cell=f"B{row}",
            )
            for row, (name, value) in enumerate(values.items(), start=2)
        )
        return SubmissionRecord(form, "2025", basis, organisation, month, span, cumulative_from, due, records)

    @staticmethod
    def cumulative(
        organisation: str, month: int, values: Mapping[str, int | None], first: int = 202404
    ) -> SubmissionRecord:
        """Values that run up from April 2024."""
        span = (month // 100 - first // 100) * 12 + month % 100 - first % 100 + 1
        return Made.submission(organisation, month, values, form="running", span=span, cumulative_from=first)

    @staticmethod
    def upload(
        *submissions: SubmissionRecord,
        at: float = 0,
        issues: Sequence[IssueRecord] = (),
        content: bytes | None = None,
        name: str = "returns.xlsx",
        synthetic: bool = False,
        sender: str = "hospital",
    ) -> UploadRecord:
        """A file received `at` so many minutes after the beginning; its bytes are its content unless given."""
        content = repr((submissions, issues)).encode() if content is None else content
        return UploadRecord(
            name=name,
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            sender=sender,
            received_at=BEGINNING + dt.timedelta(minutes=at),
            synthetic=synthetic,
            submissions=submissions,
            issues=tuple(issues),
        )

    @staticmethod
    def issue(severity: str = "error", code: str = "not_a_number", **more: Any) -> IssueRecord:
        """An issue at Sheet1!B2."""
        return IssueRecord(code=code, severity=severity, sheet="Sheet1", cell="B2", found="abc", **more)


@pytest.fixture(scope="session")
def made() -> type[Made]:
    return Made


@pytest.fixture(scope="session")
def province() -> Registry:
    return make_registry()


@pytest.fixture(scope="session")
def province_where() -> Callable[[dt.date], Registry]:
    """The same province, with C2 moving to P2 on another day."""
    return make_registry


@pytest.fixture
def held(empty_store: Store, province: Registry) -> Store:
    """An empty store that knows the small province."""
    empty_store.sync(province)
    return empty_store


@pytest.fixture
def new_store(
    databases: Callable[[], str], tmp_path: Path, province: Registry
) -> Iterator[Callable[[], Store]]:
    """Makes as many empty stores of the small province as asked for."""
    opened: list[Store] = []

    def make() -> Store:
        store = Store(databases(), tmp_path / f"originals-{len(opened)}")
        opened.append(store)
        store.migrate()
        store.sync(province)
        return store

    yield make
    for store in opened:
        store.close()
