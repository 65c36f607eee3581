"""A province of 98 MCH institutions with a year's counts, saved as returns of a whole year; and a walked round in it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboard.assessment.example import walk_example
from dashboard.settings import Settings
from dashboard.workspace import Workspace, open_workspace
from store.records import SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save
from synthetic.province import SEED, children_of_2020
from synthetic.register import register_rows
from synthetic.resources import resource_rows
from synthetic.truth import Window, county_counts, institution_counts, load_truth

WINDOW = Window(SEED, 202510, 202609)
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


def _whole(counts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Registered and other residents together; the year as one return."""
    found: dict[tuple[str, str], int] = {}
    for (element, _), value in counts.items():
        found[element, ""] = found.get((element, ""), 0) + value
    return found


def the_records(workspace: Workspace) -> Iterator[SubmissionRecord]:
    """A year of every county and MCH institution, the resources of the year before, and the grade register."""
    registry, truth = workspace.registry, load_truth()
    children = children_of_2020(registry)
    # A year's return holds what twelve months of the seasonless rate would: one month drawn from twelve times the children.
    for county in registry.organisations.at_level("county"):
        counts = county_counts(truth, WINDOW, county.code, 12 * children[county.code], False, 202604)
        yield a_record("county_monthly", "residence", county.code, 202609, 12, _whole(counts))
    for one in registry.organisations.at_level("institution"):
        born = 40 + int(hashlib.sha256(one.code.encode()).hexdigest()[:3], 16)
        counts = institution_counts(truth, WINDOW, one.code, float(born), 202604)
        yield a_record("delivery_institution_monthly", "occurrence", one.code, 202609, 12, counts)
    for row in resource_rows(truth, registry, Window(SEED, 202510, 202609), 202512, children):
        yield a_record("institution_resources_yearly", "register", row.organisation, 202512, 12, row.values)
    for row in register_rows(truth, registry, Window(SEED, 202601, 202609), 202601):
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


@pytest.fixture
def few(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    """Four institutions of one prefecture, signed and published, in a database of their own, once on each kind."""
    settings = Settings(home=tmp_path, overlays=(), answers_seconds=0, database_url=database_url)
    workspace = open_workspace(settings, prepare=True)
    wanted = {*FEW, "520302", "520303", "520304"}
    records = [one for one in the_records(workspace) if one.organisation in wanted]
    save(workspace.store, workspace.registry, [an_upload(records, "three.xlsx")], "test")
    walk_example(workspace, "few", FEW)
    yield workspace
    workspace.close()
