"""The collection of odd and bad workbooks: each is read right, or refused with exactly its own message at its own cell."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from loaders.issues import kinds
from loaders.outcome import Outcome
from reference.registry import Registry
from tests.workbooks.should_fail import FAIL
from tests.workbooks.should_load import LOAD

# Short returns leave most columns out, and say so in one remark; a check against a part that was not sent is not made.
REMARKS = {"fields_absent"}


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))


def told(outcome: Outcome) -> set[tuple[str, str]]:
    return {(one.code, one.cell) for one in outcome.issues if one.code not in REMARKS}


def test_the_collection_is_as_large_as_it_is_said_to_be() -> None:
    assert len(FAIL) >= 60
    assert len(LOAD) >= 50
    assert not FAIL.keys() & LOAD.keys()


@pytest.mark.parametrize("name", LOAD)
def test_oddities_are_read_right(desk: Desk, name: str) -> None:
    file, content, values, allowed = LOAD[name]()
    outcome = check_content(content, file, desk)
    assert {code for code, _ in told(outcome)} <= allowed
    assert allowed <= {code for code, _ in told(outcome)}, "an allowed warning was not given"
    first = outcome.returns[0]
    assert (first.first, first.last) == (202610, 202610)
    found = {
        one.element: one.note if one.value is None else one.value
        for one in first.readings
        if not one.category and one.element in values
    }
    assert found == values


@pytest.mark.parametrize("name", FAIL)
def test_faults_are_told_at_their_cell_and_nothing_else_is(desk: Desk, name: str) -> None:
    file, content, issues = FAIL[name]()
    outcome = check_content(content, file, desk)
    assert told(outcome) == issues
    for issue in outcome.issues:
        for language in ("zh", "en"):
            assert issue.message(language)
            assert issue.mend(language)
            assert "…" not in issue.message(language), "a parameter of the message is missing"


def test_every_code_in_the_source_has_its_words() -> None:
    """A code without a row in issues.toml would fail in front of a sender; a row that no code uses is dead."""
    root = Path(__file__).parents[2] / "loaders"
    source = "\n".join(path.read_text(encoding="utf-8") for path in root.glob("*.py"))
    named = set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', source))
    used = {code for code in kinds() if code in named or code.startswith("person_") or f'"{code}"' in source}
    store = (root.parent / "store" / "cumulative.py").read_text(encoding="utf-8")
    used |= {code for code in kinds() if f'"{code}"' in store}
    assert kinds().keys() - used == set()
    given = set(re.findall(r'(?:Issue|\.issue|report)\(\s*"([a-z_]+)"', source))
    assert given - kinds().keys() == set()
