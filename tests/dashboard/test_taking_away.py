"""Every table as .xlsx and .csv: the page's own numbers, in a file that opens right and runs nothing."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest
from dash import dcc, html
from openpyxl import load_workbook

from dashboard import taking_away
from dashboard.answers import Answers
from dashboard.app import PAGES, answer, create_app
from dashboard.auth.account import Account
from dashboard.exports.tables import Cell, Sheet, as_csv, as_workbook
from dashboard.visit import open_visit


def hrefs(node: Any) -> list[str]:
    found = [node.href] if isinstance(node, html.A) and str(node.href).startswith("/download/table/") else []
    for child in taking_away.listed(getattr(node, "children", None)):
        found += hrefs(child)
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/source?indicator=prenatal_screening_coverage&area=520300&lang=zh",
        "/area/520302?lang=en",
        "/calendar?area=520300&lang=zh",
        "/quality?area=520300&period=2026-10&lang=zh",
        "/grading?lang=zh",
        "/matrix?lang=zh",
        "/submissions?lang=en",
    ],
)
def test_every_table_of_a_page_comes_as_a_file(loaded, path) -> None:
    client = create_app(loaded).server.test_client()
    place, _, search = path.partition("?")
    _, _, content, _ = answer(Answers(loaded), place, f"?{search}")
    links = [link for part in content for link in hrefs(part)]
    assert links
    for link in links:
        got = client.get(link)
        assert got.status_code == 200, link
        if ".xlsx?" in link:
            assert load_workbook(io.BytesIO(got.data)).active.max_row > 3
        else:
            assert got.data.startswith(b"\xef\xbb\xbf")
            assert list(csv.reader(io.StringIO(got.data.decode("utf-8-sig"))))


def test_numbers_are_the_pages_own(loaded, counties) -> None:
    client = create_app(loaded).server.test_client()
    address = "/download/table/1.csv?at=/source&indicator=prenatal_screening_coverage&area=520300&lang=zh"
    rows = list(csv.reader(io.StringIO(client.get(address).data.decode("utf-8-sig"))))
    assert rows[0][:4] == ["单位", "产前筛查人数", "产妇数", "%"]
    by_name = {row[0]: row for row in rows}
    assert by_name["红花岗区"][1:4] == ["720", "1200", "60.0"]
    assert by_name["合计"][1:3] == ["3003", "3900"]


def test_names_of_files_and_what_is_not_there(loaded) -> None:
    client = create_app(loaded).server.test_client()
    got = client.get("/download/table/0.xlsx?at=/grading&lang=zh")
    assert quote("机构等级") in got.headers["Content-Disposition"]
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert client.get("/download/table/99.xlsx?at=/grading").status_code == 404
    assert client.get("/download/table/0.exe?at=/grading").status_code == 404
    assert client.get("/download/table/0.csv?at=/no/such/page").status_code == 404


SHEET = Sheet(
    "表：[一]",
    ("遵义市 · 2026年", "数据截至 2026年10月"),
    "合成数据：仅供演示，不是真实统计",
    ("单位", "值", "说明"),
    (
        (Cell("=1+1"), Cell(71.304, 1, "%"), Cell("@SUM(A1)")),
        (Cell("-2+3"), Cell(1200, 0), Cell("＝cmd|' /C calc'!A0")),
    ),
)


def test_nothing_acts_as_a_formula() -> None:
    page = load_workbook(io.BytesIO(as_workbook(SHEET))).active
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    rows = list(csv.reader(io.StringIO(as_csv(SHEET).decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'-2+3"]
    assert rows[2][2] == "'＝cmd|' /C calc'!A0"


def test_numbers_stay_numbers_and_made_up_data_say_so() -> None:
    page = load_workbook(io.BytesIO(as_workbook(SHEET))).active
    assert [page.cell(row, 1).value for row in (1, 2, 3, 4)] == ["表：[一]", *SHEET.about, SHEET.synthetic]
    assert (page["B6"].value, page["B6"].number_format) == (71.304, '#,##0.0"%"')
    assert (page["B7"].value, page["B7"].number_format) == (1200, "#,##0")
    assert int(page.page_setup.paperSize) == 9
    rows = list(csv.reader(io.StringIO(as_csv(SHEET).decode("utf-8-sig"))))
    assert [row[-1] for row in rows[1:]] == [SHEET.synthetic] * 2


def test_a_workbook_opens_in_another_program(tmp_path, office) -> None:
    (tmp_path / "表.xlsx").write_bytes(as_workbook(SHEET))
    text = office(tmp_path / "表.xlsx", "csv").read_text(encoding="utf-8")
    assert "'=1+1" in text
    assert "71.3%" in text


def test_links_stand_in_their_panels_head() -> None:
    table = html.Table(
        [html.Thead(html.Tr([html.Th("a")])), html.Tbody([html.Tr([html.Td("1,200", className="number")])])]
    )
    panel = html.Section(
        [html.Div([html.H2("题")], className="panel-head"), html.Div(table)], className="panel"
    )
    found = list(taking_away.find(html.Div([dcc.Graph(id="g"), panel]), "页"))
    assert [(one.kind, one.place, one.title) for one in found] == [("chart", 0, "页"), ("table", 0, "题")]
    heads, rows = taking_away._table(table)
    assert heads == ["a"]
    assert rows == [(Cell(1200, 0),)]


def test_who_may_not_export_sees_no_links(loaded) -> None:
    visit = open_visit(Answers(loaded), "/grading", "lang=zh")
    administrator = type(visit)(
        visit.answers, visit.view, visit.today, Account("a", "管", "administrator", "520000")
    )
    page = next(one for one in PAGES if one.matches("/grading"))
    assert hrefs(taking_away.dress(page.layout(administrator), administrator, "x")) == []
    assert hrefs(taking_away.dress(page.layout(visit), visit, "x")) != []


def test_the_matrix_comes_as_numbers_with_their_judgement(loaded, counties) -> None:
    client = create_app(loaded).server.test_client()
    got = client.get("/download/table/0.csv?at=/matrix&area=520300&lang=zh").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(got)))
    assert rows[0][:2] == ["县区", "上级地区"]
    at = rows[0].index("产前筛查率 · %")
    assert rows[0][at + 1] == "与目标比"
    row = next(row for row in rows if row[0] == "红花岗")
    assert (row[1], row[at], row[at + 1]) == ("遵义", "60.0", "确实落后，非偶然")


def test_two_charts_in_one_panel_each_have_their_own_links(loaded) -> None:
    """Each tile of a panel bears its links and its name; its chart is the first within the tile."""
    visit = open_visit(Answers(loaded), "/severe", "?lang=zh")
    tiles = [html.Div([html.H3(name), dcc.Graph(id=name)]) for name in ("甲", "乙")]
    page = html.Div(
        html.Section([html.Div([html.H2("两图")], className="panel-head"), *tiles], className="panel")
    )
    taking_away.dress(page, visit, "页")
    for name, tile in zip(("甲", "乙"), tiles, strict=True):
        assert "takes" in tile.className
        buttons = tile.children[-1].children
        assert [getattr(one, "data-kind") for one in buttons] == ["png", "svg"]
        assert {getattr(one, "data-title") for one in buttons} == {f"页 · {name}"}
        assert {getattr(one, "data-chart") for one in buttons} == {"0"}
