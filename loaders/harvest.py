"""What a sheet yields while it is read: values by organisation, printed totals, and issues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from loaders.forms import Field
from loaders.issues import Issue
from loaders.matching import title_of
from loaders.notes_column import notes_place
from loaders.outcome import Reading
from loaders.recognise import Found, Sender
from loaders.tidy import LARGEST, Number, number_in, read_date, read_number, text_of
from loaders.units import ONE, Scale, Unit, contradictory
from loaders.workbook import column_letters
from reference.data_elements import DataElement, ValueNote
from reference.registry import Registry

Key = tuple[str, str]  # (element, category)
NOBODY, NONE = "?", "无"
DOUBTED = 100  # hundreds of ten thousands are more women or children than a county has
MOST_ABSENT = 10  # fields that a remark names
_FLOATS = {float}
_new = tuple.__new__  # what a NamedTuple's own constructor calls, without the detour


class Column(NamedTuple):
    """A column that holds an element: worked out once for all rows. `plain`: whole numbers of single things."""

    column: int
    element: str
    key: Key
    letters: str
    plain: bool
    field: Field
    scale: Scale


@dataclass(frozen=True)
class PlainColumns:
    """The plain columns of a table, for reading a row of whole numbers at once; `others` need a look of their own."""

    of: Sequence[Column]
    others: list[Column]
    pick: Callable[[list[Any]], tuple[Any, ...]] | None  # None where there are too few to be worth it
    last: int
    keys: tuple[Key, ...]
    parts: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]  # elements, categories, letters

    def read(self, cells: list[Any], sheet: str, number: str) -> Iterable[tuple[Key, Reading]] | None:
        """The readings of a row by their keys; None where a cell of it is anything but a whole number of things."""
        if self.pick is None or len(cells) <= self.last:
            return None
        given = self.pick(cells)
        if set(map(type, given)) != _FLOATS:
            return None
        try:
            whole = tuple(map(int, given))
        except (ValueError, OverflowError):  # not a number, infinite
            return None
        if whole != given or min(whole) < 0 or max(whole) >= LARGEST:
            return None
        elements, categories, letters = self.parts
        places = [one + number for one in letters]
        none, name, no = repeat(""), repeat(sheet), repeat(False)
        rows = zip(elements, categories, whole, none, none, name, places, no, strict=False)
        return zip(self.keys, map(_new, repeat(Reading), rows), strict=True)


def plain_columns(columns: Sequence[Column]) -> PlainColumns:
    """What reading rows at once needs to know of their columns."""
    plain = [one for one in columns if one.plain]
    keys = tuple(one.key for one in plain)
    parts = (
        tuple(one.element for one in plain),
        tuple(one.key[1] for one in plain),
        tuple(one.letters for one in plain),
    )
    worth = len(plain) > 1 and len(set(keys)) == len(keys)
    pick: Callable[[list[Any]], tuple[Any, ...]] | None = (
        itemgetter(*(one.column for one in plain)) if worth else None
    )
    last = max((one.column for one in plain), default=0)
    return PlainColumns(columns, [one for one in columns if not one.plain], pick, last, keys, parts)


@dataclass
class Harvest:
    """`values`: organisation → key → reading. `totals`: printed totals as (key, number, cell, who they are a total of)."""

    found: Found
    registry: Registry
    values: dict[str, dict[Key, Reading]] = field(default_factory=dict)
    totals: list[tuple[Key, int, str, frozenset[str]]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)  # organisation → the cell that names it
    scaled: dict[str, list[int | None]] = field(
        default_factory=dict
    )  # cell of a unit → numbers under it, None: no whole
    unplaced: bool = False  # something kept an organisation's numbers from being placed
    _told_of_unit: set[str] = field(default_factory=set)
    _plain: PlainColumns | None = None

    def nobody(self, row: int) -> str:
        """A stand-in for an organisation that cannot be told: its figures are checked with all others, and saved for nobody."""
        self.unplaced = True
        return f"{NOBODY}{row}"

    def sender(self, sender: Sender) -> str:
        """The code of whom the title block names, '' where it cannot be told, which is noted."""
        if sender.issue is not None:
            self.issues.append(sender.issue)
        if sender.organisation is None:
            return ""
        self.named[sender.organisation.code] = sender.cell
        return sender.organisation.code

    def who(self, organisation: str) -> dict[str, str]:
        """An organisation's names as parameters of an issue."""
        if organisation.startswith(NOBODY):
            return {"who_zh": "", "who_en": ""}
        found = self.registry.organisations.get(organisation)
        return {"who_zh": found.zh, "who_en": found.en}

    def issue(self, code: str, cell: str = "", shown: object = "", **parameters: Any) -> None:
        """Note a fault of this sheet."""
        self.issues.append(
            Issue(
                code, self.found.sheet.name, cell, text_of(shown)[:120], parameters, form=self.found.form.code
            )
        )

    def issue_once(self, code: str, cell: str = "", shown: object = "", **parameters: Any) -> None:
        """The same, unless it was noted already: tables side by side may lack the same."""
        before = len(self.issues)
        self.issue(code, cell, shown, **parameters)
        if self.issues[-1] in self.issues[:before]:
            self.issues.pop()

    def columns(self, found: Mapping[int, tuple[Field, Scale]]) -> tuple[Column, ...]:
        """What reading rows needs to know of each column."""
        whole = {one.element: self.registry.element(one.element).is_whole for one, _ in found.values()}
        return tuple(
            Column(
                at,
                one.element,
                one.key,
                column_letters(at),
                scale.factor == 1 and whole[one.element],
                one,
                scale,
            )
            for at, (one, scale) in found.items()
        )

    def fits(self, element: str, units: Sequence[tuple[Unit, str]]) -> bool:
        """Whether what is said of a number's unit can be meant; a fault is noted once, at the unit that stands furthest up.

        `units`: each with its cell, from the top down.
        """
        if not contradictory([unit for unit, _ in units]) or not self.registry.element(element).is_whole:
            return True
        unfit = next(((unit, cell) for unit, cell in units if unit.kind in ("rate", "money")), None)
        unit, cell = unfit or units[0]
        if cell in self._told_of_unit:
            return False
        self._told_of_unit.add(cell)
        if unfit:
            own = self.registry.element(element)
            names = {**self.names(element), "unit_zh": own.unit_zh, "unit_en": own.unit_en}
            self.issue("unit_unfit", cell, unit.text, **names)
        else:
            other, where = next(one for one in units if one[0].times != unit.times)
            self.issue("units_differ", cell, unit.text, unit=other.text, other=where)
        return False

    def doubt_units(self) -> None:
        """A unit of ten thousands over whole numbers of hundreds was left there by mistake: nobody counts so many."""
        for cell, numbers in self.scaled.items():
            whole = [number for number in numbers if number is not None]
            if len(whole) == len(numbers) and max(whole) >= DOUBTED and cell not in self._told_of_unit:
                self.issue("unit_unlikely", cell, "", largest=f"{max(whole):,}")

    def missing(self, fields: Sequence[Field], required: str) -> None:
        """Fields that the sheet does not show: each required one is a fault, the others make one remark together."""
        for one in fields:
            if one.required:
                self.issue(required, "", title_of(one), name=title_of(one))
        absent = [title_of(one) for one in fields if not one.required]
        if absent:
            named, more = "、".join(absent[:MOST_ABSENT]), len(absent) - MOST_ABSENT
            zh, en = (f"等{len(absent)}项", f" and {more} more") if more > 0 else ("", "")
            self.issue("fields_absent", "", "", listed_zh=named + zh, listed_en=named + en)

    def take(
        self, organisation: str, wanted: Field, category: str, row: int, column: int, scale: Scale = ONE
    ) -> None:
        """Read one cell for an organisation."""
        key = (wanted.element, category)
        held = self.values.setdefault(organisation, {})
        reading = self.read(wanted, category, row, column, scale)
        if reading is None or (key in held and reading.value is None and reading.note == ValueNote.BLANK):
            return
        if key in held and (held[key].value is not None or held[key].text):
            self.issue(
                "value_repeated",
                reading.cell,
                self.found.sheet.at(row, column),
                other=held[key].cell,
                **self.names(wanted.element),
            )
            return
        held[key] = reading

    def take_whole_numbers(self, organisation: str, columns: Sequence[Column], row: int) -> list[Column]:
        """Take a row's whole numbers of things, as nearly every cell is one; gives the columns that need a closer look."""
        held, name, number = self.values.setdefault(organisation, {}), self.found.sheet.name, str(row + 1)
        cells, broken = self.found.sheet.rows[row], self.found.sheet.broken
        if self._plain is None or self._plain.of is not columns:
            self._plain = plain_columns(columns)
        if not held and not broken and (all_at_once := self._plain.read(cells, name, number)) is not None:
            held.update(all_at_once)
            return self._plain.others
        width, rest = len(cells), []
        for one in columns:
            column, element, key, letters, plain, _, _ = one
            raw = cells[column] if column < width else None
            # As whole_number() does, in place: this line is passed for every cell of every return.
            if (
                plain
                and raw.__class__ is float
                and 0 <= raw < LARGEST
                and (whole := int(raw)) == raw
                and key not in held
                and not (broken and (row, column) in broken)
            ):
                held[key] = _new(Reading, (element, key[1], whole, "", "", name, letters + number, False))
            else:
                rest.append(one)
        return rest

    def take_across(
        self, wanted: Field, row: int, places: Sequence[tuple[int, str, str]], scale: Scale = ONE
    ) -> None:
        """Read one element's row: (column, organisation, category) for each of its cells."""
        name, number, element = self.found.sheet.name, str(row + 1), wanted.element
        cells, broken = self.found.sheet.rows[row], self.found.sheet.broken
        plain = scale.factor == 1 and self.registry.elements[element].is_whole
        width, values = len(cells), self.values
        for column, organisation, category in places:
            raw = cells[column] if column < width else None
            held = values[organisation] if organisation in values else values.setdefault(organisation, {})
            # Again as whole_number() does.
            if (
                plain
                and raw.__class__ is float
                and 0 <= raw < LARGEST
                and (whole := int(raw)) == raw
                and (key := (element, category)) not in held
                and not (broken and (row, column) in broken)
            ):
                cell = column_letters(column) + number
                held[key] = _new(Reading, (element, category, whole, "", "", name, cell, False))
            else:
                self.take(organisation, wanted, category, row, column, scale)

    def read(self, wanted: Field, category: str, row: int, column: int, scale: Scale = ONE) -> Reading | None:
        """The reading of a cell, or None with an issue noted when the cell cannot be used."""
        sheet = self.found.sheet
        raw, cell = sheet.at(row, column), sheet.address(row, column)
        element = self.registry.element(wanted.element)
        if broken := sheet.broken.get((row, column)):
            self.issue(broken, cell, raw, **self.names(wanted.element))
            return None
        if element.kind in ("count", "amount"):
            return self._number(element, category, raw, cell, scale)
        return self._words(element, category, raw, cell)

    def _number(
        self, element: DataElement, category: str, raw: Any, cell: str, scale: Scale
    ) -> Reading | None:
        number = read_number(raw, element.decimals, scale.factor)
        if element.topic == "deaths" and element.is_whole and text_of(raw) == NONE:
            # Nobody writes of deaths that none were counted: 无 says that there was none.
            self.issue("none_is_zero", cell, raw, **self.names(element.code))
            number = Number(value=0)
        if number.fault == "not_a_number" and (remarked := number_in(raw)) is not None:
            understood, remark = remarked
            said = {"number": understood, "remark": remark, **notes_place(self.found.sheet)}
            self.issue("number_with_remark", cell, raw, **said, **self.names(element.code))
            return None
        if number.fault:
            self.issue(number.fault, cell, raw, **notes_place(self.found.sheet), **self.names(element.code))
            return None
        if scale.factor > 1 and number.value:
            given, rest = divmod(number.value, scale.factor * 10**element.decimals)
            self.scaled.setdefault(scale.cell, []).append(None if rest else given)
        return Reading(element.code, category, number.value, number.note, "", self.found.sheet.name, cell)

    def _words(self, element: DataElement, category: str, raw: Any, cell: str) -> Reading | None:
        text = text_of(raw)
        sheet = self.found.sheet.name
        if not text or text in {"—", "-", "/", "无"}:
            return Reading(
                element.code, category, None, ValueNote.BLANK if not text else ValueNote.DASH, "", sheet, cell
            )
        if element.kind == "date":
            day = read_date(raw)
            if day is None:
                self.issue("not_a_date", cell, raw, **self.names(element.code))
                return None
            text = day.isoformat()
        elif element.kind == "code":
            code = code_meant(element, text)
            if code is None:
                listed = "、".join(names[0] for names in element.code_list.values())
                self.issue("not_in_list", cell, raw, listed=listed, **self.names(element.code))
                return None
            text = code
        return Reading(element.code, category, None, "", text[:200], sheet, cell)

    def names(self, element: str) -> dict[str, str]:
        """An element's names as parameters of an issue."""
        found = self.registry.element(element)
        return {"element": element, "name_zh": found.zh, "name_en": found.en}


def code_meant(element: DataElement, text: str) -> str | None:
    """The code that a text means: the code itself, its Chinese or English name, or the name without 级/等."""
    wanted = text_of(text).replace(" ", "").casefold()
    for code, (zh, en) in element.code_list.items():
        wordings = {code, zh, en, zh.rstrip("级等"), zh.replace("级", "").replace("等", "")}
        if wanted in {text_of(wording).replace(" ", "").casefold() for wording in wordings if wording}:
            return code
    return None


def has_numbers(held: Mapping[Key, Reading]) -> bool:
    """Whether anything was reported: a number, a text, or a note that is more than a blank."""
    return any(
        reading.value is not None or reading.text or reading.note not in ("", ValueNote.BLANK)
        for reading in held.values()
    )
