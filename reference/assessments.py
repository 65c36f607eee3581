"""Performance-assessment schemes: domains, lines, weights and scoring rules by name, one file a scheme and year."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from reference.data_elements import DataElement
from reference.strict import DefinitionError, Strict, read_toml, suggest, validate

HOME = Path(__file__).parent / "assessments"
WHOLE = Decimal(100)
CODE = r"^[a-z][a-z0-9_]*$"

Rule = Literal["at_target", "linear", "bands", "rank", "improvement", "interval", "yes_no", "expert", "veto"]
# What each rule cannot do without.
NEEDS: Mapping[Rule, tuple[str, ...]] = {
    "at_target": ("target",),
    "linear": ("target", "floor"),
    "bands": ("bands",),
    "rank": (),
    "improvement": ("step",),
    "interval": ("target", "similar"),
    "yes_no": (),
    "expert": (),
    "veto": (),
}
# Rules that a person's answer or opinion feeds, and the question each belongs to.
ASKED_BY: Mapping[Rule, str] = {"yes_no": "yes_no", "expert": "expert", "veto": "yes_no"}


class Band(Strict):
    """From this value on (downwards where lower is better) this share of the points."""

    limit: Decimal
    share: Decimal = Field(ge=0, le=1)


class Line(Strict):
    """One line of a scheme.

    What it scores is an indicator of ours (`indicator`), a quotient of data elements (`numerator`, `denominator`), or
    what is asked of people (`asked`: yes_no, value, expert). `of`: the institution's own numbers or those of the area it
    serves. `over`: the round's period, or the last calendar year that ended within it (for yearly returns).
    """

    code: str = Field(pattern=CODE)
    zh: str
    en: str
    weight: Decimal = Field(ge=0, le=100)
    rule: Rule
    monitored: bool = False
    indicator: str = ""
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    multiplier: int = Field(1, ge=1)
    basis: Literal["residence", "occurrence", "register"] = "register"
    asked: Literal["", "yes_no", "value", "expert"] = ""
    of: Literal["area", "institution"] = "institution"
    over: Literal["round", "calendar_year"] = "round"
    polarity: Literal["", "higher", "lower"] = ""  # an indicator's own when left out
    unit_zh: str = ""
    unit_en: str = ""
    target: Decimal | Literal["in_force"] | None = None
    floor: Decimal | None = None
    bands: tuple[Band, ...] = ()
    step: Decimal | None = None  # the improvement on last year that earns all points
    similar: Decimal | None = Field(None, ge=0, le=1)  # the share for "not distinguishable from the target"
    no_data: Literal["", "zero", "not_applicable"] = ""
    evidence: bool = False
    note_zh: str = ""
    note_en: str = ""

    @property
    def computed(self) -> bool:
        """Whether its value comes from returns, not from people."""
        return not self.asked

    def name(self, language: str = "zh") -> str:
        """Its name in the language asked for."""
        return self.zh if language == "zh" else self.en

    def unit(self, language: str = "zh") -> str:
        """Its unit in the language asked for."""
        return self.unit_zh if language == "zh" else self.unit_en


class Domain(Strict):
    """A part of a scheme; its weight is the sum of its lines'."""

    code: str = Field(pattern=CODE)
    zh: str
    en: str
    lines: tuple[Line, ...] = Field(min_length=1)

    @property
    def weight(self) -> Decimal:
        """The sum of its lines' weights."""
        return sum((line.weight for line in self.lines), Decimal(0))

    def name(self, language: str = "zh") -> str:
        """Its name in the language asked for."""
        return self.zh if language == "zh" else self.en


class Grade(Strict):
    """From this total on, this grade."""

    limit: Decimal
    zh: str
    en: str


class Peers(Strict):
    """Who is compared with whom: those of the same scheme and the same size, told from a count over the area served."""

    element: str
    basis: Literal["residence", "occurrence", "register"] = "residence"
    bounds: tuple[Decimal, ...] = ()
    zh: tuple[str, ...]
    en: tuple[str, ...]


class Scheme(Strict):
    """One scheme and year. `levels`: the institution levels it is for (3, 2, 1), none for one of areas."""

    code: str = Field(pattern=CODE)
    family: str
    year: int
    zh: str
    en: str
    document: str
    source: str
    mark: str
    subject: Literal["institution", "county"]
    levels: tuple[int, ...] = ()
    weights: Literal["placeholder", "confirmed"]
    no_data: Literal["zero", "not_applicable"]
    veto_cap: Decimal = Field(ge=0, le=100)  # a vetoed total is at most this
    allowed_difference: Decimal = Field(ge=0, le=1)  # of two evaluators, as a share of the line's points
    confidence: Decimal = Decimal("0.95")
    draws: int = Field(2000, ge=100, le=100_000)  # of the resampling behind rank intervals
    seed: int
    note_zh: str = ""
    note_en: str = ""
    peers: Peers
    grades: tuple[Grade, ...]
    domains: tuple[Domain, ...] = Field(min_length=1)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every line, domain by domain."""
        return tuple(line for domain in self.domains for line in domain.lines)

    @cached_property
    def asked(self) -> tuple[Line, ...]:
        """The lines that people answer."""
        return tuple(line for line in self.lines if line.asked)

    def line(self, code: str) -> Line:
        """One line; raises DefinitionError naming the nearest one."""
        found = next((line for line in self.lines if line.code == code), None)
        if found is None:
            known = [line.code for line in self.lines]
            raise DefinitionError(f"{self.code} has no line '{code}'{suggest(code, known)}")
        return found

    @property
    def is_placeholder(self) -> bool:
        """Whether its weights are still to be set by the commission."""
        return self.weights == "placeholder"

    def name(self, language: str = "zh") -> str:
        """Its name in the language asked for."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Known:
    """What a scheme may name: indicators with their polarity and whether they have an interval, and data elements."""

    indicators: Mapping[str, tuple[str, bool]]
    elements: Mapping[str, DataElement]


def load_schemes(folders: tuple[Path, ...] = (HOME,)) -> dict[str, Scheme]:
    """Every scheme by its code, later folders over earlier ones."""
    found: dict[str, Scheme] = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.toml")):
        scheme = read_scheme(path)
        found[scheme.code] = scheme
    return found


def read_scheme(path: Path) -> Scheme:
    """One scheme; raises DefinitionError for a wrong key or a stem unlike the code."""
    try:
        scheme = read_toml(path, Scheme)
    except DefinitionError as error:
        raise DefinitionError(_with_names(path, str(error))) from None
    if scheme.code != path.stem:
        raise DefinitionError(f"{path}: the code '{scheme.code}' is not the file's stem")
    return scheme


def read_draft(path: Path) -> tuple[Scheme | None, list[str]]:
    """A draft as far as it can be read, with what is wrong in its shape: its name, its keys and its values.

    What stands under a wrong key, and a line with a wrong value, is left out, so that the rest can be looked at all the same.
    None where not even that makes a scheme; raises DefinitionError for a file that is no TOML.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: not a readable TOML file: {error}") from None
    found: list[str] = []
    if data.get("code") != path.stem:
        found.append(
            f"the code '{data.get('code', '')}' is not the file's name: call the file {data.get('code', 'CODE')}.toml, or change the code"
        )
    while True:
        try:
            return validate(data, Scheme, str(path)), found
        except DefinitionError as error:
            told = [
                (place, _with_names(path, fault))
                for place, fault in zip(error.places, error.faults, strict=True)
                # A domain is not at fault for the line in it that is.
                if not any(other[: len(place)] == place != other for other in error.places)
            ]
            found += [fault for _, fault in told if fault not in found]
            if not _leave_out(data, [place for place, _ in told]):
                return None, found


def _leave_out(data: dict[str, Any], places: Sequence[tuple[Any, ...]]) -> bool:
    """Take the faulty keys out of a draft, and lines that are faulty otherwise; False when nothing could be taken out."""
    gone: set[tuple[int, int]] = set()
    for place in places:
        if len(place) >= 4 and place[0] == "domains" and place[2] == "lines":
            line = data["domains"][place[1]]["lines"][place[3]]
            if len(place) == 5 and place[4] in line and place[4] not in Line.model_fields:
                del line[place[4]]
            else:
                gone.add((place[1], place[3]))
        elif len(place) == 1 and place[0] in data and place[0] not in Scheme.model_fields:
            del data[place[0]]
        else:
            return False
    for domain, number in sorted(gone, reverse=True):
        del data["domains"][domain]["lines"][number]
    return bool(places) and all(domain["lines"] for domain in data["domains"])


def _with_names(path: Path, words: str) -> str:
    """Places as people know them: a line by its code, not by its number in its domain."""
    try:
        domains = tomllib.loads(path.read_text(encoding="utf-8"))["domains"]
    except (ValueError, KeyError):
        return words

    def named(found: re.Match[str]) -> str:
        try:
            place = domains[int(found[2])]
            if found[3] is not None:
                return f"line '{place['lines'][int(found[3])]['code']}': {found[1]} '"
            return f"domain '{place['code']}': {found[1]} '"
        except (LookupError, TypeError):
            return found[0]

    return re.sub(r"((?:unknown |missing )?key) 'domains\.(\d+)\.(?:lines\.(\d+)\.)?", named, words)


def faults(scheme: Scheme, known: Known, *, whole: bool = True) -> list[str]:
    """Everything wrong with a scheme, as sentences; none when it may be used. `whole`: no line of it was left out."""
    found = []
    total = sum((domain.weight for domain in scheme.domains), Decimal(0))
    if whole and total != WHOLE:
        found.append(f"the weights sum to {total}, not to {WHOLE}: change lines' weights by {WHOLE - total}")
    codes = [line.code for line in scheme.lines]
    found += [f"the line '{code}' stands twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
    limits = [grade.limit for grade in scheme.grades]
    if limits != sorted(limits, reverse=True) or not limits or limits[-1] != 0:
        found.append("the grades must go from the highest limit down to 0")
    if scheme.peers.element not in known.elements:
        found.append(f"peers: unknown data element '{scheme.peers.element}'")
    groups = len(scheme.peers.bounds) + 1
    if not len(scheme.peers.zh) == len(scheme.peers.en) == groups:
        found.append(f"peers: {groups - 1} bounds make {groups} sizes; name each in zh and en")
    if scheme.subject == "institution" and not scheme.levels:
        found.append("levels: name the institution levels that the scheme is for")
    for line in scheme.lines:
        found += [f"line '{line.code}': {fault}" for fault in _faults_of(line, known)]
    return found


def _faults_of(line: Line, known: Known) -> list[str]:
    found = [
        f"the rule '{line.rule}' needs '{name}'"
        for name in NEEDS[line.rule]
        if getattr(line, name) in (None, ())
    ]
    sources = [bool(line.indicator), bool(line.numerator or line.denominator), bool(line.asked)]
    if sum(sources) != 1:
        found.append("give one of indicator, numerator and denominator, or asked")
    wanted = ASKED_BY.get(line.rule)
    if wanted and line.asked != wanted:
        found.append(f"the rule '{line.rule}' needs asked = \"{wanted}\"")
    if not wanted and line.asked in ("yes_no", "expert"):
        found.append(f"asked = \"{line.asked}\" does not go with the rule '{line.rule}'")
    if line.rule == "veto" and line.weight:
        found.append("a veto has weight 0")
    if line.rule != "veto" and not line.weight:
        found.append("only a veto may have weight 0")
    if line.rule in ("improvement", "interval", "rank") and line.asked:
        found.append(f"the rule '{line.rule}' is for values that are computed")
    return found + _source_faults(line, known) + _order_faults(line, known)


def _source_faults(line: Line, known: Known) -> list[str]:
    if line.indicator:
        if line.indicator not in known.indicators:
            return [
                f"unknown indicator '{line.indicator}'{suggest(line.indicator, sorted(known.indicators))}"
            ]
        if line.rule == "interval" and not known.indicators[line.indicator][1]:
            return [f"the indicator '{line.indicator}' has no interval"]
        return []
    if not (line.numerator or line.denominator):
        return []
    if not (line.numerator and line.denominator):
        return ["a quotient needs a numerator and a denominator"]
    names = [name.partition("@")[0] for name in (*line.numerator, *line.denominator)]
    unknown = [name for name in names if name not in known.elements]
    if unknown:
        return [f"unknown data element '{name}'{suggest(name, sorted(known.elements))}" for name in unknown]
    found = []
    if len({known.elements[name].decimals for name in names}) > 1:
        found.append("numerator and denominator must have the same number of decimals")
    if not line.polarity:
        found.append("a quotient needs a polarity")
    if line.rule == "interval":
        found.append("a quotient has no interval")
    if line.target == "in_force":
        found.append("a quotient has no target in force; state one")
    return found


def polarity_of(line: Line, known: Mapping[str, tuple[str, bool]]) -> str:
    """higher or lower: the line's own, else its indicator's; '' where neither says."""
    own = line.polarity or (known[line.indicator][0] if line.indicator in known else "")
    return own if own in ("higher", "lower") else ""


def _order_faults(line: Line, known: Known) -> list[str]:
    """Floors and bands must run the way the polarity says."""
    if line.rule in ASKED_BY:
        return []
    polarity = polarity_of(line, known.indicators)
    if not polarity:
        return ["say whether higher or lower is better (polarity)"]
    sign = 1 if polarity == "higher" else -1
    found = []
    if isinstance(line.target, Decimal) and line.floor is not None and sign * (line.target - line.floor) <= 0:
        found.append(
            f"with {polarity} better, the floor {line.floor} must be worse than the target {line.target}"
        )
    steps = [sign * band.limit for band in line.bands]
    shares = [band.share for band in line.bands]
    if steps != sorted(set(steps), reverse=True) or shares != sorted(shares, reverse=True):
        found.append("bands go from the best limit and the highest share downwards")
    if line.step is not None and line.step <= 0:
        found.append("the step of an improvement is above 0")
    return found
