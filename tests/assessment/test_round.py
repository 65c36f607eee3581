"""Who may do what, and what the store lets through: on both databases, apart from any page."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dashboard.assessment.example import open_example
from dashboard.assessment.opening import evaluators, open_new, participants
from dashboard.assessment.permission import may_answer, may_review, may_see, may_sign, seat_of
from dashboard.assessment.rehearsal import rehearse
from dashboard.assessment.sealing import sign_round, uphold, verify_round
from dashboard.assessment.standing import stand
from dashboard.auth.account import THIS_MACHINE, Account
from indicators.results import Context
from reference.assessments import load_schemes
from reference.organisations import Organisations
from reference.periods import parse
from store.accounts import NewAccount, add_accounts, disable
from store.assessing import AssessmentError, NewEntry, add_entries, add_evidence, assign, take_step
from store.assessments import read_round, rounds, sealed_parts
from store.saving import save
from store.signing import sign
from store.verify import verify
from tests.assessment.conftest import a_record, an_upload, the_records

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


def test_what_a_replaced_evaluator_gave_counts_no_longer_and_is_not_shown_to_the_next(few) -> None:
    """One found to be related to the institution is replaced while scoring: a mark of theirs may neither count nor guide."""
    open_example(few, "second", ("MCH520302", "MCH520303"))
    own = "MCH520302"
    take_step(few.store, "second", "scoring", "province")
    pair = [(read_round(few.store, "second").evaluators[own][seat].name, "") for seat in (1, 2)]
    for seat, (name, _) in enumerate(pair, 1):
        add_entries(few.store, "second", [NewEntry(own, "patients", "mark", "90", "", seat)], name)
    assert stand(few, "second").score(own).line("patients").status == "scored"
    assign(few.store, "second", [own], [("newcomer", ""), pair[1]], "province")
    held = read_round(few.store, "second")
    assert held.latest(own, "patients", "mark", 1) is None
    assert held.latest(own, "patients", "mark", 2).value == "90"
    assert stand(few, "second").score(own).line("patients").status == "pending"
    add_entries(few.store, "second", [NewEntry(own, "patients", "mark", "90", "", 1)], "newcomer")
    # Changing seats changes nobody's mark.
    assign(few.store, "second", [own], [pair[1], ("newcomer", "")], "province")
    line = stand(few, "second").score(own).line("patients")
    assert (line.status, line.value) == ("scored", "90.0000")
    with pytest.raises(AssessmentError, match="is not assigned"):
        add_entries(few.store, "second", [NewEntry(own, "patients", "mark", "10", "", 1)], pair[0][0])
    assert verify(few.store, few.registry) == []


def test_a_round_that_went_back_takes_marks_and_settlements_with_it(few) -> None:
    """Settled at 80, then back: new marks that agree count, not the old settlement; a new answer makes old marks fall."""
    open_example(few, "second", ("MCH520302", "MCH520303"))
    own, store = "MCH520302", few.store
    add_entries(store, "second", [NewEntry(own, "patients", "answer", "85")], "hhg")
    take_step(store, "second", "scoring", "province")
    names = {seat: one.name for seat, one in read_round(store, "second").evaluators[own].items()}

    def mark(*given: str) -> None:
        for seat, value in enumerate(given, 1):
            add_entries(store, "second", [NewEntry(own, "patients", "mark", value, "", seat)], names[seat])

    def line() -> tuple[str, str | None]:
        found = stand(few, "second").score(own).line("patients")
        return found.status, found.value

    mark("70", "90")
    take_step(store, "second", "review", "province")
    add_entries(store, "second", [NewEntry(own, "patients", "settlement", "80", "看过原件")], "province")
    assert line() == ("scored", "80.0000")
    take_step(store, "second", "scoring", "province", "漏看材料")
    assert line() == ("scored", "80.0000"), "nothing new was said"
    mark("85", "85")
    assert line() == ("scored", "85.0000")
    take_step(store, "second", "self", "province", "补交材料")
    add_entries(store, "second", [NewEntry(own, "patients", "answer", "88")], "hhg")
    take_step(store, "second", "scoring", "province")
    assert line() == ("pending", None), "the marks were given for another answer"
    mark("88", "88")
    assert line() == ("scored", "88.0000")
    take_step(store, "second", "self", "province", "再补材料")
    add_evidence(store, "second", [(own, "staff", "别项.txt", b"of another line")], "hhg")
    assert line() == ("scored", "88.0000"), "evidence of another line changes nothing here"
    add_evidence(store, "second", [(own, "patients", "补充.txt", b"more")], "hhg")
    assert line() == ("pending", None), "the marks were given before this evidence was seen"
    take_step(store, "second", "scoring", "province")
    mark("88", "89")
    take_step(store, "second", "review", "province")
    add_entries(store, "second", [NewEntry(own, "patients", "settlement", "89", "看过原件")], "province")
    assert line() == ("scored", "89.0000")
    take_step(store, "second", "self", "province", "三补材料")
    add_evidence(store, "second", [(own, "patients", "再补.txt", b"yet more")], "hhg")
    assert line() == ("pending", None), "a settlement falls with it"
    assert verify(store, few.registry) == []


def test_returns_count_until_the_cut_off_and_no_longer(few) -> None:
    """Two rounds of the same period, the one cut off before a correction and the other after it."""
    now, names, schemes = dt.datetime.now(dt.UTC), ("一", "One"), ["mch_level2_2026"]
    for code, cut_off in (("before", now), ("after", now + dt.timedelta(days=30))):
        open_new(few, code, names, schemes, parse("SY2026"), cut_off, "province", ("MCH520302",))
    old = next(one for one in the_records(few, ("520302",)) if one.organisation == "520302")
    values = {(one.element, one.category): one.value for one in old.values}
    values["prenatal_screened_women", ""] = values["parturient_women", ""] // 2
    first = stand(few, "before").score("MCH520302").line("prenatal_screening").value
    late = a_record(old.form, old.basis, "520302", old.month, old.span, values)
    save(few.store, few.registry, [an_upload([late], "late.xlsx", now + dt.timedelta(seconds=1))], "test")
    assert stand(few, "before").score("MCH520302").line("prenatal_screening").value == first
    second = stand(few, "after").score("MCH520302").line("prenatal_screening").value
    assert 49.9 < float(second) <= 50 < float(first)


def test_an_institution_that_closed_within_the_period_takes_no_part(few) -> None:
    """Closed before the last day: nobody is there to answer. Closed after it: assessed for the year that it worked."""
    chosen, last = [load_schemes()["mch_level2_2026"]], parse("SY2026").last_day
    for closed, takes_part in ((dt.date(2026, 5, 31), False), (last, True), (dt.date(2026, 11, 1), True)):
        spells = [
            one.model_copy(update={"valid_to": closed}) if one.code == "MCH520303" else one
            for one in few.registry.organisations.all
        ]
        registry = replace(few.registry, organisations=Organisations(spells))
        context = Context(registry, few.catalogue, few.store, few.context.duties)
        found = participants(replace(few, registry=registry, context=context), chosen, last)
        assert ("MCH520303" in {one for one, *_ in found}) == takes_part, closed


def test_a_round_in_which_nothing_counts_for_somebody_is_not_signed(few) -> None:
    open_example(few, "second", ("MCH520302",))
    take_step(few.store, "second", "scoring", "province")
    take_step(few.store, "second", "review", "province")
    lines = stand(few, "second").scheme("MCH520302").lines
    entries = [NewEntry("MCH520302", one.code, "applies", "no", "停业整顿") for one in lines]
    add_entries(few.store, "second", entries, "province")
    with pytest.raises(AssessmentError, match="no line counts"):
        sign_round(few, "second", "province")
