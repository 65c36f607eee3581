"""Which form and edition a sheet is, for which period and whom: by its code, else its title, else its headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from rapidfuzz import fuzz, process

from loaders.forms import Edition, Form, Forms
from loaders.issues import Issue
from loaders.matching import Labels, words
from loaders.stated_period import period_of
from loaders.tidy import text_of
from loaders.title_block import label_rest, title_texts
from loaders.traditional import simplified
from loaders.units import ONE, Scale, Unit, unit_of_line
from loaders.workbook import Sheet
from reference.organisations import Organisation
from reference.periods import Period
from reference.registry import Registry

LabelsOf = Callable[[Form, Edition], Labels]
MOST_IN_TITLE = 4  # texts in a row of the title block
FEWEST_HEADERS = (
    0.5  # share of a form's fields whose labels a sheet must show to be taken for it without code or title
)
FEWEST_UNDER_COVER = 2  # labels of the form that a cover names which make a sheet its table
_CODE = re.compile(r"表\s*号[:：]?\s*([a-z][a-z0-9_]*)\s*/\s*([\w.\-]+)", re.IGNORECASE)
_CODE_WORD = re.compile(r"^(?:代码|编码|名称)[:：]?")
_NEXT_LABEL = re.compile(
    r"(?<!^)[(（]?20\d\d\s?[年./-]|(?:计量)?单位\s?[:：]|报告期|统计时间|填[报表](?:日期|时间|人)|报出日期"
)
_OFFICE = re.compile(r"(?:卫生健康|卫健|卫生和?计划?生育|卫计|卫生)(?:委员会|局|委)$")
_OTHER_HOUSE = re.compile("妇幼(?:卫生)?保健[所站]$")
_CODE_IN_BRACKETS = re.compile(r"[(（\[]\s*([A-Za-z0-9\-]{4,32})\s*[)）\]]")


@dataclass
class Found:
    """A sheet taken for a form, with what its title block says."""

    sheet: Sheet
    form: Form
    edition: Edition
    how: str
    period: Period | None = None
    period_cell: str = ""
    unit: Unit | None = None  # the sheet's own (单位：万人), for numbers of which nothing nearer says one
    unit_cell: str = ""
    cover: Sheet | None = None
    owing: dict[str, str] = field(
        default_factory=dict
    )  # names of those who owe the form, once one is not known
    issues: list[Issue] = field(default_factory=list)

    @property
    def scale(self) -> Scale:
        """What the sheet's own unit multiplies numbers by."""
        return Scale(self.unit.times, self.unit_cell) if self.unit else ONE


def recognise(
    sheet: Sheet,
    forms: Forms,
    labels: LabelsOf,
    file_name: str,
    cover: Sheet | None = None,
    *,
    by_cover: bool = False,
) -> Found | None:
    """The form that a sheet holds, or None when it is no form we know; `labels` gives an edition's wordings.

    `cover`: a sheet without a table that may say what this one does not; which form it is only where `by_cover`.
    """
    texts = title_texts(sheet)
    found = (
        _by_code(sheet, forms, texts) or _by_title(sheet, forms, texts) or _by_headers(sheet, forms, labels)
    )
    if found is None and cover is not None and by_cover and looks_like_data(sheet):
        found = _by_cover(sheet, cover, forms, labels)
    if found:
        found.unit, found.unit_cell = next(
            (
                (unit, sheet.address(row, column))
                for row, column, text in texts
                if (unit := unit_of_line(text))
            ),
            (None, ""),
        )
        found.cover = cover if cover is not sheet else None
        found.period, found.period_cell = period_of(found, texts, file_name)
        if found.period:
            found.edition = _edition_for(found, found.period)
    return found


def _by_code(sheet: Sheet, forms: Forms, texts: list[tuple[int, int, str]]) -> Found | None:
    for row, column, text in texts:
        match = _CODE.search(text)
        if match and (form := forms.by_code.get(match[1].lower())):
            edition = next((one for one in form.editions if one.code == match[2]), None)
            found = Found(sheet, form, edition or form.editions[-1], "code")
            if edition is None:
                known = ", ".join(one.code for one in form.editions)
                found.issues.append(
                    Issue(
                        "unknown_edition", sheet.name, sheet.address(row, column), match[2], {"known": known}
                    )
                )
            return found
    return None


def _by_title(sheet: Sheet, forms: Forms, texts: list[tuple[int, int, str]]) -> Found | None:
    # One cell a line: a pattern never reaches from one cell into the next.
    said = "\n".join(text for _, _, text in texts)
    said = f"{said.replace(' ', '')}\n{said}"
    for form in forms.by_code.values():
        for edition in reversed(form.editions):
            if any(re.search(pattern, said, re.IGNORECASE | re.MULTILINE) for pattern in edition.titles):
                return Found(sheet, form, edition, "title")
    return None


def _by_headers(sheet: Sheet, forms: Forms, labels: LabelsOf) -> Found | None:
    """The form whose labels the sheet shows most of; at least half of them, and at least three."""
    seen = _texts_of(sheet)
    best: tuple[float, Form, Edition] | None = None
    for form in forms.by_code.values():
        for edition in form.editions:
            own = labels(form, edition)
            if own.every.isdisjoint(seen):
                continue
            wordings = own.shown_as
            shown = sum(not seen.isdisjoint(one) for one in wordings)
            share = shown / len(wordings)
            if share >= FEWEST_HEADERS and shown >= 3 and (best is None or share > best[0]):
                best = (share, form, edition)
    return Found(sheet, best[1], best[2], "headers") if best else None


def _by_cover(sheet: Sheet, cover: Sheet, forms: Forms, labels: LabelsOf) -> Found | None:
    """The form that a cover names, if the sheet shows some of its labels."""
    texts = title_texts(cover)
    found = _by_code(cover, forms, texts) or _by_title(cover, forms, texts)
    if found is None:
        return None
    seen = _texts_of(sheet)
    shown = sum(not seen.isdisjoint(one) for one in labels(found.form, found.edition).shown_as)
    return replace(found, sheet=sheet) if shown >= FEWEST_UNDER_COVER else None


def _edition_for(found: Found, period: Period) -> Edition:
    """The edition printed on the sheet, else the one valid in the period."""
    return found.edition if found.how == "code" else found.form.edition(period.last_day)


class Sender(NamedTuple):
    """Whom the title block names and in which cell, or why that cannot be told."""

    organisation: Organisation | None
    cell: str
    issue: Issue | None


def sender_of(found: Found, registry: Registry) -> Sender:
    """The organisation named in the title block: by the code in brackets, else by its name.

    Where the form is about an area and its institution signs (南明区妇幼保健院), the area is meant.
    """
    sheet, form = found.sheet, found.form
    for row, column, text in title_texts(sheet):
        rest = label_rest(text, found.edition.organisation_label)
        if rest is None:
            continue
        beside = ((rest.strip(), 0), *((text_of(sheet.at(row, column + step)), step) for step in (1, 2)))
        named, step = next(((said, step) for said, step in beside if said), ("", 0))
        if named := _CODE_WORD.sub("", _NEXT_LABEL.split(named)[0].strip()):
            cell = sheet.address(row, column + step)
            organisation, issue = organisation_meant(*_parts(named), found, cell, registry)
            return Sender(organisation, cell, issue)
    texts = title_texts(sheet)
    many = Counter(row for row, _, _ in texts)
    for row, column, text in texts:
        if many[row] > MOST_IN_TITLE:
            continue
        head = re.split(r"\d{4}", text)[0].strip()
        if head and (candidates := registry.organisations.find(head, form.tree)) and len(candidates) == 1:
            return Sender(area_meant(candidates[0], form, registry), sheet.address(row, column), None)
    called = registry.organisations.find(sheet.name, form.tree) if sheet.name else []
    meant = {one.code: one for one in (area_meant(each, form, registry) for each in called)}
    if len(meant) == 1 and form.duty.owed_by(only := next(iter(meant.values()))):
        return Sender(only, "", None)
    if found.cover is not None:
        said = sender_of(replace(found, sheet=found.cover, cover=None), registry)
        if said.organisation is not None:
            return said._replace(cell="")
    label = {"label": found.edition.organisation_label[0]}
    return Sender(None, "", Issue("organisation_missing", sheet.name, "", "", label))


def named_at(
    named: str, found: Found, cell: str, registry: Registry
) -> tuple[Organisation | None, Issue | None]:
    """The organisation that a header names, by its code in brackets or its name; else why not."""
    return organisation_at(*_parts(named), found, cell, registry)


def _parts(named: str) -> tuple[str, str]:
    """The code in brackets and the name beside it."""
    bracketed = _CODE_IN_BRACKETS.search(named)
    return bracketed[1] if bracketed else "", _CODE_IN_BRACKETS.sub("", named).strip()


def organisation_meant(
    code: str, name: str, found: Found, cell: str, registry: Registry
) -> tuple[Organisation | None, Issue | None]:
    """The same, and 某县妇幼保健所 or 站 for the county's only 妇幼保健院, with a remark: it has borne all three names."""
    organisation, issue = organisation_at(code, name, found, cell, registry)
    if organisation is not None or code or issue is None or issue.code != "organisation_unknown":
        return organisation, issue
    if (called := _OTHER_HOUSE.sub("妇幼保健院", simplified(name))) == simplified(name):
        return None, issue
    houses = [one for one in registry.organisations.find(called, found.form.tree) if one.kind == "mch"]
    if len(houses) != 1:
        return None, issue
    meant = area_meant(houses[0], found.form, registry)
    if not found.form.duty.owed_by(meant):
        return None, issue
    taken_for = {"taken_for": f"{houses[0].zh} ({houses[0].code})"}
    return meant, Issue("organisation_understood", found.sheet.name, cell, name, taken_for)


def organisation_at(
    code: str, name: str, found: Found, cell: str, registry: Registry
) -> tuple[Organisation | None, Issue | None]:
    """One organisation by code, else by name, former name or alias; else the issue that says why not, with candidates."""
    form, sheet = found.form, found.sheet.name
    coded = _by_organisation_code(code, form, registry) if code else None
    if coded is not None:
        meant = area_meant(coded, form, registry)
        if name and not _is_called(coded, meant, name, form, registry):
            names = {"coded_zh": coded.zh, "coded_en": coded.en, "organisation_code": code}
            return None, Issue("code_and_name_differ", sheet, cell, name, names)
        return meant, None
    candidates = registry.organisations.find(name, form.tree) if name else []
    if not candidates and name:
        candidates = registry.organisations.find(simplified(name), form.tree)
    if not candidates and (area := _OFFICE.sub("", simplified(name))) != name:
        # A county's health office reports for its county.
        candidates = [
            one
            for one in registry.organisations.find(area, form.tree)
            if one.is_area and form.duty.owed_by(one)
        ]
    fitting = {
        one.code: one
        for one in (area_meant(candidate, form, registry) for candidate in candidates)
        if form.duty.owed_by(one)
    }
    if len(fitting) == 1:
        return next(iter(fitting.values())), None
    if len(candidates) == 1:
        return candidates[0], None
    shown = name or code
    if candidates:
        listed = ", ".join(f"{one.zh} ({one.code})" for one in candidates)
        return None, Issue("organisation_ambiguous", sheet, cell, shown, {"candidates": listed})
    near = _nearest(shown, found, registry)
    return None, Issue("organisation_unknown", sheet, cell, shown, {"nearest": near})


def _by_organisation_code(code: str, form: Form, registry: Registry) -> Organisation | None:
    organisations = registry.organisations
    if code in organisations:
        found = organisations.get(code)
        return found if found.tree == form.tree else None
    candidates = organisations.find(code, form.tree)
    return candidates[0] if len(candidates) == 1 else None


def _is_called(coded: Organisation, meant: Organisation, name: str, form: Form, registry: Registry) -> bool:
    """Whether a name may stand beside a code: it is the organisation's own, its area's, or nobody's (then the code decides)."""
    if name in (coded.zh, meant.zh):
        return True
    called = registry.organisations.find(name, form.tree)
    reached = {one.code for one in called} | {area_meant(one, form, registry).code for one in called}
    return not called or bool(reached & {coded.code, meant.code})


def area_meant(organisation: Organisation, form: Form, registry: Registry) -> Organisation:
    """The organisation itself when it may report the form, else the area it belongs to when that may."""
    if form.duty.owed_by(organisation) or organisation.is_area or not organisation.parent:
        return organisation
    parent = registry.organisations.get(organisation.parent)
    return parent if form.duty.owed_by(parent) else organisation


def _nearest(name: str, found: Found, registry: Registry) -> str:
    if not found.owing:
        found.owing = {one.zh: one.code for one in registry.organisations.all if found.form.duty.owed_by(one)}
    best = process.extract(name, list(found.owing), scorer=fuzz.ratio, limit=3, score_cutoff=40)
    return ", ".join(f"{title} ({found.owing[title]})" for title, _, _ in best) or "—"


def _texts_of(sheet: Sheet) -> set[str]:
    """The wordings of a sheet's upper rows."""
    return {words(raw) for row in sheet.rows[:200] for raw in row if raw.__class__ is str and raw}


def looks_like_data(sheet: Sheet) -> bool:
    """Whether a sheet that is no known form holds a table of numbers all the same."""
    numbers = sum(
        isinstance(raw, int | float) and not isinstance(raw, bool) for row in sheet.rows[:200] for raw in row
    )
    return numbers >= 5
