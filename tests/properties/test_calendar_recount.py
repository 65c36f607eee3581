"""Whoever opens, closes, sends, is put off or released, in whatever order: the calendar equals a plain recount.

The recount asks of every organisation and month, one by one, and shares no code with what it checks.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.calendar import as_extensions, as_receipts
from indicators.reporting import Receipt, entries, tally, tally_by_area
from reference.calendar import CalendarRules, Released
from reference.data_elements import DataElement
from reference.organisations import Organisation, Organisations
from reference.registry import Registry
from reference.reporting import Duty
from store.database import Store
from store.extending import extensions, grant, revoke
from store.receipts import first_arrival, receipts
from store.records import SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save
from store.withdrawing import withdraw

HOSPITALS = ("H1", "H2", "H3", "H4")
AREA_OF = {"H1": "C1", "H2": "C1", "H3": "C2", "H4": "C2"}
MONTHS = (202511, 202512, 202601, 202602)
LAST_DAYS = {202511: (2025, 11, 30), 202512: (2025, 12, 31), 202601: (2026, 1, 31), 202602: (2026, 2, 28)}
USUAL = {202511: (2025, 12, 5), 202512: (2026, 1, 5), 202601: (2026, 2, 5), 202602: (2026, 3, 5)}
DUTY = Duty("f", "t", "occurrence", "month", ("hospital",), 5, False, frozenset({"births"}))

day = st.dates(dt.date(2025, 11, 1), dt.date(2026, 3, 31))
spells = st.fixed_dictionaries({code: st.tuples(st.none() | day, st.none() | day) for code in HOSPITALS})
hospital, month = st.sampled_from(HOSPITALS), st.sampled_from(MONTHS)
moment = st.datetimes(dt.datetime(2025, 12, 1), dt.datetime(2026, 4, 1), timezones=st.just(dt.UTC))
step = st.one_of(
    st.tuples(st.just("send"), hospital, month, moment, st.integers(0, 2)),
    st.tuples(st.just("send"), hospital, month, moment, st.integers(0, 2)),
    st.tuples(st.just("extend"), hospital, month, day),
    st.tuples(st.just("revoke"), hospital, month),
    st.tuples(st.just("withdraw"), st.integers(0, 9)),
)


def registry_of(lives, released):
    common = {"tree": "t", "source": "made", "verified": "yes"}
    areas = [
        Organisation(code=code, parent=parent, level=level, kind="area", zh=code, en=code, **common)
        for code, parent, level in (("P", "", "province"), ("C1", "P", "county"), ("C2", "P", "county"))
    ]
    institutions = [
        Organisation(
            code=code, parent=AREA_OF[code], level="institution", kind="hospital", zh=code, en=code,
            valid_from=opened, valid_to=closed, **common,
        )
        for code, (opened, closed) in lives.items()
    ]  # fmt: skip
    rules = [
        Released(
            form="f",
            organisation=code,
            reason_zh="因",
            reason_en="why",
            source="s",
            **{"from": first, "to": first},
        )
        for code, first in released
    ]
    return Registry(
        organisations=Organisations(areas + institutions),
        elements={"births": DataElement(code="births", zh="生", en="births", topic="made")},
        trees={}, policies=(), populations=(), grades=(), flagging_rules=(),
        calendar=CalendarRules(released=tuple(rules)),
    )  # fmt: skip


def upload(number, code, of, at, births):
    value = ValueRecord("births", "", births, "", "", "S", "B2")
    record = SubmissionRecord("f", "1", "occurrence", code, of, 1, None, None, (value,))

    content = f"{number}".encode()
    return UploadRecord(
        "a.xlsx", hashlib.sha256(content).hexdigest(), content, "hospital", at, True, (record,), ()
    )


def midnight_in_china_after(due):
    return dt.datetime(due.year, due.month, due.day, 16, tzinfo=dt.UTC)


class Plain:
    """The same history, kept as lists."""

    def __init__(self, lives, released, now):
        self.lives, self.released, self.now = lives, set(released), now
        self.since = None  # when the first file of all came
        self.sent, self.until = [], {}

    def owes(self, code, of):
        opened, closed = self.lives[code]
        last = dt.date(*LAST_DAYS[of])
        return (
            (opened is None or opened <= last)
            and (closed is None or closed >= last)
            and (code, of) not in self.released
        )

    def count(self, codes):
        counts = dict.fromkeys(
            (
                "expected",
                "received",
                "on_time",
                "late",
                "entered_later",
                "missing",
                "running",
                "zero",
                "not_expected",
            ),
            0,
        )
        for code in codes:
            for of in MONTHS:
                standing = [one for one in self.sent if one["place"] == (code, of) and not one["out"]]
                due = dt.date(*USUAL[of])
                if (code, of) in self.until and self.until[code, of] > due:
                    due = self.until[code, of]
                late = midnight_in_china_after(due)
                if not self.owes(code, of):
                    counts["not_expected"] += bool(standing)
                    continue
                counts["expected"] += 1
                if standing:
                    newest = max(standing, key=lambda one: (one["at"], one["upload"]))
                    in_time = min(one["at"] for one in standing) < late
                    counts["received"] += 1
                    begun = late > self.since
                    counts["on_time" if in_time else "late" if begun else "entered_later"] += 1
                    counts["zero"] += newest["births"] == 0
                else:
                    counts["missing" if self.now >= late else "running"] += 1
        return counts


def act(store, registry, plain, steps):
    for number, (what, *where) in enumerate(steps):
        if what == "send":
            code, of, at, births = where
            (receipt,) = save(store, registry, [upload(number, code, of, at, births)], "clerk")
            plain.since = min(at, plain.since or at)
            plain.sent.append({"place": (code, of), "at": at.replace(microsecond=at.microsecond // 1000 * 1000),
                               "births": births, "out": False, "upload": receipt.upload_id})  # fmt: skip
        elif what == "extend" and plain.until.get(tuple(where[:2])) != where[2]:
            grant(store, "f", *where, "why", "officer")
            plain.until[where[0], where[1]] = where[2]
        elif what == "revoke" and tuple(where) in plain.until:
            revoke(store, "f", *where, "why", "officer")
            del plain.until[tuple(where)]
        elif what == "withdraw":
            standing = [one for one in plain.sent if not one["out"]]
            if standing:
                one = standing[where[0] % len(standing)]
                withdraw(store, registry, one["upload"], "officer")
                one["out"] = True


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lives=spells,
    released=st.lists(st.tuples(hospital, month), max_size=2),
    steps=st.lists(step, max_size=14),
    now=moment,
)
def test_the_calendar_equals_a_plain_recount(databases, tmp_path, lives, released, steps, now):
    registry, plain = registry_of(lives, released), Plain(lives, released, now)
    store = Store(databases(), tmp_path / "originals")
    store.migrate()
    store.sync(registry)
    act(store, registry, plain, steps)
    found = entries(
        [DUTY],
        MONTHS,
        registry.organisations,
        registry.calendar,
        as_receipts(receipts(store)),
        as_extensions(extensions(store)),
        now,
        first_arrival(store),
    )
    store.close()
    by_area = tally_by_area(found)
    everybody = {"P": HOSPITALS, "C1": ("H1", "H2"), "C2": ("H3", "H4")} | {
        code: (code,) for code in HOSPITALS
    }
    for area, codes in everybody.items():
        held = by_area.get(area)
        counts = {name: getattr(held, name) if held else 0 for name in plain.count(())}
        assert counts == plain.count(codes), area
        if held and held.timed:
            assert 0 <= held.timeliness <= held.completeness <= 1
    assert tally(found) == by_area.get("P", tally([]))


@pytest.mark.parametrize(("minute", "in_time"), [(-1, 1), (0, 0)])
def test_the_deadline_is_midnight_in_china(minute, in_time):
    late = dt.datetime(2026, 1, 5, 16, tzinfo=dt.UTC)
    registry = registry_of(dict.fromkeys(HOSPITALS, (None, None)), [])
    at = late + dt.timedelta(minutes=minute)
    receipt = Receipt(at, 1, 1, False, 0)
    found = entries(
        [DUTY], [202512], registry.organisations, registry.calendar, {("f", "H1", 202512): receipt}, {}, at
    )
    assert tally(found).on_time == in_time
