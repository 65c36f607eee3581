"""The migrations make exactly the tables that the program works with."""

from __future__ import annotations

import os
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from store.database import Store
from store.schema import metadata

VERSIONS = Path(__file__).resolve().parents[2] / "store" / "migrations" / "versions"


def newest() -> str:
    """The number that the newest migration's file begins with."""
    return max(path.name[:4] for path in VERSIONS.glob("[0-9]*.py"))


def test_migrated_database_equals_the_schema(empty_store):
    with empty_store.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_key_columns_stand_in_the_order_the_pages_ask_for(empty_store):
    with empty_store.reading() as connection:
        held = {
            name: inspect(connection).get_pk_constraint(name)["constrained_columns"]
            for name in metadata.tables
        }
    assert held == {
        name: [column.name for column in table.primary_key] for name, table in metadata.tables.items()
    }


def test_checks_and_partial_indexes_are_there(empty_store):
    with empty_store.reading() as connection:
        inspector = inspect(connection)
        checks = {one["name"] for one in inspector.get_check_constraints("submission")}
        unique = {one["name"] for one in inspector.get_indexes("submission") if one["unique"]}
    assert checks == {"ck_submission_span"}
    assert "uq_submission_current" in unique


def test_is_ready_only_after_migrating_and_twice_is_once(open_store):
    store = open_store()
    assert not store.is_ready()
    store.migrate()
    assert store.is_ready()
    store.migrate()
    assert store.is_ready()
    assert open_store().version() == newest()


def test_migrates_from_any_working_directory(open_store, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    open_store().migrate()
    assert os.listdir(elsewhere) == []


def test_sqlite_folder_is_made_and_asking_makes_no_file(tmp_path: Path):
    file = tmp_path / "new" / "folder" / "mch.sqlite"
    store = Store(f"sqlite:///{file}", tmp_path / "originals")
    assert not store.is_ready()
    assert not file.exists()
    store.migrate()
    assert file.exists()
    store.close()


def test_database_out_of_reach_is_not_ready(tmp_path: Path):
    store = Store(f"postgresql+psycopg://mch@/none?host={tmp_path}", tmp_path / "originals")
    assert not store.is_ready()
    store.close()
