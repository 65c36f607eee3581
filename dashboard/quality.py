"""The data-quality review of one month and area: read once, judged, and put into sentences that say whom to ask what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboard import wording
from dashboard.reporting import forms_of, place, reminder
from dashboard.visit import Visit, smallest_areas
from indicators.quality import Compared, Look, Score, Unusual, look, score
from indicators.reporting import RECEIVED, Entry, State, tally
from loaders.forms import Form
from loaders.issues import Issue, kinds
from reference.periods import month_add, month_of, month_period
from reference.quality import QualityRules, quality_rules
from store import reading

Cell = tuple[int, str, str]  # upload, sheet, cell


@dataclass(frozen=True)
class Question:
    """One line of the desk review: whom to ask what, why, and where the number stands."""

    kind: str  # missing | late | check | unusual | agreement
    organisation: str
    place: str
    sentence: str
    upload_id: int | None = None
    where: str = ""  # sheet and cell


@dataclass(frozen=True)
class Warned:
    """A warning that stands."""

    form: str
    upload_id: int
    issue: Issue
    organisation: str


@dataclass(frozen=True)
class Province:
    """What a month of a whole tree looks like; every area's page is cut out of it."""

    entries: tuple[Entry, ...]
    warnings: tuple[Warned, ...]
    looks: dict[tuple[str, str], Look]  # sender, element
    compared: tuple[Compared, ...]


def read_province(visit: Visit, month: int) -> Province:
    """Everything about a month of the tree in view, asked once for each version of the data."""
    key = ("quality", visit.view.tree.code, month, visit.today)
    return visit.answers.once(key, lambda: _read(visit, month))


def _read(visit: Visit, month: int) -> Province:
    entries: list[Entry] = []
    for form in forms_of(visit):
        entries += visit.answers.calendar(form.duty, month, month, visit.today)
    senders = {one.organisation for one in entries if one.receipt is not None}
    rules = quality_rules()
    return Province(
        tuple(entries),
        tuple(_warnings(visit, month)),
        _looks(visit, entries, month, rules),
        tuple(_compared(visit, entries, month, rules)),
    ) if senders else Province(tuple(entries), (), {}, ())  # fmt: skip


def _warnings(visit: Visit, month: int) -> Iterable[Warned]:
    rows: list[Any] = list(visit.answers.cautions(month).itertuples(index=False))
    for row in rows:
        issue = Issue(row.code, row.sheet, row.cell, row.found, row.parameters, "warning")
        yield Warned(row.form, row.upload_id, issue, row.organisation)


def _looks(
    visit: Visit, entries: Sequence[Entry], month: int, rules: QualityRules
) -> dict[tuple[str, str], Look]:
    """Every watched number of every sender of the month, held against its past, on the basis that its form counts by."""
    forms = {form.code: form for form in forms_of(visit)}
    watched = rules.elements(visit.view.tree.code)
    back = month_add(month, -max(rules.history, 12 * rules.season_years))
    senders = sorted({one.organisation for one in entries if one.state in RECEIVED})
    frame = reading.area_totals(visit.workspace.store, watched, senders, back, month, [""])
    series: dict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
    columns = (
        frame[name].tolist() for name in ("organisation", "element", "basis", "month", "span", "value")
    )
    for organisation, element, basis, of, span, value in zip(*columns, strict=True):
        if span == 1:
            series[organisation, element, basis][of] = value
    found: dict[tuple[str, str], Look] = {}
    for one in entries:
        form = forms[one.form]
        if one.state not in RECEIVED or form.duty.span != 1:
            continue
        for element in watched:
            if element in form.duty.elements:
                past = series.get((one.organisation, element, form.basis), {})
                found[one.organisation, element] = look(one.organisation, element, month, past, rules)
    return found


def _compared(visit: Visit, entries: Sequence[Entry], month: int, rules: QualityRules) -> Iterable[Compared]:
    """What can be held against each other: counts of which too few reports are in, on either side, would only tell that."""
    organisations, tree = visit.registry.organisations, visit.view.tree.code
    enough = visit.registry.flagging(month_period(month).last_day).minimum_reporting
    for rule in (one for one in rules.agreements if one.tree == tree):
        areas = [one.code for one in organisations.at_level(rule.level, tree, month_period(month).last_day)]
        frame = reading.area_totals(visit.workspace.store, [rule.element], areas, month, month, [""])
        rows: list[Any] = [row for row in frame.itertuples(index=False) if row.span == 1]
        counts = {(row.organisation, row.basis): row.value for row in rows}
        for area in areas:
            if all(
                (area, basis) in counts and _share_in(visit, entries, area, rule.element, basis) >= enough
                for basis in (rule.one, rule.other)
            ):
                yield Compared(area, rule.element, counts[area, rule.one], counts[area, rule.other])


def _share_in(visit: Visit, entries: Sequence[Entry], area: str, element: str, basis: str) -> float:
    """Of the reports that bring an element on a basis and are owed in the area, how many are in, 0 to 1."""
    forms = {one.code for one in forms_of(visit) if one.basis == basis and element in one.duty.elements}
    found = tally(one for one in entries if one.form in forms and area in one.areas)
    return found.completeness or 0.0


@dataclass(frozen=True)
class Review:
    """The review that a page shows: the area in view, one month."""

    visit: Visit

    @cached_property
    def month(self) -> int:
        """The month reviewed: the last of the period chosen, else the newest that is over and has something to review.

        In the first days after a month nobody has reported yet and nobody is late: the month before it is reviewed.
        """
        over = month_add(month_of(self.visit.today), -1)
        if self.visit.view.period_given:
            return min(self.visit.view.period.last, over)
        begun = any(
            one.receipt is not None or (one.due is not None and one.due < self.visit.today)
            for one in read_province(self.visit, over).entries
        )
        return over if begun else month_add(over, -1)

    @cached_property
    def whole(self) -> Province:
        """The tree's month."""
        return read_province(self.visit, self.month)

    @cached_property
    def entries(self) -> list[Entry]:
        """The reports of the area in view and all below it, as far as whoever asks reaches."""
        area = self.visit.view.area.code
        return self.visit.within_reach([one for one in self.whole.entries if area in one.areas])

    @cached_property
    def senders(self) -> set[str]:
        """Who sends them."""
        return {one.organisation for one in self.entries}

    @cached_property
    def names(self) -> dict[str, str]:
        """Each sender's name with the area above it."""
        return {one.organisation: place(self.visit, one) for one in self.entries}

    @cached_property
    def warnings(self) -> list[Warned]:
        """The failed checks of these senders."""
        return [one for one in self.whole.warnings if one.organisation in self.senders]

    @cached_property
    def unusual(self) -> list[Unusual]:
        """Their numbers that stand out, the farthest first."""
        looks = (one for (code, _), one in self.whole.looks.items() if code in self.senders)
        found = [one.found for one in looks if one.found is not None]
        return sorted(found, key=lambda one: (-abs(one.z or 0), -abs((one.ratio or 1) - 1)))

    @cached_property
    def compared(self) -> list[Compared]:
        """The comparisons that touch the area: its own, those below it, and the one of the area it lies in."""
        organisations, code = self.visit.registry.organisations, self.visit.view.area.code
        on = month_period(self.month).last_day
        near = {code, *organisations.ancestors(code, on)}
        return [
            one
            for one in self.whole.compared
            if (one.area in near or code in organisations.ancestors(one.area, on))
            and self.visit.reaches(one.area)
        ]

    def score_of(self, area: str) -> Score:
        """The score of an area: its reports and those below it, and the comparison of the area it lies in."""
        entries = [one for one in self.whole.entries if area in one.areas]
        received = {(one.form, one.organisation) for one in entries if one.state in RECEIVED}
        warned = {(one.form, one.organisation) for one in self.whole.warnings}
        senders = {one.organisation for one in entries}
        looks = [one for (code, _), one in self.whole.looks.items() if code in senders]
        above = set(self.visit.registry.organisations.adds_into(area, month_period(self.month).last_day))
        comparisons = [one for one in self.whole.compared if one.area in above]
        return score(tally(entries), len(received - warned), looks, comparisons, quality_rules())

    @cached_property
    def scores(self) -> list[tuple[str, Score, float | None]]:
        """Each of the smallest areas in view with its score, the lowest first."""
        on = month_period(self.month).last_day
        if not self.visit.reaches_view:
            return []
        areas = [one.code for one in smallest_areas(self.visit.registry, self.visit.view.area, on)]
        known = {code for one in self.whole.entries for code in one.areas}
        found = [(area, self.score_of(area)) for area in areas if area in known]
        rules = quality_rules()
        scored = [(area, one, one.total(rules)) for area, one in found]
        return sorted(scored, key=lambda one: (one[2] is None, one[2] or 0, one[0]))

    @cached_property
    def questions(self) -> list[Question]:
        """The desk review: what is missing, then late, then what the numbers themselves ask."""
        return [
            *_about_reports(self, State.MISSING, "missing", _missing_sentence),
            *_about_reports(self, State.LATE, "late", _late_sentence),
            *(_about_warning(self, one) for one in self.warnings),
            *_about_unusual(self),
            *(_about_agreement(self, one) for one in self.compared if not one.agrees(quality_rules())),
        ]


def _about_reports(
    review: Review, state: State, kind: str, say: Callable[[Visit, Form, Entry], str]
) -> Iterable[Question]:
    visit = review.visit
    for one in (entry for entry in review.entries if entry.state is state):
        form = visit.workspace.forms.get(one.form)
        upload = one.receipt.upload_id if one.receipt else None
        yield Question(kind, one.organisation, place(visit, one), say(visit, form, one), upload)


def _missing_sentence(visit: Visit, form: Form, entry: Entry) -> str:
    return reminder(visit, form, [entry])


def _late_sentence(visit: Visit, form: Form, entry: Entry) -> str:
    t = visit.texts
    assert entry.due is not None
    return t(
        "{place}：{month}《{form}》应于{due}前报送，迟 {days} 天收到。请问迟报的原因？",
        place=place(visit, entry), month=t.month(entry.month), form=t.pick(form.zh, form.en),
        due=t.date(entry.due), days=entry.days_late,
    )  # fmt: skip


def _about_warning(review: Review, warned: Warned) -> Question:
    t, issue = review.visit.texts, warned.issue
    form = review.visit.workspace.forms.get(warned.form)
    where = "!".join(filter(None, (issue.sheet, issue.cell)))
    name = review.names[warned.organisation]
    message, mend = issue.code, t("请核对")  # a check that has since gone is told by its code
    if issue.code in kinds():
        message, mend = (words.rstrip("。.") for words in (issue.message(t.language), issue.mend(t.language)))
    sentence = t(
        "{place}：{month}《{form}》{cell}：{message}。{mend}。",
        place=name, month=t.month(review.month), form=t.pick(form.zh, form.en), cell=issue.cell,
        message=message, mend=mend,
    )  # fmt: skip
    return Question("check", warned.organisation, name, sentence, warned.upload_id, where)


def _about_unusual(review: Review) -> Iterable[Question]:
    cells = _cells(review) if review.unusual else {}
    for one in review.unusual:
        upload, sheet, cell = cells.get((one.organisation, one.element), (None, "", ""))
        name = review.names[one.organisation]
        yield Question(
            "unusual", one.organisation, name, unusual_sentence(review, one, name), upload,
            "!".join(filter(None, (sheet, cell))),
        )  # fmt: skip


def _cells(review: Review) -> dict[tuple[str, str], Cell]:
    """Where the numbers that stand out were written."""
    senders = sorted({one.organisation for one in review.unusual})
    elements = sorted({one.element for one in review.unusual})
    frame = reading.current_values(
        review.visit.workspace.store, elements, senders, None, review.month, review.month
    )
    rows: list[Any] = [row for row in frame.itertuples(index=False) if row.category == ""]
    return {(row.organisation, row.element): (row.upload_id, row.sheet, row.cell) for row in rows}


def unusual_sentence(review: Review, one: Unusual, name: str) -> str:
    """A number that stands out, with the numbers it stands out from, and what to ask."""
    t = review.visit.texts
    element = review.visit.registry.element(one.element)
    said = t(
        "{place}：{month}{element}为 {value}",
        place=name, month=t.month(one.month), element=t.pick(element.zh, element.en), value=wording.number(one.value),
    )  # fmt: skip
    if one.z is not None:
        strength = "∞" if abs(one.z) == float("inf") else f"{abs(one.z):.1f}"
        said += t(
            "，前 {months} 个月的中位数为 {median}（修正 z 值 {z}）",
            months=one.months, median=wording.number(one.median, 0 if float(one.median or 0).is_integer() else 1),
            z=("−" if one.z < 0 else "") + strength,
        )  # fmt: skip
    if one.ratio is not None:
        said += t(
            "，往年同月平均为 {mean}（为其 {ratio} 倍）",
            mean=wording.number(one.season_mean, 0 if float(one.season_mean or 0).is_integer() else 1),
            ratio=f"{one.ratio:.2f}",
        )  # fmt: skip
    return said + t("。请核对原始登记，说明原因或更正。")


def agreement_sentence(review: Review, one: Compared) -> str:
    """What two kinds of senders say of the same events."""
    t, visit = review.visit.texts, review.visit
    element = visit.registry.element(one.element)
    return t(
        "{place}：{month}{element}，机构按发生地报 {one}，县区按居住地报 {other}，比值 {ratio}。请核对是否有机构漏报、重报，或跨地区分娩较多。",
        place=visit.name(one.area), month=t.month(review.month), element=t.pick(element.zh, element.en),
        one=wording.number(one.one), other=wording.number(one.other),
        ratio=wording.MISSING if one.ratio is None else f"{one.ratio:.2f}",
    )  # fmt: skip


def _about_agreement(review: Review, one: Compared) -> Question:
    return Question("agreement", one.area, review.visit.name(one.area), agreement_sentence(review, one))
