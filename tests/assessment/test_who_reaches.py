"""What the rooms of assessment give to whom, asked over their routes and callbacks as signed-in accounts."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from dashboard.app import create_app
from dashboard.assessment.example import open_example
from dashboard.assessment.permission import is_blind
from dashboard.assessment.standing import stand
from dashboard.auth.account import Account
from dashboard.running.backup import back_up, restore
from dashboard.settings import Settings
from store.assessing import NewEntry, add_entries, assign, take_step
from store.assessments import read_round
from store.database import Store
from store.verify import verify
from tests.accounts import add_roles, signed_in

OWN, OTHER = "MCH520303", "MCH520302"
OUTSIDE = ("county", "institution", "evaluator", "administrator", "auditor")  # of what OTHER sent
ABOVE = ("prefecture", "province")
DOES = ("open", "sign", "assign", "step:self", "step:published", "export", "rehearse", "appeal", "uphold", "reject",
        "save-self", "save-mark", "save-review", "nonsense")  # fmt: skip

LATE = ("appeal", "uphold", "reject")  # what is pressed once a round is published


@pytest.fixture
def clients(few) -> Any:
    """One signed-in client for each role; beside the published round a second one whose scores are nobody else's yet."""
    open_example(few, "second", (OWN, OTHER))
    add_roles(few.store)
    settings = few.settings.model_copy(update={"sign_in": True, "downloads_per_minute": 10_000})
    workspace = replace(few, settings=settings)
    app = create_app(workspace)
    return lambda role: signed_in(app, workspace, role)


def test_evidence_is_opened_by_those_above_alone_however_public_the_points_are(few, clients) -> None:
    held = read_round(few.store, "few")
    assert held.step == "published"
    theirs = [one.number for one in held.evidence if one.organisation == OTHER]
    assert theirs
    for role in OUTSIDE:
        client = clients(role)
        assert {client.get(f"/assessment-evidence/few/{one}").status_code for one in theirs} <= {403, 404}, (
            role
        )
    own = [one.number for one in held.evidence if one.organisation == OWN]
    assert clients("institution").get(f"/assessment-evidence/few/{own[0]}").status_code == 200
    for role in ABOVE[:1]:
        assert clients(role).get(f"/assessment-evidence/few/{theirs[0]}").status_code == 200, role


def test_evidence_comes_back_from_a_backup(few, tmp_path) -> None:
    made = back_up(few.settings, tmp_path / "backups")
    (tmp_path / "home").mkdir()
    place = Settings(home=tmp_path / "home", overlays=())
    assert restore(place, tmp_path / "backups").originals == made.originals
    store = Store(place.store_url, place.originals)
    held = {one.sha256 for one in read_round(few.store, "few").evidence}
    assert held
    assert all(store.originals.read(one) for one in held)
    assert verify(store, few.registry) == []
    store.close()


def test_files_of_a_round_not_yet_published_go_to_those_above(clients) -> None:
    for role in OUTSIDE:
        client = clients(role)
        for kind in ("docx", "pdf"):
            answer = client.get(f"/assessment-file/second/{OTHER}.{kind}")
            assert answer.status_code in (403, 404), (role, kind)
        for kind in ("xlsx", "csv", "json", "zip"):
            assert client.get(f"/assessment-file/second.{kind}").status_code in (403, 404), (role, kind)
    assert clients("province").get("/assessment-file/second.csv").status_code == 200
    assert clients("institution").get(f"/assessment-file/second/{OWN}.docx").status_code == 200


def test_nothing_is_handed_in_or_pressed_for_somebody_else(few, clients) -> None:
    before = {code: read_round(few.store, code) for code in ("few", "second")}
    line = _asked(few)
    for role in OUTSIDE[:4]:
        client = clients(role)
        sent = {"file": (_file(), "beleg.txt")}
        answer = client.post(f"/assessment-evidence/second/{OTHER}/{line}", data=sent, headers=client.csrf)
        assert answer.status_code == 403, role
        for do in DOES:
            path = f"/assessment/{'few' if do in LATE else 'second'}/{OTHER}"
            assert _press(client, do, path, line) in (200, 403), (role, do)
    for code, held in before.items():
        after = read_round(few.store, code)
        assert (after.step, after.said, after.evidence, after.seals, after.evaluators) == (
            held.step, held.said, held.evidence, held.seals, held.evaluators,
        )  # fmt: skip


def _asked(few: Any) -> str:
    from dashboard.assessment.standing import stand

    return str(stand(few, "second").scheme(OTHER).asked[0].code)


def _file() -> Any:
    return io.BytesIO(b"somebody else's")


def _press(client: Any, do: str, path: str, line: str, ids: Any = None) -> int:
    """The callback of the page's buttons, with the fields that a page of the organisation itself would send."""
    return _send(client, do, path, {line: "1"}, {line: "x"}, ids)[0]


def _send(
    client: Any, do: str, path: str, values: dict[str, str], words: dict[str, str], ids: Any = None
) -> tuple[int, str]:
    """Whatever anybody likes to send to that callback; gives the status and the answer."""
    found = client.get("/_dash-dependencies").get_json()
    (spec,) = [one for one in found if "assess-says" in one["output"]]
    button = {"type": "assess-do", "do": do}
    state: list[Any] = []
    for kind, fields in (("assess-value", values), ("assess-words", words)):
        names = [({"type": kind, "line": line}, text) for line, text in fields.items()]
        state.append([{"id": one, "property": "value", "value": text} for one, text in names])
        state.append([{"id": one, "property": "id", "value": ids or one} for one, _ in names])
    state += [
        {"id": "url", "property": name, "value": value}
        for name, value in (("pathname", path), ("search", ""))
    ]
    body = {
        "output": spec["output"],
        "outputs": [{"id": one, "property": "children"} for one in ("assess-says", "assess-body")],
        "inputs": [[{"id": button, "property": "n_clicks", "value": 1}]],
        "state": state,
        "changedPropIds": [f"{json.dumps(dict(sorted(button.items())), separators=(',', ':'))}.n_clicks"],
    }
    answer = client.post("/_dash-update-component", json=body, headers=client.csrf)
    return int(answer.status_code), json.dumps(answer.get_json(silent=True), ensure_ascii=False)


def test_forged_decisions_settlements_and_marks_change_nothing(few, clients) -> None:
    """Of accounts that may do such things, where there is nothing to decide, to settle or to mark."""
    before = read_round(few.store, "few")
    decision = {"decide-line": "patients", "decide-value": "100"}
    for do in ("uphold", "reject"):
        _, said = _send(clients("province"), do, f"/assessment/few/{OTHER}", decision, {"decide": "so"})
        assert "没有待裁定的申诉" in said
    assert read_round(few.store, "few") == before
    take_step(few.store, "second", "scoring", "province")
    assign(few.store, "second", [OTHER], [("evaluator", "520300"), ("somebody", "")], "province")
    evaluator = clients("evaluator")
    path = f"/assessment/second/{OTHER}"
    _send(evaluator, "save-mark", path, {"early_antenatal": "100", "patients": "80"}, {})
    marks = [one for one in read_round(few.store, "second").said if one.kind == "mark"]
    assert [(one.line, one.value, one.seat) for one in marks] == [("patients", "80", 1)]
    _, said = _send(evaluator, "save-mark", path, {"quality": "400"}, {})
    assert "最多" in said
    add_entries(few.store, "second", [NewEntry(OTHER, "patients", "mark", "80", "", 2)], "somebody")
    take_step(few.store, "second", "review", "province")
    _, said = _send(clients("reviewer"), "save-review", path, {"patients": "100"}, {"patients": "why not"})
    assert "无须裁定" in said
    assert not [one for one in read_round(few.store, "second").said if one.kind == "settlement"]


def test_while_evaluators_score_nobody_below_learns_what_they_gave(few) -> None:
    """Neither from points nor from totals: an evaluator who comes second would know what the first one gave."""
    open_example(few, "second", (OWN, OTHER))
    take_step(few.store, "second", "scoring", "province")
    names = {seat: one.name for seat, one in read_round(few.store, "second").evaluators[OTHER].items()}
    without = stand(few, "second", blind=True).score(OTHER)
    for seat, name in names.items():
        add_entries(few.store, "second", [NewEntry(OTHER, "patients", "mark", "90", "", seat)], name)
    assert stand(few, "second").score(OTHER).line("patients").status == "scored"
    assert stand(few, "second", blind=True).score(OTHER) == without
    assert without.line("patients").status == "pending"
    roles = [
        Account("x", "", role, "520000") for role in ("evaluator", "institution", "reviewer", "province")
    ]
    assert [is_blind(one) for one in roles] == [True, True, False, False]
    take_step(few.store, "second", "review", "province")
    assert stand(few, "second", blind=True).score(OTHER).line("patients").status == "scored"


def test_fields_that_no_page_sends_are_refused(clients) -> None:
    client = clients("institution")
    for ids in (["x"], "x", 7, {"line": 7}, {"other": "x"}):
        assert _press(client, "save-self", f"/assessment/second/{OWN}", "x", ids) == 400, ids


def test_pressing_does_something_for_who_may(few, clients) -> None:
    """The same body, sent by the institution itself, is taken: what is refused above is refused for who asks."""
    before = len(read_round(few.store, "second").said)
    assert _press(clients("institution"), "save-self", f"/assessment/second/{OWN}", _asked(few)) == 200
    assert len(read_round(few.store, "second").said) == before + 1
