"""What a change of total on the year before came from: a case worked by hand, and two rounds in a store."""

from __future__ import annotations

from fractions import Fraction

import openpyxl

from dashboard.assessment.example import walk_example
from dashboard.assessment.exporting import export_round, report_of
from dashboard.assessment.sealing import verify_round
from dashboard.assessment.standing import stand
from dashboard.exports.assessment_words import change_rows, summary
from indicators.scoring.change import change
from indicators.scoring.score import DomainScore, LineScore, Score
from store.assessing import NewEntry, add_entries, take_step
from store.assessments import sealed_parts

F = Fraction


def a_line(code: str, domain: str, weight: str, points: str, status: str = "scored") -> LineScore:
    return LineScore(code, domain, "linear", weight, status, "1", None, None, 0, None, points, "", "")


def a_score(domains: list[DomainScore], lines: list[LineScore], total: str, before_veto: str = "") -> Score:
    return Score("MCH1", "s", "1", total, before_veto or total, (), "", "", 1, 1, 1, 0, tuple(domains), tuple(lines))  # fmt: skip


def test_a_change_worked_by_hand() -> None:
    """A of 60: one line of 40 at a half, one of 20 left out: 60 × 20 ÷ 40 = 30. B of 40 in full: 40. Together 70.
    A year on: three quarters and a half: 60 × 40 ÷ 60 = 40; B at nine tenths: 36. Together 76."""
    before = a_score(
        [DomainScore("A", "60.00", "40.00", "20.00", "30.00"), DomainScore("B", "40.00", "40.00", "40.00", "40.00")],
        [a_line("a1", "A", "40", "20.00"), a_line("a2", "A", "20", "0.00", "not_applicable"), a_line("b1", "B", "40", "40.00")],
        "70.00",
    )  # fmt: skip
    after = a_score(
        [DomainScore("A", "60.00", "60.00", "40.00", "40.00"), DomainScore("B", "40.00", "40.00", "36.00", "36.00")],
        [a_line("a1", "A", "40", "30.00"), a_line("a2", "A", "20", "10.00"), a_line("b1", "B", "40", "36.00")],
        "76.00",
    )  # fmt: skip
    found = change(before, after)
    assert found.moved == 6
    # a1 weighed 60, now 40: a quarter more of 50 on average, 20 fewer at five eighths on average.
    assert {one.code: (one.by_score, one.by_weight) for one in found.lines} == {
        "a1": (F("12.5"), F("-12.5")),
        "a2": (F(0), F(10)),
        "b1": (F(-4), F(0)),
    }
    assert [one.code for one in found.lines] == ["a2", "b1", "a1"]
    assert (found.veto, found.rounding) == (0, 0)


def test_a_veto_and_a_line_that_is_no_more_stand_apart() -> None:
    held = DomainScore("A", "100.00", "100.00", "80.00", "80.00")
    before = a_score([held], [a_line("old", "A", "60", "50.00"), a_line("kept", "A", "40", "30.00")], "80.00")
    after = a_score([held], [a_line("kept", "A", "100", "80.00")], "60.00", "80.00")
    found = change(before, after)
    by_code = {one.code: one for one in found.lines}
    assert by_code["old"].after is None
    assert by_code["old"].moved == -50
    assert by_code["kept"].moved == 50  # 30 of 40 a year before, 80 of 100 now
    assert (found.veto, found.rounding, found.moved) == (-20, 0, -20)


def test_two_rounds_are_compared_as_they_were_signed(few, tmp_path) -> None:
    """The second round is of the year after: nothing has been reported for it, so that every computed line drops out."""
    walk_example(few, "next", ("MCH520302", "MCH520303"), period="SY2027", until="signed")
    standing, before = stand(few, "next"), stand(few, "few")
    assert standing.last is not None
    assert (standing.last.round, standing.last.seal) == ("few", before.seal.seal)
    for one in standing.scores:
        found = standing.changes[one.organisation]
        assert found.before == before.score(one.organisation).total
        parts = sum((two.moved for two in found.lines), found.veto + found.rounding)
        assert parts == F(one.total) - F(found.before)
        assert abs(found.rounding) < F(1, 10)
    report = report_of(few, standing, "zh")
    assert any(f"上年总分 {before.score('MCH520302').total} 分" in words for words in summary(report, 0))
    heads, rows = change_rows(report, 0)
    assert {len(row) for row in rows} == {len(heads)}
    assert rows[-1][:3] == ["总分", before.scores[1].total, standing.scores[0].total]
    made = export_round(few, standing, tmp_path, kinds=("xlsx", "docx", "pdf", "json"), workers=1)
    book = openpyxl.load_workbook(next(path for path in made if path.suffix == ".xlsx"))
    assert book.sheetnames[-1] == "较上年"
    take_step(few.store, "next", "published", "province")
    kept = sealed_parts(few.store, standing.round.number, 1)["last_year"][1]
    assert standing.last.seal in kept
    # A further edition of the first round does not move what the second was compared with when it was signed.
    from dashboard.assessment.sealing import uphold

    add_entries(few.store, "few", [NewEntry("MCH520302", "patients", "appeal", "", "漏算一份问卷")], "hhg")
    uphold(few, "few", "MCH520302", "patients", "90", "补看问卷，成立", "province")
    assert stand(few, "next").changes["MCH520302"].before == before.score("MCH520302").total
    assert verify_round(few, "next").holds
