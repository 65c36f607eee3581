"""The dated organisation trees: areas and institutions, their names over time, their parents and their lineage."""

from __future__ import annotations

import datetime as dt
import difflib
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise
from typing import Literal

from reference.strict import DefinitionError, Strict, suggest


class UnknownOrganisationError(LookupError):
    """No organisation has that code or name; the message names the nearest ones."""


class AmbiguousOrganisationError(LookupError):
    """Several organisations answer to that name; the message names them with their codes."""


class Organisation(Strict):
    """One dated row (a spell) of organisations.csv. The same code may have several spells; the newest one names it today."""

    code: str
    tree: str
    level: str
    kind: Literal["area", "zone", "mch", "hospital"]
    zh: str
    en: str
    short: str = ""
    aliases: str = ""  # separated by ;
    parent: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    in_totals: bool = True  # False: stands on its own and is never added into its parent (贵安新区)
    uscc: str = ""
    longitude: float | None = None
    latitude: float | None = None
    source: str
    verified: Literal["yes", "partly", "no"]
    note: str = ""

    def exists(self, on: dt.date) -> bool:
        """Whether this spell covers the day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )

    def name(self, language: str = "zh") -> str:
        """Its name in the language asked for."""
        return self.zh if language == "zh" else self.en

    def short_name(self, language: str = "zh") -> str:
        """Its everyday name: 黔西南, Qianxinan; the whole name where none is known.

        In English the alias with which the whole name begins: Qianxinan of Qianxinan Buyei and Miao Autonomous Prefecture.
        """
        if language == "zh":
            return self.short or self.zh
        begins = (one.strip() for one in self.aliases.split(";"))
        return next((one for one in begins if one and self.en.startswith(f"{one} ")), self.en)

    @property
    def is_area(self) -> bool:
        """Whether it is a division or zone and not an institution."""
        return self.kind in ("area", "zone")


class OrganisationChange(Strict):
    """One row of organisation_changes.csv: a code that became another."""

    year: int
    on: dt.date
    on_text: str
    kind: str
    old_code: str = ""
    old_name: str = ""
    new_code: str
    new_name: str
    series_break: bool
    also_affects: str = ""  # codes, separated by ;, of neighbours that gained or lost land by it
    document: str = ""
    note: str = ""
    source: str


def fold(text: str) -> str:
    """A name reduced to what matters for comparing: no spaces, full-width forms made plain, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


class Organisations:
    """Lookup over all spells of all trees. Codes first, names second: many names collide, codes do not."""

    def __init__(self, spells: Iterable[Organisation], changes: Iterable[OrganisationChange] = ()) -> None:
        self.spells = tuple(spells)
        self.changes = tuple(changes)
        self._by_code: dict[str, list[Organisation]] = defaultdict(list)
        self._above: dict[tuple[str, int], tuple[str, ...]] = {}  # as adds_into, by the tree's epoch
        self._levels: dict[tuple[str, str, int], tuple[Organisation, ...]] = {}  # as at_level, by the same
        for spell in self.spells:
            self._by_code[spell.code].append(spell)
        for found in self._by_code.values():
            found.sort(key=lambda spell: spell.valid_from or dt.date.min)
            for earlier, later in pairwise(found):
                if (earlier.valid_to or dt.date.max) >= (later.valid_from or dt.date.min):
                    raise DefinitionError(
                        f"organisations: two rows of {later.code} {later.zh} overlap in time; end the earlier one first"
                    )
        for spell in self.spells:
            if spell.parent and spell.parent not in self._by_code:
                raise DefinitionError(
                    f"organisations: {spell.code} {spell.zh} has the unknown parent '{spell.parent}'"
                )

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str, on: dt.date | None = None) -> Organisation:
        """The organisation with exactly this code, as it was on the day (else its newest spell; before its first spell, its first)."""
        if code not in self._by_code:
            near = self.near_codes(code)
            raise UnknownOrganisationError(
                f"no organisation has the code '{code}'" + (f", did you mean {near}?" if near else "")
            )
        spells = self._by_code[code]
        if on is None or len(spells) == 1:
            return spells[-1]
        covering = [spell for spell in spells if spell.exists(on)]
        if covering:
            return covering[-1]
        earlier = [spell for spell in spells if spell.valid_from is None or spell.valid_from <= on]
        return earlier[-1] if earlier else spells[0]

    def exists(self, code: str, on: dt.date) -> bool:
        """Whether any spell of the code covers the day."""
        return any(spell.exists(on) for spell in self._by_code.get(code, ()))

    @cached_property
    def _change_days(self) -> tuple[dt.date, ...]:
        """Days on which the tree is another than on the day before."""
        starts = {spell.valid_from for spell in self.spells if spell.valid_from}
        ends = {spell.valid_to + dt.timedelta(days=1) for spell in self.spells if spell.valid_to}
        return tuple(sorted(starts | ends))

    def epoch(self, on: dt.date) -> int:
        """The same number for any two days between which nothing in the tree changes."""
        return bisect_right(self._change_days, on)

    @cached_property
    def all(self) -> tuple[Organisation, ...]:
        """The newest spell of every code, in file order."""
        return tuple(spells[-1] for spells in self._by_code.values())

    @cached_property
    def _successors(self) -> dict[str, str]:
        """Former code → the code that carries its history today, followed to the end."""
        direct = {change.old_code: change.new_code for change in self.changes if change.old_code}
        final: dict[str, str] = {}
        for old in direct:
            new, seen = direct[old], {old}
            while new in direct and new not in seen and new not in self._by_code:
                seen.add(new)
                new = direct[new]
            final[old] = new
        return final

    @cached_property
    def _by_name(self) -> dict[str, set[str]]:
        """Names in use: those of each code's newest spell, if that has not ended."""
        return self._names(one for one in self.all if one.valid_to is None)

    @cached_property
    def _qualified_names(self) -> dict[str, set[str]]:
        """Names as full addresses write them: 贵阳市南明区, 贵州省贵阳市南明区, 贵州省开阳县."""
        names: dict[str, set[str]] = defaultdict(set)
        for one in self.all:
            above = [self.get(code).zh for code in self.ancestors(one.code)]
            for start in range(len(above)):
                for end in range(start + 1, len(above) + 1):
                    names[fold("".join(reversed(above[start:end])) + one.zh)].add(one.code)
        return names

    @cached_property
    def _ended_names(self) -> dict[str, set[str]]:
        """Names that a code bore in an earlier spell, or bore until it ended."""
        return self._names(spell for spell in self.spells if spell.valid_to is not None)

    @cached_property
    def _former_names(self) -> dict[str, set[str]]:
        """Names of former codes, leading to the code that carries their history."""
        names: dict[str, set[str]] = defaultdict(set)
        for change in self.changes:
            if change.old_name and change.old_code in self._successors:
                names[fold(change.old_name)].add(self._successors[change.old_code])
        return names

    @staticmethod
    def _names(spells: Iterable[Organisation]) -> dict[str, set[str]]:
        names: dict[str, set[str]] = defaultdict(set)
        for spell in spells:
            for name in (spell.zh, spell.en, spell.short, *spell.aliases.split(";")):
                if name.strip():
                    names[fold(name)].add(spell.code)
        return names

    def find(
        self, text: str, tree: str | None = None, kinds: Iterable[str] | None = None
    ) -> list[Organisation]:
        """Every organisation that the text may mean: by code, former code, name or alias, full address, then former name.

        The first of these ways that finds anything decides, so a present name is never shadowed by a former one.
        """
        wanted = set(kinds) if kinds else None

        def keep(codes: Iterable[str]) -> list[Organisation]:
            found = [self.get(code) for code in sorted(codes) if code in self._by_code]
            return [
                one
                for one in found
                if (tree is None or one.tree == tree) and (wanted is None or one.kind in wanted)
            ]

        code = "".join(unicodedata.normalize("NFKC", text).split())
        code = (
            code.removesuffix("000000") if len(code) == 12 else code
        )  # 520102000000, as the statisticians write it
        name = fold(text)
        for codes in (
            {code, code.upper()},
            {self._successors.get(code, "")},
            self._by_name.get(name, set()),
            self._qualified_names.get(name, set()),
            self._ended_names.get(name, set()),
            self._former_names.get(name, set()),
        ):
            if found := keep(codes):
                return found
        return []

    def resolve(self, text: str, tree: str | None = None, kinds: Iterable[str] | None = None) -> Organisation:
        """The one organisation that the text means; raises UnknownOrganisationError or AmbiguousOrganisationError with candidates."""
        found = self.find(text, tree, kinds)
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"{one.zh} ({one.code})" for one in found)
            raise AmbiguousOrganisationError(f"'{text}' may be: {names}; give the code")
        if near := self.near_codes(text):
            raise UnknownOrganisationError(f"no organisation has the code '{text}', did you mean {near}?")
        known = [one.zh for one in self.all] + [one.en for one in self.all]
        raise UnknownOrganisationError(
            f"no organisation is called '{text}'{suggest(text, known).replace(' (known:', '; known, among others:')[:200]}"
        )

    def near_codes(self, text: str) -> str:
        """The codes that a mistyped one may mean, each with its name; '' for a text that is no code."""
        code = text.strip().upper()
        if not (code.isascii() and any(sign.isdigit() for sign in code)):
            return ""
        shares = (
            known for known in sorted(self._by_code) if known.startswith(code) or code.startswith(known)
        )
        begun = [known for known in shares if len(known) >= min(len(code), 6)][:3]
        near = begun or difflib.get_close_matches(code, self._by_code, n=3, cutoff=0.8)
        return ", ".join(f"'{known}' ({self.get(known).zh})" for known in near)

    def series_breaks(self, code: str) -> tuple[OrganisationChange, ...]:
        """The changes after which this area's numbers no longer compare with its earlier ones, oldest first."""
        found = (
            change
            for change in self.changes
            if change.series_break and code in (change.new_code, *change.also_affects.split(";"))
        )
        return tuple(sorted(found, key=lambda change: change.on))

    def parent(self, code: str, on: dt.date | None = None) -> str:
        """The parent's code on the day ('' at the root)."""
        return self.get(code, on).parent

    def ancestors(self, code: str, on: dt.date | None = None) -> tuple[str, ...]:
        """Areas above, nearest first, whatever the totals do."""
        found: list[str] = []
        while (code := self.parent(code, on)) and code not in found:
            found.append(code)
        return tuple(found)

    def adds_into(self, code: str, on: dt.date | None = None) -> tuple[str, ...]:
        """Itself and the areas whose totals it is part of, nearest first; stops above an organisation kept out of totals."""
        key = (code, -1 if on is None else self.epoch(on))
        if key not in self._above:
            self._above[key] = self._adds_into(code, on)
        return self._above[key]

    def _adds_into(self, code: str, on: dt.date | None) -> tuple[str, ...]:
        found = [code]
        while self.get(found[-1], on).in_totals and (above := self.parent(found[-1], on)):
            found.append(above)
        return tuple(found)

    def part_of(self, code: str, on: dt.date) -> tuple[str, ...]:
        """As adds_into; of an organisation that had closed by the day, only itself: what it last had is nobody's."""
        spell = self.get(code, on)
        closed = spell.valid_to is not None and spell.valid_to < on
        return (code,) if closed else self.adds_into(code, on)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = defaultdict(list)
        for spell in self.spells:
            if spell.parent and spell.code not in children[spell.parent]:
                children[spell.parent].append(spell.code)
        return children

    def children(self, code: str, on: dt.date | None = None) -> tuple[Organisation, ...]:
        """Organisations directly below that exist on the day (today's, when no day is given)."""
        found = [self.get(child, on) for child in self._children.get(code, ())]
        return tuple(
            one for one in found if one.parent == code and (one.exists(on) if on else one.valid_to is None)
        )

    def descendants(
        self, code: str, on: dt.date | None = None, level: str | None = None
    ) -> tuple[Organisation, ...]:
        """All below, depth first; with `level`, only those of that level."""
        found: list[Organisation] = []
        for child in self.children(code, on):
            found.append(child)
            found.extend(self.descendants(child.code, on))
        return tuple(one for one in found if level is None or one.level == level)

    def at_level(
        self, level: str, tree: str = "guizhou", on: dt.date | None = None
    ) -> tuple[Organisation, ...]:
        """All of one level that exist on the day (today, when none is given), in file order."""
        key = (level, tree, -1 if on is None else self.epoch(on))
        if key not in self._levels:
            self._levels[key] = self._at_level(level, tree, on)
        return self._levels[key]

    def _at_level(self, level: str, tree: str, on: dt.date | None) -> tuple[Organisation, ...]:
        found = [self.get(one.code, on) for one in self.all if one.tree == tree and one.level == level]
        return tuple(one for one in found if (one.exists(on) if on else one.valid_to is None))
