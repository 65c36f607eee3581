"""Scheduled work: each thing once however often it is asked, and what fails keeps nothing else from being done.

遵义市 in the hand-made counties: three counties sent October 2026 on 3 November; 520322 sent only January to March. The
county form is due on the 5th of the next month, which tests/dashboard/test_calendar_page.py holds against the calendar.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import socketserver
import threading
from email import message_from_bytes, policy

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.answers import Answers
from dashboard.auth.account import Account
from dashboard.pages import inbox as page
from dashboard.running import scheduled
from dashboard.running.disk import of_the_disk
from dashboard.running.mailing import addresses, send
from dashboard.running.notices import notice
from dashboard.running.reminding import month_end, reminders
from dashboard.running.scheduled import AtWorkError, run_scheduled
from dashboard.running.shelf import Shelf
from dashboard.settings import SettingsError
from dashboard.texts import Texts
from dashboard.visit import Visit, open_visit
from dashboard.workspace import Workspace
from reference.reporting import CHINA
from store import jobs, messages
from store.messages import Message, tell


def at(day: str, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), CHINA)


def with_settings(workspace: Workspace, **changed) -> Workspace:
    return type(workspace)(**{**vars(workspace), "settings": workspace.settings.model_copy(update=changed)})


def of(found: list[Message], kind: str, organisation: str, form: str, month: int) -> list[Message]:
    given = {"form": form, "month": month}
    return [
        one for one in found
        if one.kind == kind and one.organisation == organisation and given.items() <= one.parameters.items()
    ]  # fmt: skip


def test_before_and_after_the_due_day(loaded, counties):
    """The form of October is due on 5 November: reminded five days and one day before, one and seven days after."""
    silent, form, seen = counties.silent, counties.form, {}
    for day in ("2026-10-30", "2026-10-31", "2026-11-03", "2026-11-04", "2026-11-05", "2026-11-06",
                "2026-11-07", "2026-11-12", "2026-12-30"):  # fmt: skip
        found = reminders(loaded, at(day))
        soon, over = (of(found, kind, silent, form, 202610) for kind in ("due_soon", "overdue"))
        seen[day] = [one.key.split("/")[:2] for one in (*soon, *over)]
        if day > "2026-11-03":
            assert not of(found, "due_soon", counties.ahead, form, 202610), "it has sent it"
            assert not of(found, "overdue", counties.ahead, form, 202610)
    assert seen == {
        "2026-10-30": [],
        "2026-10-31": [["due_soon", "5"]],
        "2026-11-03": [["due_soon", "5"]],
        "2026-11-04": [["due_soon", "1"]],
        "2026-11-05": [["due_soon", "1"]],
        "2026-11-06": [["overdue", "1"]],
        "2026-11-07": [["overdue", "1"]],
        "2026-11-12": [["overdue", "7"]],
        "2026-12-30": [],
    }


def test_the_office_above_is_told_how_many(loaded, counties):
    (one,) = of(reminders(loaded, at("2026-11-06")), "overdue_below", "520300", counties.form, 202610)
    # 遵义市 has 14 counties; three sent.
    assert one.parameters["count"] == 11


def test_nobody_is_reminded_of_what_was_due_before_anything_came(loaded, counties):
    """The first file of all came on 3 November: September's report, due in October, is nobody's fault that is known."""
    found = reminders(loaded, at("2026-11-06"))
    assert not of(found, "overdue", counties.silent, counties.form, 202609)


def test_an_empty_installation_blames_nobody(workspace):
    assert not [one for one in reminders(workspace, at("2026-11-06")) if one.kind.startswith("overdue")]


def test_month_end_tells_the_county_what_stands_out(loaded, counties):
    assert month_end(loaded, at("2026-11-15")) == []
    found = {one.organisation: one for one in month_end(loaded, at("2026-11-16"))}
    assert found[counties.behind].parameters["count"] >= 1
    assert counties.ahead not in found or found[counties.ahead].kind == "flags"
    assert all(one.parameters["month"] == 202610 for one in found.values())


def test_each_thing_is_done_once(loaded, tmp_path):
    own = with_settings(loaded, backup_dir=str(tmp_path / "backups"), backup_keep=2)
    first = {one.name: one for one in run_scheduled(own, at("2026-11-16"))}
    assert all(one.fine for one in first.values()), first
    count = len(messages.inbox(own.store, "x", None, limit=100_000))
    assert count > 0
    assert len(Shelf(tmp_path / "backups").names()) == 1
    second = {one.name: one.said for one in run_scheduled(own, at("2026-11-16", 10))}
    assert len(messages.inbox(own.store, "x", None, limit=100_000)) == count
    assert second["reminders"].startswith("0 ")
    held = {one.name: one.outcome for one in jobs.jobs(own.store)}
    assert held == {**dict.fromkeys(scheduled.WORKS, "done"), scheduled.WHOLE: "done"}


def test_two_do_not_run_at_once(workspace):
    assert jobs.begin(workspace.store, scheduled.WHOLE, "another:1")
    with pytest.raises(AtWorkError):
        run_scheduled(workspace, at("2026-11-16"))
    assert messages.inbox(workspace.store, "x", None) == []


def test_what_fails_is_said_and_keeps_nothing_else_from_being_done(workspace, monkeypatch):
    def fail(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(scheduled.WORKS, "month-end flags", fail)
    done = {one.name: one for one in run_scheduled(workspace, at("2026-11-16"))}
    assert [name for name, one in done.items() if not one.fine] == ["month-end flags"]
    assert "No space" in done["month-end flags"].said
    assert {one.name: one.outcome for one in jobs.jobs(workspace.store)}[scheduled.WHOLE] == "failed"
    assert done["clean-up"].fine


def test_a_backup_folder_that_is_none_is_told_with_the_way_to_mend_it(workspace, tmp_path):
    (tmp_path / "backups").write_text("no folder", encoding="utf-8")
    own = with_settings(workspace, backup_dir=str(tmp_path / "backups"))
    done = {one.name: one for one in run_scheduled(own, at("2026-11-16"))}
    assert not done["backup"].fine
    assert str(tmp_path / "backups") in done["backup"].said
    assert "Error" not in done["backup"].said
    assert "Errno" not in done["backup"].said


def test_a_place_that_may_not_be_written_is_told_in_words():
    said = of_the_disk(PermissionError(13, "Permission denied", "/backups/salt"))
    assert (
        said
        == "/backups/salt may not be read or written by this user: change its rights, or name another place"
    )


class _Postman(socketserver.StreamRequestHandler):
    """Enough of a mail server to take letters, or to refuse them."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = b""
                while (more := self.rfile.readline()) != b".\r\n":
                    letter += more
                self.server.letters.append(message_from_bytes(letter, policy=policy.default))
                self.wfile.write(b"250 taken\r\n")
            elif word == b"RCPT" and self.server.refuses:
                self.wfile.write(b"451 not now\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def post_office():
    """A mail server of our own on this machine."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Postman) as server:
        server.letters, server.refuses, server.daemon_threads = [], False, True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def mailing(workspace, post_office, tmp_path):
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "mail.csv").write_text(
        "organisation,address\n520302,wsj@honghuagang.example\n520302,second@honghuagang.example\n",
        encoding="utf-8",
    )
    port = post_office.server_address[1]
    return with_settings(
        workspace, smtp_host="127.0.0.1", smtp_port=port, overlays=(overlay,), smtp_sender="mch@gz.example"
    )


def _a_message(organisation="520302"):
    given = {"form": "county_monthly", "month": 202610, "due": "2026-11-05"}
    return Message(f"due_soon/1/{organisation}", "due_soon", given, organisation)


def test_mail_goes_to_every_address_once_in_both_languages(mailing, post_office):
    tell(mailing.store, [_a_message(), _a_message("520303")])
    assert send(mailing, dt.datetime.now(dt.UTC)) == 1
    assert send(mailing, dt.datetime.now(dt.UTC)) == 0
    (letter,) = post_office.letters
    assert letter["To"] == "wsj@honghuagang.example, second@honghuagang.example"
    assert letter["From"] == "mch@gz.example"
    assert "2026年11月5日" in letter["Subject"]
    body = letter.get_content()
    assert "红花岗区" in body
    assert "Honghuagang" in body


def test_mail_that_was_refused_is_tried_again(mailing, post_office):
    tell(mailing.store, [_a_message()])
    post_office.refuses = True
    done = {one.name: one for one in run_scheduled(mailing, dt.datetime.now(dt.UTC))}
    assert not done["mail"].fine
    assert done["clean-up"].fine
    post_office.refuses = False
    assert send(mailing, dt.datetime.now(dt.UTC)) >= 1
    assert post_office.letters


@pytest.mark.parametrize("text", ["organisation,mail\n1,a@b\n", "organisation,address\n520302,nobody\n",
                                  'organisation,address\n520302,"a@b\nBcc: c@d"\n'])  # fmt: skip
def test_an_address_list_that_cannot_be_used_is_said(mailing, text):
    (mailing.settings.overlay_folders[0] / "mail.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"mail\.csv"):
        addresses(mailing.settings)


def drawn(component) -> str:
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_the_inbox_page_shows_each_his_own(workspace):
    tell(workspace.store, [_a_message(), _a_message("520303")])
    answers = Answers(workspace)
    machine = open_visit(answers, "/inbox", "")
    clerk = Visit(answers, machine.view, machine.today, Account("li", "李", "county", "520302"))
    everything, own = drawn(page.layout(machine)), drawn(page.layout(clerk))
    assert "红花岗区" in everything
    assert "汇川区" in everything
    assert "红花岗区" in own
    assert "汇川区" not in own
    assert "2 条未读" in drawn(page.badge(machine))
    assert "1 条未读" in drawn(page.badge(clerk))
    messages.mark_read(workspace.store, "li", page.addressees(clerk.account), 2)
    assert "未读" not in drawn(page.badge(clerk))
    assert "2 条未读" in drawn(page.badge(machine))
    assert "fresh" not in drawn(page.layout(clerk))


def test_an_unknown_kind_or_place_is_shown_and_breaks_nothing(workspace):
    tell(
        workspace.store,
        [Message("x", "of_a_later_version", {"a": 1}, "999999"), Message("y", "overdue", {}, "999999")],
    )
    for told in messages.inbox(workspace.store, "x", None):
        assert notice(told, Texts("en"), workspace.forms, workspace.registry.organisations).title


def test_the_command_does_it_and_says_so(mch, tmp_path):
    ran = mch("run-scheduled", "--format", "json")
    assert ran.code == 0
    assert [one["state"] for one in json.loads(ran.out)] == ["ok"] * len(scheduled.WORKS)
    shutil.rmtree(tmp_path / "data" / "originals", ignore_errors=True)
    assert mch("run-scheduled").code == 0
