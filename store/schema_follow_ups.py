"""Tables of follow-ups (督办): what was asked of whom, every step since, and the files that came with a step.

All three are append only: triggers refuse any change or removal of a row. Where a follow-up stands is told from its steps.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from store.schema import BigKey, metadata

follow_up = Table(
    "follow_up",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False, index=True),  # who is asked
    Column(
        "asked_by_id", ForeignKey("organisation.id")
    ),  # for whom the officer acts; none for the machine itself
    Column("kind", String(24), nullable=False),  # of the flag: behind_target, worsening …
    Column("indicator", String(80), nullable=False),  # '' for a flag that is about none
    Column("period", String(24), nullable=False),
    Column("reason_zh", Text, nullable=False),  # the flag's own sentence at that time
    Column("reason_en", Text, nullable=False),
)

# Steps are numbered in order; the first is the asking itself.
follow_up_step = Table(
    "follow_up_step",
    metadata,
    Column("follow_up_id", ForeignKey("follow_up.id"), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column(
        "action", String(12), nullable=False
    ),  # ask | answer | accept | return | reopen | postpone | withdraw
    Column("text", Text, nullable=False),
    Column("owner", String(80), nullable=False),  # who shall see to it; '' where the step says nothing of it
    Column("due", Integer),  # yyyymmdd, where the step sets it
    Column("actor", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
)

follow_up_file = Table(
    "follow_up_file",
    metadata,
    Column("follow_up_id", ForeignKey("follow_up.id"), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),  # the sender's own file name: data, never a path
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
)
