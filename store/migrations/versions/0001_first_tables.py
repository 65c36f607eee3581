"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    create_words()
    create_uploads()
    create_submissions()
    create_values()
    create_totals()
    create_issues()
    create_audit()


def create_words() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("tree", sa.String(16), nullable=False),
        sa.Column("top", sa.Boolean, nullable=False),
        sa.Column("lineage", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("code", name="uq_organisation_code"),
    )
    op.create_table(
        "data_element",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("adding", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_element"),
        sa.UniqueConstraint("code", name="uq_data_element_code"),
    )


def create_uploads() -> None:
    op.create_table(
        "upload",
        sa.Column("id", BigKey, nullable=False, autoincrement=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sender", sa.String(80), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("submissions", sa.Integer, nullable=False),
        sa.Column("superseded", sa.Integer, nullable=False),
        sa.Column("n_values", sa.Integer, nullable=False),
        sa.Column("errors", sa.Integer, nullable=False),
        sa.Column("warnings", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    op.create_index("ix_upload_sha256", "upload", ["sha256"])
    op.create_index(
        "ix_upload_synthetic",
        "upload",
        ["id"],
        sqlite_where=sa.text("synthetic = 1"),
        postgresql_where=sa.text("synthetic"),
    )


def create_submissions() -> None:
    op.create_table(
        "submission",
        sa.Column("id", BigKey, nullable=False, autoincrement=False),
        sa.Column("upload_id", BigKey, nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("edition", sa.String(32), nullable=False),
        sa.Column("basis", sa.String(16), nullable=False),
        sa.Column("organisation_id", sa.Integer, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("span", sa.SmallInteger, nullable=False),
        sa.Column("cumulative_from", sa.Integer),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name="fk_submission_upload_id"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_submission_organisation_id"
        ),
        sa.UniqueConstraint(
            "form",
            "organisation_id",
            "month",
            "span",
            "version",
            name="uq_submission_form_organisation_id_month_span_version",
        ),
        sa.CheckConstraint("span >= 1", name=op.f("ck_submission_span")),
    )
    op.create_index("ix_submission_upload_id", "submission", ["upload_id"])
    current = sa.text("status = 'current'")
    op.create_index(
        "uq_submission_current",
        "submission",
        ["form", "organisation_id", "month", "span"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )
    op.create_index(
        "ix_submission_organisation",
        "submission",
        ["organisation_id", "month"],
        sqlite_where=current,
        postgresql_where=current,
    )


def create_values() -> None:
    op.create_table(
        "data_value",
        sa.Column("submission_id", BigKey, nullable=False),
        sa.Column("element_id", sa.Integer, nullable=False),
        sa.Column("category", sa.String(24), nullable=False),
        sa.Column("value", sa.BigInteger),
        sa.Column("note", sa.String(16), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("sheet", sa.String(64), nullable=False),
        sa.Column("cell", sa.String(120), nullable=False),
        sa.Column("derived", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "element_id", "category", name="pk_data_value"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_data_value_submission_id"),
        sa.ForeignKeyConstraint(["element_id"], ["data_element.id"], name="fk_data_value_element_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "derived_value",
        sa.Column("submission_id", BigKey, nullable=False),
        sa.Column("element_id", sa.Integer, nullable=False),
        sa.Column("category", sa.String(24), nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("value", sa.BigInteger),
        sa.Column("note", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "element_id", "category", name="pk_derived_value"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_derived_value_submission_id"),
        sa.ForeignKeyConstraint(["element_id"], ["data_element.id"], name="fk_derived_value_element_id"),
        sqlite_with_rowid=False,
    )


def create_totals() -> None:
    op.create_table(
        "area_total",
        sa.Column("element_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("area_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("span", sa.SmallInteger, nullable=False),
        sa.Column("basis", sa.String(16), nullable=False),
        sa.Column("category", sa.String(24), nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.Column("reports", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(
            "element_id", "area_id", "month", "span", "basis", "category", name="pk_area_total"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "area_report",
        sa.Column("area_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("span", sa.SmallInteger, nullable=False),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("on_time", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("area_id", "form", "month", "span", name="pk_area_report"),
        sqlite_with_rowid=False,
    )


def create_issues() -> None:
    op.create_table(
        "issue",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("upload_id", BigKey, nullable=False),
        sa.Column("submission_id", BigKey),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("severity", sa.String(8), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("month", sa.Integer),
        sa.Column("sheet", sa.String(64), nullable=False),
        sa.Column("cell", sa.String(120), nullable=False),
        sa.Column("found", sa.String(200), nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issue"),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name="fk_issue_upload_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_issue_submission_id"),
    )
    op.create_index("ix_issue_upload_id", "issue", ["upload_id"])
    op.create_index("ix_issue_submission_id", "issue", ["submission_id"])


def create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", BigKey, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit log is append only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{event.lower()} BEFORE {event} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END"
        )
