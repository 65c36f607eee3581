"""What a report says of one organisation, in sentences; Word and PDF print the same words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from dashboard.exports.assessment import STATUS_WORDS, Report
from indicators.scoring.numbers import POINT_DIGITS, SHOWN_DIGITS, plain, written
from indicators.scoring.score import COUNTED, SCORED

SHOWN = 5


@dataclass(frozen=True)
class Raise:
    """A line that would raise the total: by how much at most, and what is asked for."""

    line: str
    gain: Fraction
    words: str


def summary(report: Report, place: int) -> list[str]:
    """The result in sentences."""
    score, rank, one = report.scores[place], report.rankings[place], report.participants[place]
    scheme, say, name = report.schemes[score.scheme], report.say, report.name(score.organisation)
    grade, period = score.grade(report.language), report.period.label("en")
    found = [
        say(
            f"{name}在{report.period.label('zh')}按《{scheme.zh}》考核，总分 {score.total} 分，等次为“{grade}”。",
            f"{name} was assessed for {period[:1].lower()}{period[1:]} under the scheme {scheme.en}: total {score.total}, grade: {grade}.",
        )
    ]
    if score.pending:
        found.append(
            say(
                f"还有 {score.pending} 项待评，暂按零分计：总分和名次都会变。",
                f"Lines still to be scored: {score.pending}; until then they count with no points, and total and place will change.",
            )
        )
    first, last = rank.low, rank.high
    tied = say(f"（并列 {rank.tied} 家）", f" (tied with {rank.tied - 1})") if rank.tied > 1 else ""
    like = say(
        f"与 {len(rank.like)} 家无法区分" if rank.like else "与同组各家都能区分",
        f"peers that cannot be told apart from it: {len(rank.like)}"
        if rank.like
        else "no peer is so near that chance could explain the order",
    )
    found.append(
        say(
            f"同组“{report.peer(one)}”{rank.peers} 家中列第 {rank.place} 名{tied}；考虑抽样误差，名次的 95% 区间为第 {first}{f'～{last}' if last != first else ''} 名，{like}。",
            f"Among its {rank.peers} peers, {report.peer(one)}, it stands in place {rank.place}{tied}; allowing for chance, the 95% interval of its place is {first}{f'–{last}' if last != first else ''}; {like}.",
        )
    )
    found += [change_sentence(report, place)] if score.organisation in report.changes else []
    best, worst = _extremes(report, place)
    if best and worst:
        found.append(
            say(
                f"得分率最高的维度是{best}，最低的是{worst}。", f"Strongest domain: {best}; weakest: {worst}."
            )
        )
    left = [line for line in score.lines if line.status not in COUNTED]
    if left:
        found.append(
            say(
                f"有 {len(left)} 项不计分（无数据或不适用），权重由同维度其余指标分担。",
                f"Lines left out (no data or not applicable): {len(left)}; their weight went to the rest of their domains.",
            )
        )
    if score.vetoes:
        names = "、".join(scheme.line(code).name(report.language) for code in score.vetoes)
        found.append(say(f"发生一票否决：{names}；否决前总分 {score.before_veto}。", f"A veto fell: {names}; before it the total was {score.before_veto}."))  # fmt: skip
    return found


def change_sentence(report: Report, place: int) -> str:
    """The change on the year before with the lines that it came from most."""
    score = report.scores[place]
    found, say = report.changes[score.organisation], report.say
    by_name = [(line_name(report, score.scheme, one.code), one.moved) for one in found.lines]
    most = [f"{name} {signed(moved)}" for name, moved in by_name[:3] if moved]
    whence = say("、".join(most), ", ".join(most))
    if not whence:
        return say(f"上年总分 {found.before} 分，今年持平。", f"The year before the total was {found.before}: no change.")  # fmt: skip
    return say(
        f"上年总分 {found.before} 分，变化 {signed(found.moved)} 分，主要来自：{whence}。",
        f"The year before the total was {found.before}: {signed(found.moved)}, most of it from {whence}.",
    )


def line_name(report: Report, scheme: str, code: str) -> str:
    """A line's name, or the one it had a year before."""
    held = next((line for line in report.schemes[scheme].lines if line.code == code), None)
    return held.name(report.language) if held else report.pick(report.line_names.get(code, (code, code)))


def signed(number: Fraction) -> str:
    """A change with its sign."""
    text = written(abs(number), POINT_DIGITS) or ""
    return text if not Fraction(text) else f"{'+' if number > 0 else '−'}{text}"


def change_rows(report: Report, place: int) -> tuple[list[str], list[list[str]]]:
    """What the change on the year before came from: every line that moved, vetoes, rounding, and their sum."""
    score = report.scores[place]
    found, say = report.changes[score.organisation], report.say
    heads = [say("指标", "Line"), say("上年得分/权重", "Points before"), say("今年得分/权重", "Points now"), say("因得分率", "By score"), say("因权重", "By weight"), say("合计", "Together")]  # fmt: skip
    rows = []
    for one in found.lines:
        if not one.moved:
            continue
        sides = [f"{two.points} / {two.weight}" if two else "—" for two in (one.before, one.after)]
        name = line_name(report, score.scheme, one.code)
        rows.append([name, *sides, signed(one.by_score), signed(one.by_weight), signed(one.moved)])
    rest = ((say("一票否决", "Vetoes"), found.veto), (say("四舍五入", "Rounding"), found.rounding))
    rows += [[name, "", "", "", "", signed(moved)] for name, moved in rest if moved]
    return heads, [*rows, [say("总分", "Total"), found.before, found.after, "", "", signed(found.moved)]]


def _extremes(report: Report, place: int) -> tuple[str, str]:
    shares = [(share, name) for name, share, _ in domain_shares(report, place) if share is not None]
    if len(shares) < 2:
        return "", ""
    return max(shares)[1], min(shares)[1]


def domain_shares(report: Report, place: int) -> list[tuple[str, float | None, float | None]]:
    """Each domain's name, its share of points in percent, and the median of the peers'."""
    score = report.scores[place]
    scheme = report.schemes[score.scheme]
    peers = [one for one in report.scores if (one.scheme, one.peer) == (score.scheme, score.peer)]
    found = []
    for domain in scheme.domains:
        own = _share_of(score, domain.code)
        others = [share for one in peers if (share := _share_of(one, domain.code)) is not None]
        found.append((domain.name(report.language), own, median(others) if others else None))
    return found


def _share_of(score: object, code: str) -> float | None:
    held = next(one for one in score.domains if one.code == code)  # type: ignore[attr-defined]
    return None if held.score is None else 100 * float(held.score) / float(held.weight)


def raises(report: Report, place: int) -> list[Raise]:
    """What would raise the score most, the most first: points lost, with the weight that the line really has."""
    score = report.scores[place]
    scheme, say = report.schemes[score.scheme], report.say
    domains = {one.code: one for one in score.domains}
    whole = sum((Fraction(one.weight) for one in score.domains if one.score is not None), Fraction(0))
    found = []
    for line in score.lines:
        if line.status != SCORED or line.share is None or not Fraction(line.weight):
            continue
        domain = domains[line.domain]
        weight = Fraction(line.weight) * Fraction(domain.weight) / Fraction(domain.applicable) * 100 / whole
        gain = weight * (1 - Fraction(line.share))
        if gain >= Fraction(1, 20):
            name, unit = scheme.line(line.code).name(report.language), report.unit(scheme.code, line.code)
            how = line.sentence(report.language)
            points = f"{float(gain):.2f}"
            found.append(
                Raise(
                    name,
                    gain,
                    say(
                        f"{name}：最多可再得 {points} 分。{how}{f'（单位：{unit}）' if unit else ''}。",
                        f"{name}: up to {points} more points. {how}{f' (unit: {unit})' if unit else ''}.",
                    ),
                )
            )
    return sorted(found, key=lambda one: -one.gain)[:SHOWN]


def findings(report: Report, place: int) -> list[str]:
    """What stands out: full marks on monitored lines, none at all, no data, evaluators far apart."""
    score, one = report.scores[place], report.participants[place]
    scheme, say = report.schemes[score.scheme], report.say

    def names(codes: list[str]) -> str:
        shown = [scheme.line(code).name(report.language) for code in codes]
        return say("、".join(shown), ", ".join(shown))

    full = [line.code for line in score.lines if line.share == "1.0000" and scheme.line(line.code).monitored]
    none = [line.code for line in score.lines if line.share == "0.0000" and line.rule != "veto"]
    missing = [line.code for line in score.lines if line.status == "no_data" and line.value is None]
    unscored = [line.code for line in score.lines if line.status == "no_data" and line.value is not None]
    settled = [code for code, entry in one.entries.items() if entry.settled is not None]
    found = []
    if full:
        found.append(
            say(
                f"国家监测指标中得满分的：{names(full)}。", f"Monitored lines with all points: {names(full)}."
            )
        )
    if none:
        found.append(say(f"没有得分的：{names(none)}。", f"Lines without points: {names(none)}."))
    if missing:
        words = report.pick(STATUS_WORDS["no_data"])
        found.append(say(f"{words}的：{names(missing)}。请核对相应报表是否已报。", f"{words.capitalize()}: {names(missing)}. Please see whether the returns were sent."))  # fmt: skip
    if unscored:
        found.append(say(f"有数值但不能计分的：{names(unscored)}。原因见逐项得分。", f"With a value that cannot be scored: {names(unscored)}. The table of lines says why."))  # fmt: skip
    if settled:
        found.append(say(f"专家意见不一致、由复核裁定的：{names(settled)}。", f"Settled by review where evaluators differed: {names(settled)}."))  # fmt: skip
    return found or [say("没有需要特别说明的。", "Nothing stands out.")]


def domain_rows(report: Report, place: int) -> tuple[list[str], list[list[str]]]:
    """The table by domain: heads and rows."""
    score, say = report.scores[place], report.say
    scheme = report.schemes[score.scheme]
    heads = [say("维度", "Domain"), say("权重", "Weight"), say("计入权重", "Counted"), say("得分", "Score"), say("得分率", "Share"), say("同组中位数", "Peers' median")]  # fmt: skip
    rows = []
    for held, (name, share, peers) in zip(score.domains, domain_shares(report, place), strict=True):
        rows.append([name, held.weight, held.applicable, held.score or "—", _percent(share), _percent(peers)])
    rows.append(
        [
            say("总分", "Total"),
            f"{sum(float(one.weight) for one in scheme.domains):.2f}",
            "",
            score.total,
            "",
            "",
        ]
    )
    return heads, rows


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1f}%"


def line_rows(report: Report, place: int) -> tuple[list[str], list[tuple[str, list[list[str]]]]]:
    """The table by line: heads, and for each domain its name and rows."""
    score, say = report.scores[place], report.say
    scheme = report.schemes[score.scheme]
    heads = [say("指标", "Line"), say("权重", "Weight"), say("值", "Value"), say("得分", "Points"), say("怎样得分", "How it came about")]  # fmt: skip
    found = []
    for domain in scheme.domains:
        rows = []
        for line in domain.lines:
            held = score.line(line.code)
            star = "★" if line.monitored else ""
            shown = "—" if held.value is None else plain(Fraction(held.value), SHOWN_DIGITS) if line.asked else f"{float(held.value):,.2f}"  # fmt: skip
            value = "—" if held.value is None else f"{shown} {report.unit(scheme.code, line.code)}".strip()
            if held.rule in ("yes_no", "veto", "expert") and held.value is not None:
                value = {"yes_no": say("是", "yes") if float(held.value) else say("否", "no")}.get(
                    held.rule, "—"
                )
                if held.rule == "veto":
                    value = say("有", "yes") if float(held.value) else say("无", "no")
            points = held.points if held.status == SCORED else report.pick(STATUS_WORDS[held.status])
            rows.append(
                [
                    star + line.name(report.language),
                    held.weight,
                    value,
                    points,
                    held.sentence(report.language),
                ]
            )
        found.append((domain.name(report.language), rows))
    return heads, found
