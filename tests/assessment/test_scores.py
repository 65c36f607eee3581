"""Scores of the whole made-up province: by a plain second way, by LibreOffice, and for three institutions by hand."""

from __future__ import annotations

import re
import subprocess
import uuid
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from dashboard.assessment.exporting import report_of
from dashboard.assessment.standing import stand
from dashboard.exports.assessment_book import write_book
from store.assessments import sealed_parts
from tests.assessment import plain

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "assessment.md"
CODE = "example-2026"


def test_a_plain_second_way_gives_the_same_total_for_every_institution(walked) -> None:
    standing = stand(walked, CODE)
    parts = {name: text for name, (_, text) in sealed_parts(walked.store, standing.round.number, 1).items()}
    schemes = {name[7:]: text for name, text in parts.items() if name.startswith("scheme:")}
    expected = plain.totals(schemes, parts["inputs"])
    assert len(expected) == 98
    assert {one.organisation: Decimal(one.total) for one in standing.scores} == expected


def _hand_sums() -> list[tuple[str, list[Decimal], Decimal]]:
    """Institution, its domains' scores and total, as the paper docs/assessment.md works them out."""
    text = DOCUMENT.read_text(encoding="utf-8")
    found = re.findall(r"\*\*(MCH\d{6})\*\*.*?= ([\d.+ ]+) = \*\*([\d.]+)\*\*", text, re.DOTALL)
    return [(code, [Decimal(one) for one in sums.split("+")], Decimal(total)) for code, sums, total in found]


def test_three_institutions_by_hand(walked) -> None:
    hand = _hand_sums()
    assert len(hand) == 3
    for code, domains, total in hand:
        score = stand(walked, CODE).score(code)
        assert [Decimal(one.score or 0) for one in score.domains] == domains
        assert sum(domains) == total == Decimal(score.total)


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
