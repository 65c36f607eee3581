"""What tools find in our code is explained, and the licence of every locked package is listed."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from deploy import audit, lean
from deploy.audit import judge, locked

ROOT = Path(__file__).resolve().parent.parent
OURS = ("reference", "store", "loaders", "indicators", "synthetic", "dashboard", "deploy")

# Path (or its beginning) and rule → why it is as it should be.
EXPLAINED = {
    ("dashboard/cli/running.py", "B104"): "the address is compared, to print one that can be opened; nothing is bound there",
    ("dashboard/settings.py", "B105"): "what a setting must look like, no secret",
    ("dashboard/running/backup.py", "B107"): "an empty password means: not sealed",
    ("dashboard/running/shelf.py", "B107"): "an empty password means: not sealed",
    ("dashboard/running/shelf.py", "B105"): "the name of the environment variable that holds the password",
    ("dashboard/running/supervisor.py", "B603"): "starts our own module with our own Python; no word of a user is in it",
    ("loaders/cluster.py", "B301"): "what our own program sent through a scheduler of its own, on a closed network",
    ("loaders/sandbox.py", "B301"): "read from a pipe that only our own process writes",
    ("loaders/warden.py", "B301"): "read from a pipe that only our own process writes",
    ("loaders/lost_cells.py", "B314"): "in a reader with limits on memory and time; ElementTree fetches nothing, expat stops amplification",
    ("loaders/xlsx_parts.py", "B314"): "in a reader with limits on memory and time; ElementTree fetches nothing, expat stops amplification",
    ("loaders/marks.py", "B105"): "a mark on our own sheet, no password",
    ("store/accounts.py", "B105"): "an empty word where there is no secret: none is written in the program",
    ("store/sessions.py", "B107"): "an empty word where there is no secret: none is written in the program",
    ("synthetic/", "B311"): "a made-up province must be the same for the same seed; nothing secret is drawn",
}  # fmt: skip


def test_what_bandit_finds_is_explained_and_no_explanation_is_left_over():
    done = subprocess.run(
        [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", "-f", "json", "-r", *OURS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    report = json.loads(done.stdout)
    assert report["errors"] == []
    found = {(one["filename"].removeprefix("./"), one["test_id"]) for one in report["results"]}

    def explains(place, finding):
        return finding[1] == place[1] and finding[0].startswith(place[0])

    assert sorted(one for one in found if not any(explains(place, one) for place in EXPLAINED)) == []
    assert (
        sorted(
            place
            for place in EXPLAINED
            if (ROOT / place[0]).exists() and not any(explains(place, one) for one in found)
        )
        == []
    )


def report(lock, **changed):
    """What pip-audit writes of a lock in which it finds nothing, but for what is changed."""
    found = [{"name": name, "version": version, "vulns": []} for name, version in locked(lock).items()]
    return {"dependencies": [{**one, **changed.get(one["name"], {})} for one in found], "fixes": []}


# As pip-audit 2.10 wrote it of Jinja2 3.1.2 on a machine without advisories, with “No known vulnerabilities found” and 0.
OUT_OF_REACH = {
    "name": "jinja2",
    "skip_reason": "Dependency not found on PyPI and could not be audited: jinja2 (3.1.2)",
}
KNOWN = {"id": "CVE-2024-22195", "fix_versions": ["3.1.3"], "aliases": [], "description": "xmlattr"}


def test_a_known_fault_an_unseen_package_and_an_old_report_are_each_said():
    lock = "jinja2==3.1.2 \\\n    --hash=sha256:00\nruamel.yaml[x]==1.0\n"
    assert list(judge(report(lock), lock)) == []
    assert list(judge(report(lock, jinja2={"vulns": [KNOWN]}), lock)) == [
        "jinja2 3.1.2: CVE-2024-22195, mended in 3.1.3"
    ]
    (skipped,) = judge(report(lock, jinja2=OUT_OF_REACH), lock)
    assert "could not be audited" in skipped
    (absent,) = judge(
        {"dependencies": [OUT_OF_REACH | {"name": "x"}, *report(lock)["dependencies"][1:]]}, lock
    )
    assert absent == "jinja2 3.1.2 is not in the report"
    (old,) = judge(report(lock), lock.replace("3.1.2", "3.1.6"))
    assert old == "jinja2 was looked at in version 3.1.2, and 3.1.6 is locked"
    elsewhere = "pywin32==312 ; sys_platform == 'nowhere' \\\n"
    assert list(judge(report(lock), lock + elsewhere)) == []
    ours = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert len(list(judge({}, ours))) == len(locked(ours)) > 100


def test_the_audit_ends_badly_without_a_report(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["audit.py", str(tmp_path / "none.json")])
    with pytest.raises(SystemExit, match="no report"):
        audit.main()


def test_every_package_is_locked_with_its_hash():
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    pinned = [line for line in lock.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert len(pinned) > 100
    assert [line for line in pinned if "--hash=sha256:" not in line] == []
    assert "--require-hashes" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_locked_package_has_its_licence_listed():
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([A-Za-z0-9_.\-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", lock, re.MULTILINE))
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", listed, re.MULTILINE)[1:]
    assert {(name, version) for name, version, _ in rows if name != "---"} == locked
    assert len(locked) > 100
    assert [name for name, _, licence in rows if licence == "not stated"] == []


def test_no_package_binds_the_product_by_its_licence():
    """LGPL is used as a library; GPL or AGPL alone would reach into the product."""
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assert (
        re.findall(
            r"^\| ([^|]+) \|.*(?<!L)(?:A?GPL|General Public License)(?! OR)",
            listed.replace("Lesser General", "Lesser"),
            re.MULTILINE,
        )
        == []
    )


def test_what_a_server_is_freed_of_is_nothing_that_it_imports():
    needed, freed = lean.needed(), set(lean.superfluous())
    assert {"dash", "werkzeug", "psycopg-binary", "distributed", "waitress", "numpy"} <= needed
    assert {"pytest", "playwright", "mypy", "locust", "hypothesis", "bandit"} <= freed
    brought = packages_distributions()
    used = {
        canonicalize_name(name) for module in imported_by_us() for name in brought.get(module, [])
    }  # fmt: skip
    assert len(used) > 25
    assert used & freed == set()


def imported_by_us() -> set[str]:
    """Top-level modules that our packages import anywhere, in functions too."""
    found: set[str] = set()
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {one.name.partition(".")[0] for one in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.partition(".")[0])
    return found
