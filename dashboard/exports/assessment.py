"""What the exports of an assessment are made from: one plain record, without store, page or account."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import segno

from indicators.scoring.change import Change
from indicators.scoring.entries import Participant
from indicators.scoring.places import Ranking
from indicators.scoring.score import Score
from reference.assessments import Domain, Scheme
from reference.periods import Period

RULE_WORDS = {
    "at_target": ("达标得分", "at or above target"),
    "linear": ("下限到目标按比例", "in proportion from floor to target"),
    "bands": ("分档得分", "bands"),
    "rank": ("同组排序", "rank within peers"),
    "improvement": ("较上年改善", "improvement on last year"),
    "interval": ("按置信区间", "against the interval"),
    "yes_no": ("是否，凭佐证", "yes or no, with evidence"),
    "expert": ("专家评分", "expert score"),
    "veto": ("一票否决", "veto"),
}
STATUS_WORDS = {
    "scored": ("已评", "scored"),
    "no_data": ("无数据，不计", "no data, left out"),
    "not_applicable": ("不适用", "not applicable"),
    "pending": ("待评", "pending"),
}


@dataclass(frozen=True)
class Report:
    """A round as it is exported. `seal` is '' before signing; `names`: organisation or area → (Chinese, English)."""

    language: str
    code: str
    title: str
    period: Period
    cut_off: str
    synthetic: bool
    seal: str
    edition: int
    signed_by: str
    signed_at: str
    schemes: Mapping[str, Scheme]
    participants: tuple[Participant, ...]
    scores: tuple[Score, ...]
    rankings: tuple[Ranking, ...]
    names: Mapping[str, tuple[str, str]]
    units: Mapping[str, tuple[str, str]]  # scheme.line → unit
    changes: Mapping[str, Change] = field(
        default_factory=dict
    )  # organisation → its change on the year before
    line_names: Mapping[str, tuple[str, str]] = field(
        default_factory=dict
    )  # of lines that there were a year before

    def say(self, zh: str, en: str) -> str:
        """Whichever is in the report's language."""
        return zh if self.language == "zh" else en

    def pick(self, words: tuple[str, str]) -> str:
        """Whichever of two is in the report's language."""
        return words[0] if self.language == "zh" else words[1]

    def name(self, code: str) -> str:
        """An organisation's or area's name."""
        return self.pick(self.names.get(code, (code, code)))

    def unit(self, scheme: str, line: str) -> str:
        """A line's unit."""
        return self.pick(self.units.get(f"{scheme}.{line}", ("", "")))

    def peer(self, one: Participant | Score) -> str:
        """The name of a peer group."""
        scheme = self.schemes[one.scheme]
        names = scheme.peers.zh if self.language == "zh" else scheme.peers.en
        place = int(one.peer) - 1
        return names[place] if 0 <= place < len(names) else self.say("规模不详", "size not known")

    @property
    def short(self) -> str:
        """The seal's beginning in groups, as printed and typed."""
        return "-".join(self.seal[start : start + 4].upper() for start in (0, 4, 8)) if self.seal else ""

    @property
    def check(self) -> str:
        """What the QR code says: enough to verify a paper against the system."""
        return f"MCH-ASSESS:{self.code}:{self.edition}:{self.seal}"

    @property
    def is_placeholder(self) -> bool:
        """Whether any scheme's weights are still to be set."""
        return any(scheme.is_placeholder for scheme in self.schemes.values())

    @property
    def marks(self) -> list[str]:
        """What must stand on every paper: made-up numbers, unsigned scores, placeholder weights."""
        found = []
        if self.synthetic:
            found.append(self.say("合成数据，仅供演示，不是真实考核结果", "Synthetic data, for demonstration: not a real assessment"))  # fmt: skip
        if not self.seal:
            found.append(self.say("未签发的过程结果", "Provisional: not signed"))
        if self.is_placeholder:
            found.append(self.say("权重、下限和分档为占位值，待省卫生健康委确定", "Weights, floors and bands are placeholders, to be set by the commission"))  # fmt: skip
        return found

    @cached_property
    def domains(self) -> tuple[Domain, ...]:
        """Every domain of all schemes, each once."""
        found: dict[str, Domain] = {}
        for scheme in self.schemes.values():
            for domain in scheme.domains:
                found.setdefault(domain.code, domain)
        return tuple(found.values())

    @property
    def qr(self) -> io.BytesIO:
        """The QR code as a PNG."""
        return io.BytesIO(_qr(self.check))

    @cached_property
    def ordered(self) -> list[int]:
        """Places of participants: scheme by scheme, peers together, best first."""
        return sorted(
            range(len(self.scores)),
            key=lambda place: (
                self.scores[place].scheme,
                self.scores[place].peer,
                self.scores[place].place,
                self.scores[place].organisation,
            ),
        )


@lru_cache(maxsize=8)
def _qr(words: str) -> bytes:
    """Drawn once for all papers of a round."""
    image = io.BytesIO()
    segno.make(words, error="m").save(image, kind="png", scale=4, border=2)
    return image.getvalue()
