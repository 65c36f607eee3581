"""A backup made while others write, restored into an empty place of either kind, and compared row by row and byte by byte."""

from __future__ import annotations

import datetime as dt
import io
import threading

import pytest
from sqlalchemy import select

from dashboard.running import BackupError, backup
from dashboard.running.backup import back_up, restore
from dashboard.running.sealing import PIECE, SealError, new_salt, seal, unseal
from dashboard.running.shelf import Shelf
from dashboard.settings import Settings
from dashboard.workspace import open_workspace
from reference.follow_ups import Action
from reference.reporting import CHINA
from store import following_up
from store.copying import CopyError
from store.database import Store
from store.reading import FILE_TABLES
from store.schema import metadata
from store.verify import verify
from tests.dashboard.conftest import Counties

ANSWER = "现场核查记录".encode()
PASSWORD = "correct horse battery staple"


@pytest.fixture
def installation(database_url, tmp_path):
    """Four counties' numbers and an overlay of its own."""
    home = tmp_path / "home"
    overlay = home / "data" / "reference"
    overlay.mkdir(parents=True)
    (overlay / "notes.txt").write_text("本地说明", encoding="utf-8")
    settings = Settings(home=home, overlays=(overlay,), database_url=database_url)
    opened = open_workspace(settings, prepare=True)
    Counties(opened).load()
    # An answer to a request for action, with a file: kept among the originals as evidence is.
    code = Counties.behind
    asked = following_up.Asked(code, "behind_target", "prenatal_screening_coverage", "2026-10", "", "", code)
    number = following_up.ask(opened.store, asked, "请说明", "", dt.datetime.now(CHINA).date(), "test")
    answer = ("说明.txt", ANSWER)
    following_up.take_step(opened.store, number, Action.ANSWER, "见附件", "test", files=[answer])
    yield opened
    opened.close()


def rows(store: Store) -> dict[str, list[str]]:
    with store.reading() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for name, table in metadata.tables.items()
        }


def files(folder) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def an_empty_place(tmp_path, name, url=""):
    home = tmp_path / name
    home.mkdir()
    own = {"database_url": url} if url else {}
    return Settings(home=home, overlays=(home / "data" / "reference",), **own)


@pytest.mark.parametrize("password", ["", PASSWORD], ids=["plain", "sealed"])
def test_restored_into_both_kinds_all_is_as_it_was(installation, tmp_path, request, password):
    to = tmp_path / "backups"
    stop, wrote = threading.Event(), threading.Event()

    def write():
        """Somebody goes on sending while the backup is made."""
        own, number = Counties(installation), 0
        while not stop.is_set():
            number += 1
            sent = [own.a_return(own.behind, 202509 - number % 9, number % 100)]
            own.save(own.an_upload(sent, name=f"{number}.xlsx"))
            wrote.set()

    before = rows(installation.store)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(60)
        made = back_up(installation.settings, to, password)
    finally:
        stop.set()
        writer.join()
    assert made.version == installation.store.newest_version
    kinds = {"sqlite": "", "postgresql": request.getfixturevalue("postgresql_databases")()}
    held = {}
    for kind, url in kinds.items():
        place = an_empty_place(tmp_path, kind, url)
        restore(place, to, password)
        store = Store(place.store_url, place.originals)
        held[kind] = rows(store)
        kept = files(place.originals)
        assert kept.items() <= files(installation.settings.originals).items()
        assert len(kept) == made.originals == len(held[kind]["upload"]) + 1
        assert ANSWER in kept.values()
        assert verify(store, installation.registry) == []
        assert (place.overlay_folders[0] / "notes.txt").read_text(encoding="utf-8") == "本地说明"
        store.close()
    assert held["sqlite"] == held["postgresql"]
    assert set(before["upload"]) < set(held["sqlite"]["upload"]) <= set(rows(installation.store)["upload"])
    if password:
        stored = b"".join(files(to).values())
        assert b"520302" not in stored
        assert "本地说明".encode() not in stored


def test_every_table_that_names_a_file_is_asked_for_the_files_to_keep():
    """A column of that name is a file's, but for the parts of a seal, which hold their text themselves."""
    named = {name for name, table in metadata.tables.items() if "sha256" in table.c}
    assert named - {"assessment_sealed"} == {table.name for table in FILE_TABLES}


def test_a_full_place_is_never_written_over(installation, tmp_path):
    to = tmp_path / "backups"
    back_up(installation.settings, to)
    before = rows(installation.store)
    with pytest.raises(CopyError, match="holds data already"):
        restore(installation.settings, to)
    assert rows(installation.store) == before
    place = an_empty_place(tmp_path, "other")
    (place.home / "data" / "reference").mkdir(parents=True)
    (place.home / "data" / "reference" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BackupError, match="there already"):
        restore(place, to)
    assert not Store(place.store_url, place.originals).is_ready()


def test_the_same_second_twice_is_refused(loaded, tmp_path, monkeypatch):
    class Stopped(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 11, 25, 3, 4, 5, tzinfo=tz)

    monkeypatch.setattr(backup.dt, "datetime", Stopped)
    back_up(loaded.settings, tmp_path / "backups")
    with pytest.raises(BackupError, match="nothing is written over"):
        back_up(loaded.settings, tmp_path / "backups")


def _damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


@pytest.mark.parametrize("what", ["originals/??/*", "*Z/tables/data_value*", "*Z/manifest*"])
@pytest.mark.parametrize("password", ["", PASSWORD], ids=["plain", "sealed"])
def test_one_bit_changed_is_seen_and_nothing_is_restored(loaded, tmp_path, what, password):
    to = tmp_path / "backups"
    back_up(loaded.settings, to, password)
    (found,) = to.glob(what)
    _damage(found)
    place = an_empty_place(tmp_path, "place")
    with pytest.raises((BackupError, CopyError, OSError, EOFError, KeyError)) as refused:
        restore(place, to, password)
    if "manifest" not in what or password:
        assert isinstance(refused.value, BackupError)
    store = Store(place.store_url, place.originals)
    assert store.version() is None or not any(rows(store).values())
    store.close()


def test_the_password_is_needed_and_must_be_the_right_one(loaded, tmp_path):
    to, place = tmp_path / "backups", an_empty_place(tmp_path, "place")
    back_up(loaded.settings, to, PASSWORD)
    with pytest.raises(BackupError, match="MCH_BACKUP_PASSWORD"):
        restore(place, to)
    with pytest.raises(BackupError, match="not the right one"):
        restore(place, to, PASSWORD.title())
    with pytest.raises(BackupError, match="fewer than 16"):
        back_up(loaded.settings, tmp_path / "new", "short")
    back_up(loaded.settings, tmp_path / "plain")
    with pytest.raises(BackupError, match="not sealed"):
        back_up(loaded.settings, tmp_path / "plain", PASSWORD)


def test_originals_are_kept_once_and_go_with_the_last_backup_that_needs_them(workspace, counties, tmp_path):
    to, made = tmp_path / "backups", []
    for day in (1, 2, 3):
        counties.save(
            counties.an_upload([counties.a_return(counties.behind, 202500 + day, 50)], name=f"{day}.xlsx")
        )
        done = back_up(workspace.settings, to)
        done.folder.rename(to / f"2026110{day}T000000Z")
        made.append((done.originals, done.fresh))
    assert made == [(1, 1), (2, 1), (3, 1)]
    assert Shelf(to).prune(2) == ["20261101T000000Z"]
    assert len(list(to.glob("originals/??/*"))) == 3, "the two that stay need all three"
    place = an_empty_place(tmp_path, "place")
    assert restore(place, to / "20261102T000000Z").originals == 2
    stranger = to / "originals" / "ab"
    stranger.mkdir(exist_ok=True)
    (stranger / ("ab" + "0" * 62)).write_bytes(b"of a backup that is gone")
    (to / ".unfinished-20261104T000000Z").mkdir()
    Shelf(to).prune(2)
    assert (stranger / ("ab" + "0" * 62)).exists(), "another backup is being made and may have put it there"
    (to / ".unfinished-20261104T000000Z").rmdir()
    Shelf(to).prune(1)
    assert Shelf(to).names() == ["20261103T000000Z"]
    assert len(list(to.glob("originals/??/*"))) == 3
    assert restore(an_empty_place(tmp_path, "again"), to).originals == 3


def test_nothing_is_removed_when_what_stays_cannot_be_read(loaded, tmp_path):
    to = tmp_path / "backups"
    for day in (1, 2):
        back_up(loaded.settings, to).folder.rename(to / f"2026110{day}T000000Z")
    (to / "20261102T000000Z" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(BackupError, match="damaged"):
        Shelf(to).prune(1)
    assert len(Shelf(to).names()) == 2


def test_a_backup_cut_off_has_no_name_and_is_swept(loaded, tmp_path, monkeypatch):
    to = tmp_path / "backups"

    def stop(*_given):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(backup._Making, "_overlays", stop)
        with pytest.raises(OSError, match="No space"):
            back_up(loaded.settings, to)
    assert Shelf(to).names() == []
    assert Shelf(to).sweep(older_than=-1) > 0
    assert not list(to.rglob(".unfinished-*"))
    back_up(loaded.settings, to)
    assert len(Shelf(to).names()) == 1


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 7])
def test_sealing_gives_back_every_byte(size):
    content = bytes(range(256)) * (size // 256 + 1)
    content, held = content[:size], io.BytesIO()
    seal([content[:5], content[5:]], held, PASSWORD, new_salt())
    assert b"".join(unseal(io.BytesIO(held.getvalue()), PASSWORD)) == content
    if size > PIECE:
        cut = held.getvalue()[: 32 + PIECE + 16]
        with pytest.raises(SealError):
            list(unseal(io.BytesIO(cut), PASSWORD))


def test_commands_back_up_and_restore(mch, monkeypatch, tmp_path):
    assert mch("init").code == 0
    ran = mch("backup", "safe", "--keep", "3")
    assert (ran.code, "备份完成" in ran.err) == (0, True)
    assert mch("restore", "safe").code == 2
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("MCH_CONFIG", str(other / "config.toml"))
    ran = mch("restore", str(tmp_path / "safe"))
    assert (ran.code, "恢复完成" in ran.err) == (0, True)
    ran = mch("move", "--to", f"sqlite:///{tmp_path / 'moved.sqlite'}")
    assert ran.code == 0
    assert "organisation" in ran.out
    assert mch("move", "--to", f"sqlite:///{tmp_path / 'moved.sqlite'}").code == 2
    assert mch("restore", str(tmp_path / "nowhere")).code == 2
