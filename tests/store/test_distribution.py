"""The schema fits a distributed PostgreSQL as deploy/citus.sql lays it out."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import UniqueConstraint

from store.schema import metadata

LAYOUT = (Path(__file__).parents[2] / "deploy" / "citus.sql").read_text(encoding="utf-8")
REFERENCE = re.findall(r"create_reference_table\('(\w+)'\)", LAYOUT)
SPREAD = dict(re.findall(r"create_distributed_table\('(\w+)', '(\w+)'", LAYOUT))
BESIDE = dict(re.findall(r"create_distributed_table\('(\w+)', '\w+', colocate_with => '(\w+)'\)", LAYOUT))


def test_the_layout_names_tables_that_there_are():
    assert {*REFERENCE, *SPREAD} <= set(metadata.tables)
    assert set(SPREAD) == {"data_value", "derived_value", "area_total", "area_report"}


def test_every_key_of_a_spread_table_contains_its_distribution_column():
    for name, column in SPREAD.items():
        table = metadata.tables[name]
        keys = [set(table.primary_key.columns.keys())]
        keys += [set(one.columns.keys()) for one in table.constraints if isinstance(one, UniqueConstraint)]
        keys += [set(one.columns.keys()) for one in table.indexes if one.unique]
        assert all(column in key for key in keys), name


def test_foreign_keys_lead_where_they_can_be_held():
    """A spread or reference table may point to reference tables only, or to a table beside it by the same column."""
    for name in (*SPREAD, *REFERENCE):
        for key in metadata.tables[name].foreign_keys:
            assert key.column.table.name in REFERENCE, f"{name} points to {key.column.table.name}"


def test_tables_beside_each_other_are_spread_by_the_same_kind_of_column():
    for name, beside in BESIDE.items():
        types = [str(metadata.tables[one].c[SPREAD[one]].type) for one in (name, beside)]
        assert types[0] == types[1]
