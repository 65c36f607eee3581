"""Accounts, their sessions, failed attempts, one-time links and tokens; and which audit entries change data."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")
CHANGES_DATA = sa.text("substr(action, 1, 7) <> 'access.'")


def _of_account(table: str, *more: sa.schema.SchemaItem) -> tuple[sa.schema.SchemaItem, ...]:
    name = f"fk_{table}_account_id"
    return (*more, sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=name))


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", BigKey, nullable=False, autoincrement=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("shown", sa.String(120), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("mail", sa.String(160), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("password_at", sa.BigInteger, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("code_secret", sa.String(64), nullable=False),
        sa.Column("code_step", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.String(255)),
        sa.Column("demonstration", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.Column("disabled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name", name="uq_account_name"),
    )
    has_subject = sa.text("subject IS NOT NULL")
    op.create_index(
        "uq_account_subject",
        "account",
        ["subject"],
        unique=True,
        sqlite_where=has_subject,
        postgresql_where=has_subject,
    )
    op.create_table(
        "account_assignment",
        *_of_account(
            "account_assignment",
            sa.Column("account_id", BigKey, nullable=False),
            sa.Column("organisation", sa.String(32), nullable=False),
            sa.PrimaryKeyConstraint("account_id", "organisation", name="pk_account_assignment"),
        ),
    )
    _sessions()
    _programs()
    op.create_index(
        "ix_audit_data", "audit", ["seq"], sqlite_where=CHANGES_DATA, postgresql_where=CHANGES_DATA
    )


def _sessions() -> None:
    op.create_table(
        "account_session",
        *_of_account(
            "account_session",
            sa.Column("digest", sa.String(64), nullable=False),
            sa.Column("account_id", BigKey, nullable=False),
            sa.Column("version", sa.Integer, nullable=False),
            sa.Column("stage", sa.String(8), nullable=False),
            sa.Column("started_at", sa.BigInteger, nullable=False),
            sa.Column("seen_at", sa.BigInteger, nullable=False),
            sa.Column("address", sa.String(64), nullable=False),
            sa.Column("browser", sa.String(200), nullable=False),
            sa.Column("ended_at", sa.BigInteger),
            sa.PrimaryKeyConstraint("digest", name="pk_account_session"),
        ),
    )
    op.create_index("ix_account_session_account_id", "account_session", ["account_id"])
    op.create_table(
        "account_attempt",
        sa.Column("whose", sa.String(200), nullable=False),
        sa.Column("failures", sa.SmallInteger, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("whose", name="pk_account_attempt"),
    )


def _programs() -> None:
    op.create_table(
        "account_once",
        *_of_account(
            "account_once",
            sa.Column("digest", sa.String(64), nullable=False),
            sa.Column("kind", sa.String(16), nullable=False),
            sa.Column("account_id", BigKey),
            sa.Column("detail", sa.Text, nullable=False),
            sa.Column("ends_at", sa.BigInteger, nullable=False),
            sa.PrimaryKeyConstraint("digest", name="pk_account_once"),
        ),
    )
    op.create_table(
        "account_token",
        *_of_account(
            "account_token",
            sa.Column("id", BigKey, nullable=False, autoincrement=False),
            sa.Column("account_id", BigKey, nullable=False),
            sa.Column("label", sa.String(80), nullable=False),
            sa.Column("digest", sa.String(64), nullable=False),
            sa.Column("scopes", sa.String(400), nullable=False),
            sa.Column("created_at", sa.BigInteger, nullable=False),
            sa.Column("ends_at", sa.BigInteger),
            sa.Column("used_at", sa.BigInteger),
            sa.Column("ended_at", sa.BigInteger),
            sa.PrimaryKeyConstraint("id", name="pk_account_token"),
            sa.UniqueConstraint("digest", name="uq_account_token_digest"),
        ),
    )
    op.create_index("ix_account_token_account_id", "account_token", ["account_id"])
