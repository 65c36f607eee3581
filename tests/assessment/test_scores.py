"""Scores of the whole made-up province: by a plain second way, by LibreOffice, and for three institutions by hand."""

from __future__ import annotations

import re
import subprocess
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from dashboard.assessment.exporting import report_of
from dashboard.assessment.standing import stand
from dashboard.exports.assessment_book import write_book
from indicators.scoring.entries import Participant
from indicators.scoring.numbers import written
from store.assessments import sealed_parts
from tests.assessment import paper, plain

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "assessment.md"
CODE = "example-2026"


def test_a_plain_second_way_gives_the_same_total_for_every_institution(walked) -> None:
    standing = stand(walked, CODE)
    parts = {name: text for name, (_, text) in sealed_parts(walked.store, standing.round.number, 1).items()}
    schemes = {name[7:]: text for name, text in parts.items() if name.startswith("scheme:")}
    expected = plain.totals(schemes, parts["inputs"])
    assert len(expected) == 98
    assert {one.organisation: Decimal(one.total) for one in standing.scores} == expected


def test_three_institutions_by_hand(walked) -> None:
    """The document's tables: every sum in them holds by itself, and each is what the product gives, line by line."""
    papers = paper.read_papers(DOCUMENT.read_text(encoding="utf-8"))
    assert [one.code for one in papers] == ["MCH520300", "MCH520302", "MCH522636"]
    standing = stand(walked, CODE)
    for one in papers:
        score, who = standing.score(one.code), standing.participant(one.code)
        names = {line.code: line.zh for line in standing.scheme(one.code).lines}
        ours = [(names[line.code], Fraction(line.weight), Fraction(line.value or line_value(who, line.code)),
                 None if line.share is None else Fraction(line.share), Fraction(line.points)) for line in score.lines]  # fmt: skip
        assert [(row.name, row.weight, row.value, row.share, row.points) for row in one.rows] == ours
        assert [Fraction(domain.score or 0) for domain in score.domains] == one.domains
        assert Fraction(score.total) == one.total
        assert (who.size, score.peers) == (one.live_births, one.peers)


def line_value(who: Participant, line: str) -> str:
    """The quotient of a line that was left out."""
    return written(who.entries[line].value, 4) or ""


def test_figures_of_the_document_are_believable() -> None:
    """A county of 7,800 births has three times as many children under three, and not thirty times."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for one in paper.read_papers(text):
        table = text[text.index(f"**{one.code}**") :]
        found = re.search(r"3岁以下儿童系统管理率 \| \d \| [\d,]+ × 100 ÷ ([\d,]+)", table)
        assert found
        assert 2 < int(found[1].replace(",", "")) / one.live_births < 4


def _recalculated(book: Path, folder: Path) -> Path:
    """The workbook after LibreOffice has calculated every formula anew."""
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">'
        "<value>0</value></prop></item></oor:items>",
        encoding="utf-8",
    )
    to = folder / uuid.uuid4().hex
    command = ["soffice", "--headless", f"-env:UserInstallation={profile.as_uri()}", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(to), str(book)], check=True, capture_output=True, timeout=240)
    return to / book.name


@pytest.mark.parametrize("language", ["zh"])
def test_libreoffice_gives_our_totals_for_every_institution(walked, tmp_path, office, language) -> None:
    standing = stand(walked, CODE)
    book = tmp_path / "round.xlsx"
    # Without any cached result: what is read below was worked out by LibreOffice alone.
    write_book(report_of(walked, standing, language), book, cached=False)
    found = openpyxl.load_workbook(_recalculated(book, tmp_path), data_only=True)
    sheet = found.worksheets[2]
    heads = [str(cell.value) for cell in sheet[1]]
    total, place, off = heads.index("总分"), heads.index("同组名次"), heads.index("差")
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert set(rows) == {one.organisation for one in standing.scores}
    for one in standing.scores:
        row = rows[one.organisation]
        assert f"{row[total].value:.2f}" == one.total
        assert row[off].value == 0
        assert row[place].value == one.place
        assert row[heads.index("等次")].value == one.grade_zh
    lines = found.worksheets[3]
    names = [str(cell.value) for cell in lines[1]]
    points, line, code = names.index("得分"), names.index("指标代码"), names.index("代码")
    held = {(row[code].value, row[line].value): row[points].value for row in lines.iter_rows(min_row=2)}
    ours = {(one.organisation, two.code): float(two.points) for one in standing.scores for two in one.lines}
    assert held == ours
    assert not [cell for sheet in found.worksheets for row in sheet.iter_rows() for cell in row if str(cell.value).startswith(("#", "Err:"))]  # fmt: skip
