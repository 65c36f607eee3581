"""Every route and every callback, asked as every role with somebody else's identifiers: refused, or answered with one's own.

The walk is over what the app has, not over a list of ours: a new route or callback is asked too, or fails for not being known.
Somebody else's numbers are made so that they can be told apart: 红花岗区 reports 7654321 women giving birth in a file
called other.xlsx, and nobody else does. The county's *results* are for every officer to compare, so its number may stand on
those pages; for a clerk of another county's institution it may stand nowhere, and the file for nobody who does not reach it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from dashboard.api.asking import _described
from dashboard.app import PAGES, create_app
from dashboard.auth.asking import NobodyAsksError, current_account
from dashboard.auth.declaring import NOT_PERMISSIONS, PUBLIC, Door, declared
from dashboard.auth.guard import OF_DASH
from dashboard.auth.roles import load_roles
from dashboard.shell import MENU_NEEDS
from dashboard.visit import shows_results
from dashboard.workspace import Workspace
from reference.reporting import CHINA
from store import reading
from store.records import SubmissionRecord, ValueRecord
from tests.accounts import ROLES, SignedIn, signed_in

OTHER = "520302"  # somebody else's county
SECRET = "7654321"
SECRET_SHOWN = re.compile(r"7,?654,?321")


@pytest.fixture
def other_upload(counties) -> int:
    """What the other county sent, and what the own county, its neighbours and the other county's institution are."""
    own = counties.a_return("520303", 202610, 60)
    counties.save(counties.an_upload([own], name="own.xlsx"))
    foreign = counties.a_return(OTHER, 202610, 60)
    values = tuple(
        replace(one, value=int(SECRET)) if one.element == "parturient_women" else one
        for one in foreign.values
    )
    return counties.save(counties.an_upload([replace(foreign, values=values)], name="other.xlsx")).upload_id


INSTITUTION = f"MCH{OTHER}"
HOSPITAL_SECRET = re.compile(r"6,?543,?210|other\.xlsx")


@pytest.fixture
def other_hospital(counties, other_upload: int) -> int:
    """What an institution of the other county sent: 6543210 of everything, where the county's own total is one more.

    The number of the institution is nobody's who does not reach it, while the county's may be compared. Besides, a
    request for action with an answer and its file.
    """
    from reference.follow_ups import Action
    from store import following_up

    def sent(organisation: str, form: str, number: int) -> Any:
        (duty,) = [one for one in counties.workspace.forms.duties if one.form == form]
        told = [one for one in sorted(duty.elements) if "@" not in one]
        values = tuple(
            ValueRecord(one, "", number, "", "", "Sheet1", f"C{row}") for row, one in enumerate(told, start=5)
        )
        return SubmissionRecord(form, "test", "occurrence", organisation, 202610, 1, None, None, values)

    forms = ("severe_maternal_monthly", "severe_newborn_monthly", "delivery_institution_monthly")
    numbers = {INSTITUTION: 6543210, OTHER: 1, "MCH520303": 7}
    returns = [sent(code, form, number) for code, number in numbers.items() for form in forms]
    assert counties.save(counties.an_upload(returns[:6], name="other.xlsx 2")).outcome == "accepted"
    assert counties.save(counties.an_upload(returns[6:], name="own 2.xlsx")).outcome == "accepted"
    asked = following_up.Asked(INSTITUTION, "behind_target", "prenatal_screening_coverage", "2026-10", "6543210", "6543210", OTHER)  # fmt: skip
    day = dt.datetime.now(CHINA).date()
    number = following_up.ask(counties.workspace.store, asked, "6543210", "", day, "prefecture")
    files = [("other.xlsx.txt", b"6543210")]
    following_up.take_step(counties.workspace.store, number, Action.ANSWER, "6543210", "x", files=files)
    return number


@pytest.fixture
def as_role(other_upload: int, sign_in_as) -> Callable[[str], SignedIn]:
    return sign_in_as


def rules(client: FlaskClient) -> Iterator[Any]:
    yield from client.application.url_map.iter_rules()


def filled(rule: Any, number: int) -> str:
    """The rule's address with somebody else's identifiers in it."""
    given = {"code": "county_monthly", "upload_id": number, "kind": "xlsx", "name": "province", "what": "reset",
             "digest": "0" * 12, "secret": "x" * 43, "package_name": "dash", "fingerprinted_path": "x.js",
             "filename": "style.css", "path": f"area/{OTHER}", "upload": number, "system": "dhis2", "place": 1,
             "number": 1, "step": 2, "organisation": f"MCH{OTHER}", "line": "x", "round": "x",
             "seat": 1, "at": "x", "rest": "v1/nothing"}  # fmt: skip
    unknown = set(rule.arguments) - set(given)
    assert not unknown, f"say in filled() what somebody else's {unknown} of {rule.rule} is"
    with_values = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda found: str(given[found[1]]), rule.rule)
    if rule.rule.startswith("/api/"):  # which refuses a key that it does not know
        keys = {"organisation": OTHER, "period": "2026-11", "indicator": "prenatal_screening_coverage", "below": OTHER, "on": "2026-10-31"}  # fmt: skip
        known = _described().get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1"), ())
        return f"{with_values}?{urlencode({key: keys[key] for key in known if key in keys})}"
    return f"{with_values}?organisation={OTHER}&area={OTHER}&upload={number}&period=2026-11&indicator=prenatal_screening_coverage&lang=zh"


def ask(client: FlaskClient, method: str, address: str, headers: dict[str, str] | None = None) -> Any:
    return client.open(
        address, method=method, headers=headers, data={} if method in ("POST", "PUT") else None
    )


INVENTED = [f"/{path}" for path in ("admin", "area/../accounts", "%2e%2e/etc/passwd", "_mcp", "console", "original", "original/1/2", "api/uploads", "download/everything.zip", "template/x.exe", ".git/config", "static/x", "_reload-hash", "_dash-layout/x", "index.php", "data/mch.sqlite", "accounts/x/y/z", "audit/x", "sign-in/other")]  # fmt: skip


def test_a_stranger_gets_nothing_whatever_he_asks(other_upload: int, guarded: Workspace) -> None:
    app = create_app(guarded)
    client = app.server.test_client()
    client.get("/sign-in")
    asked = 0
    for rule in [*rules(client), *INVENTED]:
        needs = (
            PUBLIC
            if isinstance(rule, str)
            else declared(app.server).routes.get(rule.endpoint) or OF_DASH.get(rule.endpoint)
        )
        address = rule if isinstance(rule, str) else filled(rule, other_upload)
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"):
            answer = client.open(address, method=method)
            asked += 1
            if not isinstance(rule, str) and needs == PUBLIC:
                assert not tells(answer.get_data(), number=True), address
                continue
            assert answer.status_code in (302, 400, 401, 403, 404, 405), (method, address, answer.status_code)
            if answer.status_code == 302:
                assert answer.location.startswith("/sign-in"), (address, answer.location)
    assert asked > 200


def test_what_anybody_may_ask_is_the_sign_in_page_and_what_it_is_made_of(guarded: Workspace) -> None:
    app = create_app(guarded)
    found = {
        rule.rule
        for rule in app.server.url_map.iter_rules()
        if (declared(app.server).routes.get(rule.endpoint) or OF_DASH.get(rule.endpoint)) == PUBLIC
    }
    assert found <= {
        "/sign-in", "/sign-in/link/<secret>", "/sign-in/single", "/sign-in/single/back", "/assets/<path:filename>",
        "/_favicon.ico", "/healthz", "/readyz",
        "/metrics",  # which looks for itself who asks: tests/dashboard/test_watching.py
    }  # fmt: skip


def test_every_route_callback_and_page_says_what_it_needs(guarded: Workspace) -> None:
    app = create_app(guarded)
    said = declared(app.server)
    silent = {"static", "/_reload-hash"}  # refused for everybody, because nobody declared them
    for rule in app.server.url_map.iter_rules():
        assert rule.endpoint in silent or rule.endpoint in said.routes or rule.endpoint in OF_DASH, rule
    assert set(app.callback_map) == set(said.callbacks)
    known = set(load_roles().permissions) | NOT_PERMISSIONS
    assert {*said.routes.values(), *said.callbacks.values()} <= known
    assert all(page.NEEDS in known for page in PAGES)


def test_the_menu_asks_what_the_pages_ask() -> None:
    for path, needs in MENU_NEEDS.items():
        (page,) = [page for page in PAGES if page.matches(path)]
        assert needs == page.NEEDS


@pytest.mark.parametrize("role", ROLES)
def test_every_route_as_every_role_with_somebody_elses_identifiers(
    as_role, guarded, other_upload: int, role: str
) -> None:
    client = as_role(role)
    account, organisations = current(guarded, role), guarded.registry.organisations
    mine = account.reaches(OTHER, organisations)
    said = declared(client.application)
    before = snapshot(guarded)
    for rule in rules(client):
        if rule.endpoint in ("sign_out", "everywhere"):  # one's own, whatever stands in the address
            continue
        needs = said.routes.get(rule.endpoint) or OF_DASH.get(rule.endpoint)
        address = filled(rule, other_upload)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = ask(client, method, address, client.csrf)
            body = answer.get_data()
            allowed = needs is not None and (needs in NOT_PERMISSIONS or account.may(needs))
            if not allowed:
                assert answer.status_code in (403, 404), (rule.rule, answer.status_code)
            assert answer.status_code < 500, (rule.rule, body[:300])
            if not mine:
                is_result = role != "institution" and rule.rule in (
                    "/download/results.<kind>",
                    "/api/v1/results",
                )
                assert not tells(body, number=not is_result), (role, rule.rule)
    if role != "administrator":
        assert snapshot(guarded) == before


def tells(body: bytes, number: bool) -> bool:
    """Whether an answer, a workbook's cells included, has the other county's file in it, or with `number` its number."""
    if body[:2] == b"PK":
        import openpyxl

        book = openpyxl.load_workbook(io.BytesIO(body))
        body = str([[cell.value for row in sheet for cell in row] for sheet in book]).encode()
    text = body.decode(errors="replace")
    return "other.xlsx" in text or (number and bool(SECRET_SHOWN.search(text)))


def current(workspace: Workspace, role: str) -> Any:
    from dashboard.auth.asking import account_of
    from store.accounts import find_account

    record = find_account(workspace.store, role)
    assert record is not None
    return account_of(record)


def snapshot(workspace: Workspace) -> tuple[Any, ...]:
    """What nobody else may have changed."""
    from store.accounts import accounts

    uploads = reading.uploads(workspace.store)
    held = reading.submissions(workspace.store, status=None)
    people = [
        (one.name, one.role, one.version, one.password, one.disabled_at) for one in accounts(workspace.store)
    ]
    return len(uploads), sorted(held["status"]), people


def call(output: str, spec: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The body that Dash's own pages send for a callback."""

    def filled_in(one: dict[str, Any]) -> Any:
        wild = one["id"].startswith("{")
        found = {"id": json.loads(one["id"]) if wild else one["id"], "property": one["property"]}
        value = values.get(f"{one['id']}.{one['property']}", values.get("*", 1))
        return [] if wild else {**found, "value": value}

    parts = [part for part in output.strip(".").split("...") if part]
    outputs = [
        {"id": part.rpartition(".")[0], "property": part.rpartition(".")[2].partition("@")[0]}
        for part in parts
    ]
    inputs = [filled_in(one) for one in spec["inputs"]]
    return {
        "output": output,
        "outputs": outputs if len(outputs) > 1 or output.startswith("..") else outputs[0],
        "inputs": inputs,
        "state": [filled_in(one) for one in spec.get("state", [])],
        "changedPropIds": [f"{spec['inputs'][0]['id']}.{spec['inputs'][0]['property']}"],
    }


def forged(number: int) -> list[dict[str, Any]]:
    """State that another page would have sent, or nobody: somebody else's area, upload and report, and nonsense."""
    searches = [
        f"?area={OTHER}&upload={number}&period=2026-10&lang=zh",
    ]
    paths = ["/", f"/area/{OTHER}", "/submissions", "/calendar", "/quality", "/accounts/province", "/audit"]
    found = [
        {"url.search": search, "url.pathname": path, "*": f"{OTHER}|202610"}
        for search in searches
        for path in paths
    ]
    junk: list[Any] = [None, {}, [], {"x": [1]}, "x" * 100_000, -1, True]
    return found + [{"url.search": one, "url.pathname": one, "*": one} for one in junk]


@pytest.mark.parametrize(
    "role", [role for role in ROLES if role not in ("province", "prefecture", "reviewer", "auditor")]
)
def test_every_callback_as_every_role_with_forged_state(
    as_role, guarded, other_upload: int, role: str
) -> None:
    client = as_role(role)
    app_callbacks = client.get("/_dash-dependencies", headers=client.csrf).get_json()
    said = declared(client.application).callbacks
    before, account, asked = snapshot(guarded), current(guarded, role), 0
    reaches = account.reaches(OTHER, guarded.registry.organisations)
    for one in app_callbacks:
        if one["clientside_function"]:
            continue
        for values in forged(other_upload):
            answer = client.post(
                "/_dash-update-component", json=call(one["output"], one, values), headers=client.csrf
            )
            needs = said[one["output"]]
            asked += 1
            if needs not in NOT_PERMISSIONS and not account.may(needs):
                assert answer.status_code in (403, 413), one["output"]
            assert answer.status_code < 500, (one["output"], str(values)[:200])
            if not reaches:
                is_result = role != "institution" and shows_results(str(values["url.pathname"] or "/"))
                assert not tells(answer.get_data(), number=not is_result), (role, one["output"], values)
    assert asked >= 4
    assert snapshot(guarded) == before


PLACES = (f"?area={OTHER}", f"?unit={INSTITUTION}", f"?area={INSTITUTION}")
SHOWN_BY = ("/", "/indicator/{indicator}", f"/area/{OTHER}", f"/area/{INSTITUTION}", "/brief", "/matrix", "/severe", "/grading",
            "/source", "/methods", "/assessment", "/submissions", "/calendar", "/quality", "/follow-ups", "/follow-ups/1",
            "/follow-ups/ask", "/inbox", "/accounts", f"/accounts/{INSTITUTION}", "/audit", "/account")  # fmt: skip
ASKED_OF = ("severe_maternal_rescue_success_rate", "severe_newborn_rescue_success_rate", "caesarean_rate")


def addresses() -> Iterator[tuple[str, str]]:
    """Every page about somebody else's hospital; those that show results in every way that an address has."""
    for page in SHOWN_BY:
        several = shows_results(page) and page not in ("/grading", "/methods", "/matrix")
        for place in PLACES if several else PLACES[:1]:
            for indicator in ASKED_OF if page in ("/source", "/severe") else ASKED_OF[:1]:
                asked = f"{place}&indicator={indicator}&show={indicator}&period=2026-10&upload=3&lang=zh"
                yield page.format(indicator=indicator), asked


def route_of(client: SignedIn) -> Callable[[str, str], str]:
    """Asks for a page as the browser does."""
    (route,) = [
        one for one in client.get("/_dash-dependencies").get_json() if "page.children" in one["output"]
    ]

    def opened(path: str, search: str) -> str:
        body = call(route["output"], route, {"url.search": search, "url.pathname": path})
        answer = client.post("/_dash-update-component", json=body, headers=client.csrf)
        assert answer.status_code == 200, (path, search)
        return json.dumps(answer.get_json(), ensure_ascii=False)

    return opened


@pytest.mark.parametrize("role", ["county", "institution", "evaluator"])
def test_no_page_and_no_table_of_a_page_tells_of_a_hospital_out_of_reach(
    guarded, other_hospital: int, role: str
) -> None:
    calm = guarded.settings.model_copy(update={"downloads_per_minute": 10_000})
    client = signed_in(create_app(replace(guarded, settings=calm)), guarded, role)
    opened, seen = route_of(client), 0
    for path, search in addresses():
        found = HOSPITAL_SECRET.search(opened(path, search))
        assert not found, (role, path, search)
        needs = next((page.NEEDS for page in PAGES if page.matches(path)), "signed in")
        if not search.startswith(PLACES[0]):
            continue
        for place in range(2):
            table = client.get(f"/download/table/{place}.csv{search}&at={path}")
            if needs not in NOT_PERMISSIONS and not current(guarded, role).may(needs):
                assert table.status_code == 403, (role, path)
            assert table.status_code in (200, 403, 404), (role, path)
            assert not HOSPITAL_SECRET.search(table.get_data(as_text=True)), (role, path, search)
            seen += table.status_code == 200
            if table.status_code != 200:
                break
    assert seen >= 10
    for number, step, place in ((other_hospital, 2, 1), (other_hospital, 1, 1), (999, 1, 1)):
        assert client.get(f"/follow-ups/{number}/file/{step}/{place}").status_code == 404
    for address in (f"results?organisation={INSTITUTION}", f"flags?organisation={INSTITUTION}", "grades?on=2026-10-31", f"exchange/dhis2?organisation={INSTITUTION}", f"exchange/fhir?organisation={INSTITUTION}"):  # fmt: skip
        answer = client.get(f"/api/v1/{address}" + ("" if "grades" in address else "&period=2026-10"))
        assert answer.status_code == (200 if "grades" in address else 403), address
        assert not HOSPITAL_SECRET.search(answer.get_data(as_text=True)), address


def test_who_is_above_the_hospital_sees_its_numbers(as_role, other_hospital: int) -> None:
    """The same walk would see them: it is asked for what is there."""
    client = as_role("prefecture")
    opened = route_of(client)
    asked = f"&indicator={ASKED_OF[0]}&show={ASKED_OF[0]}&period=2026-10&lang=zh"
    for path, place in (
        ("/severe", "?area=520300"),
        ("/source", f"?area={OTHER}"),
        ("/source", f"?unit={INSTITUTION}"),
    ):
        assert HOSPITAL_SECRET.search(opened(path, place + asked)), (path, place)
    assert b"6543210" in client.get(f"/follow-ups/{other_hospital}/file/2/1").data
    table = client.get(f"/download/table/1.csv?area={OTHER}{asked}&at=/source")
    assert HOSPITAL_SECRET.search(table.get_data(as_text=True))


def test_the_walk_would_see_a_leak(as_role, other_upload: int) -> None:
    """The same questions asked by those who may know: the number is there to be found."""
    client = as_role("prefecture")
    values = {"url.search": f"?upload={other_upload}&lang=zh", "url.pathname": "/submissions"}
    (route,) = [
        one for one in client.get("/_dash-dependencies").get_json() if "page.children" in one["output"]
    ]
    shown = client.post(
        "/_dash-update-component", json=call(route["output"], route, values), headers=client.csrf
    )
    assert "other.xlsx" in shown.get_data(as_text=True)
    template = client.get(f"/template/county_monthly.xlsx?organisation={OTHER}&period=2026-11")
    assert tells(template.data, number=True)


def test_a_route_or_callback_added_past_the_door_is_refused(guarded: Workspace, sign_in_as) -> None:
    from dash import Input, Output

    app = create_app(guarded)
    app.server.get("/forgotten")(lambda: SECRET)
    app.callback(Output("page", "title"), Input("url", "hash"))(lambda _hash: SECRET)
    sign_in_as("county")
    client = signed_in(app, guarded, "province")
    assert client.get("/forgotten").status_code == 403
    body = {"output": "page.title", "outputs": {"id": "page", "property": "title"},
            "inputs": [{"id": "url", "property": "hash", "value": ""}], "changedPropIds": ["url.hash"]}  # fmt: skip
    assert client.post("/_dash-update-component", json=body, headers=client.csrf).status_code == 403


def test_a_permission_that_does_not_exist_cannot_be_asked(guarded: Workspace) -> None:
    with pytest.raises(KeyError):
        Door(create_app(guarded), "fly")


def test_without_the_guard_nobody_asks(guarded: Workspace) -> None:
    with create_app(guarded).server.test_request_context("/"), pytest.raises(NobodyAsksError):
        current_account()


BAD_BODIES = [
    b"", b"[]", b"null", b"1", b'"x"', b"{}", b'{"output": 1}', b'{"output": "page.children"}', b"\xff\xfe",
    b'{"output": "..header.children...menu.children...page.children...page-name.data..", "inputs": 5}',
    b'{"output": "..header.children...menu.children...page.children...page-name.data..", "inputs": [7], "changedPropIds": []}',
    b'{"a":' * 100_000, b"[" * 50_000,
]  # fmt: skip


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_body_that_no_page_sends_is_refused_and_never_a_fault(sign_in_as, body: bytes) -> None:
    client = sign_in_as("county")
    answer = client.post(
        "/_dash-update-component", data=body, content_type="application/json", headers=client.csrf
    )
    assert answer.status_code in (400, 413)


def test_too_large_a_body_is_refused_before_it_is_read(sign_in_as) -> None:
    client = sign_in_as("county")
    answer = client.post(
        "/_dash-update-component", data=b" " * 300_000, content_type="application/json", headers=client.csrf
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "headers", [{}, {"X-CSRFToken": "0" * 64}, {"X-MCH-Request": "1"}, "somebody else's", "cross-site"]
)
@pytest.mark.parametrize(
    "path", ["/_dash-update-component", "/upload", "/sign-out", "/account/password", "/accounts/add"]
)
def test_a_changing_request_without_its_token_is_refused(sign_in_as, headers: Any, path: str) -> None:
    client = sign_in_as("administrator" if path.startswith("/accounts") else "county")
    if headers == "somebody else's":
        headers = sign_in_as("prefecture").csrf
    elif headers == "cross-site":
        headers = {**client.csrf, "Sec-Fetch-Site": "cross-site"}
    assert client.post(path, json={}, headers=headers).status_code == 403


def test_no_changing_route_at_all_is_taken_without_its_token(sign_in_as, guarded, other_upload: int) -> None:
    """The walk is over the routes that there are, as who may most; with the token each is taken up."""
    client, before = sign_in_as("administrator"), snapshot(guarded)
    said, walked = declared(client.application).routes, 0
    for rule in rules(client):
        for method in sorted(rule.methods & {"POST", "PUT", "PATCH", "DELETE"}):
            needs = said.get(rule.endpoint) or OF_DASH.get(rule.endpoint)
            for headers in ({}, {"X-CSRFToken": "0" * 64}, {**client.csrf, "Sec-Fetch-Site": "cross-site"}):
                address = filled(rule, other_upload)
                answer = client.open(address, method=method, headers=headers, data={})
                assert answer.status_code == 403, (method, rule.rule)
                walked += needs is not None
    assert walked >= 60
    assert snapshot(guarded) == before
    assert client.get("/").status_code == 200, "still signed in"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "[::2]"])
def test_a_name_that_is_not_ours_is_refused(guarded: Workspace, host: str) -> None:
    answer = create_app(guarded).server.test_client().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400


def test_cookies_are_closed_to_scripts_and_other_sites_and_travel_encrypted(guarded: Workspace) -> None:
    settings = guarded.settings.model_copy(update={"public_url": "https://mch.example"})
    client = create_app(replace(guarded, settings=settings)).server.test_client()
    sent = client.get("/sign-in", headers={"Host": "mch.example"}).headers.getlist("Set-Cookie")
    session, token = sorted(sent, key=lambda one: one.startswith("_csrf"))
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(session.split("; "))
    assert {"Secure", "SameSite=Strict"} <= set(token.split("; "))
    assert "HttpOnly" not in token
    assert not any("Expires" in one or "Max-Age" in one for one in sent)


def test_pages_outside_ones_area_fall_back_and_say_so(as_role, accounts, loaded, guarded) -> None:
    from dashboard.answers import Answers
    from dashboard.visit import open_visit

    answers = Answers(guarded)
    for role, path, shown in (
        ("county", "/calendar", "520303"), ("institution", "/", "520303"), ("institution", "/submissions", "520303"),
        ("prefecture", "/quality", "520300"), ("county", "/submissions", "520303"),
    ):  # fmt: skip
        visit = open_visit(answers, path, "?area=520102", account=accounts[role])
        assert visit.view.area.code == shown, (role, path)
        assert any("看不到" in one for one in visit.view.notices)
    county = open_visit(answers, "/", "?area=520102", account=accounts["county"])
    assert county.view.area.code == "520102"  # results of areas are for every officer to compare
    assert open_visit(answers, "/", "", account=accounts["county"]).view.area.code == "520303"
    unit = open_visit(answers, "/indicator", "?unit=520302", account=accounts["institution"])
    assert unit.view.unit == ""


def test_the_pages_folder_has_no_callback_of_its_own() -> None:
    """`@callback` of the library registers past every door."""
    import dashboard

    for path in Path(dashboard.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"from dash import [^\n]*\bcallback\b|@dash\.callback|dash\.callback\(", text), (
            path
        )
