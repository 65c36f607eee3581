"""Follow-ups: what was asked of whom, every step since, and the files that came with a step; append only."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = ("follow_up", "follow_up_step", "follow_up_file")


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", BigKey, nullable=False, autoincrement=False),
        sa.Column("organisation_id", sa.Integer, nullable=False),
        sa.Column("asked_by_id", sa.Integer),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("indicator", sa.String(80), nullable=False),
        sa.Column("period", sa.String(24), nullable=False),
        sa.Column("reason_zh", sa.Text, nullable=False),
        sa.Column("reason_en", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_follow_up_organisation_id"
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["organisation.id"], name="fk_follow_up_asked_by_id"),
    )
    op.create_index("ix_follow_up_organisation_id", "follow_up", ["organisation_id"])
    op.create_table(
        "follow_up_step",
        sa.Column("follow_up_id", BigKey, nullable=False),
        sa.Column("step", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("action", sa.String(12), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("due", sa.Integer),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("follow_up_id", "step", name="pk_follow_up_step"),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name="fk_follow_up_step_follow_up_id"),
    )
    op.create_table(
        "follow_up_file",
        sa.Column("follow_up_id", BigKey, nullable=False),
        sa.Column("step", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("place", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("follow_up_id", "step", "place", name="pk_follow_up_file"),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name="fk_follow_up_file_follow_up_id"),
    )
    make_append_only()


def make_append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION follow_ups_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'follow-ups are append only'; END $$"
        )
        for table in TABLES:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION follow_ups_are_append_only()"
            )
        return
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'follow-ups are append only'); END"
            )
