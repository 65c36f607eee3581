"""The upload route and the files people take away."""

from __future__ import annotations

import errno
import io
import zipfile

import openpyxl
import pytest
from flask.testing import FlaskClient

from dashboard.answers import Answers
from dashboard.app import create_app
from dashboard.pages import submissions
from dashboard.running import trouble
from dashboard.texts import Texts
from dashboard.upload import plain_name
from dashboard.visit import open_visit
from dashboard.workspace import Workspace
from loaders.files import Checker, Job
from loaders.load import Clerk
from loaders.sandbox import Sandbox
from loaders.warden import Work
from store import reading
from store.connecting import StoreBusyError

OURS = {"X-MCH-Request": "1"}


@pytest.fixture
def client(workspace: Workspace) -> FlaskClient:
    return create_app(workspace).server.test_client()


def send(client: FlaskClient, content: bytes, name: str = "x.xlsx", headers: dict[str, str] | None = None):
    form = {"file": (io.BytesIO(content), name)}
    return client.post("/upload", data=form, headers=OURS if headers is None else headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-MCH-Request": "1", "Origin": "http://elsewhere.example"},
        {"X-MCH-Request": "1", "Sec-Fetch-Site": "cross-site"},
        {"X-MCH-Request": "1", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_only_our_own_pages_may_hand_in(
    client: FlaskClient, workspace: Workspace, headers: dict[str, str]
) -> None:
    assert send(client, b"a,b", "x.csv", headers).status_code == 403
    assert reading.uploads(workspace.store).empty


def test_our_own_page_may(client: FlaskClient) -> None:
    headers = {**OURS, "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert send(client, b"a,b", "x.csv", headers).status_code == 200


def test_a_file_that_is_no_form_is_returned_with_words_and_kept(
    client: FlaskClient, workspace: Workspace
) -> None:
    reply = send(client, "菜单,价格\n酸汤鱼,58\n".encode(), "菜单.csv")
    assert reply.status_code == 200
    body = reply.get_json()
    assert body["outcome"] == "returned"
    assert body["panel"]["type"] == "Section"
    assert "本文件没有任何数字入库" in str(body["panel"])
    uploads = reading.uploads(workspace.store)
    assert list(uploads["outcome"]) == ["returned"]
    assert reading.months(workspace.store, "guizhou") is None


def test_an_empty_form_field_is_said(client: FlaskClient) -> None:
    reply = client.post("/upload", data={}, headers=OURS)
    assert reply.status_code == 400
    assert reply.get_json()["says"] == "没有收到文件。"


def test_too_large_a_file_is_refused_before_it_is_read(client: FlaskClient, workspace: Workspace) -> None:
    reply = send(client, b"0" * (12 * 1024 * 1024))
    assert reply.status_code == 413
    assert "10 MB" in reply.get_json()["says"]
    assert reading.uploads(workspace.store).empty


def test_the_answer_speaks_the_asked_language(client: FlaskClient) -> None:
    reply = client.post("/upload?lang=en", data={}, headers=OURS)
    assert reply.get_json()["says"] == "No file arrived."


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("月报.xlsx", "月报.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\月报.xls", "月报.xls"),
        ("a\x00b\n.csv", "ab.csv"),
        ("../", "?"),
    ],
)
def test_a_name_is_data_and_never_a_path(sent: str, kept: str) -> None:
    assert plain_name(sent) == kept


def test_an_original_comes_back_byte_for_byte_as_an_attachment(workspace: Workspace, counties) -> None:
    upload = counties.an_upload([counties.a_return("520302", 202610, 60)], name='月"报;x.xlsx')
    number = counties.save(upload).upload_id
    reply = create_app(workspace).server.test_client().get(f"/original/{number}")
    assert reply.data == upload.content
    disposition = reply.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "%E6%9C%88%22%E6%8A%A5" in disposition
    assert reply.mimetype == "application/octet-stream"


@pytest.mark.parametrize("path", ["/original/999", "/template/none.xlsx", "/download/results.exe"])
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_every_form_has_a_blank_that_our_own_reader_recognises(
    client: FlaskClient, workspace: Workspace
) -> None:
    import openpyxl

    assert workspace.forms.by_code
    for code in workspace.forms.by_code:
        reply = client.get(f"/template/{code}.xlsx")
        assert reply.status_code == 200, code
        assert reply.headers["Content-Disposition"].startswith("attachment;")
        assert openpyxl.load_workbook(io.BytesIO(reply.data)).sheetnames


def test_the_history_lists_what_was_handed_in(workspace: Workspace, counties) -> None:
    counties.save(counties.an_upload([counties.a_return("520302", 202610, 60)]))
    visit = open_visit(Answers(workspace), "/submissions", "")
    table = submissions.history(visit).children[1]
    assert [(row["name"], row["judgement"], row["values"]) for row in table.rowData] == [
        ("月报.xlsx", "已接收", 3)
    ]


def faulty_return() -> bytes:
    """A return of a delivery institution with one number that is none, in D4."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["助产机构月报"],
        ["报告期：2026年9月"],
        ["机构代码", "机构名称", "产妇数", "活产总数"],
        ["MCH520102", "南明区妇幼保健院", 100, "约100"],
    ):
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_the_file_comes_back_marked_in_its_own_cell(client: FlaskClient) -> None:
    body = send(client, faulty_return(), "九月月报.xlsx").get_json()
    address = f"/marked/{body['upload']}?lang=zh"
    assert address in str(body["panel"])
    reply = client.get(address)
    assert reply.status_code == 200
    assert "attachment" in reply.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(reply.data))
    assert book.sheetnames[0] == "审核问题"
    assert "约100" in book.worksheets[1]["D4"].comment.text
    rows = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}&rows=faulty").data))
    assert [cell.value for cell in rows.worksheets[1][4]] == [
        "第4行",
        "MCH520102",
        "南明区妇幼保健院",
        100,
        "约100",
    ]
    english = openpyxl.load_workbook(io.BytesIO(client.get(f"/marked/{body['upload']}?lang=en").data))
    assert english.sheetnames[0] == "Issues"


def test_an_archive_is_answered_file_by_file(client: FlaskClient, workspace: Workspace) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("一.xlsx", faulty_return())
        archive.writestr("二.csv", "菜单,价格\n酸汤鱼,58\n")
        archive.writestr("说明.docx", b"x")
    body = send(client, target.getvalue(), "九月.zip").get_json()
    assert (body["outcome"], body["files"]) == ("archive", 2)
    assert "一.xlsx" in str(body["panel"])
    assert set(reading.uploads(workspace.store)["name"]) == {"一.xlsx", "二.csv"}


def test_a_file_that_names_a_person_is_neither_kept_nor_given_back(
    client: FlaskClient, workspace: Workspace
) -> None:
    body = send(client, "助产机构月报\n王某,11010519491231002X\n".encode(), "x.csv").get_json()
    assert body["outcome"] == "returned"
    assert "11010519491231002" not in str(body)
    assert client.get(f"/original/{body['upload']}").status_code == 404
    assert client.get(f"/marked/{body['upload']}").status_code == 404
    assert not any(path.is_file() for path in workspace.settings.originals.rglob("*"))


def test_a_file_that_ends_its_reader_ends_nothing_else(client: FlaskClient) -> None:
    """One cell in the farthest corner, spelt so that only the reader meets it: the reader aborts, the service goes on."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(faulty_return())) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                far = b'<row r="1048576"><c  t="n" r="XFD1048576"><v>1</v></c></row></sheetData>'
                part = part.replace(b"</sheetData>", far)
            new.writestr(name, part)
    body = send(client, target.getvalue(), "远.xlsx").get_json()
    assert body["outcome"] == "returned"
    assert "表格过大" in str(body["panel"])
    assert send(client, faulty_return(), "x.xlsx").status_code == 200


def no_room(_original: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_was_full_while_a_file_was_read_is_not_told_as_its_fault(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading process found no room for the original; when its answer is saved there is room again."""
    clerk = Clerk(Checker(workspace.desk), "x", False, workspace.store.originals.folder)
    work = Work(read=clerk.check, save=clerk.save, put=no_room, size=Job.size)
    with Sandbox(work, workspace.desk.limits) as full:
        monkeypatch.setattr(Answers, "reading_room", lambda _: full)
        reply = send(create_app(workspace).server.test_client(), b"a,b", "x.csv")
    assert reply.status_code == 503
    assert reply.get_json()["says"] == Texts("zh")(trouble.FULL)
    assert reply.headers["Retry-After"]
    assert reading.uploads(workspace.store).empty, "no receipt, so that the same file may come again"


def test_no_room_for_what_is_being_sent_is_a_sentence(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask.Request._get_file_stream", lambda *_, **__: no_room(None))
    reply = send(client, b"0" * 1024 * 1024)
    assert reply.status_code == 503
    assert reply.get_json()["says"] == Texts("zh")(trouble.FULL)


@pytest.mark.parametrize("what", ["x.csv", "x.zip"])
def test_no_process_to_read_in_is_a_sentence_and_nothing_is_kept(
    client: FlaskClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("loaders.sandbox._Warden._start", none)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.csv", b"a,b")
    reply = send(client, b"a,b" if what == "x.csv" else target.getvalue(), what)
    assert reply.status_code == 503
    said = trouble.HINDERED if what == "x.csv" else trouble.PARTLY
    assert reply.get_json()["says"] == Texts("zh")(said)
    assert reading.uploads(workspace.store).empty


def test_a_picture_that_fails_does_not_take_back_the_receipt(
    client: FlaskClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise StoreBusyError("x")

    monkeypatch.setattr("dashboard.upload.outcomes.draw", failing)
    reply = send(client, b"a,b", "x.csv")
    (number,) = reading.uploads(workspace.store)["upload_id"]
    assert reply.status_code == 200
    assert reply.get_json()["upload"] == number
    assert str(number) in reply.get_json()["says"]


def test_a_file_that_cannot_be_read_is_not_given_back_and_a_sentence_says_so(client: FlaskClient) -> None:
    body = send(client, b"PK\x03\x04 no workbook", "坏.xlsx").get_json()
    answer = client.get(f"/marked/{body['upload']}?lang=zh")
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert "没有可退回的标注件" in answer.get_data(as_text=True)
