"""No running count of the reports in time: extensions change it afterwards, so it is worked out when asked."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("area_report", "on_time")
