"""Reading assessments: rounds, who takes part, what was said, how a round stands, and what was signed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from store.assessing import current_step, newest_entry, no_round
from store.database import Store
from store.schema import submission
from store.schema_assessment import (
    assessment_entry,
    assessment_evaluator,
    assessment_evidence,
    assessment_participant,
    assessment_round,
    assessment_scheme,
    assessment_seal,
    assessment_sealed,
    assessment_step,
)
from store.times import to_moment

Place = tuple[str, str]  # organisation, line


@dataclass(frozen=True)
class Said:
    """One thing said of a line."""

    number: int
    organisation: str
    line: str
    kind: str
    seat: int
    value: str
    words: str
    actor: str
    at: dt.datetime


@dataclass(frozen=True)
class Evidence:
    """A file handed in with a line."""

    number: int
    organisation: str
    line: str
    name: str
    sha256: str
    size: int
    actor: str
    at: dt.datetime


@dataclass(frozen=True)
class Step:
    """A step of a round."""

    step: str
    words: str
    actor: str
    at: dt.datetime


@dataclass(frozen=True)
class Seal:
    """A signature."""

    edition: int
    seal: str
    reason: str
    actor: str
    at: dt.datetime


@dataclass(frozen=True)
class Evaluator:
    """Who scores an organisation from a seat."""

    name: str
    place: str


@dataclass(frozen=True)
class Round:
    """One round with everything said in it; what is signed is read apart, by `sealed_parts`."""

    number: int
    code: str
    zh: str
    en: str
    period: str
    cut_off: dt.datetime
    synthetic: bool
    opened_by: str
    opened_at: dt.datetime
    step: str
    newest: int
    schemes: Mapping[str, str]
    participants: Mapping[str, tuple[str, str]]  # organisation → (area served, scheme)
    evaluators: Mapping[str, Mapping[int, Evaluator]]
    said: tuple[Said, ...]
    evidence: tuple[Evidence, ...]
    steps: tuple[Step, ...]
    seals: tuple[Seal, ...]
    _newest: dict[tuple[str, str, str, int], Said] = field(default_factory=dict, repr=False)
    _filed: dict[Place, dt.datetime] = field(default_factory=dict, repr=False)

    def name(self, language: str = "zh") -> str:
        """Its name in the language asked for."""
        return self.zh if language == "zh" else self.en

    @property
    def is_signed(self) -> bool:
        """Whether it holds a signature."""
        return bool(self.seals)

    def latest(self, organisation: str, line: str, kind: str, seat: int = 0) -> Said | None:
        """The newest of a kind: it counts.

        Of marks, what the evaluator gave who sits there now, from whichever seat: what somebody replaced gave counts no longer,
        and is not shown to the one who scores anew. Where a round went back, a mark falls with the answer it was given for, also
        when evidence alone was added to that, and a settlement with the marks it settled.
        """
        if not self._newest:
            for one in self.said:
                kept, place = (f"mark {one.actor}", 0) if one.kind == "mark" else (one.kind, one.seat)
                self._newest[one.organisation, one.line, kept, place] = one
            self._filed.update({(one.organisation, one.line): one.at for one in self.evidence})
        if kind not in ("mark", "settlement"):
            return self._newest.get((organisation, line, kind, seat))
        rests_on = [self._newest.get((organisation, line, "answer", 0))]
        if kind == "mark":
            who = self.evaluators.get(organisation, {}).get(seat)
            found = self._newest.get((organisation, line, f"mark {who.name}", 0)) if who else None
        else:
            found = self._newest.get((organisation, line, kind, seat))
            rests_on += [self.latest(organisation, line, "mark", one) for one in (1, 2)]
        if found is None or any(one and one.number > found.number for one in rests_on):
            return None
        filed = self._filed.get(
            (organisation, line)
        )  # numbered apart from what is said: only the time tells which came first
        return None if filed and filed > found.at else found

    def files(self, organisation: str, line: str) -> tuple[Evidence, ...]:
        """The evidence of a line."""
        return tuple(one for one in self.evidence if (one.organisation, one.line) == (organisation, line))

    def appeals(self) -> tuple[tuple[Said, Said | None], ...]:
        """Every appeal with its decision, if there is one yet, newest first."""
        decisions = [one for one in self.said if one.kind == "decision"]
        found = []
        for one in self.said:
            if one.kind == "appeal":
                later = (
                    two
                    for two in decisions
                    if two.number > one.number
                    and (two.organisation, two.line) == (one.organisation, one.line)
                )
                found.append((one, next(later, None)))
        return tuple(reversed(found))


def rounds(store: Store) -> list[tuple[str, str, str, str, str, bool, int]]:
    """Every round, newest first: code, Chinese and English name, period, step, synthetic, how many take part."""
    of, who = assessment_round.c, assessment_participant.c
    with store.reading() as connection:
        rows = connection.execute(select(assessment_round).order_by(of.id.desc())).all()
        return [
            (
                *(row.code, row.zh, row.en, row.period, current_step(connection, row.id), row.synthetic),
                len(connection.execute(select(who.organisation).where(who.round_id == row.id)).all()),
            )
            for row in rows
        ]


def read_round(store: Store, code: str) -> Round:
    """One round; raises AssessmentError, with the nearest code, when there is none of that code."""
    with store.reading() as connection:
        query = select(assessment_round).where(assessment_round.c.code == code)
        row = connection.execute(query).first()
        if row is None:
            raise no_round(connection, code)
        return Round(
            number=row.id,
            code=row.code,
            zh=row.zh,
            en=row.en,
            period=row.period,
            cut_off=to_moment(row.cut_off),
            synthetic=row.synthetic,
            opened_by=row.opened_by,
            opened_at=to_moment(row.opened_at),
            step=current_step(connection, row.id),
            newest=newest_entry(connection, row.id),
            schemes=_schemes(connection, row.id),
            participants=_participants(connection, row.id),
            evaluators=_evaluators(connection, row.id),
            said=_said(connection, row.id),
            evidence=_evidence(connection, row.id),
            steps=_steps(connection, row.id),
            seals=_seals(connection, row.id),
        )


def _schemes(connection: Connection, number: int) -> dict[str, str]:
    of = assessment_scheme.c
    rows = connection.execute(select(of.code, of.text).where(of.round_id == number).order_by(of.code))
    return {row.code: row.text for row in rows}


def _participants(connection: Connection, number: int) -> dict[str, tuple[str, str]]:
    of = assessment_participant.c
    query = select(of.organisation, of.area, of.scheme).where(of.round_id == number).order_by(of.organisation)
    return {row.organisation: (row.area, row.scheme) for row in connection.execute(query)}


def _evaluators(connection: Connection, number: int) -> dict[str, dict[int, Evaluator]]:
    of = assessment_evaluator.c
    found: dict[str, dict[int, Evaluator]] = defaultdict(dict)
    for row in connection.execute(select(assessment_evaluator).where(of.round_id == number).order_by(of.id)):
        found[row.organisation][row.seat] = Evaluator(row.evaluator, row.from_organisation)
    return dict(found)


def _said(connection: Connection, number: int) -> tuple[Said, ...]:
    of = assessment_entry.c
    query = select(assessment_entry).where(of.round_id == number).order_by(of.id)
    return tuple(
        Said(
            *(row.id, row.organisation, row.line, row.kind, row.seat, row.value, row.words, row.actor),
            to_moment(row.at),
        )
        for row in connection.execute(query)
    )


def _evidence(connection: Connection, number: int) -> tuple[Evidence, ...]:
    of = assessment_evidence.c
    query = select(assessment_evidence).where(of.round_id == number).order_by(of.id)
    return tuple(
        Evidence(
            *(row.id, row.organisation, row.line, row.name, row.sha256, row.size, row.actor),
            to_moment(row.at),
        )
        for row in connection.execute(query)
    )


def _steps(connection: Connection, number: int) -> tuple[Step, ...]:
    of = assessment_step.c
    rows = connection.execute(select(assessment_step).where(of.round_id == number).order_by(of.id))
    return tuple(Step(row.step, row.words, row.actor, to_moment(row.at)) for row in rows)


def _seals(connection: Connection, number: int) -> tuple[Seal, ...]:
    of = assessment_seal.c
    rows = connection.execute(select(assessment_seal).where(of.round_id == number).order_by(of.edition))
    return tuple(Seal(row.edition, row.seal, row.reason, row.actor, to_moment(row.at)) for row in rows)


def sealed_parts(store: Store, number: int, edition: int) -> dict[str, tuple[str, str]]:
    """Part → (its hash as kept, its text) of one signature."""
    of = assessment_sealed.c
    with store.reading() as connection:
        query = select(of.part, of.sha256, of.text).where(of.round_id == number, of.edition == edition)
        return {row.part: (row.sha256, row.text) for row in connection.execute(query.order_by(of.part))}


def digests(store: Store) -> dict[int, str]:
    """Every submission's number and digest, whatever became of it."""
    of = submission.c
    with store.reading() as connection:
        return {row.id: row.digest for row in connection.execute(select(of.id, of.digest))}
