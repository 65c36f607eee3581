"""The doctor finds each fault that is planted, says how to mend it, and is silent where nothing is wrong."""

from __future__ import annotations

import datetime as dt
import os
import time

import pytest
from sqlalchemy import text

from dashboard import doctor
from dashboard.running import trouble
from dashboard.settings import Settings
from store import jobs
from store.accounts import set_code
from store.database import Store


def examined(settings):
    return {one.check: one for one in doctor.examine(settings)}


def faults(settings):
    return {name: one for name, one in examined(settings).items() if not one.fine}


@pytest.fixture
def fonts(monkeypatch, tmp_path):
    """A machine with a Chinese font, whatever this one has."""
    folder = tmp_path / "fonts"
    folder.mkdir()
    (folder / "NotoSansCJK-Regular.ttc").write_bytes(b"")
    monkeypatch.setattr(doctor, "FONT_FOLDERS", (str(folder),))
    monkeypatch.setattr(trouble.shutil, "disk_usage", lambda _: os.terminal_size((0, 0)) and _Usage(10**12))
    return folder


class _Usage:
    def __init__(self, free):
        self.free = free


def test_a_sound_installation_has_no_fault(loaded, fonts):
    found = examined(loaded.settings)
    assert {name: one.found for name, one in found.items() if not one.fine} == {}
    assert set(found) == {
        "data folder", "permissions", "disk", "clock", "time zone", "fonts", "unfinished files", "backups", "database",
        "definitions", "numbers", "audit log", "uploads", "scheduled work", "readers", "mail", "one-time codes",
    }  # fmt: skip


def test_a_folder_that_others_may_read_is_said_and_ours_is_made_closed(loaded, fonts):
    assert loaded.settings.data.stat().st_mode & 0o077 == 0
    loaded.settings.data.chmod(0o755)
    assert "may read" in faults(loaded.settings)["permissions"].found


def test_every_planted_fault_is_found_with_its_mend(loaded, fonts, monkeypatch, tmp_path):
    settings = loaded.settings.model_copy(update={"backup_dir": str(tmp_path / "none")})
    (fonts / "NotoSansCJK-Regular.ttc").unlink()
    settings.data.chmod(0o777)
    monkeypatch.setattr(trouble.shutil, "disk_usage", lambda _: _Usage(1024))
    (original,) = [one for one in settings.originals.glob("*/*") if one.is_file()]
    left = original.parent / ".unfinished-abc"
    left.write_bytes(b"half")
    os.utime(left, (time.time() - 7200,) * 2)
    original.chmod(0o600)
    original.write_bytes(b"changed")
    jobs.begin(loaded.store, "backup", "a:1")
    jobs.end(loaded.store, "backup", "a:1", "failed", "OSError: no room")
    with loaded.store.writing() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET actor = 'nobody' WHERE seq = 1"))
    found = faults(settings)
    assert set(found) == {
        "permissions", "disk", "fonts", "unfinished files", "backups", "numbers", "audit log", "scheduled work",
    }  # fmt: skip
    assert all(one.mend for one in found.values())
    assert "no room" in found["scheduled work"].found
    assert "entry 1 has been changed" in found["audit log"].found


def test_work_that_was_cut_off_or_is_called_no_more(loaded, fonts, monkeypatch):
    moment = int((dt.datetime.now(dt.UTC) - dt.timedelta(days=3)).timestamp() * 1000)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "now", lambda: moment)
        jobs.begin(loaded.store, "run-scheduled", "a:1")
    assert "cut off" in faults(loaded.settings)["scheduled work"].found
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "now", lambda: moment)
        jobs.end(loaded.store, "run-scheduled", "a:1", "done", "")
    assert "not called" in faults(loaded.settings)["scheduled work"].mend


def test_an_old_backup_and_a_fresh_one(loaded, fonts, tmp_path):
    settings = loaded.settings.model_copy(update={"backup_dir": str(tmp_path)})
    (tmp_path / "20200101T000000Z").mkdir()
    assert "backups" in faults(settings)
    (tmp_path / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}").mkdir()
    assert "backups" not in faults(settings)


def test_an_old_version_says_which(tmp_path, database_url, fonts):
    settings = Settings(home=tmp_path, overlays=(), database_url=database_url)
    store = Store(settings.store_url, settings.originals)
    store.migrate("0001")
    found = faults(settings)["database"]
    assert "version 0001" in found.found
    assert found.mend == "mch init"
    store.close()


def test_a_reader_that_cannot_begin_is_found(workspace, fonts, monkeypatch):
    def refuse(*_given, **_named):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("loaders.files.Sandbox", refuse)
    assert "temporarily" in faults(workspace.settings)["readers"].found


def test_the_clock(workspace, fonts, monkeypatch):
    class Wrong(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return dt.datetime(1970, 1, 1, tzinfo=tz or dt.timezone(dt.timedelta(hours=-8)))

    monkeypatch.setattr(doctor.dt, "datetime", Wrong)
    assert "clock" in {one.check for one in (doctor._clock(workspace.settings),) if not one.fine}


def test_codes_that_lie_open_or_that_nobody_can_read(guarded, fonts):
    from dashboard.auth.code_secrets import seal_code

    settings = guarded.settings.model_copy(update={"sign_in": True})
    assert "one-time codes" not in faults(settings), "nobody has any"
    set_code(guarded.store, "county", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "x")
    assert "MCH_SECRET_KEY" in faults(settings)["one-time codes"].mend
    keyed = settings.model_copy(update={"secret_key": "k" * 32})
    assert "one-time codes" not in faults(keyed), "sealed at the next sign-in"
    set_code(guarded.store, "county", seal_code(keyed, "county", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "x")
    assert "one-time codes" not in faults(keyed)
    for other in ("", "o" * 32):
        found = faults(settings.model_copy(update={"secret_key": other}))["one-time codes"]
        assert "cannot be read for 1 of 1" in found.found
