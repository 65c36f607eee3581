"""What people say of an upload: why it was corrected after its deadline, or withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "remark",
        sa.Column("id", BigKey, nullable=False, autoincrement=False),
        sa.Column("upload_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.String(400), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_remark"),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name="fk_remark_upload_id"),
    )
    op.create_index("ix_remark_upload_id", "remark", ["upload_id"])
