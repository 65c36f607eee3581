"""A save that does not end leaves nothing; one that ends is there, whoever else writes at the same time."""

from __future__ import annotations

import multiprocessing
import os
import signal

import pytest
from sqlalchemy import func, select

from store import audit, bringing, connecting, ledger, originals, reading, saving, totals, values
from store.connecting import StoreBusyError
from store.database import Store
from store.saving import save
from store.schema import metadata
from store.verify import verify

# Where the work is interrupted, in the order it is done.
STEPS = {
    "before the file has its name": (originals.Originals, "_write"),
    "before the transaction": (Store, "writing"),
    "before anything is written": (saving._Saving, "_write"),
    "before the submissions": (ledger.Ledger, "write"),
    "before the values": (values.Values, "write"),
    "before the derived months": (bringing, "rederive"),
    "before the totals": (totals.Totals, "write"),
    "before the audit entries": (audit.Chain, "write"),
}


@pytest.fixture
def processes():
    """From a server without threads: forked out of this process, a lock that another thread holds would be held for ever."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["store.saving", "store.verify"])
    return context


@pytest.fixture
def uploads(made):
    return [
        made.upload(made.submission("H1", 202506, {"births": 12}), at=1),
        made.upload(made.cumulative("D1", 202405, {"births": 230})),
        made.upload(made.cumulative("D1", 202406, {"births": 200})),
    ]


def content(store):
    """All rows of all tables."""
    with store.reading() as connection:
        return {
            name: sorted(map(str, connection.execute(select(table)).all()))
            for name, table in metadata.tables.items()
        }


@pytest.mark.parametrize("step", STEPS)
def test_a_failure_inside_leaves_nothing(held, province, made, uploads, monkeypatch, step):
    save(held, province, [made.upload(made.submission("H1", 202506, {"births": 10}))], "clerk")
    before = content(held)

    def fail(*given, **named):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(*STEPS[step], fail)
        with pytest.raises(OSError, match="No space"):
            save(held, province, uploads, "clerk")
    assert content(held) == before
    assert verify(held, province) == []
    receipts = save(held, province, uploads, "clerk")
    assert [receipt.outcome for receipt in receipts] == ["accepted", "accepted", "accepted_with_warnings"]
    assert verify(held, province) == []


def _die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)


def _save_and_die(store_arguments, province, uploads, step):
    setattr(*STEPS[step], _die)
    save(Store(*store_arguments), province, uploads, "clerk")


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_program_leaves_nothing(held, province, made, uploads, processes, step):
    save(held, province, [made.upload(made.submission("H1", 202506, {"births": 10}))], "clerk")
    before = content(held)
    held.close()
    given = ((held.url, held.originals.folder), province, uploads, step)
    child = processes.Process(target=_save_and_die, args=given)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert content(held) == before
    assert verify(held, province) == []
    receipts = save(held, province, uploads, "clerk")
    assert [receipt.outcome for receipt in receipts] == ["accepted", "accepted", "accepted_with_warnings"]
    assert verify(held, province) == []


WRITERS, ROUNDS = 8, 6


def _write(store_arguments, province, uploads):
    store = Store(*store_arguments)
    return [save(store, province, [upload], "clerk")[0] for upload in uploads]


def test_eight_writers_at_once_lose_nothing(held, province, made, processes):
    """All write the same hospital's month, and each a month of its own."""

    def upload(writer, turn):
        return made.upload(
            made.submission("H1", 202506, {"births": writer * 100 + turn}),
            made.submission("H2", 202501 + writer, {"births": turn + 1}),
            at=turn,
        )

    held.close()
    work = [[upload(writer, turn) for turn in range(ROUNDS)] for writer in range(WRITERS)]
    with processes.Pool(WRITERS) as pool:
        given = [((held.url, held.originals.folder), province, uploads) for uploads in work]
        receipts = [receipt for found in pool.starmap(_write, given, chunksize=1) for receipt in found]

    assert [receipt.outcome for receipt in receipts] == ["accepted"] * WRITERS * ROUNDS
    assert sorted(receipt.upload_id for receipt in receipts) == list(range(1, WRITERS * ROUNDS + 1))
    shared = reading.submissions(held, ["H1"], status=None)
    assert sorted(shared["version"]) == list(range(1, WRITERS * ROUNDS + 1))
    assert (shared["status"] == "current").sum() == 1
    # Of the last round, the one saved last stands.
    last = shared[shared["received_at"] == shared["received_at"].max()]
    assert shared[shared["status"] == "current"]["submission_id"].item() == last["submission_id"].max()
    # Each writer's own months hold the number of its last turn.
    own = reading.area_totals(held, ["births"], ["H2"])
    assert dict(zip(own["month"], own["value"], strict=True)) == {
        202501 + writer: ROUNDS for writer in range(WRITERS)
    }
    assert verify(held, province) == []


def test_readers_see_one_state_while_others_write(held, province, made):
    save(held, province, [made.upload(made.submission("H1", 202506, {"births": 10}))], "clerk")
    uploads = metadata.tables["upload"]
    with held.reading() as connection:
        before = connection.scalar(select(func.count()).select_from(uploads))
        save(held, province, [made.upload(made.submission("H2", 202506, {"births": 1}))], "clerk")
        assert connection.scalar(select(func.count()).select_from(uploads)) == before == 1
    assert len(reading.uploads(held)) == 2


def test_a_writer_that_waits_too_long_is_told(open_store, province, made, monkeypatch):
    first = open_store()
    first.migrate()
    first.sync(province)
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0.2)
    second = open_store()
    upload = made.upload(made.submission("H1", 202506, {"births": 10}))
    with first.writing(), pytest.raises(StoreBusyError, match="busy"):
        save(second, province, [upload], "clerk")
    assert save(second, province, [upload], "clerk")[0].outcome == "accepted"
