"""One upload in full: its steps, what it changed, the reason of a late correction, and taking it back."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest

from dashboard.answers import Answers
from dashboard.pages import one_upload, submissions
from dashboard.visit import open_visit
from dashboard.workspace import Workspace
from loaders.load import load_content
from store import reading
from store.remarks import remarks


def sent(workspace: Workspace, women: int, sender: str = "clerk") -> int:
    """Load a return of September 2025, whose deadline is long past; gives the upload's number."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["助产机构月报"],
        ["报告期：2025年9月"],
        ["机构代码", "机构名称", "产妇数", "活产总数"],
        ["MCH520102", "南明区妇幼保健院", women, 100],
    ):
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    loaded = load_content(target.getvalue(), "月报.xlsx", workspace.desk, workspace.store, sender=sender)
    return loaded.receipt.upload_id


@pytest.fixture
def corrected(workspace: Workspace) -> int:
    sent(workspace, 100)
    return sent(workspace, 98)


def shown(workspace: Workspace, number: int, language: str = "zh") -> str:
    visit = open_visit(Answers(workspace), "/submissions", f"upload={number}&lang={language}")
    return str(one_upload.layout(visit, number))


def test_what_a_correction_changed_is_shown_cell_by_cell(workspace: Workspace, corrected: int) -> None:
    page = shown(workspace, corrected)
    for word in ("与前一次相比", "产妇数", "'100'", "'98'", "Sheet C4", "截止日之后的更正"):
        assert word in page
    assert "Against the one before" in shown(workspace, corrected, "en")


def test_what_took_its_place_is_told_with_who_sent_that(workspace: Workspace) -> None:
    first = sent(workspace, 100)
    later = sent(workspace, 98, sender="another clerk")
    page = shown(workspace, first)
    for word in ("被后来的上报取代", "another clerk", f"#{later}"):
        assert word in page


def done(workspace: Workspace, number: int, words: str, work: object) -> tuple[object, object]:
    return one_upload._done(Answers(workspace), "/submissions", f"upload={number}", words, work)


def test_the_reason_is_asked_for_once_and_kept(workspace: Workspace, corrected: int) -> None:
    said, _ = done(workspace, corrected, "  ", one_upload._say_why)
    assert "请先写明原因" in str(said)
    assert remarks(workspace.store, corrected) == []
    done(workspace, corrected, "两例重复登记", one_upload._say_why)
    page = shown(workspace, corrected)
    assert "两例重复登记" in page
    assert "截止日之后的更正：请写明原因" not in page


def test_taking_back_restores_the_one_before(workspace: Workspace, corrected: int) -> None:
    _, page = done(workspace, corrected, "误传", one_upload._take_back)
    assert "撤回原因" in str(page)
    account = open_visit(Answers(workspace), "/submissions", "").account.name
    assert re.search(rf"'撤回'\]?, \['td', \S+ '{account}'\]", str(page))
    frame = reading.current_values(workspace.store, ["parturient_women"])
    assert frame["value"].tolist() == [100]
    said, _ = done(workspace, corrected, "再撤一次", one_upload._take_back)
    assert "没有做成" in str(said)


@pytest.mark.parametrize("number", ["99999999999999999999", "9" * 5000, "²", "-1"])
def test_a_number_that_no_upload_can_have_names_none(workspace: Workspace, number: str) -> None:
    visit = open_visit(Answers(workspace), "/submissions", f"?upload={number}")
    assert visit.view.upload is None
    assert submissions.layout(visit) is not None


def test_an_upload_that_is_not_there(workspace: Workspace) -> None:
    assert "没有编号为 77 的上报" in shown(workspace, 77)
