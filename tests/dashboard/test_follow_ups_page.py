"""From a flag to an answer over the pages and routes: who may do what, what is refused with which sentence, what is shown."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest

from dashboard import attached, effect, follow_up_rules, following
from dashboard.answers import Answers
from dashboard.app import answer, create_app
from dashboard.auth.account import Account
from dashboard.taking_away import text_of
from dashboard.texts import Texts
from dashboard.visit import open_visit
from indicators.result import Result
from reference.follow_ups import Action, State
from store.accounts import add_accounts
from store.messages import inbox
from tests.accounts import signed_in, wanted

OURS = {"X-MCH-Request": "1"}
DUE = "2099-01-31"
PROVINCE = Account("p", "省", "province", "520000")
PREFECTURE = Account("z", "市", "prefecture", "520300")
COUNTY = Account("c", "县", "county", "520302")
NEIGHBOUR = Account("n", "邻", "county", "520303")
EVALUATOR = Account("e", "考", "evaluator", "520000")


@pytest.fixture
def client(loaded) -> Any:
    return create_app(loaded).server.test_client()


def ask(client: Any, counties: Any, **changes: str) -> Any:
    return client.post("/follow-ups/ask?lang=zh", data=asking(counties.behind) | changes, headers=OURS)


def asking(county: str) -> dict[str, str]:
    return {
        "unit": county,
        "indicator": "prenatal_screening_coverage",
        "kind": "behind_target",
        "period": "2025-11..2026-10",
        "text": "请核实原因并整改",
        "owner": "妇幼科",
        "due": DUE,
    }


def page(workspace: Any, path: str, search: str = "lang=zh") -> str:
    _, _, content, _ = answer(Answers(workspace), path, search)
    return " ".join(text_of(one) for one in content)


def test_asked_answered_returned_and_done(client, loaded, counties) -> None:
    assert ask(client, counties).get_json()["go"].startswith("/follow-ups/1?")
    assert "待答复" in page(loaded, "/follow-ups")
    answered = client.post(
        "/follow-ups/1/step?lang=zh",
        data={"action": "answer", "text": "已补查漏报", "file": (io.BytesIO("说明".encode()), "说明.txt")},
        headers=OURS,
    )
    assert answered.get_json()["done"]
    shown = page(loaded, "/follow-ups/1")
    assert "已补查漏报" in shown
    assert "说明.txt" in shown
    assert "请核实原因并整改" in shown
    got = client.get("/follow-ups/1/file/2/1")
    assert got.data == "说明".encode()
    assert got.headers["Content-Disposition"].startswith("attachment")
    for action in ("return", "answer", "accept"):
        assert (
            client.post("/follow-ups/1/step", data={"action": action, "text": "x"}, headers=OURS).status_code
            == 200
        )
    assert "已办结" in page(loaded, "/follow-ups", "lang=zh&status=ended")
    assert "没有符合条件的督办" in page(loaded, "/follow-ups")


def test_the_flag_shows_what_was_asked(client, loaded, counties) -> None:
    assert "发起督办" in page(loaded, f"/area/{counties.behind}")
    ask(client, counties)
    shown = page(loaded, f"/area/{counties.behind}")
    assert "督办 1 号" in shown
    assert "待答复" in shown
    assert "督办 1 号" in page(loaded, "/", "lang=zh&area=520300&indicator=prenatal_screening_coverage")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": " "}, "请写明内容"),
        ({"due": "明天"}, "2026-11-12"),
        ({"due": "2020-01-01"}, "不能早于今天"),
        ({"kind": "worsening"}, "已不成立"),
        ({"text": "联系 13812345678"}, "身份证号或手机号"),
    ],
)
def test_a_request_that_cannot_be_is_refused_with_a_sentence(
    client, loaded, counties, changes, words
) -> None:
    refused = ask(client, counties, **changes)
    assert refused.status_code == 422
    assert words in refused.get_json()["says"]
    assert "没有符合条件的督办" in page(loaded, "/follow-ups")


def test_another_site_is_refused(client, counties) -> None:
    assert client.post("/follow-ups/ask", data={"text": "x"}).status_code == 403
    assert ask(client, counties).status_code == 200
    assert client.post("/follow-ups/1/step", data={"action": "answer", "text": "x"}).status_code == 403


def test_macros_are_refused_and_nothing_is_kept(client, loaded, counties) -> None:
    ask(client, counties)
    data = {
        "action": "answer",
        "text": "见附件",
        "file": (io.BytesIO(office("word/vbaProject.bin")), "表.docx"),
    }
    refused = client.post("/follow-ups/1/step?lang=zh", data=data, headers=OURS)
    assert refused.status_code == 422
    assert "宏" in refused.get_json()["says"]
    assert "待答复" in page(loaded, "/follow-ups/1")


def office(*more: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as book:
        for name in ("[Content_Types].xml", "word/document.xml", "xl/workbook.xml", *more):
            book.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("说明.docx", office(), ""),
        ("表.xlsx", office("xl/printerSettings/printerSettings1.bin"), ""),
        ("表.xlsx", office("xl/vbaProject.bin"), "acts"),
        ("表.xlsx", office("xl/embeddings/oleObject1.bin"), "acts"),
        ("表.xlsx", b"not a zip", "not_what_it_says"),
        ("表.xlsm", office(), "kind"),
        ("run.exe", b"MZ", "kind"),
        ("run.txt", b"MZ\x00\x90", "not_what_it_says"),
        ("说明.txt", "说明".encode("gb18030"), ""),
        ("空.txt", b"", "empty"),
        ("图.png", b"\x89PNG\r\n\x1a\nrest", ""),
        ("图.png", b"GIF89a", "not_what_it_says"),
        ("件.pdf", b"%PDF-1.7\n<< /OpenAction [1 0 R /XYZ] >>", ""),
        ("件.pdf", b"%PDF-1.7\n<< /S /JavaScript /JS (app.alert) >>", "acts"),
        ("件.pdf", b"MZ%PDF", "not_what_it_says"),
        ("大.txt", b"a" * (10 * 1024 * 1024 + 1), "large"),
    ],
)
def test_files_that_are_taken_and_refused(name, content, why) -> None:
    assert attached.refuse(name, content) == why


def test_scripts_packed_in_object_streams_are_found() -> None:
    import zlib

    packed = zlib.compress(b"1 0 << /S /JavaScript >>")
    content = b"%PDF-1.7\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n" + packed + b"\nendstream"
    assert attached.refuse("件.pdf", content) == "acts"


@pytest.mark.parametrize(("streams", "why"), [(20, ""), (5_000, "acts")])
def test_object_streams_without_end_are_not_looked_through(streams: int, why: str) -> None:
    """Each was unpacked after a copy of the whole rest of the file: a few megabytes of them took hours."""
    content = b"%PDF-1.7\n" + b"/ObjStm\nstream\nx" * streams
    assert attached.refuse("件.pdf", content) == why


def test_signs_that_no_file_can_hold_are_left_out_of_what_was_typed(client, loaded, counties) -> None:
    """Word processors put them into what is copied; one in a remark would fail every export of the list."""
    assert ask(client, counties, text="请核实\x0b原因\x00并整改", owner="妇幼\x08科").json["done"]
    (kept,) = following.every(open_visit(Answers(loaded), "/follow-ups", ""))
    assert (kept.steps[0].text, kept.owner) == ("请核实\n原因并整改", "妇幼科")
    for kind in ("xlsx", "csv"):
        assert client.get(f"/download/table/0.{kind}?at=/follow-ups").status_code == 200


def test_who_may_do_what(registry) -> None:
    tree, code = registry.organisations, "520302"
    asks = {
        one.name: follow_up_rules.may_ask(one, code, tree)
        for one in (PROVINCE, PREFECTURE, COUNTY, NEIGHBOUR, EVALUATOR)
    }
    assert asks == {"p": True, "z": True, "c": False, "n": False, "e": False}
    assert not follow_up_rules.may_ask(PREFECTURE, "520300", tree)
    answers = {
        one.name
        for one in (PROVINCE, PREFECTURE, COUNTY, NEIGHBOUR, EVALUATOR)
        if follow_up_rules.may_answer(one, code)
    }
    assert answers == {"c"}
    sees = {
        one.name
        for one in (PROVINCE, PREFECTURE, COUNTY, NEIGHBOUR, EVALUATOR)
        if follow_up_rules.may_see(one, code, tree)
    }
    assert sees == {"p", "z", "c"}
    assert follow_up_rules.steps_for(COUNTY, State.ASKED, code, tree) == (Action.ANSWER,)
    assert set(follow_up_rules.steps_for(PREFECTURE, State.ANSWERED, code, tree)) == {
        Action.ACCEPT,
        Action.RETURN,
        Action.WITHDRAW,
    }


def test_a_neighbour_neither_sees_nor_takes(client, loaded, counties) -> None:
    ask(client, counties)
    visit = open_visit(Answers(loaded), "/follow-ups", "lang=zh", dt.date(2026, 11, 24))
    assert [one.id for one in following.every(visit)] == [1]
    neighbour = type(visit)(visit.answers, visit.view, visit.today, NEIGHBOUR)
    assert following.every(neighbour) == []


def result(numerator: int, denominator: int, lower: float, upper: float) -> Result:
    value = numerator / denominator * 100
    return Result(
        "c",
        "county",
        "2026-01",
        "x",
        numerator,
        denominator,
        value,
        lower,
        upper,
        "wilson",
        "residence",
        1,
        1,
    )


def test_before_and_after_are_as_long_and_leave_the_month_of_asking_out() -> None:
    before, after = effect.windows(202606, 202610)
    assert (before.first, before.last, after.first, after.last) == (202602, 202605, 202607, 202610)
    assert effect.windows(202610, 202610) is None


def test_what_may_be_said_of_before_and_after(loaded) -> None:
    """48 of 80 before and 56 of 70 after, Newcombe's first example: 20 points better, 5.2 to 33.4."""
    definition = loaded.catalogue.get("prenatal_screening_coverage")
    before, after = result(48, 80, 49.05, 70.04), result(56, 70, 69.18, 87.69)
    found = effect.Effect(before, after, effect.compare(before, after))
    assert found.verdict("higher") == "better"
    assert found.verdict("lower") == "worse"
    words = effect.sentence(found, definition, Texts("zh"))
    assert "20.0%" in words
    assert "5.2 至 33.4" in words
    assert "不能证明" in words
    same = effect.Effect(before, before, effect.compare(before, before))
    assert same.verdict("higher") == "chance"
    assert "可能只是偶然" in effect.sentence(same, definition, Texts("zh"))


def told(workspace: Any, organisations: set[str], account: str = "") -> list[tuple[str, Any]]:
    return [(one.kind, one.parameters["number"]) for one in inbox(workspace.store, account, organisations)]


def test_each_step_is_told_to_the_other_side(guarded, counties) -> None:
    counties.load()
    app = create_app(guarded)
    county = f"{counties.behind}"
    asker = signed_in(app, guarded, "province")
    assert asker.post("/follow-ups/ask?lang=zh", data=asking(county), headers=asker.csrf).get_json()["done"]
    assert told(guarded, {county}) == [("follow_up_ask", 1)]
    assert told(guarded, {"520000"}) == []
    answered = {"action": "answer", "text": "已补查"}
    add_accounts(guarded.store, [wanted("county", name="asked", organisation=county)], "test")
    clerk = signed_in(app, guarded, "asked")
    shown = clerk.get("/_dash-layout", headers={"Referer": "http://localhost/inbox?lang=zh"})
    assert "请红花岗区在2099年1月31日前答复" in json.dumps(shown.get_json(), ensure_ascii=False)
    assert clerk.post("/follow-ups/1/step", data=answered, headers=clerk.csrf).get_json()["done"]
    assert told(guarded, {"520000"}) == [("follow_up_answer", 1)]
    assert asker.post(
        "/follow-ups/1/step", data={"action": "accept", "text": "好"}, headers=asker.csrf
    ).get_json()["done"]
    assert told(guarded, {county}) == [("follow_up_accept", 1), ("follow_up_ask", 1)]
