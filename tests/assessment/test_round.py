"""Who may do what, and what the store lets through: on both databases, apart from any page."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboard.assessment.example import open_example
from dashboard.assessment.opening import evaluators, open_new, participants
from dashboard.assessment.permission import may_answer, may_review, may_see, may_sign, seat_of
from dashboard.assessment.rehearsal import rehearse
from dashboard.assessment.sealing import sign_round, uphold, verify_round
from dashboard.assessment.standing import stand
from dashboard.auth.account import THIS_MACHINE, Account
from reference.assessments import load_schemes
from reference.periods import parse
from store.accounts import NewAccount, add_accounts, disable
from store.assessing import AssessmentError, NewEntry, add_entries, add_evidence, assign, take_step
from store.assessments import read_round, rounds, sealed_parts
from store.signing import sign
from store.verify import verify

CLERK = Account("hhg", "", "institution", "MCH520302")
EXPERT = Account("synthetic-expert-1", "", "evaluator", "520300")
OWN_EXPERT = Account("synthetic-expert-1", "", "evaluator", "MCH520302")
COUNTY = Account("county", "", "county", "520302")
PREFECTURE = Account("prefecture", "", "prefecture", "520300")
PROVINCE = Account("province", "", "province", "520000")
ADMINISTRATOR = Account("administrator", "", "administrator", "520000")


def test_permissions(few) -> None:
    held, tree = read_round(few.store, "few"), few.registry.organisations
    seats = {
        one: {place.name: seat for seat, place in held.evaluators[one].items()} for one in held.participants
    }
    own, other = "MCH520302", "MCH520303"
    assert may_answer(CLERK, own, tree)
    assert not may_answer(CLERK, other, tree)
    assert not may_answer(COUNTY, own, tree), "a county answers for itself, not for the institution below it"
    assert may_answer(COUNTY, "520302", tree)
    assert not any(may_answer(one, own, tree) for one in (EXPERT, PREFECTURE, PROVINCE, ADMINISTRATOR))
    assert seat_of(EXPERT, held, own) == seats[own].get("synthetic-expert-1", 0)
    assert seat_of(OWN_EXPERT, held, own) == 0
    assert not any(seat_of(one, held, own) for one in (CLERK, PROVINCE, ADMINISTRATOR, THIS_MACHINE))
    assert may_review(PROVINCE, own, tree)
    assert may_review(PREFECTURE, own, tree)
    assert not may_review(Account("p", "", "prefecture", "520100"), own, tree)
    assert not any(may_review(one, own, tree) for one in (CLERK, COUNTY, EXPERT, ADMINISTRATOR))
    assert [
        one.name for one in (CLERK, COUNTY, EXPERT, PREFECTURE, PROVINCE, ADMINISTRATOR) if may_sign(one)
    ] == ["province"]
    assert may_see(CLERK, held, other, tree), "published: everybody sees everything"


def test_before_publication_only_ones_own_is_seen(few) -> None:
    open_example(few, "second", ("MCH520302", "MCH520303"))
    held, tree = read_round(few.store, "second"), few.registry.organisations
    assert may_see(CLERK, held, "MCH520302", tree)
    assert not may_see(CLERK, held, "MCH520303", tree)
    for one in held.participants:
        assigned = EXPERT.name in {place.name for place in held.evaluators[one].values()}
        assert may_see(EXPERT, held, one, tree) == assigned
    assert may_see(PREFECTURE, held, "MCH520303", tree)


def test_the_store_refuses_what_a_step_does_not_allow(few) -> None:
    open_example(few, "second", ("MCH520302", "MCH520303"))
    store, own = few.store, "MCH520302"
    name = read_round(store, "second").evaluators[own][1].name
    before = read_round(store, "second")

    def refused(kind: str, actor: str, words: str = "", seat: int = 0, organisation: str = own) -> str:
        entry = NewEntry(organisation, "patients", kind, "90", words, seat)
        with pytest.raises(AssessmentError) as error:
            add_entries(store, "second", [entry], actor)
        assert error.value.zh
        return str(error.value)

    assert "step 'self'" in refused("mark", name, seat=1)
    assert "step 'self'" in refused("settlement", "province", "why")
    assert "step 'self'" in refused("appeal", "hhg", "why")
    assert "takes no part" in refused("answer", "hhg", organisation="MCH520304")
    with pytest.raises(AssessmentError, match="step 'self'"):
        take_step(store, "second", "review", "province")
    with pytest.raises(AssessmentError, match="under review"):
        sign_round(few, "second", "province")
    take_step(store, "second", "scoring", "province")
    assert "is not assigned" in refused("mark", "somebody", seat=1)
    assert "is not assigned" in refused("mark", name, seat=2)
    assert "step 'scoring'" in refused("answer", "hhg")
    with pytest.raises(AssessmentError, match="step 'scoring'"):
        add_evidence(store, "second", [(own, "patients", "x.txt", b"x")], "hhg")
    with pytest.raises(AssessmentError, match="Say why"):
        take_step(store, "second", "self", "province")
    take_step(store, "second", "review", "province")
    assert "a reason is needed" in refused("settlement", "province")
    with pytest.raises(AssessmentError, match="still wait"):
        sign_round(few, "second", "province")
    after = read_round(store, "second")
    assert (after.said, after.evidence) == (before.said, before.evidence)
    assert verify(store, few.registry) == []


def test_a_round_needs_a_plain_code_and_a_cut_off_after_its_period_begins(few) -> None:
    names, schemes, period = ("一", "One"), ["mch_level2_2026"], parse("SY2026")
    late, early = dt.datetime(2026, 12, 1, tzinfo=dt.UTC), dt.datetime(2025, 9, 30, tzinfo=dt.UTC)
    for code in ("a/b", "", "..", "x" * 41, "轮次"):
        with pytest.raises(AssessmentError, match="letters, digits"):
            open_new(few, code, names, schemes, period, late, "province")
    with pytest.raises(AssessmentError, match="before the period's first day, 2025-10-01"):
        open_new(few, "early", names, schemes, period, early, "province")
    assert [one[0] for one in rounds(few.store)] == ["few"]


def test_who_has_scored_in_a_round_does_not_sign_it(few) -> None:
    open_example(few, "second", ("MCH520302", "MCH520303"))
    take_step(few.store, "second", "scoring", "province")
    name = read_round(few.store, "second").evaluators["MCH520302"][1].name
    add_entries(few.store, "second", [NewEntry("MCH520302", "patients", "mark", "90", "", 1)], name)
    take_step(few.store, "second", "review", "province")
    held = read_round(few.store, "second")
    with pytest.raises(AssessmentError, match="may not sign it"):
        sign(few.store, "second", {"round": "{}"}, name, seen=held.newest)
    after = read_round(few.store, "second")
    assert (after.step, after.seals) == ("review", ())


def test_two_different_evaluators_never_of_the_institution(few) -> None:
    open_example(few, "second", ("MCH520302", "MCH520303"))
    for pair, said in (
        ([("a", ""), ("A ", "")], "Two different evaluators"),
        ([("a", "MCH520302"), ("b", "")], "may not score it"),
        ([("a", ""), ("", "")], "Name the evaluators"),
    ):
        with pytest.raises(AssessmentError, match=said):
            assign(few.store, "second", ["MCH520302"], pair, "province")
    with pytest.raises(AssessmentError, match="does not allow"):
        assign(few.store, "few", ["MCH520302"], [("a", ""), ("b", "")], "province")


def test_evaluators_are_accounts_that_may_score(few) -> None:
    assert evaluators(few, ["x", "y"]) == [("x", ""), ("y", "")], "no accounts at all: names as they are"
    wanted = [
        NewAccount(name, name, role, organisation, "-", must_change=False)
        for name, role, organisation in (
            ("x", "evaluator", "MCH520302"),
            ("clerk", "institution", "MCH520303"),
        )
    ]
    add_accounts(few.store, wanted, "test")
    assert evaluators(few, ["x"]) == [("x", "MCH520302")]
    for name, said in (("nobody", "There is no account"), ("clerk", "may not score")):
        with pytest.raises(AssessmentError, match=said):
            evaluators(few, [name])
    disable(few.store, "x", "test")
    with pytest.raises(AssessmentError, match="may not score"):
        evaluators(few, ["x"])


def test_an_upheld_appeal_signs_a_further_edition_and_keeps_the_first(few) -> None:
    own, before = "MCH520303", stand(few, "few")
    first = sealed_parts(few.store, before.round.number, 1)
    with pytest.raises(AssessmentError, match="a reason is needed"):
        add_entries(few.store, "few", [NewEntry(own, "patients", "appeal", "", "")], "hhg")
    add_entries(few.store, "few", [NewEntry(own, "patients", "appeal", "", "漏算一份问卷")], "hhg")
    assert [decided for _, decided in read_round(few.store, "few").appeals()] == [None]
    edition, _ = uphold(few, "few", own, "patients", "90", "补看问卷，成立", "province")
    after = stand(few, "few")
    assert edition == 2
    assert after.score(own).line("patients").points == "5.00", "90 is the target: all five points"
    assert {one.organisation: one.total for one in after.scores if one.organisation != own} == {
        one.organisation: one.total for one in before.scores if one.organisation != own
    }
    assert sealed_parts(few.store, before.round.number, 1) == first
    found = verify_round(few, "few")
    assert found.holds
    assert [one[0] for one in found.editions] == [1, 2]
    assert found.differences == ()
    assert verify(few.store, few.registry) == []


def test_two_who_sign_at_once_do_not_both_sign(few) -> None:
    with pytest.raises(AssessmentError):
        sign_round(few, "few", "province")
    assert len(read_round(few.store, "few").seals) == 1


def test_rehearsal_moves_the_score_and_keeps_nothing(few) -> None:
    own, standing = "MCH520302", stand(few, "few")
    version = few.store.data_version()
    scheme, before = standing.scheme(own), standing.score(own)
    found = rehearse(standing, own, {"patients": "90", "spending": "100"}, {})
    assert found.score.line("patients").points == "5.00"
    assert found.score.line("spending").points == "3.00"
    assert found.weights == "100"
    heavier = rehearse(standing, own, {}, {"patients": "15"})
    assert heavier.weights == "110"
    assert heavier.score.line("patients").weight == "15"
    assert few.store.data_version() == version
    assert stand(few, "few").score(own) == before
    assert scheme.line("patients").weight == 5
    with pytest.raises(AssessmentError, match="is not a number"):
        rehearse(standing, own, {"patients": "九十"}, {})


def test_institutions_go_to_the_scheme_of_their_grade_on_record(few) -> None:
    schemes = load_schemes()
    chosen = [schemes["mch_level3_2026"], schemes["mch_level2_2026"]]
    found = {one: scheme for one, _, scheme in participants(few, chosen, stand(few, "few").period.last_day)}
    assert len(found) == 98
    assert found["MCH520300"] == "mch_level3_2026"
    assert found["MCH520302"] == "mch_level2_2026"
    assert found["MCH520326"] == "mch_level2_2026", "not on record: not moved up"
    counties = participants(few, [schemes["county_government_2026"]], stand(few, "few").period.last_day)
    assert len(counties) == 88
    assert ("520302", "520302", "county_government_2026") in counties
