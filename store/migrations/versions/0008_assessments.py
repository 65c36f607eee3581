"""Performance assessments."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# Nothing of what was said or signed is ever changed or removed.
APPEND_ONLY = (
    "assessment_entry",
    "assessment_evidence",
    "assessment_step",
    "assessment_seal",
    "assessment_sealed",
)


def upgrade() -> None:
    op.create_table(
        "assessment_round",
        sa.Column("id", BigKey, nullable=False, autoincrement=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("zh", sa.String(120), nullable=False),
        sa.Column("en", sa.String(120), nullable=False),
        sa.Column("period", sa.String(40), nullable=False),
        sa.Column("cut_off", sa.BigInteger, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("opened_by", sa.String(80), nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assessment_round"),
        sa.UniqueConstraint("code", name="uq_assessment_round_code"),
    )
    _keyed(
        "assessment_scheme",
        [sa.Column("code", sa.String(64), nullable=False), sa.Column("text", sa.Text, nullable=False)],
        "code",
    )
    _keyed(
        "assessment_participant",
        [
            sa.Column("organisation", sa.String(32), nullable=False),
            sa.Column("area", sa.String(32), nullable=False),
            sa.Column("scheme", sa.String(64), nullable=False),
        ],
        "organisation",
    )
    _said()
    _seals()
    for name in APPEND_ONLY:
        _protect(name)


def _said() -> None:
    _listed(
        "assessment_evaluator",
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("seat", sa.SmallInteger, nullable=False),
        sa.Column("evaluator", sa.String(80), nullable=False),
        sa.Column("from_organisation", sa.String(32), nullable=False),
    )
    op.create_index("ix_assessment_evaluator_round", "assessment_evaluator", ["round_id", "organisation"])
    _listed(
        "assessment_entry",
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("seat", sa.SmallInteger, nullable=False),
        sa.Column("value", sa.String(40), nullable=False),
        sa.Column("words", sa.String(1000), nullable=False),
    )
    op.create_index("ix_assessment_entry_round", "assessment_entry", ["round_id", "organisation", "line"])
    _listed(
        "assessment_evidence",
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
    )
    op.create_index("ix_assessment_evidence_round", "assessment_evidence", ["round_id", "organisation"])
    _listed(
        "assessment_step",
        sa.Column("step", sa.String(12), nullable=False),
        sa.Column("words", sa.String(400), nullable=False),
    )
    op.create_index("ix_assessment_step_round_id", "assessment_step", ["round_id"])


def _seals() -> None:
    _keyed(
        "assessment_seal",
        [
            sa.Column("edition", sa.SmallInteger, nullable=False),
            sa.Column("seal", sa.String(64), nullable=False),
            sa.Column("reason", sa.String(400), nullable=False),
            sa.Column("actor", sa.String(80), nullable=False),
            sa.Column("at", sa.BigInteger, nullable=False),
        ],
        "edition",
    )
    _keyed(
        "assessment_sealed",
        [
            sa.Column("edition", sa.SmallInteger, nullable=False),
            sa.Column("part", sa.String(80), nullable=False),
            sa.Column("sha256", sa.String(64), nullable=False),
            sa.Column("text", sa.Text, nullable=False),
        ],
        "edition",
        "part",
    )


def _keyed(name: str, columns: list[sa.Column[Any]], *keys: str) -> None:
    op.create_table(
        name,
        sa.Column("round_id", BigKey, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("round_id", *keys, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["round_id"], ["assessment_round.id"], name=f"fk_{name}_round_id"),
        sqlite_with_rowid=False,
    )


def _listed(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("id", BigKey, nullable=False, autoincrement=False),
        sa.Column("round_id", BigKey, nullable=False),
        *columns,
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["round_id"], ["assessment_round.id"], name=f"fk_{name}_round_id"),
    )


def _protect(name: str) -> None:
    said = "what was said or signed in an assessment is append only"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {name}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{said}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_is_append_only()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {name}_no_{event.lower()} BEFORE {event} ON {name} BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
