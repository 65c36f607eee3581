"""Which elements have totals that cover more than a month, told without reading all totals."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("span > 1")
    op.create_index(
        "ix_area_total_longer", "area_total", ["element_id"], sqlite_where=where, postgresql_where=where
    )
