"""Databases of earlier versions, brought up to date with their data: every number stays, and the whole proves itself.

`releases/VERSION-REVISION.sql` holds the rows that a version wrote, as plain SQL; REVISION is the migration that was the
newest then. A new release adds its own file; none is ever changed. The numbers expected here are worked by hand from what
was saved: see the comments.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import text

from store import reading
from store.saving import save
from store.verify import verify

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql"))

# H1 sent 10 births for January 2025, then 12. H2 sent 7 for February, which was withdrawn, and 5 for December 2024.
# C3 sent 3 for March. H1 lies in C1 in P1; H2 in C2, which lay in P1 until the end of 2024; C3 lies in P2.
BIRTHS = {
    ("H1", 202501): 12, ("C1", 202501): 12, ("P1", 202501): 12, ("PV", 202501): 12,
    ("H2", 202412): 5, ("C2", 202412): 5, ("P1", 202412): 5, ("PV", 202412): 5,
    ("C3", 202503): 3, ("P2", 202503): 3, ("PV", 202503): 3,
    # D1's returns run up from April: 100, 230, 200. April is 100, May 130; June cannot be told, for the count falls.
    ("D1", 202404): 100, ("S", 202404): 100, ("D1", 202405): 130, ("S", 202405): 130,
}  # fmt: skip


def old_database(store, file):
    """A database as the release left it, with its originals."""
    store.migrate(file.stem.rpartition("-")[2])
    with store.writing() as connection:
        for line in file.read_text(encoding="utf-8").splitlines():
            connection.execute(text(line.removesuffix(";").replace(":", r"\:")))
    # The files were the words "file 1", "file 2" … to "file 9".
    contents = [f"file {number}".encode() for number in range(1, 10)]
    store.originals.keep((hashlib.sha256(one).hexdigest(), one) for one in contents)


@pytest.mark.parametrize("file", RELEASES, ids=lambda file: file.stem)
def test_an_upgrade_keeps_every_number(open_store, province, made, file):
    old_database(open_store(), file)
    store = open_store()
    store.migrate()
    store.sync(province)
    assert store.is_ready()
    assert verify(store, province) == []

    areas = sorted({area for area, _ in BIRTHS})
    held = reading.area_totals(store, ["births"], areas)
    months = held[held["span"] == 1]
    assert {(row.organisation, row.month): row.value for row in months.itertuples()} == BIRTHS
    weight = reading.area_totals(store, ["weight"], ["PV"])
    assert list(weight["value"]) == [315]

    uploads = reading.uploads(store, limit=100).set_index("upload_id")
    assert dict(uploads["outcome"]) == {
        1: "accepted", 2: "accepted", 3: "withdrawn", 4: "accepted", 5: "accepted", 6: "accepted",
        7: "accepted_with_warnings", 8: "returned", 9: "accepted",
    }  # fmt: skip
    assert uploads.loc[2, "name"] == "2 月报.xlsx"

    # It goes on from there, on either database.
    fresh = made.upload(made.submission("H1", 202501, {"births": 13}), at=60)
    (receipt,) = save(store, province, [fresh], "clerk")
    assert (receipt.upload_id, receipt.superseded) == (10, 1)
    assert verify(store, province) == []


def test_every_release_has_its_file():
    """The headings of the change log that carry a date are the releases."""
    log = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    released = {line.split()[1] for line in log.splitlines() if line.startswith("## ") and "–" in line}
    assert released
    assert released <= {file.stem.rpartition("-")[0] for file in RELEASES}
