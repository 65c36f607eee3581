"""The product's calculation agrees with a plain second one on random returns of a small province.

PV ── P1 ── C1, C2        C2 belongs to P2 from 2025-01-01
   ├─ P2 ── C3
   └─ Z                   stands alone
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from plain import compare, count, gap, limits, reason

from indicators.definition import Catalogue, Definition
from indicators.panel import panel
from indicators.results import Context, View, calculate, series
from reference.data_elements import DataElement
from reference.organisations import Organisation, Organisations
from reference.periods import month_range
from reference.policies import Policy, Target
from reference.registry import Flagging, Level, Registry, Tree
from reference.reporting import Duty
from store.database import Store
from store.records import SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save

MONTHS = [202411, 202412, 202501, 202502, 202503]
AREAS = ["PV", "P1", "P2", "C1", "C2", "C3", "Z"]
FLOWS = ["births", "births/registered", "screened", "screened/registered", "deaths"]
STOCKS = ["children", "managed"]
MOVES = dt.date(2025, 1, 1)

# name: numerator, denominator, multiplier, method, operator, target
INDICATORS = {
    "coverage": (["screened"], ["births"], 100, "proportion", ">=", "80"),
    "coverage_registered": (["screened/registered"], ["births/registered"], 100, "proportion", ">", "66.7"),
    "mortality": (["deaths"], ["births"], 1000, "rate", "<=", "120.5"),
    "perinatal": (["deaths"], ["births", "deaths"], 1000, "rate", "<", "200"),
    "managed_share": (["managed"], ["children"], 100, "proportion", ">=", "90"),
}


def described(name: str) -> dict:
    numerator, denominator, multiplier, method, _, _ = INDICATORS[name]
    stock = numerator[0] in STOCKS
    return {
        "numerator": numerator,
        "denominator": denominator,
        "multiplier": multiplier,
        "method": method,
        "stock": stock,
    }


def definition(name: str) -> Definition:
    numerator, denominator, multiplier, method, operator, _ = INDICATORS[name]
    words = ("zh", "en", "topic", "rationale_zh", "rationale_en", "numerator_zh", "numerator_en")
    words += ("denominator_zh", "denominator_en", "unit_zh", "unit_en", "source", "mark")
    return Definition(
        code=name,
        numerator=tuple(one.replace("/", "@") for one in numerator),
        denominator=tuple(one.replace("/", "@") for one in denominator),
        multiplier=multiplier,
        method=method,
        polarity="higher" if operator.startswith(">") else "lower",
        basis="residence",
        disclosure="people",
        reported_zh="甲",
        reported_en="a",
        reviewed=dt.date(2026, 11, 25),
        examples=(),
        **dict.fromkeys(words, name),
    )


def spell(code: str, parent: str, level: str, **more) -> Organisation:
    kind = "zone" if level == "zone" else "area"
    made = {"tree": "guizhou", "zh": code, "en": code, "source": "made", "verified": "yes", "kind": kind}
    return Organisation(code=code, parent=parent, level=level, **made, **more)


def province() -> Registry:
    spells = [
        spell("PV", "", "province"),
        spell("P1", "PV", "prefecture"),
        spell("P2", "PV", "prefecture"),
        spell("C1", "P1", "county"),
        spell("C2", "P1", "county", valid_to=MOVES - dt.timedelta(days=1)),
        spell("C2", "P2", "county", valid_from=MOVES),
        spell("C3", "P2", "county"),
        spell("Z", "PV", "zone", in_totals=False),
    ]
    elements = [
        DataElement(code=code, zh=code, en=code, topic="made", adds="last" if code in STOCKS else "sum")
        for code in [*(one for one in FLOWS if "/" not in one), *STOCKS]
    ]
    levels = tuple(Level(code=one, zh=one, en=one, area=True) for one in ("province", "prefecture", "county"))
    targets = tuple(
        Target(
            indicator=name,
            levels=("province", "prefecture", "county", "zone"),
            operator=row[4],
            value=float(row[5]),
            by=dt.date(2024, 12, 31),
            valid_from=dt.date(2020, 1, 1),
            clause="made",
            mark="?",
        )
        for name, row in INDICATORS.items()
    )
    return Registry(
        organisations=Organisations(spells),
        elements={one.code: one for one in elements},
        trees={"guizhou": Tree(code="guizhou", zh="省", en="Province", root="PV", levels=levels)},
        policies=(
            Policy(
                code="plan",
                zh="plan",
                en="plan",
                issuer="made",
                published=dt.date(2020, 1, 1),
                source="made",
                mark="?",
                targets=targets,
            ),
        ),
        populations=(),
        grades=(),
        flagging_rules=(
            Flagging(
                valid_from=dt.date(2020, 1, 1),
                confidence=0.95,
                minimum_reporting=0.8,
                expiry_warning_days=365,
                implausible_above=100,
            ),
        ),
    )


DUTY = Duty(
    form="county",
    tree="guizhou",
    basis="residence",
    frequency="month",
    reported_by=("county", "zone"),
    due_days=10,
    latest_hierarchy=False,
    elements=frozenset(one for one in [*FLOWS, *STOCKS] if "/" not in one),
)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Makes stores of the small province: one is migrated, the others are copies of its file."""
    folder, registry = tmp_path_factory.mktemp("plain"), province()
    first = Store(f"sqlite:///{folder / 'first.sqlite'}", folder / "originals")
    first.migrate()
    first.sync(registry)
    first.close()
    numbers, opened = itertools.count(), []

    def make() -> Store:
        path = Path(folder / f"copy-{next(numbers)}.sqlite")
        shutil.copy(folder / "first.sqlite", path)
        opened.append(Store(f"sqlite:///{path}", folder / "originals"))
        return opened[-1]

    yield registry, make
    for store in opened:
        store.close()


def upload(returns: dict) -> UploadRecord:
    content = repr(sorted(returns.items())).encode()
    records = []
    for (organisation, month), numbers in returns.items():
        values = tuple(
            ValueRecord(
                *name.partition("/")[::2], number, "" if number is not None else "blank", "", "S", f"B{row}"
            )
            for row, (name, number) in enumerate(numbers.items(), start=2)
        )
        records.append(
            SubmissionRecord("county", "2025", "residence", organisation, month, 1, None, None, values)
        )
    return UploadRecord(
        name="returns.xlsx",
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        sender="county",
        received_at=dt.datetime(2025, 4, 1, tzinfo=dt.UTC),
        synthetic=False,
        submissions=tuple(records),
        issues=(),
    )


number = st.one_of(st.integers(0, 40), st.integers(0, 40), st.none())
one_return = st.fixed_dictionaries({}, optional=dict.fromkeys([*FLOWS, *STOCKS], number))
all_there = st.fixed_dictionaries(dict.fromkeys([*FLOWS, *STOCKS], st.integers(0, 40)))
places = [(organisation, month) for organisation in ("C1", "C2", "C3", "Z") for month in MONTHS]
provinces = st.one_of(
    st.dictionaries(st.sampled_from(places), one_return, min_size=1, max_size=20),
    st.fixed_dictionaries(
        dict.fromkeys(places[:10], all_there), optional=dict.fromkeys(places[10:], one_return)
    ),
)
periods = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(
    lambda ends: month_range(MONTHS[min(ends)], MONTHS[max(ends)])
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(returns=provinces, period=periods)
def test_calculate_agrees_with_the_plain_one(fresh, returns, period):
    registry, make = fresh
    context = Context(registry, Catalogue({name: definition(name) for name in INDICATORS}), make(), (DUTY,))
    assert save(context.store, registry, [upload(returns)], "clerk")[0].outcome == "accepted"
    results = calculate(context, list(INDICATORS), AREAS, period)
    assert [(one.indicator, one.organisation) for one in results] == list(
        itertools.product(INDICATORS, AREAS)
    )
    for result in results:
        agree(result, returns, [month for month in MONTHS if month in period.months])
    one = next(iter(INDICATORS))
    months = [month_range(month, month) for month in period.months]
    assert series(context, one, AREAS, months) == [
        result for month in months for result in calculate(context, [one], AREAS, month)
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(returns=provinces, width=st.integers(1, 3))
def test_panels_agree_with_results(fresh, returns, width):
    registry, make = fresh
    context = Context(registry, Catalogue({name: definition(name) for name in INDICATORS}), make(), (DUTY,))
    save(context.store, registry, [upload(returns)], "clerk")
    panels = panel(context, list(INDICATORS), AREAS, MONTHS[width - 1], MONTHS[-1], width)
    assert list(panels) == list(INDICATORS)
    for name, one in panels.items():
        for place, month in enumerate(one.months):
            for row, result in enumerate(calculate(context, [name], AREAS, one.period(month))):
                whole = one.result(row, place, result.period)
                for side in ("lower", "upper"):
                    wanted = getattr(result, side)
                    assert getattr(whole, side) == (wanted and pytest.approx(wanted, rel=1e-12))
                assert replace(whole, lower=result.lower, upper=result.upper) == result


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=provinces, after=provinces, period=periods)
def test_what_was_known_before_a_correction(fresh, before, after, period):
    """The store answers for a moment with the returns in force then, however they were corrected since."""
    registry, make = fresh
    context = Context(registry, Catalogue({name: definition(name) for name in INDICATORS}), make(), (DUTY,))
    days = [dt.datetime(2025, 4, day, tzinfo=dt.UTC) for day in (1, 10)]
    for day, returns in zip(days, (before, after), strict=True):
        save(context.store, registry, [replace(upload(returns), received_at=day, name=str(day))], "clerk")
    months = [month for month in MONTHS if month in period.months]
    for result in calculate(
        context, list(INDICATORS), AREAS, period, View(known_at=dt.datetime(2025, 4, 5, tzinfo=dt.UTC))
    ):
        agree(result, before, months)
    both = before | after
    for view in (View(), View(known_at=dt.datetime(2025, 4, 11, tzinfo=dt.UTC))):
        for result in calculate(context, list(INDICATORS), AREAS, period, view):
            agree(result, both, months)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(returns=provinces, period=periods)
def test_under_today_s_tree(fresh, returns, period):
    """C2 has long been P2's: its months before the move count there too."""
    registry, make = fresh
    context = Context(registry, Catalogue({name: definition(name) for name in INDICATORS}), make(), (DUTY,))
    save(context.store, registry, [upload(returns)], "clerk")
    months = [month for month in MONTHS if month in period.months]
    for result in calculate(context, list(INDICATORS), AREAS, period, View(today=True)):
        agree(result, returns, months, today=True)


def agree(result, returns, months, today=False) -> None:
    """One result against the plain calculation, field by field."""
    indicator = described(result.indicator)
    counted = count(returns, result.organisation, months, indicator, today)
    operator, target = INDICATORS[result.indicator][4], Fraction(INDICATORS[result.indicator][5])
    assert {name: getattr(result, name) for name in counted} == counted
    why, pair = reason(counted, indicator), limits(counted, indicator)
    assert result.reason.value == why
    event(why or result.comparison.value)
    if counted["numerator"] is None or not counted["denominator"]:
        assert result.value is None
    else:
        share = Fraction(counted["numerator"] * indicator["multiplier"], counted["denominator"])
        assert result.value == pytest.approx(float(share), rel=1e-12)
    if pair is None:
        assert (result.lower, result.upper) == (None, None)
    else:
        assert (result.lower, result.upper) == pytest.approx(pair, rel=1e-6, abs=1e-9)
    if why:
        assert (result.comparison.value, result.gap) == ("not_assessable", None)
    else:
        assert pair is not None
        assert result.comparison.value == compare(pair, operator, target)
        assert result.gap == gap(counted, indicator, operator, target)
