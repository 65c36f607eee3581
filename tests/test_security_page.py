"""docs/security.md and docs/security-operations.md name a test for each threat, and each of these tests is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
THREATS = [f"T{number:02d}" for number in range(1, 37)]


def rows(page: str) -> list[list[str]]:
    """Cells of every row of every table with three columns, without its head."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    return [row for row in found if len(row) == 3 and row[2].casefold() != "test"]


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}


def test_every_threat_has_its_tests_and_each_of_them_is_there():
    table = {row[0].split()[0]: row for row in rows("security.md")}
    assert sorted(table) == THREATS
    for threat, (_, defence, tests) in table.items():
        named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", tests)
        assert defence, threat
        assert named, threat
        assert len(named) == tests.count("`") // 2, (threat, "each is named as file::function")
        for file, function in named:
            assert function in functions(TESTS / file), (threat, file, function)


def test_what_can_go_wrong_while_it_runs_has_tests_that_are_there():
    every = {name for path in TESTS.rglob("test_*.py") for name in functions(path)}
    table = rows("security-operations.md")
    assert len(table) > 20
    for what, _, tests in table:
        for said in re.findall(r"`([^`]+)`", tests):
            found = (
                said in every if said.startswith("test_") else (ROOT / said).exists() or said == "make audit"
            )
            assert found, (what, said)
