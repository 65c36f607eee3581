"""Short rounds of benchmarks/faults.py: something breaks while files come in, and every promise is kept."""

from __future__ import annotations

import os

import pytest

from benchmarks.faults import Faults
from benchmarks.private_postgresql import programs


def _play(tmp_path, kind, processes, faults):
    installation = Faults(tmp_path, kind, processes=processes)
    try:
        installation.served.start()
        for fault in faults:
            assert installation.round(fault, files=6, at_once=3, after=0.1) == [], fault
        assert len(installation.ledger.held) == 6 * len(faults)
        return installation.ledger.failed
    finally:
        installation.close()


def test_sqlite_survives_a_killed_server_a_lock_and_a_full_disk(tmp_path):
    faults = ["lock", "server"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # a small disk of one's own takes root to mount
        faults.append("disk")
    failed = _play(tmp_path, "sqlite", 1, faults)
    assert failed.get(0), "the server was killed in the middle"


def test_postgresql_survives_a_killed_process_and_its_own_death(tmp_path):
    if programs() is None:
        if os.environ.get("MCH_REQUIRE_ALL") == "1":
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed: nothing was killed")
    failed = _play(tmp_path, "postgresql", 2, ["process", "postgresql"])
    assert failed, "something was cut off and asked again"
