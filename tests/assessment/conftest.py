"""A province of 98 MCH institutions with a year's counts, saved as returns of a whole year; and a walked round in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from dashboard.assessment.example import walk_example
from dashboard.settings import Settings
from dashboard.workspace import Workspace, open_workspace
from store.records import SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save
from synthetic.province import LAST, SEED, Press, children_of_2020, press, row_of, write_hospitals
from synthetic.register import register_rows
from synthetic.resources import resource_rows
from synthetic.truth import Window, is_silent, load_truth

WINDOW = Window(SEED, 202510, LAST)  # the demonstration's own
MONTHS = (*range(202510, 202513), *range(202601, 202610))
RECEIVED = dt.datetime(2026, 10, 20, 1, 30, tzinfo=dt.UTC)


def a_record(
    form: str, basis: str, organisation: str, month: int, span: int, values: Mapping[Any, Any]
) -> SubmissionRecord:
    """A return with its values; text where they are no numbers."""
    records = []
    for row, (name, value) in enumerate(values.items(), 5):
        element, category = name if isinstance(name, tuple) else (name, "")
        number = value if isinstance(value, int) else None
        text = "" if number is not None else str(value)
        records.append(ValueRecord(element, category, number, "", text, "Sheet1", f"C{row}"))
    return SubmissionRecord(form, "test", basis, organisation, month, span, None, None, tuple(records))


def an_upload(records: list[SubmissionRecord], name: str, received: dt.datetime = RECEIVED) -> UploadRecord:
    """The file they came in."""
    content = f"{name} {len(records)}".encode()
    digest = hashlib.sha256(content).hexdigest()
    return UploadRecord(name, digest, content, "test", received, True, tuple(records), ())


def _year(monthly: Sequence[Mapping[Any, Any]], lasting: set[str]) -> dict[tuple[str, str], int]:
    """Twelve months as one return, registered and other residents together: counts added up, of what lasts the end of the year's."""
    found: dict[tuple[str, str], int] = {}
    for month in monthly:
        found = {key: value for key, value in found.items() if key[0] not in lasting}
        for (element, _), value in month.items():
            found[element, ""] = found.get((element, ""), 0) + value
    return found


def monthly_records(press: Press, only: Collection[str] = ()) -> Iterator[SubmissionRecord]:
    """What counties and MCH institutions send the demonstration, month by month: a year's as one return, or singly where
    months are missing."""
    lasting = {code for code, one in press.registry.elements.items() if one.adds == "last"}
    basis = {"county_monthly": "residence", "delivery_institution_monthly": "occurrence"}
    for sender in press.senders:
        if sender.organisation[:3] in ("SYN", "52G") or (only and sender.organisation not in only):
            continue
        sent = [one for one in MONTHS if not is_silent(press.truth, WINDOW, sender.organisation, one)]
        rows = [row_of(press, WINDOW, sender, month).values for month in sent]
        if len(sent) == len(MONTHS):
            yield a_record(
                sender.form, basis[sender.form], sender.organisation, MONTHS[-1], 12, _year(rows, lasting)
            )
            continue
        for month, row in zip(sent, rows, strict=True):
            yield a_record(
                sender.form, basis[sender.form], sender.organisation, month, 1, _year([row], lasting)
            )


def the_records(workspace: Workspace, only: Collection[str] = ()) -> Iterator[SubmissionRecord]:
    """The returns of the demonstration of which an assessment is made: a year of every county and MCH institution, the
    resources of the year before, and the grade register. `only`: monthly returns of these alone."""
    registry, truth = workspace.registry, load_truth()
    with tempfile.TemporaryDirectory() as folder:
        # How many births an institution has depends on the made-up hospitals beside it.
        (Path(folder) / "reference").mkdir()
        write_hospitals(Path(folder) / "reference", registry)
        yield from monthly_records(press(Path(folder)), only)
    for row in resource_rows(truth, registry, WINDOW, 202512, children_of_2020(registry)):
        yield a_record("institution_resources_yearly", "register", row.organisation, 202512, 12, row.values)
    for row in register_rows(truth, registry, WINDOW, 202601):
        yield a_record("grade_register", "register", row.organisation, 202601, 1, row.values)


def made_province(home: Path) -> Workspace:
    """An installation with all of it."""
    workspace = open_workspace(Settings(home=home, overlays=(), answers_seconds=0), prepare=True)
    upload = an_upload(list(the_records(workspace)), "province.xlsx")
    receipt = save(workspace.store, workspace.registry, [upload], "test")[0]
    assert receipt.outcome == "accepted"
    return workspace


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """98 institutions, assessed and published. Read only: tests that change anything take `few`."""
    workspace = made_province(tmp_path_factory.mktemp("walked"))
    walk_example(workspace)
    yield workspace
    workspace.close()


FEW = ("MCH520300", "MCH520302", "MCH520303", "MCH520304")
FEW_COUNTIES = {"520302", "520303", "520304"}


@pytest.fixture(scope="session")
def few_records(tmp_path_factory: pytest.TempPathFactory) -> list[SubmissionRecord]:
    """The returns of four institutions and three counties: made once, they take longer than a test."""
    home = tmp_path_factory.mktemp("few")
    workspace = open_workspace(Settings(home=home, overlays=(), answers_seconds=0), prepare=True)
    wanted = {*FEW, *FEW_COUNTIES}
    records = [one for one in the_records(workspace, wanted) if one.organisation in wanted]
    workspace.close()
    return records


@pytest.fixture
def few(tmp_path: Path, database_url: str, few_records: list[SubmissionRecord]) -> Iterator[Workspace]:
    """Four institutions of one prefecture, signed and published, in a database of their own, once on each kind."""
    settings = Settings(home=tmp_path, overlays=(), answers_seconds=0, database_url=database_url)
    workspace = open_workspace(settings, prepare=True)
    save(workspace.store, workspace.registry, [an_upload(few_records, "three.xlsx")], "test")
    walk_example(workspace, "few", FEW)
    yield workspace
    workspace.close()
