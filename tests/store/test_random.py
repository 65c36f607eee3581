"""Whatever is saved, superseded and withdrawn, in whatever order: the totals are the sums of what is in force.

The sums are worked out here once more, with a loop, a dictionary and the tree of the small province written out by hand.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import reading
from store.saving import save
from store.verify import verify
from store.withdrawing import withdraw

ABOVE = {
    "H1": ["C1", "P1", "PV"],
    "C3": ["P2", "PV"],
    "Z": [],
    "D1": ["S"],
    "D2": ["S"],
}
MONTHS = (202411, 202412, 202501, 202502)


def above(organisation: str, month: int) -> list[str]:
    if organisation == "H2":
        return ["C2", "P1" if month <= 202412 else "P2", "PV"]
    return ABOVE[organisation]


number = st.one_of(st.none(), st.integers(0, 30))
values = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("births", "births/registered", "deaths", "children", "weight", "grade"), number),
)
returns = st.tuples(st.sampled_from(["H1", "H2", "C3", "Z"]), st.sampled_from(MONTHS), values, st.just(False))
running = st.tuples(st.sampled_from(["D1", "D2"]), st.sampled_from(MONTHS), values, st.just(True))
files = st.tuples(
    st.lists(st.one_of(returns, running), min_size=1, max_size=3, unique_by=lambda one: one[:2]),
    st.integers(0, 6),  # minute of receipt: few, so that many arrive at once or late
    st.sampled_from([False, False, False, True]),  # now and then a file with errors
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("save"), st.lists(files, min_size=1, max_size=4)),
        st.tuples(st.just("again"), st.integers(0, 20)),
        st.tuples(st.just("withdraw"), st.integers(0, 20)),
    ),
    min_size=1,
    max_size=12,
)


class Plain:
    """The same history kept as a list."""

    def __init__(self) -> None:
        self.kept: list[dict] = []  # one a submission, in order of arrival

    def take(self, upload, receipt) -> None:
        if receipt.outcome.startswith("accepted"):
            for record in upload.submissions:
                self.kept.append(
                    {"upload": receipt.upload_id, "at": upload.received_at, "record": record, "out": False}
                )

    def drop(self, upload_id: int) -> None:
        for one in self.kept:
            if one["upload"] == upload_id:
                one["out"] = True

    def in_force(self) -> dict:
        found: dict = {}
        for one in self.kept:
            record = one["record"]
            key = (record.form, record.organisation, record.month, record.span)
            if not one["out"] and (key not in found or one["at"] >= found[key]["at"]):
                found[key] = one
        return {key: one["record"] for key, one in found.items()}

    def totals(self) -> dict:
        sums: dict = {}
        in_force = self.in_force()
        for (form, organisation, month, span), record in in_force.items():
            numbers = {(one.element, one.category): one.value for one in record.values}
            spans = {span: numbers}
            if form == "running":
                previous = in_force.get((form, organisation, before(month), span - 1))
                earlier = (
                    {(one.element, one.category): one.value for one in previous.values} if previous else {}
                )
                spans[1] = dict(single(numbers, earlier))
            for months, given_numbers in spans.items():
                for (element, category), value in given_numbers.items():
                    if value is None or element == "grade":
                        continue
                    for area in [organisation, *above(organisation, month)]:
                        key = (area, element, category, month, months)
                        total, reports = sums.get(key, (0, 0))
                        sums[key] = (total + value, reports + 1)
        return sums


def before(month: int) -> int:
    return month - 1 if month % 100 > 1 else month - 89


def single(numbers, earlier):
    for place, value in numbers.items():
        if value is not None and place[0] == "children":
            yield place, value
        elif value is not None and earlier.get(place) is not None and value >= earlier[place]:
            yield place, value - earlier[place]


def write(made, file):
    submissions, minute, spoilt = file
    records = [
        made.cumulative(organisation, month, given_values)
        if runs
        else made.submission(organisation, month, given_values)
        for organisation, month, given_values, runs in submissions
    ]
    return made.upload(*records, at=minute, issues=[made.issue()] if spoilt else [])


def stored_totals(store):
    frame = reading.area_totals(store, ["births", "deaths", "children", "weight", "grade"])
    return {
        (row.organisation, row.element, row.category, row.month, row.span): (row.value, row.reports)
        for row in frame.itertuples(index=False)
    }


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_totals_are_the_sums_of_what_is_in_force(new_store, province, made, steps):
    store, plain, sent = new_store(), Plain(), []
    for action, what in steps:
        if action == "save":
            uploads = [write(made, file) for file in what]
        elif action == "again" and sent:
            uploads = [sent[what % len(sent)]]
        else:
            uploads = []
        for upload, receipt in zip(uploads, save(store, province, uploads, "clerk"), strict=True):
            plain.take(upload, receipt)
            sent.append(upload)
        if action == "withdraw":
            standing = sorted({one["upload"] for one in plain.kept if not one["out"]})
            if standing:
                upload_id = standing[what % len(standing)]
                withdraw(store, province, upload_id, "officer")
                plain.drop(upload_id)
    assert stored_totals(store) == plain.totals()
    assert verify(store, province) == []
