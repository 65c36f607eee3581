"""What a form is: one TOML file says how its workbook looks, which cell means which data element, and what must hold.

A sheet is a grid: a title block, one or more header rows, data rows, a foot. Four layouts cover what is sent:

- ``organisations_in_rows``: each row is an organisation, each column (a path through merged header rows) an element.
- ``elements_in_rows``: each row is an element, each value column a breakdown of it; the organisation stands in the title block.
- ``matrix``: each row is an element, each group of columns an organisation, its sub-columns the breakdowns.
- ``cases``: each row is one pseudonymous case with its organisation; what is kept are counts of cases by organisation and
  month, as the edition's `counts` define them. The rows themselves stay in the original file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from reference.registry import Registry
from reference.reporting import Duty
from reference.strict import DefinitionError, Strict, read_toml, suggest

HOME = Path(__file__).parent / "forms"
Layout = Literal["organisations_in_rows", "elements_in_rows", "matrix", "cases"]
Severity = Literal["error", "warning"]


class Field(Strict):
    """One element of the form: a column (organisations_in_rows) or a row (the other two layouts).

    `header` is its path through the header rows from the top, or the row's label; `synonyms` are other wordings of the last part.
    `item` is the row's number or code when the form prints one; it is matched before the label.
    """

    element: str
    header: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    item: str = ""
    category: str = ""
    section: str = ""  # matrix: what our template prints in the section column
    type: str = ""  # matrix: what our template prints in the type column
    required: bool = False
    hint: str = ""

    @cached_property
    def key(self) -> tuple[str, str]:
        """Its element and breakdown."""
        return self.element, self.category


class Category(Strict):
    """One value column or sub-column. `total` marks the whole: '' as its code."""

    code: str
    header: str
    synonyms: tuple[str, ...] = ()
    total_of: tuple[str, ...] = ()  # with code '': checked against, or summed from, these breakdowns


class Ignored(Strict):
    """Rows or columns that the form knows and leaves out, and why: nothing is dropped in silence."""

    why: str
    header: str = ""  # a regular expression on the column's path or the row's label
    section: str = ""  # a regular expression on the row's section (the first key column)
    type: str = ""  # a regular expression on the row's type column


class Derived(Strict):
    """An element that no cell states: the sum of others, kept with all their cells. Absent when any part is absent."""

    element: str
    sum_of: tuple[str, ...]


class Condition(Strict):
    """Layout cases: a column holds one of `codes`, or a number from `low` to `high`; a blank cell meets no condition."""

    column: str
    codes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    def met_by(self, value: Any) -> bool:
        """Whether a cell's meaning (code, number or None) meets it."""
        if value is None:
            return False
        if self.codes:
            return value in self.codes
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class Count(Strict):
    """Layout cases: an element that counts the cases in which every condition holds."""

    element: str
    where: tuple[Condition, ...] = ()


class CaseRule(Strict):
    """Layout cases: what must hold in each row. When all of `when` holds, one of `then` must, and each of `given` must be filled in."""

    severity: Severity = "error"
    when: tuple[Condition, ...] = ()
    then: tuple[Condition, ...] = ()
    given: tuple[str, ...] = ()
    zh: str
    en: str
    mark: str = "K"


class Check(Strict):
    """One logic check (审核关系). `kind` names a function of loaders/checks.py; the rest are what it needs.

    at_most: `element` ≤ `limit` (sum of elements) · sums_to: `element` = sum of `parts` · ratio: `low` ≤ element / of ≤ `high` ·
    range: `low` ≤ element ≤ `high` · implies: when `element` is given and above 0, each of `parts` must be given ·
    required: `element` must be given · change: `element` is plausible beside the sender's own last 12 months (`high`
    yardsticks, see loaders/plausible.py) · agrees: `element` = `of`, which the form `form` brings for the same period.
    The last two are asked when a file is saved, and are always warnings.
    """

    kind: Literal["at_most", "sums_to", "ratio", "range", "implies", "required", "change", "agrees"]
    severity: Severity = "error"
    element: str
    limit: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    of: str = ""
    form: str = ""
    low: float | None = None
    high: float | None = None
    justify: bool = (
        False  # an error that a written explanation makes a warning, as published checks allow for some
    )
    zh: str  # the rule in words, as the sender reads it
    en: str
    mark: str = "K"

    @cached_property
    def compared(self) -> tuple[tuple[str, str], tuple[tuple[str, str], ...]] | None:
        """Of at_most and sums_to, the keys of the whole and of what it is held against; None of other kinds."""
        if self.kind not in ("at_most", "sums_to"):
            return None
        wanted, *others = (
            (code, category)
            for code, _, category in (one.partition("@") for one in (self.element, *self.limit, *self.parts))
        )
        return wanted, tuple(others)


class Edition(Strict):
    """One dated layout of the form."""

    code: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    layout: Layout
    titles: tuple[str, ...]  # regular expressions, any of which the title block contains
    header_rows: int  # as in our template; workbooks in hand may have more or fewer
    organisation_label: tuple[str, ...] = ("填报单位", "单位名称", "机构名称")
    period_label: tuple[str, ...] = ("报告期", "填报月份", "统计时间")
    item_header: tuple[str, ...] = ()  # header wordings of the key columns
    label_header: tuple[str, ...] = ()
    section_header: tuple[str, ...] = ()
    type_header: tuple[str, ...] = ()
    code_header: tuple[str, ...] = ()  # organisations_in_rows: the column with the organisation's code
    name_header: tuple[str, ...] = ()
    key_columns: int = 0  # matrix without key headers: this many columns on the left are section, item, label, type in this order
    totals: tuple[str, ...] = (
        "合计",
        "总计",
        "小计",
        "全省",
        "全市",
        "全县",
    )  # labels of totals: checked against the sum, never stored
    total_organisation: bool = (
        False  # matrix: the column of a higher organisation is a total of the others: checked, never stored
    )
    categories: tuple[Category, ...] = ()
    fields: tuple[Field, ...]
    ignored: tuple[Ignored, ...] = ()
    derived: tuple[Derived, ...] = ()
    checks: tuple[Check, ...] = ()
    case_serial: str = ""  # cases: the column with the institution's own number of the case
    case_month: str = ""  # cases: the column with the month in which the case counts
    counts: tuple[Count, ...] = ()
    case_rules: tuple[CaseRule, ...] = ()

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """Every element this edition yields, in order, without repetition."""
        if self.layout == "cases":
            return tuple(dict.fromkeys(count.element for count in self.counts))
        stated = [field.element for field in self.fields] + [derived.element for derived in self.derived]
        return tuple(dict.fromkeys(stated))

    @cached_property
    def checks_of_the_file(self) -> tuple[Check, ...]:
        """Checks that the file alone decides."""
        return tuple(check for check in self.checks if check.kind not in ("change", "agrees"))

    @cached_property
    def required(self) -> tuple[Field, ...]:
        """The fields that must be given."""
        return tuple(one for one in self.fields if one.required)

    @cached_property
    def comparisons(self) -> tuple[tuple[Check, tuple[str, str], tuple[tuple[str, str], ...], bool], ...]:
        """Of a form without breakdowns, the checks of the file with the keys that they compare, and whether for equality.

        Checks of other kinds compare nothing.
        """
        return tuple(
            (check, *(check.compared or (("", ""), ())), check.kind == "sums_to")
            for check in self.checks_of_the_file
        )

    @cached_property
    def checks_against_the_store(self) -> tuple[Check, ...]:
        """Checks that need more than the file."""
        return tuple(check for check in self.checks if check.kind in ("change", "agrees"))

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The breakdowns that add up to the whole; none where the form has no such categories."""
        return next((one.total_of for one in self.categories if one.code == "" and one.total_of), ())


class Form(Strict):
    """One form; its file's stem is its code."""

    code: str
    zh: str
    en: str
    tree: str = "guizhou"
    basis: Literal["residence", "occurrence", "register"]
    reported_by: tuple[
        str, ...
    ]  # levels or kinds of the organisations that the numbers are about: county, mch, hospital, district …
    frequency: Literal["month", "quarter", "year", "change"]
    due_days: int = 5  # days after the end of the period
    owed_from: dt.date | None = (
        None  # reports that end before this day are owed by nobody, but taken when they come
    )
    cumulative_from_month: int | None = None  # values run up from this month of the year (4 = April)
    latest_hierarchy: bool = False  # the sender prints today's organisations on old periods: their opening dates are not held against them
    source: str
    mark: str
    note: str = ""
    editions: tuple[Edition, ...]

    def edition(self, on: dt.date) -> Edition:
        """The edition valid on the day; before the first one, the first."""
        valid = [
            one
            for one in self.editions
            if one.valid_from <= on and (one.valid_to is None or on <= one.valid_to)
        ]
        return (
            max(valid, key=lambda one: one.valid_from)
            if valid
            else min(self.editions, key=lambda one: one.valid_from)
        )

    @cached_property
    def duty(self) -> Duty:
        """What the form obliges whom to send, as reference data for those who count completeness."""
        return Duty(
            form=self.code,
            tree=self.tree,
            basis=self.basis,
            frequency=self.frequency,
            reported_by=self.reported_by,
            due_days=self.due_days,
            latest_hierarchy=self.latest_hierarchy,
            elements=frozenset(element for edition in self.editions for element in edition.elements),
            since=self.owed_from,
            zh=self.zh,
            en=self.en,
        )


@dataclass(frozen=True)
class Forms:
    """All forms, by code."""

    by_code: Mapping[str, Form]

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The patterns of all forms' titles."""
        return tuple(title for form in self.by_code.values() for one in form.editions for title in one.titles)

    @cached_property
    def sender_labels(self) -> tuple[str, ...]:
        """Every wording of the label before a sender."""
        editions = [one for form in self.by_code.values() for one in form.editions]
        return tuple(dict.fromkeys(label for one in editions for label in one.organisation_label))

    @cached_property
    def period_labels(self) -> tuple[str, ...]:
        """Every wording of the label before a period."""
        editions = [one for form in self.by_code.values() for one in form.editions]
        return tuple(dict.fromkeys(label for one in editions for label in one.period_label))

    @property
    def duties(self) -> tuple[Duty, ...]:
        """Every form's duty."""
        return tuple(form.duty for form in self.by_code.values())

    def get(self, code: str) -> Form:
        """The form; raises DefinitionError naming the nearest one."""
        if code not in self.by_code:
            raise DefinitionError(f"unknown form '{code}'{suggest(code, sorted(self.by_code))}")
        return self.by_code[code]


def load_forms(registry: Registry, folders: tuple[Path, ...] = (HOME,)) -> Forms:
    """Read every form of the folders; raises DefinitionError for an unknown element, tree, category or a stem unlike the code."""
    forms: dict[str, Form] = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.toml")):
        form = read_toml(path, Form)
        if form.code != path.stem:
            raise DefinitionError(f"{path}: the code '{form.code}' is not the file's stem")
        _verify(form, path, registry)
        forms[form.code] = form
    _refuse_rivals(forms.values())
    _find_others(forms)
    return Forms(forms)


def _refuse_rivals(forms: Iterable[Form]) -> None:
    """Totals are sums over whatever forms bring an element: two that bring the same one would count it twice."""
    bringers: dict[tuple[str, str, str], str] = {}
    for form in forms:
        for element in form.duty.elements:
            other = bringers.setdefault((form.tree, form.basis, element), form.code)
            if other != form.code:
                raise DefinitionError(
                    f"{form.code}.toml and {other}.toml both bring '{element}' by {form.basis}: it would be counted twice"
                )


def _find_others(forms: Mapping[str, Form]) -> None:
    """Forms that checks compare with must be there and bring the element."""
    for form in forms.values():
        for check in (
            check for edition in form.editions for check in edition.checks if check.kind == "agrees"
        ):
            other = forms.get(check.form)
            if other is None or check.of not in other.duty.elements:
                raise DefinitionError(
                    f"{form.code}.toml: '{check.of}' of '{check.form}' is brought by no such form{suggest(check.form, sorted(forms))}"
                )


def _columns_named(edition: Edition) -> list[str]:
    """Columns that an edition of layout cases speaks of; without serial and month there is nothing to count by."""
    if edition.layout != "cases":
        return []
    named = [edition.case_serial, edition.case_month]
    conditions = [one for count in edition.counts for one in count.where]
    for rule in edition.case_rules:
        named += rule.given
        conditions += [*rule.when, *rule.then]
    return [*named, *(one.column for one in conditions)]


def _verify(form: Form, path: Path, registry: Registry) -> None:
    if form.tree not in registry.trees:
        raise DefinitionError(
            f"{path}: unknown tree '{form.tree}'{suggest(form.tree, sorted(registry.trees))}"
        )
    for edition in form.editions:
        named = [*edition.elements, *(field.element for field in edition.fields)]
        columns = {field.element for field in edition.fields}
        for place in _columns_named(edition):
            if place not in columns:
                raise DefinitionError(
                    f"{path}, edition {edition.code}: '{place}' is no column of it{suggest(place, sorted(columns))}"
                )
        for derived in edition.derived:
            named += derived.sum_of
        for check in edition.checks:
            named += [check.element, *check.limit, *check.parts, *([check.of] if check.of else [])]
        for code in named:
            if code.partition("@")[0] not in registry.elements:
                raise DefinitionError(
                    f"{path}, edition {edition.code}: unknown data element '{code}'{suggest(code, sorted(registry.elements))}"
                )
