"""Messages, who has read them, and scheduled work."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", BigKey, nullable=False, autoincrement=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("mailed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("key", name="uq_message_key"),
    )
    op.create_index("ix_message_organisation_id", "message", ["organisation", "id"])
    where = sa.text("account <> ''")
    op.create_index(
        "ix_message_account", "message", ["account", "id"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "message_read",
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("message_id", BigKey, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "message_id", name="pk_message_read"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_message_read_message_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("held_until", sa.BigInteger, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("said", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job"),
    )
