"""Reading and checking one file: every fault at once, and never an exception for a bad file."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from loaders.beside import beside
from loaders.forms import Edition, Form, Forms
from loaders.issue_list import explanations, is_issue_list
from loaders.issues import Issue
from loaders.limits import Limits
from loaders.machine import is_machines
from loaders.matching import Labels
from loaders.outcome import Outcome, Recognised, Return, Stated
from loaders.persons import covered, find_persons, masked
from loaders.read import read_sheet
from loaders.recognise import Found, looks_like_data, recognise
from loaders.several import by_period, has_table, stacked
from loaders.unrecognised import likeness, possible_headers, told_of, unknown_headers
from loaders.workbook import Sheet, WorkbookError, read_workbook
from reference.registry import Registry

MOST_UNUSABLE = 50  # such cells named in a sheet that is no form of ours
_CHECKS = ("check_failed", "check_explained")
log = logging.getLogger(__name__)


@dataclass
class Desk:
    """All that checking needs, picklable, and warm after its first file. `today` is for trying out other days."""

    registry: Registry = field(repr=False)
    forms: Forms = field(repr=False)
    today: dt.date | None = None
    limits: Limits = field(default_factory=Limits)
    _labels: dict[tuple[str, str], Labels] = field(default_factory=dict, repr=False)

    def labels(self, form: Form, edition: Edition) -> Labels:
        """The edition's wordings, worked out once."""
        key = (form.code, edition.code)
        if key not in self._labels:
            self._labels[key] = Labels.of(edition)
        return self._labels[key]

    def warm(self) -> None:
        """Work out what every file needs, before processes that begin with it are made."""
        for form in self.forms.by_code.values():
            for edition in form.editions:
                self.labels(form, edition)

    @property
    def day(self) -> dt.date:
        """Today."""
        return self.today or dt.date.today()


def check_file(path: Path, desk: Desk) -> Outcome:
    """Read and check a file on disk."""
    return check_content(path.read_bytes(), path.name, desk)


def check_content(content: bytes, name: str, desk: Desk, *, careful: bool = False) -> Outcome:
    """Read and check a file's bytes; `name` may say the period when the sheet does not.

    `careful` is for a file that has ended a reader before. Raises MemoryError where memory is limited, and
    the machine's own faults.
    """
    name = readable(name)
    recognised: list[Recognised] = []
    returns: list[Return] = []
    issues: list[Issue] = []
    explained: dict[tuple[str, str, str], str] = {}
    try:
        workbook = read_workbook(content, name, desk.limits, careful=careful)
        _read_sheets(workbook.sheets, name, desk, recognised, returns, issues, explained)
        if persons := find_persons(workbook.sheets, name, workbook.notes):
            issues[:] = [*persons, *map(covered, issues)]
    except WorkbookError as error:
        issues.append(error.issue)
    except MemoryError:
        raise
    except Exception as error:
        if is_machines(error):
            raise
        # A fault of ours must not lose the sender's file or the other files of a load: it is said, and logged for us.
        log.exception("reading failed")
        returns.clear()
        issues.append(Issue("reader_failed", found=type(error).__name__))
    return Outcome(
        name=masked(name),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        recognised=tuple(recognised),
        returns=tuple(returns),
        issues=tuple(issues),
        explained=explained,
        values=sum(map(_filled, returns)),
        stated={
            (one.form, one.organisation, one.last): Stated(one.sheet, one.organisation_cell, one.period_cell)
            for one in returns
        },
    )


def _filled(one: Return) -> int:
    """How many numbers and texts it brings."""
    numbers = [reading.value for reading in one.readings]
    absent = numbers.count(None)
    return (
        len(numbers)
        - absent
        + (sum(bool(each.text) for each in one.readings if each.value is None) if absent else 0)
    )


def readable(name: str) -> str:
    """A file's name as text: one whose bytes are no UTF-8 was given by a Chinese Windows."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


def unreadable(name: str, content: bytes, issue: Issue) -> Outcome:
    """The outcome of a file that could not be looked into."""
    return Outcome(
        masked(readable(name)), hashlib.sha256(content).hexdigest(), len(content), (), (), (issue,)
    )


def _read_sheets(
    sheets: list[Sheet],
    name: str,
    desk: Desk,
    recognised: list[Recognised],
    returns: list[Return],
    issues: list[Issue],
    explained: dict[tuple[str, str, str], str],
) -> None:
    unknown: list[Sheet] = []
    hidden: list[Sheet] = []
    read: list[tuple[Recognised, list[Return], list[Issue]]] = []
    cover = _cover(sheets)
    for sheet in sheets:
        if not any(raw != "" and raw is not None for row in sheet.rows for raw in row):
            continue
        if is_issue_list(sheet):
            explained.update(explanations(sheet))
            continue
        for view in _views(sheet, desk):
            found = recognise(view, desk.forms, desk.labels, name, cover)
            if found is None or sheet.hidden:
                (hidden if found else unknown).append(view)
            else:
                read.extend(_each(by_period(found, desk.labels(found.form, found.edition)), desk))
    if cover is not None and all(_without_table(one) for one in read):
        read.extend(_under_cover(unknown, cover, name, desk))
    for one, fresh, faults in _without_notes(read):
        recognised.append(one)
        returns.extend(fresh)
        issues.extend(faults)
    if not recognised:
        issues.extend(_nothing_recognised(name, desk, unknown, hidden))
        issues.extend(issue for sheet in unknown if not sheet.hidden for issue in _unusable(sheet))
        return
    for sheet in unknown:
        if not sheet.hidden and looks_like_data(sheet):
            issues.append(Issue("sheet_unknown", sheet.name))
    issues.extend(_repeated(returns))
    issues[:] = [_explained(issue, explained) for issue in issues]
    if not returns and not any(issue.severity == "error" for issue in issues):
        issues.append(Issue("no_values", recognised[0].sheet))


def _cover(sheets: list[Sheet]) -> Sheet | None:
    """The first sheet, where it has no table and others follow: it may name form, period and sender for them."""
    first = next((sheet for sheet in sheets if not sheet.hidden), None)
    if first is None or len(sheets) < 2 or has_table(first.rows) or is_issue_list(first):
        return None
    return first


def _under_cover(
    unknown: list[Sheet], cover: Sheet, name: str, desk: Desk
) -> Iterator[tuple[Recognised, list[Return], list[Issue]]]:
    """Read the sheets whose form only the cover names; they are unknown no longer."""
    for sheet in [one for one in unknown if not one.hidden and one is not cover]:
        found = recognise(sheet, desk.forms, desk.labels, name, cover, by_cover=True)
        if found is not None:
            unknown[:] = [one for one in unknown if one is not sheet]
            yield from _each(by_period(found, desk.labels(found.form, found.edition)), desk)


def _without_table(one: tuple[Recognised, list[Return], list[Issue]]) -> bool:
    return any(issue.code == "header_missing" for issue in one[2])


def _views(sheet: Sheet, desk: Desk) -> Iterator[Sheet]:
    """A view for each return of a sheet, below or beside each other."""
    for below in stacked(sheet, desk.forms):
        yield from beside(below, desk.forms, desk.registry)


def _explained(issue: Issue, given: Mapping[tuple[str, str, str], str]) -> Issue:
    """A failed check that the sender has explained, where its rule allows that, no longer forbids saving."""
    words = next(
        (
            given[issue.sheet, issue.cell, code]
            for code in _CHECKS
            if (issue.sheet, issue.cell, code) in given
        ),
        "",
    )
    if issue.code != "check_failed" or not words:
        return issue
    if issue.severity == "error" and not issue.parameters.get("justifiable"):
        return issue
    parameters = {**issue.parameters, "justification": words}
    return replace(issue, code="check_explained", severity_given="warning", parameters=parameters)


def _unusable(sheet: Sheet) -> list[Issue]:
    """Cells of an unknown sheet that have no value to read, in order."""
    places = sorted(sheet.broken)[:MOST_UNUSABLE]
    names = {"name_zh": "这一格", "name_en": "this place"}
    return [Issue(sheet.broken[place], sheet.name, sheet.address(*place), "", names) for place in places]


def _without_notes(
    read: list[tuple[Recognised, list[Return], list[Issue]]],
) -> list[tuple[Recognised, list[Return], list[Issue]]]:
    """Leave out sheets that only speak of the form (填表说明): recognised, but without its table, beside one that has it."""
    with_table = [one for one in read if not _without_table(one)]
    return with_table or read


def _each(several: list[Found], desk: Desk) -> Iterator[tuple[Recognised, list[Return], list[Issue]]]:
    """Read each of a sheet's periods; what is wrong with the table itself is said once."""
    said: list[Issue] = []
    for found in several:
        one, fresh, faults = _one(found, desk)
        yield one, fresh, [issue for issue in faults if issue not in said]
        if len(several) > 1:
            said += faults


def _one(found: Found, desk: Desk) -> tuple[Recognised, list[Return], list[Issue]]:
    """Read one recognised sheet."""
    fresh, faults = read_sheet(found, desk.registry, desk.labels(found.form, found.edition), desk.day)
    period = found.period.code if found.period else ""
    return (
        Recognised(found.sheet.name, found.form.code, found.edition.code, found.how, period, len(fresh)),
        fresh,
        faults,
    )


def _nothing_recognised(name: str, desk: Desk, unknown: list[Sheet], hidden: list[Sheet]) -> list[Issue]:
    if hidden:
        return [Issue("form_hidden", hidden[0].name)]
    if not unknown:
        return [Issue("empty_file")]
    first = next((sheet for sheet in unknown if not sheet.hidden), None)
    if first is not None and _is_prose(first, name):
        return [Issue("wrong_type")]
    home = desk.registry.home
    offered = [form for form in desk.forms.by_code.values() if form.tree == home]
    like = None if first is None else likeness(first, desk.forms, desk.labels, home)
    known = {
        "known_zh": "、".join(form.zh for form in offered),
        "known_en": ", ".join(form.en for form in offered),
        **({"like_zh": "", "like_en": ""} if first is None else told_of(first, like)),
    }
    if first is None:
        headers = []
    elif like is None:
        headers = possible_headers(first, desk.forms, desk.labels, home)
    else:
        headers = unknown_headers(first, like.labels, like.form.code)
    return [Issue("form_unknown", first.name if first else "", "", "", known), *headers]


def _is_prose(sheet: Sheet, name: str) -> bool:
    """Whether a text without columns came under a spreadsheet's name: a letter, a program's source, a log."""
    return not sheet.name and sheet.width < 2 and not name.lower().endswith((".csv", ".tsv", ".txt"))


def _repeated(returns: list[Return]) -> list[Issue]:
    """The same form, organisation and period twice in one file."""
    times = Counter((one.form, one.organisation, one.first, one.last) for one in returns)
    seen: set[tuple[str, str, int, int]] = set()
    issues = []
    for one in returns:
        key = (one.form, one.organisation, one.first, one.last)
        if times[key] > 1 and key in seen:
            issues.append(
                Issue(
                    "return_repeated",
                    one.sheet,
                    "",
                    one.organisation,
                    {},
                    "",
                    one.form,
                    one.organisation,
                    one.last,
                )
            )
        seen.add(key)
    return issues
