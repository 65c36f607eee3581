"""What the rooms of assessment give to whom, asked over their routes and callbacks as signed-in accounts."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from dashboard.app import create_app
from dashboard.assessment.example import open_example
from dashboard.running.backup import back_up, restore
from dashboard.settings import Settings
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
    found = client.get("/_dash-dependencies").get_json()
    (spec,) = [one for one in found if "assess-says" in one["output"]]
    button = {"type": "assess-do", "do": do}
    fields = [{"type": kind, "line": line} for kind in ("assess-value", "assess-words")]
    places = [fields[:1], fields[:1], fields[1:], fields[1:]]
    state: list[Any] = [
        [{"id": one, "property": name, "value": "1" if name == "value" else ids or one} for one in place]
        for place, name in zip(places, ("value", "id", "value", "id"), strict=True)
    ]
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
    return int(client.post("/_dash-update-component", json=body, headers=client.csrf).status_code)


def test_fields_that_no_page_sends_are_refused(clients) -> None:
    client = clients("institution")
    for ids in (["x"], "x", 7, {"line": 7}, {"other": "x"}):
        assert _press(client, "save-self", f"/assessment/second/{OWN}", "x", ids) == 400, ids


def test_pressing_does_something_for_who_may(few, clients) -> None:
    """The same body, sent by the institution itself, is taken: what is refused above is refused for who asks."""
    before = len(read_round(few.store, "second").said)
    assert _press(clients("institution"), "save-self", f"/assessment/second/{OWN}", _asked(few)) == 200
    assert len(read_round(few.store, "second").said) == before + 1
