"""From returns and what people said to the entries that are scored."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from weakref import WeakKeyDictionary

from dashboard.workspace import Workspace
from indicators.definition import Catalogue, Definition
from indicators.result import Reason, Result
from indicators.results import AS_IT_WAS, Context, View, calculate
from indicators.scoring.entries import Entry, Participant
from reference.assessments import Line, Scheme
from reference.periods import Period, calendar_year, parse
from reference.reporting import late_from
from reference.strict import validate
from store.assessments import Round
from store.database import Store

LIMIT_DIGITS = Decimal("0.0001")


@dataclass(frozen=True)
class Gathered:
    """Entries of everybody, with the groups of returns behind them."""

    schemes: Mapping[str, Scheme]
    participants: tuple[Participant, ...]
    period: Period


def read_schemes(texts: Mapping[str, str]) -> dict[str, Scheme]:
    """Schemes from their texts as kept."""
    return {code: validate(tomllib.loads(text), Scheme, code) for code, text in texts.items()}


def gather(workspace: Workspace, held: Round, *, now: bool = False) -> Gathered:
    """Everybody's entries: as known at the cut-off, or with `now` as the store says at this moment."""
    schemes, period = read_schemes(held.schemes), parse(held.period)
    view = AS_IT_WAS if now else View(known_at=held.cut_off)
    members = []
    for code, scheme in schemes.items():
        mine = {one: area for one, (area, of) in held.participants.items() if of == code}
        if mine:
            members += _gather_scheme(workspace, held, scheme, mine, period, view)
    members.sort(key=lambda one: one.organisation)
    return Gathered(schemes, tuple(members), period)


def _gather_scheme(
    workspace: Workspace, held: Round, scheme: Scheme, areas: Mapping[str, str], period: Period, view: View
) -> list[Participant]:
    computed, sizes = _kept(
        workspace,
        (held.code, scheme.code, view),
        lambda: (
            _computed(workspace, scheme, areas, period, view),
            _sizes(workspace, scheme, sorted(set(areas.values())), period, view),
        ),
    )
    found = []
    for organisation, area in areas.items():
        entries: dict[str, Entry] = {}
        for line in scheme.lines:
            entry = computed.get((organisation, line.code), Entry(reason="" if line.asked else "no_data"))
            entries[line.code] = add_said(held, organisation, line, entry)
        size = sizes.get(area)
        found.append(Participant(organisation, area, scheme.code, peer_of(scheme, size), size, entries))
    return found


Computed = tuple[dict[tuple[str, str], Entry], dict[str, int]]
_KEPT: WeakKeyDictionary[Store, dict[Hashable, Computed]] = WeakKeyDictionary()


def _kept(workspace: Workspace, key: tuple[Hashable, ...], work: Callable[[], Computed]) -> Computed:
    """What returns say as of a moment that is over never changes: worked out once a process, else once a version of the data."""
    view = key[-1]
    over_already = (
        isinstance(view, View) and view.known_at is not None and view.known_at < dt.datetime.now(dt.UTC)
    )
    full = key if over_already else (*key, workspace.store.data_version())
    held = _KEPT.setdefault(workspace.store, {})
    if full not in held:
        while len(held) > 20:
            held.pop(next(iter(held)), None)
        held[full] = work()
    return held[full]


def peer_of(scheme: Scheme, size: int | None) -> str:
    """The number of the size group, from 1; 0 when nobody knows the size."""
    if not scheme.peers.bounds:
        return "1"
    if size is None:
        return "0"
    return str(1 + sum(size >= bound for bound in scheme.peers.bounds))


def add_said(held: Round, organisation: str, line: Line, entry: Entry) -> Entry:
    """What people said of the line, laid over the computed entry."""
    applies = held.latest(organisation, line.code, "applies")
    entry = replace(entry, applies=applies is None or applies.value == "yes")
    decided = held.latest(organisation, line.code, "decision")
    upheld = (
        decided.value.removeprefix("upheld:") if decided and decided.value.startswith("upheld:") else None
    )
    if line.computed:
        return replace(entry, settled=upheld)
    answer = held.latest(organisation, line.code, "answer")
    marks = [held.latest(organisation, line.code, "mark", seat) for seat in (1, 2)]
    settled = held.latest(organisation, line.code, "settlement")
    return replace(
        entry,
        answer=answer.value if answer else None,
        evidence=tuple(one.sha256 for one in held.files(organisation, line.code)),
        marks=tuple(one.value for one in marks if one),
        settled=upheld or (settled.value if settled else None),
    )


def definition_of(scheme: Scheme, line: Line, catalogue: Catalogue) -> Definition:
    """What a computed line divides, as a definition of its own."""
    code = f"{scheme.code}.{line.code}"
    if line.indicator:
        return catalogue.get(line.indicator).model_copy(update={"code": line.indicator})
    return Definition(
        code=code, zh=line.zh, en=line.en, topic="", rationale_zh="", rationale_en="",
        numerator=line.numerator, denominator=line.denominator,
        numerator_zh="", numerator_en="", denominator_zh="", denominator_en="",
        multiplier=line.multiplier, unit_zh=line.unit_zh, unit_en=line.unit_en,
        polarity=line.polarity or "neutral", method="ratio", basis=line.basis,
        source=scheme.source, mark=scheme.mark, examples=(), disclosure="people", reported_zh="", reported_en="",
        reviewed=dt.date(scheme.year, 1, 1),
    )  # fmt: skip


def over(line: Line, period: Period) -> Period:
    """The round's period, or the last calendar year that ended within it or before."""
    if line.over == "round":
        return period
    year, month = divmod(period.last, 100)
    return calendar_year(year if month == 12 else year - 1)


def _context(workspace: Workspace, definitions: Mapping[str, Definition]) -> Context:
    held = workspace.context
    return Context(held.registry, Catalogue(definitions), held.store, held.duties)


def _computed(
    workspace: Workspace, scheme: Scheme, areas: Mapping[str, str], period: Period, view: View
) -> dict[tuple[str, str], Entry]:
    lines = [line for line in scheme.lines if line.computed]
    definitions = {line.code: definition_of(scheme, line, workspace.catalogue) for line in lines}
    context = _context(workspace, {one.code: one for one in definitions.values()})
    now = _results(context, lines, definitions, areas, period, view)
    improving = [line for line in lines if line.rule == "improvement"]
    before = _results(context, improving, definitions, areas, period.year_before(), view)
    found = {}
    for organisation, area in areas.items():
        for line in lines:
            subject = area if line.of == "area" else organisation
            result = now.get((line.code, subject))
            if result is not None:
                entry = entry_from(result, definitions[line.code], before.get((line.code, subject)))
                sources = source_names(workspace, line, definitions[line.code], subject, period)
                found[organisation, line.code] = replace(entry, sources=sources)
    return found


def _results(
    context: Context,
    lines: Sequence[Line],
    definitions: Mapping[str, Definition],
    areas: Mapping[str, str],
    period: Period,
    view: View,
) -> dict[tuple[str, str], Result]:
    """Line and organisation or area → result; one question for all lines of the same kind."""
    found: dict[tuple[str, str], Result] = {}
    for of in ("area", "institution"):
        subjects = sorted(set(areas.values())) if of == "area" else sorted(areas)
        for span in dict.fromkeys(over(line, period) for line in lines):
            asked = [line for line in lines if line.of == of and over(line, period) == span]
            codes = list(dict.fromkeys(definitions[line.code].code for line in asked))
            if not codes:
                continue
            results = {
                (one.indicator, one.organisation): one
                for one in calculate(context, codes, subjects, span, view)
            }
            for line in asked:
                for subject in subjects:
                    one = results.get((definitions[line.code].code, subject))
                    if one is not None:
                        found[line.code, subject] = one
    return found


def entry_from(result: Result, definition: Definition, before: Result | None) -> Entry:
    """A result as an entry; an implausible or incomplete one keeps its numbers and says why they are not used."""
    usable = before is not None and before.reason is Reason.NONE
    reason = result.reason.value
    if not reason and result.numerator is None:
        reason = Reason.NO_DATA.value
    target = result.target
    return Entry(
        numerator=result.numerator,
        denominator=result.denominator,
        multiplier=definition.multiplier,
        polarity=definition.polarity,
        lower=_limit(result.lower),
        upper=_limit(result.upper),
        previous_numerator=before.numerator if before and usable else None,
        previous_denominator=before.denominator if before and usable else None,
        reason=reason,
        method=definition.method,
        target=str(Decimal(str(target.value))) if target else None,
        target_from=f"{target.policy} {target.clause}".strip() if target else "",
    )


def _limit(limit: float | None) -> str | None:
    return None if limit is None else str(Decimal(repr(limit)).quantize(LIMIT_DIGITS))


def source_names(
    workspace: Workspace, line: Line, definition: Definition, subject: str, period: Period
) -> tuple[str, ...]:
    """The groups of submissions behind a line: form, organisation or area, months."""
    tree = workspace.registry.organisations.get(subject).tree
    basis = workspace.registry.trees[tree].basis or definition.basis
    span = over(line, period)
    first = span.year_before().first if line.rule == "improvement" else span.first
    elements = {name.partition("@")[0] for name in (*definition.numerator, *definition.denominator)}
    if definition.method == "register":
        return (f"grade_register|{subject}|{100001}|{span.last}",)
    forms = {
        duty.form
        for element in sorted(elements)
        for duty in workspace.context.duties_of(tree, basis, element)
    }
    return tuple(f"{form}|{subject}|{first}|{span.last}" for form in sorted(forms))


def _sizes(
    workspace: Workspace, scheme: Scheme, areas: Sequence[str], period: Period, view: View
) -> dict[str, int]:
    """Area → its size: the count that tells peers apart."""
    peers = scheme.peers
    line = Line(code="size", zh="", en="", weight=Decimal(0), rule="rank", numerator=(peers.element,),
                denominator=(peers.element,), basis=peers.basis, polarity="higher")  # fmt: skip
    definition = definition_of(scheme, line, workspace.catalogue)
    context = _context(workspace, {definition.code: definition})
    results = calculate(context, [definition.code], list(areas), period, view)
    return {one.organisation: one.numerator for one in results if one.numerator is not None}


def cut_off_of(text: str, today: dt.datetime) -> dt.datetime:
    """A cut-off as people give it: a day (its end in China), or nothing for now."""
    if not text.strip():
        return today
    return late_from(dt.date.fromisoformat(text.strip())) - dt.timedelta(milliseconds=1)
