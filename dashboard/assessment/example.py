"""The example round of the demonstration: opened, answered, scored, settled, signed and published, all of it made up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from fractions import Fraction

from dashboard.assessment.opening import open_new
from dashboard.assessment.sealing import publish, sign_round
from dashboard.assessment.standing import stand
from dashboard.workspace import Workspace
from reference.periods import parse
from store.assessing import AssessmentError, NewEntry, add_entries, add_evidence, assign, take_step
from store.assessments import rounds
from synthetic.answers import EVALUATORS, answered

CODE, ACTOR = "example-2026", "synthetic"
SCHEMES = ("mch_level3_2026", "mch_level2_2026")
PERIOD = "SY2026"
EVIDENCE = "合成佐证材料：仅供演示 · Made-up evidence, for demonstration\n".encode()


def open_example(
    workspace: Workspace,
    code: str = CODE,
    only: Sequence[str] = (),
    schemes: Sequence[str] = SCHEMES,
    period: str = PERIOD,
) -> None:
    """Open the example round and assign its evaluators."""
    names = (
        "2026年度妇幼保健机构绩效考核（合成示例）",
        "Performance assessment of MCH institutions, 2026 (synthetic example)",
    )
    open_new(workspace, code, names, schemes, parse(period), dt.datetime.now(dt.UTC), ACTOR, only)
    standing = stand(workspace, code)
    codes = [one.organisation for one in standing.participants]
    for place in range(3):
        pair = [(EVALUATORS[place], ""), (EVALUATORS[(place + 1) % 3], "")]
        if codes[place::3]:
            assign(workspace.store, code, codes[place::3], pair, ACTOR)


def answer_example(workspace: Workspace, code: str = CODE) -> None:
    """Every institution's self-assessment with its evidence."""
    standing = stand(workspace, code)
    entries, files = [], []
    for one in standing.participants:
        for line in standing.schemes[one.scheme].asked:
            made = answered(one.organisation, line)
            if made.answer:
                entries.append(NewEntry(one.organisation, line.code, "answer", made.answer, "合成自评"))
            for number in range(made.files):
                name = f"合成佐证-{line.code}-{number + 1}.txt"
                files.append((one.organisation, line.code, name, EVIDENCE))
    add_evidence(workspace.store, code, files, ACTOR)
    add_entries(workspace.store, code, entries, ACTOR)


def mark_example(workspace: Workspace, code: str = CODE, leave: Sequence[tuple[str, str]] = ()) -> None:
    """Both evaluators' marks of everybody, save the (organisation, line) left to others."""
    standing = stand(workspace, code)
    by_evaluator: dict[str, list[NewEntry]] = {}
    for one in standing.participants:
        seats = standing.round.evaluators[one.organisation]
        for line in standing.schemes[one.scheme].asked:
            if (one.organisation, line.code) in leave:
                continue
            made = answered(one.organisation, line)
            for seat, mark in enumerate(made.marks, 1):
                entry = NewEntry(one.organisation, line.code, "mark", mark, "合成评分", seat)
                by_evaluator.setdefault(seats[seat].name, []).append(entry)
    for name, entries in by_evaluator.items():
        add_entries(workspace.store, code, entries, name)


def settle_example(workspace: Workspace, code: str = CODE) -> int:
    """A reviewer settles every difference at the mean; gives how many there were."""
    standing = stand(workspace, code)
    entries = []
    for one, score in zip(standing.participants, standing.scores, strict=True):
        for line in score.lines:
            if line.status == "pending":
                marks = [Fraction(mark) for mark in one.entries[line.code].marks]
                mean = str(sum(marks, Fraction(0)) / len(marks))
                entries.append(NewEntry(one.organisation, line.code, "settlement", mean, "合成裁定：取平均"))
    add_entries(workspace.store, code, entries, ACTOR)
    return len(entries)


def walk_example(
    workspace: Workspace,
    code: str = CODE,
    only: Sequence[str] = (),
    until: str = "published",
    period: str = PERIOD,
) -> None:
    """Walk a round as far as a step."""
    store = workspace.store
    open_example(workspace, code, only, period=period)
    answer_example(workspace, code)
    steps: list[tuple[str, Callable[[], object]]] = [
        ("scoring", lambda: take_step(store, code, "scoring", ACTOR)),
        ("marked", lambda: mark_example(workspace, code)),
        ("review", lambda: take_step(store, code, "review", ACTOR)),
        ("settled", lambda: settle_example(workspace, code)),
        ("signed", lambda: sign_round(workspace, code, ACTOR)),
        ("published", lambda: publish(workspace, code, ACTOR)),
    ]
    for name, step in steps:
        step()
        if name == until:
            return


def add_example(workspace: Workspace) -> bool:
    """Put the example round into an installation that has none; False when it is there or nobody could take part."""
    if any(one[0] == CODE for one in rounds(workspace.store)):
        return False
    try:
        walk_example(workspace)
    except AssessmentError:
        return False
    return True
