"""The `mch` command as a user meets it: outputs that programs can read, exit codes, and sentences instead of tracebacks."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest


def filled(mch: Callable[..., Any], period: str, **values: int) -> Path:
    """A county return made from its own template, with some rows filled in by their label."""
    name = f"return-{period}.xlsx"
    assert (
        mch("template", "county_monthly", "--organisation", "520102", "--period", period, "--to", name).code
        == 0
    )
    book = openpyxl.load_workbook(name)
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() for cell in row if cell.value == "户籍")
    column = next(cell.column for cell in header if cell.value == "户籍")
    for row in sheet.iter_rows():
        label = next(
            (
                str(cell.value).strip()
                for cell in row
                if isinstance(cell.value, str) and str(cell.value).strip() in values
            ),
            None,
        )
        if label:
            sheet.cell(row[0].row, column, values[label])
            sheet.cell(row[0].row, column + 1, 0)
    book.save(name)
    return Path(name)


GOOD = {"活产数": 263, "产妇数": 263, "产前筛查人数": 81}


def test_from_template_to_flag(mch: Callable[..., Any]) -> None:
    paths = [str(filled(mch, f"2026-{month:02d}", **GOOD)) for month in range(1, 11)]
    for some in (paths[:1], paths[1:]):
        ran = mch("load", *some, "--format", "json")
        document = json.loads(ran.out)
        assert (ran.code, document["summary"]["files"]) == (0, len(some)), ran.out
    again = json.loads(mch("load", "return-2026-01.xlsx", "--format", "json").out)
    assert again["files"][0]["outcome"] == "unchanged"

    ran = mch(
        "calculate",
        "-i",
        "prenatal_screening_coverage",
        "-o",
        "南明区",
        "-p",
        "2026-01..2026-10",
        "--format",
        "json",
    )
    (row,) = json.loads(ran.out)
    # 10 months of 81 in 263; 810/2630 by the Wilson score interval, worked by hand: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n).
    assert (row["numerator"], row["denominator"], row["target"], row["comparison"]) == (
        810,
        2630,
        80.0,
        "worse",
    )
    assert row["value"] == pytest.approx(30.7985, abs=1e-4)
    assert row["lower"] == pytest.approx(29.0632, abs=1e-4)
    assert row["upper"] == pytest.approx(32.5898, abs=1e-4)
    assert row["gap"] == 2104 - 810  # 80% of 2,630 is 2,104

    months = list(
        csv.DictReader(
            io.StringIO(
                mch(
                    "calculate",
                    "-i",
                    "prenatal_screening_coverage",
                    "-o",
                    "520102",
                    "-p",
                    "2026-01..2026-10",
                    "--by",
                    "month",
                    "--format",
                    "csv",
                ).out
            )
        )
    )
    assert len(months) == 10
    assert {one["numerator"] for one in months} == {"81"}

    flags = json.loads(mch("flags", "-o", "520102", "-p", "2026-01..2026-10", "--format", "json").out)
    assert any(
        one["kind"] == "behind_target"
        and one["indicator"] == "prenatal_screening_coverage"
        and one["gap"] == 1294
        for one in flags
    )

    assert mch("export", "out.xlsx", "-o", "520102", "-p", "2026-01..2026-10").code == 0
    assert openpyxl.load_workbook("out.xlsx").sheetnames == ["封面", "结果", "预警"]
    assert mch("export", "out.csv", "-o", "520102", "-p", "2026-01..2026-10").code == 0
    assert Path("out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert mch("export", "public.xlsx", "-o", "520102", "-p", "2026Q1", "--public").code == 0
    assert openpyxl.load_workbook("public.xlsx").sheetnames == ["封面", "结果"]
    refused = mch("export", "public.xlsx", "-o", "520102", "-p", "2026-01..2026-10", "--public")
    assert refused.code == 2
    assert "a public release does not hold 2026-01..2026-10" in refused.err
    assert mch("doctor").code == 0


def test_methods_print_the_whole_catalogue(mch: Callable[..., Any]) -> None:
    everything = json.loads(mch("methods", "--format", "json").out)
    assert len(everything) >= 70
    (row,) = (one for one in everything if one["code"] == "prenatal_screening_coverage")
    assert [(one["value"], one["by"], one["clause"]) for one in row["targets"]] == [
        (80.0, "2025-12-31", "§三(六)"),
        (90.0, "2027-12-31", "主要目标"),
    ]
    assert {"disclosure", "reported_zh", "reviewed", "source", "examples", "basis", "method"} <= row.keys()
    rows = list(csv.DictReader(io.StringIO(mch("methods", "--format", "csv").out)))
    assert [one["code"] for one in rows] == [one["code"] for one in everything]
    whole = mch("methods", "under3_management_rate").out
    for text in ("3岁以下儿童系统管理率", "unsure, to be confirmed", "not assessable", "by 2030-12-31"):
        assert text in whole
    assert "under3_management_rate" in mch("methods", "under3_managment_rate").err


def test_a_file_with_errors_is_exit_one_and_saves_nothing(mch: Callable[..., Any]) -> None:
    path = filled(mch, "2026-01", 活产数=10, 产妇数=10, 产前筛查人数=5, **{"其中：产前筛查高风险人数": 9})
    checked = mch("check", str(path), "--format", "json")
    assert checked.code == 1
    (fault,) = [
        issue for issue in json.loads(checked.out)["files"][0]["issues"] if issue["severity"] == "error"
    ]
    assert fault["cell"]
    assert fault["mend_zh"]
    assert mch("load", str(path), "--format", "csv").code == 1
    assert mch("calculate", "-o", "520102").code == 2  # there are no data


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "nowhere.xlsx"), "nowhere.xlsx"),
        (("calculate", "-o", "Atlantis"), "Atlantis"),
        (
            ("calculate", "-i", "prenatal_screening_coverge", "-p", "2026"),
            "did you mean 'prenatal_screening_coverage'",
        ),
        (("calculate", "-p", "someday"), "someday"),
        (("calculate", "-l", "countey", "-p", "2026"), "did you mean 'county'"),
        (("template", "county_montly"), "did you mean 'county_monthly'"),
        (("export", "out.pdf"), ".xlsx or .csv"),
        (("template", "county_monthly", "--to", "nowhere/x.xlsx"), "there is no folder nowhere"),
        (("account", "import", "nowhere.xlsx"), "there is no file nowhere.xlsx"),
        (("audit", "export", "kept.csv"), "mch init"),
        (("move", "--to", "nonsense"), "postgresql+psycopg://"),
        (("extend", "county_monthly", "5203", "2026-10", "--until", "2026-12-01"), "'520303' (汇川区)"),
        (("calculate", "-o", "MCH52030", "-p", "2026"), "MCH520303"),
        (("account", "token", "end", "9"), "mch account token list"),
        (("demo", "--months", "-3"), "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_done_is_said(mch: Callable[..., Any], arguments: tuple[str, ...], says: str) -> None:
    ran = mch(*arguments)
    assert ran.code == 2
    assert says in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("role", "organisation", "says"),
    [("countty", "520303", "did you mean 'county'"), ("county", "5203030", "did you mean '520303' (汇川区)")],
)
def test_an_account_asked_for_wrongly_is_answered_with_the_nearest(mch, role, organisation, says) -> None:
    ran = mch("account", "add", "a.b", "--role", role, "--organisation", organisation)
    assert ran.code == 1
    assert says in ran.err
    assert mch("account", "add", "a.bc", "--role", "county", "--organisation", "520303").code == 0
    token = mch("account", "token", "add", "a.bc", "--label", "x", "--scope", "view_result")
    assert (token.code, "did you mean 'view_results'" in token.err) == (1, True)
    assert "did you mean 'a.bc'" in mch("account", "disable", "a.bd").err


def test_the_version_is_said(mch) -> None:
    ran = mch("--version")
    assert ran.code == 0
    assert re.fullmatch(r"mch \d+\.\d+\.\d+\n", ran.out)
    assert mch("check", "--help").code == 0


def test_tables_of_a_newer_program_are_left_alone_and_the_way_is_named(mch, tmp_path) -> None:
    assert mch("init").code == 0
    with closing(sqlite3.connect(tmp_path / "data" / "mch.sqlite")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    ran = mch("calculate", "-p", "2026")
    assert ran.code == 2
    assert "newer program" in ran.err
    assert "restore a backup" in ran.err


def test_a_settings_file_that_is_not_there_is_said(mch, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MCH_CONFIG", str(tmp_path / "confg.toml"))
    ran = mch("init")
    assert ran.code == 2
    assert "confg.toml" in ran.err
    assert not (tmp_path / "data").exists()


def test_what_the_disk_refuses_is_said_with_its_place(mch, monkeypatch) -> None:
    def fails(_path: Path, *_given: Any, **_named: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", "kept.csv")

    assert mch("init").code == 0
    monkeypatch.setattr(Path, "open", fails)
    ran = mch("audit", "export", "kept.csv")
    assert ran.code == 2
    assert "kept.csv may not be read or written" in ran.err


def test_database_out_of_reach_is_said(mch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCH_DATABASE_URL", "postgresql+psycopg://nobody:secret@127.0.0.1:1/none")
    ran = mch("calculate", "-p", "2026")
    assert ran.code == 2
    assert "mch doctor" in ran.err
    doctor = mch("doctor")
    assert doctor.code == 1
    assert "secret" not in ran.err + doctor.out + doctor.err


def test_marked_copies_and_what_cannot_be_marked(mch: Callable[..., Any]) -> None:
    faulty = filled(mch, "2026-08", 活产数=10, 男活产数=9, 女活产数=9)
    damaged = Path("damaged.xlsx")
    damaged.write_bytes(b"PK\x03\x04 no workbook")
    one = mch("check", str(faulty), str(damaged), "--annotated", "back", "--errors-only", "rows")
    assert one.code == 1
    given = sorted(path.name for folder in ("back", "rows") for path in Path(folder).iterdir())
    assert given == ["return-2026-08-审核结果.xlsx", "return-2026-08-问题行.xlsx"]
    assert "没有可退回的标注件" in one.out + one.err
    two = mch("check", str(faulty), "--annotated", "own.xlsx", "--format", "json")
    assert json.loads(two.out)["files"][0]["annotated"] == ["own.xlsx"]
    assert openpyxl.load_workbook("own.xlsx").sheetnames[0] == "审核问题"


def test_a_marked_copy_keeps_its_macros_under_their_own_ending(mch: Callable[..., Any]) -> None:
    macros = filled(mch, "2026-08", 活产数=10, 男活产数=9, 女活产数=9).rename("return.xlsm")
    given = json.loads(mch("check", str(macros), "--annotated", "own.xlsx", "--format", "json").out)
    assert given["files"][0]["annotated"] == ["own.xlsm"]
    assert not Path("own.xlsx").exists()


def test_the_file_itself_is_never_written_over(mch: Callable[..., Any]) -> None:
    faulty = filled(mch, "2026-08", 活产数=10, 男活产数=9, 女活产数=9)
    before = faulty.read_bytes()
    assert mch("check", str(faulty), "--annotated", str(faulty)).code != 0
    assert faulty.read_bytes() == before


@pytest.mark.parametrize("path", ["nowhere.xlsx", "."])
def test_whoever_asks_for_json_gets_json_when_there_is_nothing_to_read(
    mch: Callable[..., Any], path: str
) -> None:
    ran = mch("check", path, "--format", "json")
    document = json.loads(ran.out)
    assert (ran.code, document["files"], document["summary"]) == (2, [], {"files": 0})
    assert document["error"]


def test_checking_waits_for_no_library_that_it_does_not_need() -> None:
    """Statistics take several times as long to import as a file takes to read."""
    program = "import sys; from dashboard.cli.program import program; program('check'); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"pandas", "numpy", "scipy", "openpyxl", "xlsxwriter", "dash"} & set(ran.stdout.split())


def test_every_file_is_in_the_answer_whatever_its_name_and_whether_it_opens(
    mch: Callable[..., Any],
) -> None:
    """A name in the bytes of a Chinese Windows, a link that leads nowhere and a pipe: each has its own place in valid JSON."""
    folder = Path("收件")
    folder.mkdir()
    odd = folder / os.fsdecode("报表.csv".encode("gb18030"))
    odd.write_bytes(b"a,b\n1,2\n")
    (folder / "断链.xlsx").symlink_to("nowhere.xlsx")
    os.mkfifo(folder / "管道.xlsx")
    ran = mch("check", str(folder), "--format", "json")
    document = json.loads(ran.out)
    codes = {one["file"]: [issue["code"] for issue in one["issues"]] for one in document["files"]}
    assert codes == {
        str(odd): ["form_unknown"],
        str(folder / "断链.xlsx"): ["cannot_open"],
        str(folder / "管道.xlsx"): ["cannot_open"],
    }
    assert ran.code == 1


def test_what_a_cell_said_acts_as_no_formula_in_the_list_of_issues(mch, tmp_path) -> None:
    path = tmp_path / "月报.csv"
    acts = "=cmd|'/C calc'!A0"
    path.write_text(
        f"助产机构月报\n报告期：2026年10月\n机构代码,机构名称,产妇数,活产总数\nMCH520102,南明区妇幼保健院,{acts},101\n",
        encoding="utf-8",
    )
    rows = list(csv.DictReader(io.StringIO(mch("check", str(path), "--format", "csv").out)))
    assert f"'{acts}" in {row["found"] for row in rows}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
