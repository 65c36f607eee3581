"""mch assess settle, appeal, decide, appeals: the same checks and the same entries in the audit log as on the page."""

from __future__ import annotations

import csv
import getpass
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from dashboard.assessment.example import answer_example, mark_example, open_example, walk_example
from dashboard.assessment.sealing import verify_round
from dashboard.assessment.standing import stand
from dashboard.cli import main
from dashboard.settings import Settings
from dashboard.workspace import Workspace, open_workspace
from store.assessing import NewEntry, add_entries, take_step
from store.assessments import read_round
from store.records import SubmissionRecord
from store.saving import save
from store.schema import audit
from tests.assessment.conftest import FEW, an_upload

OWN, OTHER = "MCH520302", "MCH520303"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_records: list[SubmissionRecord]
) -> Iterator[Workspace]:
    """Four institutions in an installation that the command finds by its settings; their round is published."""
    (tmp_path / "config.toml").write_text("overlays = []\n", encoding="utf-8")
    monkeypatch.setenv("MCH_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("MCH_WORKERS", "1")
    monkeypatch.delenv("MCH_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    workspace = open_workspace(Settings(home=tmp_path, overlays=(), answers_seconds=0), prepare=True)
    save(workspace.store, workspace.registry, [an_upload(few_records, "three.xlsx")], "test")
    walk_example(workspace, "few", FEW)
    yield workspace
    workspace.close()


@pytest.fixture
def mch(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `mch assess …`: exit status, what it printed, what it said."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mch", "assess", *arguments])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return run


def _logged(workspace: Workspace) -> list[tuple[str, str, str]]:
    with workspace.store.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(2)).all()
    return [(row.actor, row.action, row.subject) for row in rows]


def test_an_appeal_is_entered_rejected_entered_again_and_upheld(home: Workspace, mch: Run) -> None:
    me = getpass.getuser()
    before = stand(home, "few")
    assert mch("decide", "few", OWN, "patients", "--reject", "-r", "nothing there")[0] == 2, "nobody appealed"
    code, _, said = mch("appeal", "few", OWN, "patients")
    assert (code, "a reason is needed" in said) == (2, True)
    assert (
        "no line 'patientz', did you mean 'patients'?" in mch("appeal", "few", OWN, "patientz", "-r", "x")[2]
    )
    assert mch("appeal", "few", OWN, "patients", "-r", "漏算一份问卷")[0] == 0
    assert _logged(home)[0] == (me, "assess_appeal", "round:few")
    assert "a reason is needed" in mch("decide", "few", OWN, "patients", "--reject")[2]
    assert mch("decide", "few", OWN, "patients", "--reject", "-r", "问卷无效")[0] == 0
    assert _logged(home)[0] == (me, "assess_decision", "round:few")
    assert len(read_round(home.store, "few").seals) == 1

    assert mch("appeal", "few", OWN, "patients", "-r", "补交原件")[0] == 0
    assert mch("decide", "few", OWN, "patients", "--uphold", "90", "--reject", "-r", "x")[0] == 2, (
        "one of both"
    )
    assert "is not a number" in mch("decide", "few", OWN, "patients", "--uphold", "很好", "-r", "x")[2]
    code, _, said = mch("decide", "few", OWN, "patients", "--uphold", "90", "-r", "补看问卷，成立")
    assert (code, "Edition 2 is signed" in said) == (0, True)
    assert [action for _, action, _ in _logged(home)] == ["assess_decision", "assess_sign"]
    after = stand(home, "few")
    assert after.score(OWN).line("patients").points == "5.00", "90 is the target: all five points"
    assert after.score(OTHER).total == before.score(OTHER).total
    assert verify_round(home, "few").holds
    listed = json.loads(mch("appeals", "few", "--format", "json")[1])
    assert [one["decision"] for one in listed] == ["upheld:90", "rejected"]
    assert {one["appealed_by"] for one in listed} == {me}


def test_a_difference_is_listed_settled_once_and_only_where_there_is_one(home: Workspace, mch: Run) -> None:
    open_example(home, "second", (OWN, OTHER))
    answer_example(home, "second")
    take_step(home.store, "second", "scoring", "province")
    mark_example(home, "second", leave=[(OWN, "quality")])
    seats = read_round(home.store, "second").evaluators[OWN]
    for seat, mark in ((1, "1"), (2, "1/4")):
        entry = NewEntry(OWN, "quality", "mark", mark, "", seat)
        add_entries(home.store, "second", [entry], seats[seat].name)
    assert "does not allow" in mch("settle", "second", OWN, "quality", "-v", "3", "-r", "看过原件")[2]
    take_step(home.store, "second", "review", "province")
    rows = list(csv.DictReader(io.StringIO(mch("settle", "second", "--format", "csv")[1])))
    assert ("MCH520302", "quality", "1 / 1/4") in {
        (one["organisation"], one["line"], one["marks"]) for one in rows
    }
    assert "the evaluators agree" in mch("settle", "second", OWN, "patients", "-v", "80", "-r", "x")[2]
    assert "4 points at most" in mch("settle", "second", OWN, "quality", "-v", "9", "-r", "x")[2]
    assert "a reason is needed" in mch("settle", "second", OWN, "quality", "-v", "3")[2]
    assert mch("settle", "second", OWN, "quality", "-v", "3", "-r", "看过原件")[0] == 0
    assert _logged(home)[0] == (getpass.getuser(), "assess_settlement", "round:second")
    line = stand(home, "second").score(OWN).line("quality")
    assert (line.share, line.points) == ("0.7500", "3.00"), "3 of 4 points"
    assert "nothing was changed" in mch("settle", "second", OWN, "quality", "-v", "3", "-r", "看过原件")[2]
    assert "say yes (it applies) or no" in mch("settle", "second", OWN, "caesarean", "-v", "30", "-r", "x")[2]
    assert mch("settle", "second", OWN, "caesarean", "-v", "no", "-r", "不设产科")[0] == 0
    assert stand(home, "second").score(OWN).line("caesarean").status == "not_applicable"


def test_every_fault_of_a_renamed_draft_is_printed(home: Workspace, mch: Run, tmp_path: Path) -> None:
    from reference.assessments import HOME

    text = (HOME / "mch_level2_2026.toml").read_text(encoding="utf-8")
    (tmp_path / "mch_level2_2027.toml").write_text(
        text.replace("weight = 5", "weight = 6", 1), encoding="utf-8"
    )
    code, _, said = mch("check", "mch_level2_2027.toml")
    assert code == 1
    assert "the code 'mch_level2_2026' is not the file's name" in said
    assert "the weights sum to 101, not to 100" in said
    assert "2 to mend" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("score", "feu"), "There is no round 'feu'. Did you mean 'few'?"),
        (("verify", "FEW-"), "Did you mean 'few'?"),
        (("step", "fewe", "review"), "Did you mean 'few'?"),
        (("sign", "something else"), "Known: few."),
        (("score", "few", "-o", "红花岗区妇幼保健所"), "did you mean"),
        (("score", "few", "-o", "520302"), f"520302 takes no part in round 'few', did you mean '{OWN}'"),
        (("export", "few", "--to", "out", "-o", "520302"), f"did you mean '{OWN}'"),
        (("score", "few", "--line", "patient"), "no line 'patient', did you mean 'patients'?"),
        (("open", "x", "-s", "mch_level2_2062", "-p", "SY2026"), "no scheme 'mch_level2_2062', did you mean 'mch_level2_2026'?"),
    ],
)  # fmt: skip
def test_what_is_mistyped_names_the_nearest(
    home: Workspace, mch: Run, arguments: tuple[str, ...], says: str
) -> None:
    code, _, said = mch(*arguments)
    assert code == 2
    assert says in " ".join(said.split())
