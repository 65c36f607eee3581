"""CSV and JSON of a round as somebody opens them: marks, seal, units, headers, text that stays text."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.assessment.example import open_example
from dashboard.assessment.exporting import report_of
from dashboard.assessment.standing import stand
from dashboard.exports.assessment_data import COLUMNS, write_csv, write_json


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_table_says_of_every_row_what_it_is(few, tmp_path: Path, language: str) -> None:
    standing = stand(few, "few")
    report = report_of(few, standing, language)
    content = write_csv(report, tmp_path / "few.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "Excel and WPS would take Chinese for something else"
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    names = [one[language == "en"] for one in COLUMNS]
    assert list(rows[0]) == names
    assert len(rows) == sum(len(one.lines) for one in standing.scores)
    at = {zh: one for (zh, _), one in zip(COLUMNS, names, strict=True)}
    for row in rows:
        assert row[at["封印"]] == standing.seal.seal
        assert row[at["核验码"]].replace("-", "").lower() == standing.seal.seal[:12]
        assert ("合成数据" if language == "zh" else "Synthetic data") in row[at["标注"]]
        assert ("占位" if language == "zh" else "placeholders") in row[at["标注"]]
        if row[at["值"]]:
            assert row[at["值的单位"]], row
        if language == "en":
            assert not [one for one in row.values() if any("\u4e00" <= sign <= "\u9fff" for sign in one)], row
    # A value follows from the counts beside it, in the unit beside it.
    row = next(
        one
        for one in rows
        if (one[at["单位代码"]], one[at["指标代码"]]) == ("MCH520302", "prenatal_screening")
    )
    counted = Decimal(row[at["分子"]]) * int(row[at["乘数"]]) / int(row[at["分母"]])
    assert abs(counted - Decimal(row[at["值"]])) <= Decimal("0.00005")
    assert row[at["值的单位"]] == "%"


def test_text_from_people_is_no_formula(few, tmp_path: Path) -> None:
    report = report_of(few, stand(few, "few"), "zh")
    evil = {**report.names, "MCH520302": ("=HYPERLINK(1)", "+1")}
    rows = list(
        csv.reader(write_csv(replace(report, names=evil), tmp_path / "x.csv").open(encoding="utf-8-sig"))
    )
    cells = [cell for row in rows[1:] for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_document_holds_all_and_nothing_of_it_is_rounded_by_a_reader(
    few, tmp_path: Path, language: str
) -> None:
    standing = stand(few, "few")
    text = write_json(report_of(few, standing, language), tmp_path / "few.json").read_text(encoding="utf-8")
    document = json.loads(text)
    assert (document["seal"], document["synthetic"], document["language"]) == (
        standing.seal.seal,
        True,
        language,
    )
    assert document["qr"] == f"MCH-ASSESS:few:1:{standing.seal.seal}"
    assert document["period"]["first_day"] == "2025-10-01"
    assert len(document["marks"]) == 2
    for one in document["organisations"]:
        score = standing.score(one["organisation"])
        assert (one["total"], one["rank"]["low"]) == (score.total, standing.ranking(one["organisation"]).low)
        assert {line["code"]: line["points"] for line in one["lines"]} == {
            two.code: two.points for two in score.lines
        }
        assert all(line["unit"] for line in one["lines"] if line["value"] is not None)
        assert all(domain["name"] for domain in one["domains"])


def test_before_signing_the_files_say_so_and_no_grade_is_given(few, tmp_path: Path) -> None:
    open_example(few, "second", ("MCH520302", "MCH520303"))
    report = report_of(few, stand(few, "second"), "zh")
    rows = list(csv.DictReader(write_csv(report, tmp_path / "x.csv").open(encoding="utf-8-sig")))
    assert {(row["封印"], row["等次"]) for row in rows} == {("", "未定")}
    assert all("未签发" in row["标注"] for row in rows)
    document = json.loads(write_json(report, tmp_path / "x.json").read_text(encoding="utf-8"))
    assert (document["seal"], document["qr"], document["edition"]) == ("", "", 0)
