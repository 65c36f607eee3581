"""A whole database moved to the other kind, or the same: every row, every sum, and the numbers given afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from store import copying
from store.copying import CopyError, Tally, from_line, move, to_line
from store.database import Store
from store.saving import save
from store.schema import metadata
from store.verify import verify
from store.withdrawing import withdraw


@pytest.fixture
def filled(held, province, made):
    """A store with every kind of row: superseded, withdrawn, returned, cumulative, with a fall and an issue."""
    uploads = [
        made.upload(made.submission("H1", 202501, {"births": 10, "deaths": None, "weight/x": 31})),
        made.upload(made.submission("H1", 202501, {"births": 12}), at=1, name="更正 “two”\\n.xlsx"),
        made.upload(made.submission("H2", 202502, {"births": 7}), at=2),
        made.upload(made.cumulative("D1", 202404, {"births": 100}), at=3),
        made.upload(made.cumulative("D1", 202405, {"births": 90}), at=4),
        made.upload(issues=[made.issue()], at=5, content=b"bad"),
    ]
    save(held, province, uploads, "clerk")
    withdraw(held, province, 3, "officer", "wrong hospital")
    assert verify(held, province) == []
    return held


@pytest.fixture
def others(request, tmp_path):
    """Empty databases of both kinds to move to."""
    make = request.getfixturevalue("postgresql_databases")
    opened = [
        Store(f"sqlite:///{tmp_path / 'target.sqlite'}", tmp_path / "originals"),
        Store(make(), tmp_path / "originals"),
    ]
    yield opened
    for store in opened:
        store.close()


def everything(store):
    """All rows of all tables, plainly."""
    with store.reading() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for name, table in metadata.tables.items()
        }


def test_moves_every_row_to_both_kinds_and_back(filled, others, province, made):
    before = everything(filled)
    for target in others:
        moved = move(filled, target)
        assert everything(target) == before
        assert verify(target, province) == []
        assert {one.table: one.rows for one in moved} == {name: len(rows) for name, rows in before.items()}
        # The new place goes on: numbers that the database gives by itself do not meet those copied.
        receipts = save(
            target, province, [made.upload(issues=[made.issue()], at=9, content=b"worse"),
                               made.upload(made.submission("C1", 202503, {"births": 1}), at=10)], "clerk"
        )  # fmt: skip
        assert [one.upload_id for one in receipts] == [7, 8]
        assert verify(target, province) == []


def test_a_full_place_is_refused_and_left_as_it_was(filled, others):
    move(filled, others[0])
    before = everything(others[0])
    with pytest.raises(CopyError, match="holds data already"):
        move(filled, others[0])
    assert everything(others[0]) == before


@pytest.mark.parametrize("kind", [0, 1], ids=["to sqlite", "to postgresql"])
def test_what_stops_half_way_leaves_nothing_and_can_be_done_again(filled, others, monkeypatch, kind):
    target, true_fill = others[kind], copying.fill

    def stop(connection, table, rows):
        if table.name == "data_value":
            raise OSError(28, "No space left on device")
        true_fill(connection, table, rows)

    with monkeypatch.context() as patch:
        patch.setattr(copying, "fill", stop)
        with pytest.raises(OSError, match="No space"):
            move(filled, target)
    assert not any(everything(target).values())
    move(filled, target)
    assert everything(target) == everything(filled)


def test_a_row_lost_or_changed_on_the_way_is_seen(filled, others, monkeypatch):
    true_fill = copying.fill

    def lose(connection, table, rows):
        kept = list(rows)
        if table.name == "area_total":
            kept[0]["value"] += 1
        true_fill(connection, table, kept)

    monkeypatch.setattr(copying, "fill", lose)
    with pytest.raises(CopyError, match="area_total"):
        move(filled, others[0])
    assert not any(everything(others[0]).values())


def test_nobody_writes_to_the_source_meanwhile(filled, others, province, made, monkeypatch):
    from store import connecting
    from store.connecting import StoreBusyError

    true_fill, refused = copying.fill, []
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0.2)
    second = Store(filled.url, filled.originals.folder)

    def write_too(connection, table, rows):
        if table.name == "upload":
            late = made.upload(made.submission("C3", 202503, {"births": 1}), at=20)
            with pytest.raises(StoreBusyError):
                save(second, province, [late], "clerk")
            refused.append(True)
        true_fill(connection, table, rows)

    monkeypatch.setattr(copying, "fill", write_too)
    move(filled, others[1])
    second.close()
    assert refused == [True]
    assert everything(others[1]) == everything(filled)


def test_an_old_version_is_not_moved(open_store, others):
    old = open_store()
    old.migrate("0001")
    with pytest.raises(CopyError, match="mch init"):
        move(old, others[0])
    assert others[0].version() is None


def test_lines_bring_every_kind_of_value_back():
    import datetime as dt

    row = {
        "a": None,
        "b": True,
        "c": 2**60,
        "d": "“毫克”\n\t\\",
        "e": b"\x00\xff",
        "f": dt.datetime(2026, 1, 2, 3, 4),
    }
    assert from_line(to_line(row)) == row
    assert to_line({"b": 1, "a": 2}) == '{"a":2,"b":1}'


def test_a_fingerprint_is_of_the_rows_and_not_of_their_order():
    def of(*lines):
        tally = Tally()
        for line in lines:
            tally.add(line)
        return tally.fingerprint()

    assert of("a", "b") == of("b", "a")
    assert of("a", "b") != of("a", "c")
    assert of("a", "a") != of("a")
    # One row's is its own SHA-256, here of "abc" as published in FIPS 180-2.
    assert of("abc").digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
