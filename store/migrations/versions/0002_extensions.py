"""Extensions of deadlines."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "extension",
        sa.Column("id", BigKey, nullable=False, autoincrement=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("organisation_id", sa.Integer, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("granted_by", sa.String(80), nullable=False),
        sa.Column("granted_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_by", sa.String(80), nullable=False),
        sa.Column("end_reason", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_extension"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_extension_organisation_id"
        ),
    )
    op.create_index(
        "uq_extension_in_force",
        "extension",
        ["form", "organisation_id", "month"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
