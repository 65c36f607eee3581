"""Original files are kept as sent, whatever happens around them."""

from __future__ import annotations

import hashlib
import os
import time

import pytest

from store.originals import OriginalError, Originals


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def originals(tmp_path):
    return Originals(tmp_path / "originals")


def test_keeps_and_reads_back(originals):
    contents = [b"one", b"two", b""]
    originals.keep((sha256(one), one) for one in contents)
    assert [originals.read(sha256(one)) for one in contents] == contents
    one = sha256(b"one")
    assert originals.path(one) == originals.folder / one[:2] / one
    names = [path.name for path in originals.folder.rglob("*") if path.is_file()]
    assert sorted(names) == sorted(map(sha256, contents))


def test_never_overwrites(originals):
    content = b"one"
    originals.keep([(sha256(content), content)])
    before = originals.path(sha256(content)).stat()
    originals.keep([(sha256(content), b"something else")])
    after = originals.path(sha256(content)).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert originals.read(sha256(content)) == content


def test_says_when_a_file_is_missing_or_changed(originals):
    name = sha256(b"one")
    with pytest.raises(OriginalError, match="missing"):
        originals.read(name)
    originals.keep([(name, b"one")])
    originals.path(name).chmod(0o600)
    originals.path(name).write_bytes(b"onf")
    with pytest.raises(OriginalError, match="changed"):
        originals.read(name)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_a_name_that_is_no_hash_is_refused(originals, name):
    with pytest.raises(OriginalError, match="not a SHA-256"):
        originals.read(name)


def test_a_failed_synchronisation_is_told_and_leaves_no_file(originals, monkeypatch):
    def fail(handle):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output"):
        originals.keep([(sha256(b"one"), b"one")])
    assert [path for path in originals.folder.rglob("*") if path.is_file()] == []


def test_everything_is_synchronised_before_it_has_its_name(originals, monkeypatch):
    done = []
    fsync, rename = os.fsync, os.rename
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("fsync"), fsync(handle))[1])
    monkeypatch.setattr(os, "rename", lambda old, new: (done.append("rename"), rename(old, new))[1])
    originals.keep([(sha256(b"one"), b"one")])
    assert done[:2] == ["fsync", "rename"]
    assert done[2:].count("fsync") >= 1


def test_sweeps_only_old_unfinished_files(originals):
    originals.keep([(sha256(b"one"), b"one")])
    folder = originals.path(sha256(b"one")).parent
    old, fresh = folder / ".unfinished-old", folder / ".unfinished-fresh"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    assert originals.sweep() == 1
    assert not old.exists()
    assert fresh.exists()
    assert originals.read(sha256(b"one")) == b"one"
