"""Writing assessments: rounds, evaluators, what is said of lines, evidence, steps and seals; each in the audit log.

What a step allows is held here, under the writing lock, so that no page, command or second browser can get around it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from reference.strict import nearest
from store.audit import Chain, canonical, sha256
from store.connecting import StoreError
from store.database import Store
from store.schema_assessment import (
    assessment_entry,
    assessment_evaluator,
    assessment_evidence,
    assessment_participant,
    assessment_round,
    assessment_scheme,
    assessment_step,
)
from store.times import now

STEPS = ("self", "scoring", "review", "signed", "published")
# In which steps each kind of entry may be added.
OPEN_FOR: Mapping[str, tuple[str, ...]] = {
    "answer": ("self",),
    "mark": ("scoring",),
    "settlement": ("review",),
    "applies": ("self", "scoring", "review"),
    "appeal": ("published",),
    "decision": ("published",),
}
_WORDS, _NAME, ACTOR = 1000, 200, 80


class AssessmentError(StoreError):
    """An assessment cannot take this; `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class NewRound:
    """A round to be opened; `participants` are (organisation, area served, scheme)."""

    code: str
    zh: str
    en: str
    period: str
    cut_off: int
    synthetic: bool
    schemes: Mapping[str, str]
    participants: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class NewEntry:
    """Something said of a line; `kind` as in the table."""

    organisation: str
    line: str
    kind: str
    value: str
    words: str = ""
    seat: int = 0


def open_round(store: Store, new: NewRound, actor: str) -> int:
    """Open a round; returns its number. Raises AssessmentError when the code is taken or nobody takes part."""
    if not new.participants:
        raise AssessmentError("没有参加考核的单位。", "Nobody takes part in this round.")
    with store.writing() as connection:
        if connection.scalar(select(assessment_round.c.id).where(assessment_round.c.code == new.code)):
            raise AssessmentError(
                f"已有代码为 {new.code} 的考核轮次。", f"A round '{new.code}' exists already."
            )
        number, at = next_number(connection, assessment_round), now()
        row = {"id": number, "code": new.code, "zh": new.zh, "en": new.en, "period": new.period}
        row |= {
            "cut_off": new.cut_off,
            "synthetic": new.synthetic,
            "opened_by": actor[:ACTOR],
            "opened_at": at,
        }
        connection.execute(insert(assessment_round), row)
        connection.execute(
            insert(assessment_scheme),
            [{"round_id": number, "code": code, "text": text} for code, text in new.schemes.items()],
        )
        connection.execute(
            insert(assessment_participant),
            [
                {"round_id": number, "organisation": one, "area": area, "scheme": scheme}
                for one, area, scheme in new.participants
            ],
        )
        chain = Chain(connection)
        add_step(connection, chain, number, "self", "", actor)
        chain.add(actor, "assess_open", f"round:{new.code}", opening(connection, number))
        chain.write()
    return number


def opening(connection: Connection, number: int) -> dict[str, Any]:
    """What the audit log says of a round's opening."""
    row = connection.execute(select(assessment_round).where(assessment_round.c.id == number)).mappings().one()
    of, who = assessment_scheme.c, assessment_participant.c
    schemes = connection.execute(select(of.code, of.text).where(of.round_id == number).order_by(of.code))
    people = connection.execute(
        select(who.organisation, who.area, who.scheme)
        .where(who.round_id == number)
        .order_by(who.organisation)
    )
    return {
        "period": row["period"],
        "cut_off": row["cut_off"],
        "names": [row["zh"], row["en"]],
        "synthetic": bool(row["synthetic"]),
        "opened": [row["opened_by"], row["opened_at"]],
        "schemes": {one.code: sha256(one.text) for one in schemes},
        "participants": sha256(canonical([list(one) for one in people])),
    }


def assign(
    store: Store, code: str, organisations: Sequence[str], evaluators: Sequence[tuple[str, str]], actor: str
) -> None:
    """Give organisations their two evaluators, (name, where the evaluator works) each.

    Raises AssessmentError for one who would score the own institution, the same person twice, or a round already signed.
    """
    if len(evaluators) != 2 or evaluators[0][0].strip().casefold() == evaluators[1][0].strip().casefold():
        raise AssessmentError(
            "每家单位须由两名不同的专家评分。", "Two different evaluators score each institution."
        )
    if not all(name.strip() for name, _ in evaluators):
        raise AssessmentError("请写明专家的账号。", "Name the evaluators' accounts.")
    with store.writing() as connection:
        number = number_of(connection, code)
        _in_step(connection, number, ("self", "scoring"))
        known = set(_participants(connection, number))
        rows: list[dict[str, Any]] = []
        first = next_number(connection, assessment_evaluator)
        for organisation in organisations:
            if organisation not in known:
                raise _stranger(organisation)
            for seat, (name, place) in enumerate(evaluators, 1):
                if place and place == organisation:
                    raise AssessmentError(
                        f"专家 {name} 属于被考核单位 {organisation}，须回避。",
                        f"{name} works at {organisation} and may not score it.",
                    )
                row = {
                    "id": first + len(rows),
                    "round_id": number,
                    "organisation": organisation,
                    "seat": seat,
                }
                row |= {
                    "evaluator": name.strip()[:ACTOR],
                    "from_organisation": place,
                    "actor": actor[:ACTOR],
                    "at": now(),
                }
                rows.append(row)
        connection.execute(insert(assessment_evaluator), rows)
        say_together(connection, actor, "assess_assign", code, rows)


def add_entries(store: Store, code: str, entries: Sequence[NewEntry], actor: str) -> None:
    """Add what was said of lines; all of it or nothing. Raises AssessmentError when the step does not allow it.

    Of a mark, the actor must be the evaluator assigned to that seat, and work somewhere else.
    """
    if not entries:
        return
    with store.writing() as connection:
        number = number_of(connection, code)
        step, known = current_step(connection, number), set(_participants(connection, number))
        first, rows = next_number(connection, assessment_entry), []
        seats = _seats(connection, number)
        for place, one in enumerate(entries):
            if one.organisation not in known:
                raise _stranger(one.organisation)
            if step not in OPEN_FOR[one.kind]:
                raise closed(step)
            if one.kind == "mark" and seats.get((one.organisation, one.seat)) != actor:
                raise AssessmentError(
                    f"{one.organisation} 没有分配给 {actor} 评分。",
                    f"{one.organisation} is not assigned to {actor}.",
                )
            if one.kind in ("settlement", "applies", "appeal", "decision") and not one.words.strip():
                raise AssessmentError("请写明理由。", "Say why: a reason is needed.")
            if len(one.words) > _WORDS:
                raise AssessmentError(
                    f"说明超过 {_WORDS} 字。", f"The words are longer than {_WORDS} characters."
                )
            row = {
                "id": first + place,
                "round_id": number,
                "organisation": one.organisation,
                "line": one.line,
            }
            row |= {"kind": one.kind, "seat": one.seat, "value": one.value, "words": one.words.strip()}
            rows.append(row | {"actor": actor[:ACTOR], "at": now()})
        connection.execute(insert(assessment_entry), rows)
        say_together(connection, actor, f"assess_{entries[0].kind}", code, rows)


def add_evidence(
    store: Store, code: str, files: Sequence[tuple[str, str, str, bytes]], actor: str
) -> list[str]:
    """Keep files of evidence, (organisation, line, name, content) each; gives their SHA-256.

    Raises AssessmentError outside self-assessment and for an organisation that takes no part; then nothing is kept of them.
    """
    digests = [hashlib.sha256(content).hexdigest() for *_, content in files]
    with store.reading() as connection:
        number = number_of(connection, code)
        _in_step(connection, number, OPEN_FOR["answer"])
        known = set(_participants(connection, number))
    for organisation, *_ in files:
        if organisation not in known:
            raise _stranger(organisation)
    store.originals.keep((digest, one[3]) for digest, one in zip(digests, files, strict=True))
    with store.writing() as connection:
        _in_step(connection, number, OPEN_FOR["answer"])
        first, rows = next_number(connection, assessment_evidence), []
        for place, ((organisation, line, name, content), digest) in enumerate(
            zip(files, digests, strict=True)
        ):
            row = {"id": first + place, "round_id": number, "organisation": organisation, "line": line}
            row |= {"name": name[-_NAME:], "sha256": digest, "size": len(content)}
            rows.append(row | {"actor": actor[:ACTOR], "at": now()})
        connection.execute(insert(assessment_evidence), rows)
        say_together(connection, actor, "assess_evidence", code, rows)
    return digests


def take_step(store: Store, code: str, step: str, actor: str, words: str = "") -> None:
    """Move a round on, or back before it is signed; `sign` alone makes it signed."""
    with store.writing() as connection:
        number = number_of(connection, code)
        held = current_step(connection, number)
        back = step in ("self", "scoring") and held in ("scoring", "review")
        on = step in STEPS and step != "signed" and STEPS.index(step) == STEPS.index(held) + 1
        if not (on or (back and STEPS.index(step) < STEPS.index(held))):
            raise closed(held)
        if back and not words.strip():
            raise AssessmentError("退回须写明理由。", "Say why the round goes back a step.")
        chain = Chain(connection)
        add_step(connection, chain, number, step, words, actor)
        chain.write()


def current_step(connection: Connection, number: int) -> str:
    """Where a round stands."""
    of = assessment_step.c
    return str(
        connection.scalar(select(of.step).where(of.round_id == number).order_by(of.id.desc()).limit(1))
    )


def newest_entry(connection: Connection, number: int) -> int:
    """The number of the newest thing said in a round, evidence included."""
    found = 0
    for table in (assessment_entry, assessment_evidence):
        found += connection.scalar(select(func.max(table.c.id)).where(table.c.round_id == number)) or 0
    return found


def number_of(connection: Connection, code: str) -> int:
    """A round's number; raises AssessmentError when there is none of that code."""
    number = connection.scalar(select(assessment_round.c.id).where(assessment_round.c.code == code))
    if number is None:
        raise no_round(connection, code)
    return int(number)


def no_round(connection: Connection, code: str) -> AssessmentError:
    """There is none of that code; names the nearest, or the newest few when none is near."""
    known = [
        str(one)
        for one in connection.scalars(select(assessment_round.c.code).order_by(assessment_round.c.id.desc()))
    ]
    near = nearest(code, known)
    if near:
        more = (f"您是不是要找 {near}？", f" Did you mean '{near}'?")
    else:
        more = (f"现有：{'、'.join(known[:8])}。", f" Known: {', '.join(known[:8])}.") if known else ("", "")
    return AssessmentError(
        f"没有代码为 {code} 的考核轮次。{more[0]}", f"There is no round '{code}'.{more[1]}"
    )


def _participants(connection: Connection, number: int) -> list[str]:
    of = assessment_participant.c
    return [str(one) for one in connection.scalars(select(of.organisation).where(of.round_id == number))]


def _seats(connection: Connection, number: int) -> dict[tuple[str, int], str]:
    of = assessment_evaluator.c
    rows = connection.execute(select(assessment_evaluator).where(of.round_id == number).order_by(of.id))
    return {(row.organisation, row.seat): row.evaluator for row in rows}


def _in_step(connection: Connection, number: int, steps: Sequence[str]) -> None:
    held = current_step(connection, number)
    if held not in steps:
        raise closed(held)


def closed(step: str) -> AssessmentError:
    """The step does not allow it."""
    return AssessmentError(f"本轮考核处于“{step}”阶段，不能这样做。", f"The round is in the step '{step}', which does not allow this.")  # fmt: skip


def _stranger(organisation: str) -> AssessmentError:
    return AssessmentError(f"{organisation} 不参加本轮考核。", f"{organisation} takes no part in this round.")


def next_number(connection: Connection, table: Table) -> int:
    """The next free number of a table."""
    return (connection.scalar(select(func.max(table.c.id))) or 0) + 1


def add_step(connection: Connection, chain: Chain, number: int, step: str, words: str, actor: str) -> None:
    """Move the round on, and say so in the audit log."""
    row = {"id": next_number(connection, assessment_step), "round_id": number, "step": step}
    row |= {"words": words.strip()[:400], "actor": actor[:ACTOR], "at": now()}
    connection.execute(insert(assessment_step), row)
    detail = {"round": number, "step": step, "words": row["words"], "by": row["actor"], "at": row["at"]}
    chain.add(actor, "assess_step", f"step:{row['id']}", detail)


def say_together(
    connection: Connection, actor: str, action: str, code: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """One entry of the audit log for all rows added together: from which to which, and the hash of what they say."""
    first, last = rows[0]["id"], rows[-1]["id"]
    chain = Chain(connection)
    chain.add(actor, action, f"round:{code}", {"first": first, "last": last, "said": said(rows)})
    chain.write()


def said(rows: Sequence[Mapping[str, Any]]) -> str:
    """The hash of what rows say."""
    return sha256(canonical([dict(row.items()) for row in rows]))
