"""Accounts managed on pages and by commands, who may send for whom, the pace, the audit log, and the first start."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.app import create_app
from dashboard.auth.demonstration import ENTRANCE, make_demonstration, read_list, serves_demonstration
from dashboard.auth.first_start import entrance, refuse_open_doors
from dashboard.auth.importing import wishes_in
from dashboard.auth.managing import Fault, Given, Wish, make
from dashboard.auth.pace import Pace, Pacing
from dashboard.auth.signing_in import Entered, Refused, Whence, sign_in
from dashboard.pages import audit as audit_page
from dashboard.settings import SettingsError
from store import reading
from store.accounts import accounts as all_accounts
from store.accounts import find_account
from store.audit_reading import Wanted, entries

HERE = Whence("10.1.2.3", "10.1.2")


def a_workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def a_return(code: str, name: str) -> bytes:
    return a_workbook(
        ["助产机构月报"],
        ["报告期：2026年9月"],
        ["机构代码", "机构名称", "产妇数", "活产总数"],
        [code, name, 100, 100],
    )


def hand_in(client, content: bytes, name: str = "月报.xlsx"):
    return client.post("/upload", data={"file": (io.BytesIO(content), name)}, headers=client.csrf).get_json()


MINE, OTHERS = ("MCH520303", "汇川区妇幼保健院"), ("MCH520302", "红花岗区妇幼保健院")


@pytest.mark.parametrize(
    ("role", "whose", "outcome"),
    [("institution", MINE, "accepted"), ("institution", OTHERS, "returned"), ("county", MINE, "accepted"),
     ("county", OTHERS, "returned"), ("prefecture", OTHERS, "accepted")],
)  # fmt: skip
def test_one_sends_for_those_within_reach_only(sign_in_as, guarded, role: str, whose, outcome: str) -> None:
    body = hand_in(sign_in_as(role), a_return(*whose))
    assert body["outcome"].startswith(outcome)
    uploads = reading.uploads(guarded.store)
    assert list(uploads["sender"]) == [role]
    if outcome == "returned":
        assert "您的账号不能替" in str(body["panel"])
        found = reading.upload_issues(guarded.store, body["upload"])
        (issue,) = found[found["severity"] == "error"].to_dict("records")
        assert (issue["code"], issue["found"], issue["cell"]) == ("not_yours", OTHERS[0], "B4")
        assert reading.months(guarded.store, "guizhou") is None


def test_a_refused_file_says_nothing_of_what_the_other_sent_before(sign_in_as, guarded) -> None:
    hand_in(sign_in_as("prefecture"), a_return(*OTHERS))
    clerk = sign_in_as("institution")
    changed = a_workbook(
        ["助产机构月报"],
        ["报告期：2026年9月"],
        ["机构代码", "机构名称", "产妇数", "活产总数"],
        [*OTHERS, 999, 999],
    )
    issues = reading.upload_issues(guarded.store, hand_in(clerk, changed)["upload"])
    assert set(issues["code"]) <= {
        "not_yours",
        "fields_absent",
    }  # of the file itself; nothing held against the past
    assert "not_yours" in set(issues["code"])


def test_an_archive_is_held_to_the_same(sign_in_as, guarded) -> None:
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("一.xlsx", a_return(*MINE))
        archive.writestr("二.xlsx", a_return(*OTHERS))
    hand_in(sign_in_as("institution"), target.getvalue(), "九月.zip")
    outcomes = reading.uploads(guarded.store).set_index("name")["outcome"].to_dict()
    assert outcomes["二.xlsx"] == "returned"
    assert outcomes["一.xlsx"].startswith("accepted")


def test_an_account_that_asks_too_fast_is_told_to_wait(sign_in_as, guarded) -> None:
    client = sign_in_as("county")
    client.application.before_request_funcs[None][0]._settings = guarded.settings.model_copy(
        update={"downloads_per_minute": 3}
    )
    answers = [client.get("/original/1") for _ in range(5)]
    assert [one.status_code for one in answers] == [404, 404, 404, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) in range(1, 21)
    assert client.get("/").status_code == 200  # what was not asked too fast goes on


def test_a_page_s_scripts_and_styles_are_counted_against_nobody(sign_in_as, guarded) -> None:
    client = sign_in_as("county")
    client.application.before_request_funcs[None][0]._settings = guarded.settings.model_copy(
        update={"requests_per_minute": 2}
    )
    front = client.get("/").get_data(as_text=True)
    scripts = re.findall(r'src="(/_dash-component-suites/[^"]+)"', front)
    sheets = re.findall(r'href="(/assets/[^"]+)"', front)
    assert len(scripts) > 3
    assert len(sheets) > 3
    for address in (*scripts, *sheets):
        with client.get(address) as answer:
            assert answer.status_code == 200, address
    assert [client.get("/").status_code for _ in range(2)] == [200, 429]


def test_a_bucket_fills_again_and_is_each_accounts_own() -> None:
    pacing, pace = Pacing(), Pace("upload", 60)
    assert [pacing.wait("a", pace, 0.0) for _ in range(61)] == [0] * 60 + [1]
    assert pacing.wait("b", pace, 0.0) == 0
    assert [pacing.wait("a", pace, 2.0) for _ in range(3)] == [0, 0, 1]


def test_an_administrator_manages_those_within_reach_and_makes_no_auditor(workspace, accounts) -> None:
    manager = replace(accounts["administrator"], organisation="520300")
    cases = {
        ("zy1", "county", "520303"): None,
        ("zy2", "institution", "MCH520303"): None,
        ("zy3", "county", "520102"): "reach",
        ("zy4", "auditor", "520300"): "machine",
        ("zy5", "institution", "520303"): "kind",
        ("zy6", "county", "MCH520303"): "kind",
        ("zy7", "operator", "520303"): "role",
        ("zy8", "county", "999999"): "organisation",
        ("大写", "county", "520303"): "name",
        ("zy1", "county", "520302"): "taken",
    }
    for (name, role, organisation), fault in cases.items():
        (found,) = make(workspace, [Wish(name, "某", role, organisation)], manager)
        assert (found.code if isinstance(found, Fault) else None) == fault, name
    assert {one.name for one in all_accounts(workspace.store)} == {"zy1", "zy2"}


@pytest.mark.parametrize("name", ["auditor", "administrator"])
@pytest.mark.parametrize("what", ["reset", "disable", "hand-over", "scope", "enable", "release"])
def test_nobody_takes_over_the_auditor_or_himself(sign_in_as, guarded, name: str, what: str) -> None:
    client, before = sign_in_as("administrator"), find_account(guarded.store, name)
    assert (
        client.post(f"/accounts/{name}/{what}", data={"shown": "x"}, headers=client.csrf).status_code == 404
    )
    assert find_account(guarded.store, name) == before


def test_a_reset_password_is_shown_once_and_must_be_changed(sign_in_as, guarded) -> None:
    client = sign_in_as("administrator")
    page = client.post("/accounts/county/reset", data={}, headers=client.csrf).get_data(as_text=True)
    (password,) = re.findall(r'class="secret">([^<]+)<', page)
    assert isinstance(sign_in(guarded, "county", password, HERE), Entered)
    record = find_account(guarded.store, "county")
    assert record is not None
    assert record.must_change
    sheet = client.post("/accounts/county/reset", data={"as": "xlsx"}, headers=client.csrf)
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(sheet.data)).active for cell in row]
    assert isinstance(
        sign_in(
            guarded, "county", next(one for one in cells if re.fullmatch(r"(\w{4}-){3}\w{4}", str(one))), HERE
        ),
        Entered,
    )
    assert isinstance(sign_in(guarded, "county", password, HERE), Refused)


def test_a_list_makes_all_accounts_or_none_and_names_each_fault(sign_in_as, guarded) -> None:
    client = sign_in_as("administrator")
    head = ["账号", "姓名", "角色", "单位代码", "邮箱", "分配单位"]
    good = [
        ["zy.a", "甲", "县（市、区）卫生健康局", "520303"],
        ["zy.b", "乙", "evaluator", 520300, "", "MCH520303, MCH520302"],
    ]

    def send(*rows: list[object]):
        return client.post(
            "/accounts/import",
            data={"file": (io.BytesIO(a_workbook(["账号名单"], head, *rows)), "x.xlsx")},
            headers=client.csrf,
        )

    wrong = send(*good, ["zy.c", "丙", "飞行员", "520303"], ["zy.a", "丁", "county", "000"])
    assert wrong.status_code == 400
    text = wrong.get_data(as_text=True)
    for words in ("第 5 行", "飞行员", "第 6 行", "没有这个单位代码", "账号已经有人用"):
        assert words in text
    assert find_account(guarded.store, "zy.a") is None
    done = send(*good)
    assert len(re.findall(r'class="secret"', done.get_data(as_text=True))) == 2
    evaluator = find_account(guarded.store, "zy.b")
    assert evaluator is not None
    assert evaluator.assigned == {"MCH520303", "MCH520302"}
    junk = client.post(
        "/accounts/import", data={"file": (io.BytesIO(b"PK junk"), "x.xlsx")}, headers=client.csrf
    )
    assert junk.status_code == 400


def test_the_blank_list_is_what_the_import_reads(sign_in_as) -> None:
    client = sign_in_as("administrator")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/accounts/list.xlsx?lang=zh").data))
    rows = [["" if cell.value is None else str(cell.value) for cell in row] for row in book.active]
    head = next(place for place, row in enumerate(rows) if row[0] == "账号")
    rows[head + 1][:2] = ["gy.a", "甲"]
    wishes, faults = wishes_in(rows[: head + 2])
    assert faults == []
    assert [(one.name, one.role) for one in wishes] == [("gy.a", "province")]


def test_a_name_with_markup_is_shown_as_words(sign_in_as, guarded) -> None:
    client = sign_in_as("administrator")
    payload = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    said = {"name": "mallory", "shown": payload, "role": "county", "organisation": "520303"}
    page = client.post("/accounts/add", data=said, headers=client.csrf).get_data(as_text=True)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    for there in ("/sign-in?next=/%22%3E%3Cscript%3E", "/sign-in?lang=%22%3E%3Cscript%3E"):
        assert "<script>" not in create_app(guarded).server.test_client().get(there).get_data(as_text=True)
    wrong = client.post("/accounts/add", data={**said, "name": payload}, headers=client.csrf)
    assert "<script>" not in wrong.get_data(as_text=True)


def test_everything_that_matters_stands_in_the_audit_log(sign_in_as, guarded, counties) -> None:
    number = counties.save(counties.an_upload([counties.a_return("520303", 202610, 60)])).upload_id
    county = sign_in_as("county")
    county.get(f"/original/{number}")
    county.get("/original/999")
    county.get("/download/results.xlsx?indicator=prenatal_screening_coverage")
    county.post("/sign-out", headers=county.csrf)
    sign_in(guarded, "county", "wrong", HERE)
    sign_in(guarded, "my-secret-password-typed-as-name", "x", HERE)
    administrator = sign_in_as("administrator")
    administrator.post("/accounts/county/disable", data={}, headers=administrator.csrf)
    said = [(one.actor, one.action, one.subject) for one in reversed(entries(guarded.store, Wanted(), 100))]
    assert said[-7:] == [
        ("county", "access.download", f"/original/{number}"),
        ("county", "access.download", "/download/results.xlsx"),
        ("county", "access.sign_out", "account:county"),
        ("county", "access.sign_in_failed", "account:county"),
        ("?", "access.sign_in_failed", "account:?"),
        ("administrator", "access.sign_in", "account:administrator"),
        ("administrator", "access.account_disabled", "account:county"),
    ]
    assert "my-secret-password" not in str(entries(guarded.store, Wanted(), 100))


def test_the_auditor_reads_narrows_and_takes_the_log_away(sign_in_as, guarded) -> None:
    client = sign_in_as("auditor")
    sign_in(guarded, "county", "wrong", HERE)
    book = openpyxl.load_workbook(io.BytesIO(client.get("/audit/entries.xlsx?actor=county&lang=zh").data))
    rows = [[cell.value for cell in row] for row in book.active]
    assert [row[2:4] for row in rows[3:]] == [["county", "登录失败"]]
    assert client.get("/audit/entries.xlsx?from=2999-01-01").status_code == 200
    assert sign_in_as("administrator").get("/audit/entries.xlsx").status_code == 403


def test_every_action_has_its_words() -> None:
    """Each action that the store enters is named on the page."""
    import store

    folder = Path(store.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    found = set(re.findall(r'"(access\.[a-z_]+)"', text))
    assert found - set(audit_page.ACTIONS) == set()


def test_a_demonstration_has_an_account_for_each_role_and_a_link_in(workspace, counties) -> None:
    counties.load(synthetic=True)
    demo = replace(workspace, settings=workspace.settings.model_copy(update={"sign_in": True}))
    made = make_demonstration(demo)
    assert len(made) == 9
    assert {one.role for one, _ in made} >= {"province", "prefecture", "county", "institution", "evaluator", "reviewer", "administrator", "auditor"}  # fmt: skip
    assert all(one.demonstration and one.shown.startswith("演示") for one, _ in made)
    listed = {one["account"]: one["password"] for one in read_list(demo.settings)}
    assert isinstance(sign_in(demo, "demo-county", listed["demo-county"], HERE), Entered)
    path = demo.settings.data / "demo" / "accounts.csv"
    assert path.stat().st_mode & 0o077 == 0
    said: list[str] = []
    link = entrance(demo, "http://127.0.0.1:8050/", said.append)
    assert "demo-auditor" in "".join(said)
    client = create_app(demo).server.test_client()
    assert client.get(link.removeprefix("http://127.0.0.1:8050")).status_code == 303
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("end", ["real data", "other machines"])
def test_a_demonstration_ends_by_itself(workspace, counties, end: str) -> None:
    counties.load(synthetic=True)
    demo = replace(workspace, settings=workspace.settings.model_copy(update={"sign_in": True}))
    make_demonstration(demo)
    password = {one["account"]: one["password"] for one in read_list(demo.settings)}[ENTRANCE]
    client = create_app(demo).server.test_client()
    said: list[str] = []
    client.get(entrance(demo, "/", said.append))
    assert client.get("/").status_code == 200
    if end == "real data":
        counties.save(counties.an_upload([counties.a_return("520303", 202610, 60)], name="real.xlsx"))
        assert client.get("/").status_code == 302
    else:
        demo = replace(demo, settings=demo.settings.model_copy(update={"host": "0.0.0.0"}))
    assert not serves_demonstration(demo)
    assert isinstance(sign_in(demo, ENTRANCE, password, HERE), Refused)


def test_what_a_demonstration_account_sends_is_marked_as_made_up(workspace, counties) -> None:
    counties.load(synthetic=True)
    demo = replace(workspace, settings=workspace.settings.model_copy(update={"sign_in": True}))
    make_demonstration(demo)
    from tests.accounts import signed_in

    client = signed_in(create_app(demo), demo, ENTRANCE)
    hand_in(client, a_return(*MINE))
    assert reading.uploads(demo.store)["synthetic"].all()
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "settings", [{"host": "0.0.0.0"}, {"host": "0.0.0.0", "sign_in": False, "public_url": "https://x.example"}, {"host": "192.168.1.5", "sign_in": False}]
)  # fmt: skip
def test_the_server_does_not_start_with_an_open_door(workspace, settings: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        refuse_open_doors(workspace.settings.model_copy(update={"sign_in": True, **settings}))


def test_the_first_start_prints_one_password_once(workspace) -> None:
    opened = replace(workspace, settings=workspace.settings.model_copy(update={"sign_in": True}))
    said: list[str] = []
    entrance(opened, "/", said.append)
    (password,) = set(re.findall(r"(?:\w{4}-){3}\w{4}", "".join(said)))
    assert isinstance(sign_in(opened, "admin", password, HERE), Entered)
    again: list[str] = []
    entrance(opened, "/", again.append)
    assert again == []


def test_accounts_by_command(mch) -> None:
    made = mch(
        "account", "add", "zy.wang", "--role", "prefecture", "--organisation", "520300", "--shown", "王某"
    )
    assert made.code == 0
    assert re.search(r"zy\.wang  (\w{4}-){3}\w{4}", made.err)
    assert mch("account", "add", "zy.wang", "--role", "prefecture", "--organisation", "520300").code == 1
    assert mch("account", "add", "x.y", "--role", "pilot", "--organisation", "1").code == 1
    assert mch("account", "disable", "zy.wang").code == 0
    (listed,) = json.loads(mch("account", "list", "--format", "json").out)
    assert (listed["name"], listed["state"]) == ("zy.wang", "disabled")
    assert mch("account", "enable", "zy.wang").code == 0
    assert "initial password" in mch("account", "reset", "zy.wang").err
    assert mch("account", "reset", "nobody").code == 2
    assert "whole" in mch("audit", "verify").err


def test_the_audit_log_as_a_csv_runs_nothing(mch, tmp_path: Path) -> None:
    mch(
        "account",
        "add",
        "zy.wang",
        "--role",
        "prefecture",
        "--organisation",
        "520300",
        "--shown",
        "=cmd|'/C calc'!A0",
    )
    assert mch("audit", "export", "log.csv").code == 0
    with (tmp_path / "log.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[1][3] == "access.account_added"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_changed_log_is_noticed_by_the_command(mch, tmp_path: Path) -> None:
    import sqlite3

    mch("account", "add", "zy.wang", "--role", "prefecture", "--organisation", "520300")
    with sqlite3.connect(tmp_path / "data" / "mch.sqlite") as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE audit SET actor = 'somebody else'")
    ran = mch("audit", "verify")
    assert ran.code == 1
    assert "entry 1 has been changed" in ran.err


def test_the_pages_show_what_the_account_may(guarded, accounts) -> None:
    from dashboard.answers import Answers
    from dashboard.pages import people
    from dashboard.visit import open_visit

    visit = open_visit(
        Answers(guarded), "/accounts", "", account=replace(accounts["administrator"], organisation="520300")
    )
    text = json.dumps(people.layout(visit), cls=PlotlyJSONEncoder, ensure_ascii=False)
    assert "某county" in text
    assert "某province" not in text  # above, and not his to manage


def test_given_passwords_are_all_different(workspace, accounts) -> None:
    wishes = [Wish(f"zy.{number}", "某", "county", "520303") for number in range(5)]
    given = make(workspace, wishes, accounts["administrator"])
    assert len({one.password for one in given if isinstance(one, Given)}) == 5
