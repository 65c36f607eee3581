"""From a recognised sheet to returns: values placed, printed totals compared, parts summed, checks run, every fault at once."""

from __future__ import annotations

import datetime as dt

from loaders import by_element, by_organisation
from loaders.case_list import read_cases
from loaders.checks import run_checks
from loaders.forms import Edition
from loaders.harvest import NOBODY, Harvest, Key, has_numbers
from loaders.issues import Issue
from loaders.matching import Labels
from loaders.organisation_headers import find_header, lies_across
from loaders.outcome import Reading, Return
from loaders.recognise import Found
from loaders.row_keys import find_keys
from loaders.stated_period import period_issue
from loaders.tidy import LARGEST
from loaders.unrecognised import unknown_headers
from reference.data_elements import ValueNote
from reference.periods import Period
from reference.registry import Registry
from reference.reporting import due_day

LONGEST_CELL = 40  # characters of an address list that the store keeps


def read_sheet(
    found: Found, registry: Registry, labels: Labels, today: dt.date
) -> tuple[list[Return], list[Issue]]:
    """Read one recognised sheet; returns are empty where the period or an organisation could not be told."""
    if found.edition.layout == "cases":
        return read_cases(found, registry, labels, today)
    reader = by_organisation if _in_rows(found, labels) else by_element
    harvest = reader.read_rows(found, registry, labels)
    _drop_totals(harvest)
    if any(issue.code == "header_missing" for issue in harvest.issues):
        harvest.issues.extend(unknown_headers(found.sheet, labels, found.form.code))
    wrong_period = period_issue(found, today)
    issues = [*found.issues, *([wrong_period] if wrong_period else [])]
    harvest.doubt_units()
    _compare_totals(harvest)
    for organisation, held in list(harvest.values.items()):
        if not has_numbers(held):
            _nothing_given(harvest, organisation)
            continue
        _sum_parts(harvest, found.edition, held)
        _derive(harvest, found.edition, held)
        _require(harvest, found.edition, held)
        who = harvest.who(organisation)
        harvest.issues.extend(run_checks(found.edition, held, registry, who, found.form.code, organisation))
        if not organisation.startswith(NOBODY):
            _may_report(harvest, organisation)
    issues.extend(harvest.issues)
    if wrong_period or found.period is None:
        return [], issues
    period = found.period
    placed = {
        code: held
        for code, held in harvest.values.items()
        if not code.startswith(NOBODY) and has_numbers(held)
    }
    due = due_day(found.form.duty, period.last, registry.calendar) if found.form.duty.span else None
    return [
        _return(found, code, period, held, due, harvest.named.get(code, "")) for code, held in placed.items()
    ], issues


def _in_rows(found: Found, labels: Labels) -> bool:
    """Whether organisations are rows here; an office may lay a form out the other way than we print it."""
    if found.edition.layout != "organisations_in_rows":
        return lies_across(found, labels)
    if find_header(found, labels) is not None:
        return True
    keys = find_keys(found, labels)
    return keys is None or keys.first == 0


def _drop_totals(harvest: Harvest) -> None:
    """A higher organisation printed among the others is their total: compared, and stored only where it owes the form itself."""
    found, organisations = harvest.found, harvest.registry.organisations
    codes = [code for code in harvest.values if not code.startswith(NOBODY)]
    for code in codes:
        if not found.edition.total_organisation and found.form.duty.owed_by(organisations.get(code)):
            continue
        below = frozenset(other for other in codes if code in organisations.ancestors(other))
        if below:
            for key, reading in harvest.values.pop(code, {}).items():
                if reading.value is not None:
                    harvest.totals.append((key, reading.value, reading.cell, below))


def _return(
    found: Found, organisation: str, period: Period, held: dict[Key, Reading], due: dt.date | None, named: str
) -> Return:
    form = found.form
    start = None
    if form.cumulative_from_month:
        start = period.first
    return Return(
        form=form.code,
        edition=found.edition.code,
        basis=form.basis,
        organisation=organisation,
        first=period.first,
        last=period.last,
        cumulative_from=start,
        due=due,
        sheet=found.sheet.name,
        # A blank breakdown says nothing that the blank whole does not say.
        readings=tuple(held.values())
        if not found.edition.parts
        else tuple(
            [
                one
                for one in held.values()
                if one.value is not None or one.text or not one.category or one.note != ValueNote.BLANK
            ]
        ),
        organisation_cell=named,
        period_cell=found.period_cell,
    )


def _nothing_given(harvest: Harvest, organisation: str) -> None:
    """An organisation without any figure: the sender's own blank row is asked about, a foreign export's empty column is not."""
    if harvest.found.edition.layout != "matrix" and not harvest.issues:
        who = harvest.who(organisation)
        harvest.issue("nothing_filled_in", "", who["who_zh"], **who)


def _faulty_elements(harvest: Harvest) -> set[str]:
    return {str(issue.parameters["element"]) for issue in harvest.issues if "element" in issue.parameters}


def _compare_totals(harvest: Harvest) -> None:
    """Printed totals against the sum of what they total; silent where a cell behind them is already at fault."""
    faulty = _faulty_elements(harvest)
    for key, printed, cell, below in harvest.totals:
        if key[0] in faulty or harvest.unplaced:
            continue
        members = [held for code, held in harvest.values.items() if not below or code in below]
        values = [
            reading.value for held in members if (reading := held.get(key)) and reading.value is not None
        ]
        if values and sum(values) != printed:
            harvest.issue("total_differs", cell, printed, total=f"{sum(values):,}", **harvest.names(key[0]))


def _sum_parts(harvest: Harvest, edition: Edition, held: dict[Key, Reading]) -> None:
    """The whole of an element that is broken down: compared with the printed one, else summed."""
    parts = edition.parts
    if not parts:
        return
    for element in dict.fromkeys([element for element, _ in held]):
        pieces = [held.get((element, part)) for part in parts]
        whole = held.get((element, ""))
        given = [one for one in pieces if one is not None]
        if len(given) < len(parts):
            continue
        values = [one.value for one in given]
        if None not in values:
            total = sum(value for value in values if value is not None)
            if whole is not None and whole.value is not None:
                if whole.value != total:
                    harvest.issue(
                        "parts_differ", whole.cell, whole.value, total=f"{total:,}", **harvest.names(element)
                    )
                continue
            _put(harvest, held, element, "", total, given)
        elif (whole is None or whole.note == ValueNote.BLANK) and whole_note(given) is not None:
            held[element, ""] = Reading(
                element, "", None, whole_note(given) or "", "", given[0].sheet, given[0].cell, True
            )


def whole_note(pieces: list[Reading]) -> str | None:
    """The note of a whole whose parts all carry the same one."""
    notes = {one.note for one in pieces if one.value is None}
    return notes.pop() if len(notes) == 1 and all(one.value is None for one in pieces) else None


def _put(
    harvest: Harvest, held: dict[Key, Reading], element: str, category: str, value: int, pieces: list[Reading]
) -> None:
    """Keep a value that no cell states, with the cells of its parts; a sum beyond any count is a fault of its parts."""
    cells = "+".join(one.cell for one in pieces)
    if len(cells) > LONGEST_CELL:
        cells = f"{pieces[0].cell}…{pieces[-1].cell}"
    if value >= LARGEST:
        harvest.issue("too_long", pieces[0].cell, value, **harvest.names(element))
        return
    held[element, category] = Reading(element, category, value, "", "", pieces[0].sheet, cells, True)


def _derive(harvest: Harvest, edition: Edition, held: dict[Key, Reading]) -> None:
    """Elements that no cell states: the sum of others, in every breakdown that all of them have."""
    for rule in edition.derived:
        for category in [category for element, category in held if element == rule.sum_of[0]]:
            pieces = [held.get((element, category)) for element in rule.sum_of]
            given = [one for one in pieces if one is not None and one.value is not None]
            stated = held.get((rule.element, category))
            if len(given) == len(rule.sum_of) and (stated is None or stated.value is None):
                total = sum(one.value or 0 for one in given)
                _put(harvest, held, rule.element, category, total, given)


def _require(harvest: Harvest, edition: Edition, held: dict[Key, Reading]) -> None:
    """Fields that must be given; a stated absence such as 未开展 is an answer."""
    for one in edition.required:
        reading = held.get(one.key)
        if (
            reading is not None
            and reading.value is None
            and not reading.text
            and reading.note in ("", ValueNote.BLANK)
        ):
            harvest.issue("required_missing", reading.cell, "", **harvest.names(one.element))


def _may_report(harvest: Harvest, organisation: str) -> None:
    """Whether the organisation owes this form and existed in the period."""
    found, registry = harvest.found, harvest.registry
    who = registry.organisations.get(organisation)
    names = {"who_zh": who.zh, "who_en": who.en, "form_zh": found.form.zh, "form_en": found.form.en}
    if not found.form.duty.owed_by(who):
        harvest.issue(
            "may_not_report", harvest.named.get(organisation, ""), f"{who.zh} ({who.code})", **names
        )
    elif (
        found.period
        and not found.form.latest_hierarchy
        and not registry.organisations.exists(organisation, found.period.last_day)
    ):
        harvest.issue("not_open_then", harvest.named.get(organisation, ""), f"{who.zh} ({who.code})", **names)
