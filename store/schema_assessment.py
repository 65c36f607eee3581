"""Tables of performance assessments. Answers, evidence, marks, settlements and steps are only ever added to: the newest row
of its kind counts, and all earlier ones stay. Organisations are named by their codes, for a signed round outlives any tree.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
)

from store.schema import BigKey, metadata

assessment_round = Table(
    "assessment_round",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("code", String(40), nullable=False, unique=True),
    Column("zh", String(120), nullable=False),
    Column("en", String(120), nullable=False),
    Column("period", String(40), nullable=False),
    Column("cut_off", BigInteger, nullable=False),  # what was received later does not count
    Column("synthetic", Boolean, nullable=False),
    Column("opened_by", String(80), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
)

# The schemes of a round as they were on the day it was opened.
assessment_scheme = Table(
    "assessment_scheme",
    metadata,
    Column("round_id", ForeignKey("assessment_round.id"), primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    sqlite_with_rowid=False,
)

assessment_participant = Table(
    "assessment_participant",
    metadata,
    Column("round_id", ForeignKey("assessment_round.id"), primary_key=True),
    Column("organisation", String(32), primary_key=True),
    Column("area", String(32), nullable=False),  # the area it serves
    Column("scheme", String(64), nullable=False),
    sqlite_with_rowid=False,
)

assessment_evaluator = Table(
    "assessment_evaluator",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("round_id", ForeignKey("assessment_round.id"), nullable=False),
    Column("organisation", String(32), nullable=False),
    Column("seat", SmallInteger, nullable=False),  # 1 or 2
    Column("evaluator", String(80), nullable=False),
    Column("from_organisation", String(32), nullable=False),  # where the evaluator works; '' when nowhere
    Column("actor", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_assessment_evaluator_round", "round_id", "organisation"),
)

# What was said of a line: by the institution, by an evaluator, by a reviewer, or as an appeal and its decision.
assessment_entry = Table(
    "assessment_entry",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("round_id", ForeignKey("assessment_round.id"), nullable=False),
    Column("organisation", String(32), nullable=False),
    Column("line", String(64), nullable=False),
    Column("kind", String(12), nullable=False),  # answer | mark | settlement | applies | appeal | decision
    Column("seat", SmallInteger, nullable=False),  # of a mark: whose; else 0
    Column("value", String(40), nullable=False),
    Column("words", String(1000), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_assessment_entry_round", "round_id", "organisation", "line"),
)

assessment_evidence = Table(
    "assessment_evidence",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("round_id", ForeignKey("assessment_round.id"), nullable=False),
    Column("organisation", String(32), nullable=False),
    Column("line", String(64), nullable=False),
    Column("name", String(200), nullable=False),  # the sender's own file name: data, never a path
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_assessment_evidence_round", "round_id", "organisation"),
)

# Where a round stands is its newest step.
assessment_step = Table(
    "assessment_step",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("round_id", ForeignKey("assessment_round.id"), nullable=False, index=True),
    Column("step", String(12), nullable=False),  # self | scoring | review | signed | published
    Column("words", String(400), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
)

# A signature: edition 1 when the round is signed, a further one when an appeal is upheld. Nothing of one ever changes.
assessment_seal = Table(
    "assessment_seal",
    metadata,
    Column("round_id", ForeignKey("assessment_round.id"), primary_key=True),
    Column("edition", SmallInteger, primary_key=True),
    Column("seal", String(64), nullable=False),
    Column("reason", String(400), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What was signed, part by part, in its canonical form; the seal is the hash over the parts' hashes.
assessment_sealed = Table(
    "assessment_sealed",
    metadata,
    Column("round_id", ForeignKey("assessment_round.id"), primary_key=True),
    Column("edition", SmallInteger, primary_key=True),
    Column("part", String(80), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("text", Text, nullable=False),
    sqlite_with_rowid=False,
)
