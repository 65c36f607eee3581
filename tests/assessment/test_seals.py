"""A signed round afterwards: corrections, definitions, targets, a moved county, an upgraded database; and one changed byte."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import Column, ColumnElement, Connection, Table, and_, insert, select, text, update

from dashboard.assessment.sealing import uphold, verify_round
from dashboard.assessment.standing import stand
from dashboard.workspace import Workspace
from indicators.definition import Catalogue
from indicators.results import Context
from reference.organisations import Organisations
from store.assessing import AssessmentError, NewEntry, add_entries
from store.assessments import read_round, sealed_parts
from store.audit import verify_chain
from store.saving import save
from store.schema import audit, data_value, metadata, submission, upload
from store.schema_assessment import (
    assessment_entry,
    assessment_evaluator,
    assessment_evidence,
    assessment_step,
)
from store.verify_assessments import verify_assessments, verify_returns
from tests.assessment.conftest import FEW_COUNTIES, a_record, an_upload, the_records

CODE = "few"


def with_other(workspace: Workspace, **changes: object) -> Workspace:
    """The same store under other reference data or definitions."""
    found = replace(workspace, **changes)
    context = Context(found.registry, found.catalogue, found.store, found.context.duties)
    return replace(found, context=context)


def totals(workspace: Workspace) -> dict[str, str]:
    return {one.organisation: one.total for one in stand(workspace, CODE).scores}


def test_untouched_it_holds_and_nothing_differs(few) -> None:
    found = verify_round(few, CODE)
    assert found.holds
    assert found.editions[0][2] == 4
    assert (found.faults, found.differences) == ((), ())


def test_late_correction_is_a_stated_difference(few) -> None:
    signed = totals(few)
    old = next(one for one in the_records(few) if one.organisation == "520302")
    values = {(one.element, one.category): one.value for one in old.values}
    values["prenatal_screened_women", ""] = round(values["parturient_women", ""] * 0.6)
    late = a_record(old.form, old.basis, "520302", old.month, old.span, values)
    received = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    save(few.store, few.registry, [an_upload([late], "late.xlsx", received)], "test")
    found = verify_round(few, CODE)
    assert found.holds
    assert any("county_monthly of 520302" in one and "superseded since" in one for one in found.differences)
    assert any(
        one.startswith("MCH520302: total ") and "as the store says now" in one for one in found.differences
    )
    assert totals(few) == signed


def test_new_definition_is_a_stated_difference(few) -> None:
    signed = totals(few)
    other = few.catalogue.get("under3_management_rate").model_copy(
        update={"denominator": ("under7_children",)}
    )
    workspace = with_other(few, catalogue=Catalogue({**few.catalogue.by_code, other.code: other}))
    found = verify_round(workspace, CODE)
    assert found.holds
    assert any(one.startswith("definition under3_management_rate: as signed") for one in found.differences)
    assert any(one.startswith("MCH520302: total ") for one in found.differences)
    assert totals(workspace) == signed


def test_new_target_is_a_stated_difference(few) -> None:
    signed = totals(few)
    policies = tuple(
        policy.model_copy(
            update={
                "targets": tuple(
                    one.model_copy(update={"value": 99.0})
                    if one.indicator == "prenatal_screening_coverage"
                    else one
                    for one in policy.targets
                )
            }
        )
        for policy in few.registry.policies
    )
    workspace = with_other(few, registry=replace(few.registry, policies=policies))
    found = verify_round(workspace, CODE)
    assert found.holds
    changed = [
        one for one in found.differences if one.startswith("target mch_level2_2026.prenatal_screening")
    ]
    assert len(changed) == 1
    assert '"80.0"' in changed[0]
    assert '"99.0"' in changed[0]
    assert totals(workspace) == signed


def test_moved_county_is_a_stated_difference(few) -> None:
    """Three of 遵义市's counties reported: without the eleven others its numbers are whole, and its hospital has other points."""
    signed = totals(few)
    spells = [
        one.model_copy(update={"parent": "520200"})
        if one.parent == "520300" and one.level == "county" and one.code not in FEW_COUNTIES
        else one
        for one in few.registry.organisations.all
    ]
    registry = replace(few.registry, organisations=Organisations(spells))
    few.store.sync(registry)
    found = verify_round(with_other(few, registry=registry), CODE)
    assert found.holds
    assert any(one.startswith("tree below 520300: as signed") for one in found.differences)
    assert any(one.startswith("MCH520300: total ") for one in found.differences)
    assert totals(few) == signed


def test_upgraded_database_is_a_stated_difference(few) -> None:
    with few.store.writing() as connection:
        connection.execute(text("ALTER TABLE submission ADD COLUMN later VARCHAR(8)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    found = verify_round(few, CODE)
    assert found.holds
    assert [one for one in found.differences if one.startswith("program: tables: as signed")]


BYTES = {
    "an input": ("assessment_sealed", "text = replace(text, '\"multiplier\":100', '\"multiplier\":101')", "part = 'inputs'", "'inputs' has been changed"),
    "a score": ("assessment_sealed", "text = replace(text, '\"place\":1', '\"place\":2')", "part = 'scores'", "'scores' has been changed"),
    "a definition": ("assessment_sealed", "text = replace(text, 'proportion', 'proportian')", "part = 'definitions'", "'definitions' has been changed"),
    "a digest": ("assessment_sealed", "text = replace(text, 'county_monthly', 'county_monthlx')", "part = 'submissions'", "'submissions' has been changed"),
    "a signed scheme": ("assessment_sealed", "text = replace(text, 'floor = 70', 'floor = 71')", "part = 'scheme:mch_level2_2026'", "'scheme:mch_level2_2026' has been changed"),
    "a part's hash": ("assessment_sealed", "sha256 = replace(sha256, substr(sha256, 1, 1), 'x')", "part = 'scores'", "'scores' has been changed"),
    "the seal": ("assessment_seal", "seal = replace(seal, substr(seal, 1, 1), 'x')", "edition = 1", "its seal is not the one in the audit log"),
    "a kept scheme": ("assessment_scheme", "text = replace(text, 'floor = 70', 'floor = 71')", "1 = 1", "schemes is not what the audit log says"),
    "a participant": ("assessment_participant", "area = '520301'", "organisation = 'MCH520302'", "participants is not what the audit log says"),
    "a mark": ("assessment_entry", "value = '0'", "kind = 'mark' AND line = 'patients' AND organisation = 'MCH520302' AND seat = 1", "is not what the audit log says"),
    "a reason": ("assessment_entry", "words = 'x'", "kind = 'answer' AND line = 'patients' AND organisation = 'MCH520302'", "is not what the audit log says"),
    "an evaluator": ("assessment_evaluator", "evaluator = 'somebody'", "organisation = 'MCH520302' AND seat = 1", "is not what the audit log says"),
    "a file's name": ("assessment_evidence", "name = 'x.txt'", "id = 1", "is not what the audit log says"),
    "a step": ("assessment_step", "step = 'review'", "step = 'published'", "is not what the audit log says"),
    "the cut-off": ("assessment_round", "cut_off = cut_off + 1", "1 = 1", "its cut_off is not what the audit log says"),
}  # fmt: skip


def test_one_changed_byte_anywhere_is_named(few) -> None:
    """Each change by itself, in a transaction that is taken back."""
    for name, (table, change, where, said) in BYTES.items():
        faults = _faults_after(few, table, f"UPDATE {table} SET {change} WHERE {where}")
        assert any(said in one for one in faults), (name, faults)
    assert verify_round(few, CODE).holds


def test_every_column_of_every_table_is_proven(few) -> None:
    """No field of anything kept of a round can change unseen: one character or one unit, wherever it stands."""
    add_entries(few.store, CODE, [NewEntry("MCH520303", "patients", "appeal", "", "漏算一份问卷")], "hhg")
    uphold(few, CODE, "MCH520303", "patients", "90", "补看问卷，成立", "province")
    seen = 0
    for table in (one for name, one in metadata.tables.items() if name.startswith("assessment_")):
        for column in table.c:
            if column.foreign_keys or column.name in ("id", "edition"):
                continue  # the database itself refuses these, or they are another row's
            faults = _faults_after_touching(few, table, column)
            assert faults, column
            seen += 1
    assert seen == 45, "a new column is to be proven too"


# What a round rests on beside its own tables; columns that the database itself holds, or that are a number of a row alone.
BEHIND = {submission: ("id",), upload: ("id",), data_value: ("submission_id", "element_id"), audit: ()}


def test_every_column_of_the_returns_behind_a_round_and_of_the_log_is_proven(few) -> None:
    """As above, of returns, their values, the uploads that brought them, and the log; an empty column gets something."""
    digests = json.loads(sealed_parts(few.store, read_round(few.store, CODE).number, 1)["submissions"][1])[
        "digests"
    ]
    number = min(map(int, digests))
    for table, left in BEHIND.items():
        for column in table.c:
            if column.name in left:
                continue
            rows = {submission: submission.c.id == number, data_value: data_value.c.submission_id == number}
            faults = _faults_after_touching(few, table, column, rows.get(table), digests)
            assert faults, column
    assert verify_round(few, CODE).holds


def test_numbers_and_places_of_rows_are_proven_too(few) -> None:
    """A row given another number, another round or another edition."""
    faults = {}
    for table in (assessment_entry, assessment_evidence, assessment_evaluator, assessment_step):
        faults[table.name] = _faults_after(few, table.name, f"UPDATE {table.name} SET id = 9999 WHERE id = (SELECT max(id) FROM {table.name})")  # fmt: skip
    for name in ("assessment_seal", "assessment_sealed"):
        faults[name] = _faults_after(few, name, f"UPDATE {name} SET edition = 9")
    assert all(faults.values()), faults


def _faults_after_touching(
    workspace: Workspace,
    table: Table,
    column: Column[object],
    where: ColumnElement[bool] | None = None,
    digests: Mapping[str, str] | None = None,
) -> list[str]:
    faults: list[str] = []
    with contextlib.suppress(InterruptedError), workspace.store.writing() as connection:
        _unprotect(connection, table.name)
        asked = select(table) if where is None else select(table).where(where)
        row = connection.execute(asked.order_by(*table.primary_key).limit(1)).mappings().one()
        old = row[column.name]
        if column.foreign_keys:
            other = next(iter(column.foreign_keys)).column
            new: object = connection.scalar(select(other).where(other != old).order_by(other.desc()).limit(1))
            if new is None:
                new = _another(connection, other)
        elif isinstance(old, bool):
            new = not old
        elif old is None:
            new = 7
        elif isinstance(old, int):
            new = old + (10**6 if column.primary_key else 1)
        else:
            middle = len(old) // 2
            new = old[:middle] + ("7" if old[middle : middle + 1] != "7" else "8") + old[middle + 1 :]
        this = and_(*(key == row[key.name] for key in table.primary_key))
        assert connection.execute(update(table).where(this).values({column.name: new})).rowcount == 1
        faults += verify_assessments(connection, workspace.store.originals, CODE)
        if digests is not None:
            faults += [
                *verify_chain(connection),
                *verify_returns(connection, workspace.store.originals, digests),
            ]
        raise InterruptedError
    return faults


def _another(connection: Connection, key: Column[object]) -> int:
    """A second row to point at: a copy of the first with another number."""
    row = dict(connection.execute(select(key.table).limit(1)).mappings().one())
    connection.execute(insert(key.table), {**row, key.name: row[key.name] + 1000})
    return int(row[key.name]) + 1000


def test_changed_value_of_a_signed_return_is_named(few) -> None:
    """The returns behind a signature are hashed again; what was signed is recomputed from what was kept all the same."""
    with few.store.writing() as connection:
        _unprotect(connection, "data_value")
        number = connection.scalar(
            select(submission.c.id).where(submission.c.form == "county_monthly").limit(1)
        )
        touched = "UPDATE data_value SET value = value + 1 WHERE cell = 'C9' AND submission_id ="
        assert connection.exec_driver_sql(f"{touched} {number}").rowcount == 1
    found = verify_round(few, CODE)
    assert not found.holds
    assert found.editions[0][2] == 4
    assert [one for one in found.faults if one.startswith(f"submission {number} (county_monthly of 5203")]


def test_a_round_taken_away_is_missed(few) -> None:
    with few.store.writing() as connection:
        connection.exec_driver_sql("UPDATE assessment_round SET code = 'fev'")
    found = verify_round(few, CODE)
    assert not found.holds
    assert found.faults == ("round few: the audit log knows it, the store does not",)
    with pytest.raises(AssessmentError, match="There is no round"):
        verify_round(few, "never")


def _faults_after(workspace: Workspace, table: str, statement: str) -> list[str]:
    """What is said after a change that is then taken back."""
    faults: list[str] = []
    with contextlib.suppress(InterruptedError), workspace.store.writing() as connection:
        _unprotect(connection, table)
        assert connection.exec_driver_sql(statement).rowcount >= 1, statement
        faults += verify_assessments(connection, workspace.store.originals, CODE)
        raise InterruptedError
    return faults


def _unprotect(connection: object, table: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    for event in ("update", "delete"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{event}"))


def test_changed_inputs_are_recomputed_and_the_line_is_named(few) -> None:
    with few.store.writing() as connection:
        _unprotect(connection, "assessment_sealed")
        connection.exec_driver_sql("UPDATE assessment_sealed SET text = replace(text, '\"multiplier\":100', '\"multiplier\":101') WHERE part = 'inputs'")  # fmt: skip
    found = verify_round(few, CODE)
    assert not found.holds
    assert found.editions[0][2] < 4
    assert any("recomputed from the signed inputs is" in one for one in found.faults)
    assert any(", line " in one for one in found.faults)


def test_changed_evidence_file_is_named(few) -> None:
    one = stand(few, CODE).round.evidence[0]
    path = few.store.originals.path(one.sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    found = verify_round(few, CODE)
    assert not found.holds
    assert any("has been changed since it was received" in fault for fault in found.faults)


def test_nothing_said_or_signed_can_be_changed_through_the_program(few) -> None:
    for table in (
        "assessment_entry",
        "assessment_evidence",
        "assessment_step",
        "assessment_seal",
        "assessment_sealed",
    ):
        with pytest.raises(Exception, match="append only"), few.store.writing() as connection:
            connection.execute(text(f"DELETE FROM {table}"))
