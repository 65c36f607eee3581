"""The workbook of a round: every score a live formula over the numbers it rests on, printed on A4 and charted natively."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from dashboard.exports.assessment import RULE_WORDS, STATUS_WORDS, Report
from dashboard.exports.assessment_dress import make_formats
from dashboard.exports.assessment_formulas import COLUMN, FOLDED, LineFormulas
from dashboard.exports.assessment_notes import note_lines
from dashboard.exports.assessment_summaries import Summaries
from dashboard.exports.safety import safe
from indicators.scoring.entries import Entry
from reference.assessments import polarity_of


def write_book(report: Report, to: Path, *, cached: bool = True) -> None:
    """Write the workbook. Without `cached` no formula carries its result, so that whoever opens it must calculate."""
    book = xlsxwriter.Workbook(
        str(to), {"constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties(
        {"title": report.title, "comments": f"{report.code} {report.seal}", "created": _created(report)}
    )
    book.set_calc_mode("auto")
    formats = make_formats(book)
    writer = _Writer(report, book, formats, cached)
    names = [report.say(*one) for one in (*SHEETS, *((CHANGES,) if report.changes else ()))]
    sheets = [book.add_worksheet(name) for name in names]
    writer.cover(sheets[0], names)
    writer.notes(sheets[1])
    writer.totals(sheets[2], names[3])
    writer.lines(sheets[3])
    writer.domains(sheets[4], names[2])
    writer.ranking(sheets[5])
    writer.schemes(sheets[6])
    if report.changes:
        writer.changes(sheets[7])
    sheets[0].activate()
    book.close()


CHANGES = ("较上年", "Change")  # where there was a round the year before
SHEETS = (
    ("封面", "Cover"),
    ("说明", "Notes"),
    ("总分", "Totals"),
    ("分项得分", "Lines"),
    ("维度与图", "Domains"),
    ("排序与区间", "Ranking"),
    ("考核方案", "Scheme"),
)


def _created(report: Report) -> Any:
    import datetime as dt

    # The day of signing, not of writing: the same round gives the same file.
    day = report.period.last_day
    return dt.datetime(day.year, day.month, day.day)


class _Writer(Summaries):
    """Cover, notes, totals and lines; knows where each line's row is."""

    def cover(self, sheet: Any, names: Sequence[str]) -> None:
        """Title, seal, marks, contents."""
        report, say = self.report, self.say
        self._page(sheet, portrait=True)
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 66)
        sheet.write_string(1, 0, safe(report.title), self.formats["title"])
        row = 3
        for mark in report.marks:
            sheet.merge_range(row, 0, row, 1, mark, self.formats["mark"])
            row += 1
        lines = [
            (say("考核期", "Period"), report.period.label(report.language)),
            (say("数据截至", "Numbers received by"), report.cut_off),
            (say("参加单位", "Organisations"), str(len(report.scores))),
            (
                say("考核方案", "Schemes"),
                "；".join(one.name(report.language) for one in report.schemes.values()),
            ),
            (say("签发", "Signed"), f"{report.signed_by} {report.signed_at}".strip() or "—"),
            (say("版次", "Edition"), str(report.edition or "—")),
            (say("核验码", "Check code"), report.short or "—"),
            (say("封印（SHA-256）", "Seal (SHA-256)"), report.seal or "—"),
        ]
        row += 1
        for name, value in lines:
            sheet.write_string(row, 0, name, self.formats["text"])
            sheet.write_string(row, 1, safe(value), self.formats["text"])
            row += 1
        if report.seal:
            sheet.insert_image(row + 1, 1, "qr.png", {"image_data": report.qr, "description": report.check})
            sheet.write_string(
                row + 1,
                0,
                say("扫码或输入核验码核对", "Scan, or type the code, to check"),
                self.formats["wrap"],
            )
            row += 11
        sheet.write_string(row, 0, say("目录", "Contents"), self.formats["section"])
        for name in names[1:]:
            row += 1
            sheet.write_url(row, 0, f"internal:'{name}'!A1", self.formats["link"], name)

    def notes(self, sheet: Any) -> None:
        """How the scores come about, in sentences."""
        self._page(sheet, portrait=True)
        sheet.set_column(0, 0, 74)
        for row, (kind, words) in enumerate(note_lines(self.report)):
            sheet.write_string(row, 0, words, self.formats["section" if kind else "wrap"])
            if not kind:
                width = 34 if self.report.language == "zh" else 76
                sheet.set_row(row, 16 * (1 + len(words) // width))

    def lines(self, sheet: Any) -> None:
        """One row an organisation and line, with its formulas."""
        report = self.report
        self._page(sheet, heads=1)
        self._heads(
            sheet,
            0,
            [(report.say(zh, en), self._wide(name, width)) for name, (zh, en, width) in COLUMN.items()],
        )
        for place, (name, (_, _, width)) in enumerate(COLUMN.items()):
            if name in FOLDED:
                sheet.set_column(place, place, width, None, {"level": 1, "hidden": True})
        sheet.set_print_scale(
            52 if report.language == "zh" else 46
        )  # fitting to the width would make Excel forget the breaks between organisations
        breaks, row = [], 1
        end = 1 + sum(len(report.schemes[one.scheme].lines) for one in report.participants)
        for place in report.ordered:
            one, score = report.participants[place], report.scores[place]
            scheme = report.schemes[one.scheme]
            breaks.append(row)
            for line in scheme.lines:
                self._line(sheet, row, end, one, score, scheme, line)
                row += 1
        sheet.set_h_pagebreaks(breaks[1:])
        sheet.autofilter(0, 0, row - 1, len(COLUMN) - 1)

    def _line(self, sheet: Any, row: int, end: int, one: Any, score: Any, scheme: Any, line: Any) -> None:
        report, held = self.report, score.line(line.code)
        entry = one.entries.get(line.code, Entry())
        polarity = polarity_of(line, {line.indicator: (entry.polarity, True)}) or "higher"
        made = LineFormulas(row + 1, end, scheme, line, entry, held, polarity)
        places = {name: column for column, name in enumerate(COLUMN)}
        domain = next(two for two in scheme.domains if two.code == held.domain)
        texts = {
            "organisation": one.organisation, "name": report.name(one.organisation), "scheme": scheme.code,
            "peer": one.peer, "domain": domain.code, "line": line.code, "line_name": line.name(report.language),
            "rule": report.pick(RULE_WORDS[line.rule]), "unit": report.unit(scheme.code, line.code),
            "status": report.pick(STATUS_WORDS[held.status]), "how": held.sentence(report.language),
            "monitored": "★" if line.monitored else "",
        }  # fmt: skip
        for name, text in texts.items():
            sheet.write_string(row, places[name], safe(text), self.formats["text"])
        self._tall(
            sheet,
            row,
            [(text, self._wide(name, COLUMN[name][2])) for name, text in texts.items() if name not in FOLDED],
        )
        for name, (content, kind, value) in made.cells().items():
            if content is None:
                sheet.write_blank(row, places[name], None, self.formats[kind])
            elif isinstance(content, str):
                self._formula(sheet, row, places[name], content, kind, value)
            else:
                sheet.write_number(row, places[name], content, self.formats[kind])

    def totals(self, sheet: Any, lines: str) -> None:
        """One row an organisation: domains' scores, total, grade, place, all formulas over the lines."""
        report, say = self.report, self.say
        self._page(sheet, heads=1)
        heads: list[tuple[str, float]] = [
            (say("代码", "Code"), 12),
            (say("单位", "Organisation"), self._wide("name", 30)),
        ]
        heads += [(say("方案", "Scheme"), 17), (say("同组", "Peers"), 7)]
        wide = 9 if report.language == "zh" else 13
        for domain in report.domains:
            heads += [(f"{domain.name(report.language)}\n{say('计入权重', 'weight counted')}", wide), (f"{domain.name(report.language)}\n{say('得分', 'score')}", wide)]  # fmt: skip
        heads += [
            (say("否决前总分", "Before veto"), 10),
            (say("一票否决", "Vetoes"), 8),
            (say("总分", "Total"), 10),
        ]
        heads += [(say("等次", "Grade"), 11), (say("同组名次", "Place"), 8), (say("签发总分", "Total as signed"), 10), (say("差", "Difference"), 8)]  # fmt: skip
        self._heads(sheet, 0, heads)
        for place in range(len(report.domains)):  # there to see, and out of the way on paper
            sheet.set_column(4 + 2 * place, 4 + 2 * place, 9, None, {"level": 1, "hidden": True})
        n = sum(len(report.schemes[one.scheme].lines) for one in report.participants) + 1
        for row, place in enumerate(report.ordered, 1):
            self._total(sheet, row, place, f"'{lines}'!", n)
        sheet.autofilter(0, 0, len(report.scores), len(heads) - 1)
        last = 4 + 2 * len(report.domains) + 2
        sheet.conditional_format(1, last, len(report.scores), last, {"type": "data_bar", "bar_color": "#9CC5D5", "bar_solid": True, "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 100})  # fmt: skip

    def _total(self, sheet: Any, row: int, place: int, lines: str, n: int) -> None:
        report = self.report
        one, score = report.participants[place], report.scores[place]
        scheme = report.schemes[one.scheme]
        r = row + 1

        def column(name: str) -> str:
            letter = xl_col_to_name(list(COLUMN).index(name))
            return f"{lines}${letter}$2:${letter}${n}"

        self._tall(sheet, row, [(report.name(one.organisation), self._wide("name", 30))])
        for place_, text in enumerate(
            (one.organisation, report.name(one.organisation), scheme.code, one.peer)
        ):
            sheet.write_string(row, place_, safe(text), self.formats["text"])
        scores, weights, at = [], [], 4
        held = {two.code: two for two in score.domains}
        for domain in report.domains:
            mine, where = (
                held.get(domain.code),
                f'{column("organisation")},$A{r},{column("domain")},"{domain.code}"',
            )
            w, s = f"{xl_col_to_name(at)}{r}", f"{xl_col_to_name(at + 1)}{r}"
            counted = f"SUMIFS({column('weight')},{where},{column('counted')},1)"
            self._formula(sheet, row, at, f"=IF({counted}=0,0,SUMIFS({column('weight')},{where}))", "points",
                          float(mine.weight) if mine and mine.score is not None else 0)  # fmt: skip
            self._formula(sheet, row, at + 1, f"=IF({counted}=0,0,ROUND({w}*SUMIFS({column('points')},{where})/{counted},2))", "points",
                          float(mine.score or 0) if mine else 0)  # fmt: skip
            weights.append(w)
            scores.append(s)
            at += 2
        total = f"=IF({'+'.join(weights)}=0,0,ROUND(100*({'+'.join(scores)})/({'+'.join(weights)}),2))"
        self._formula(sheet, row, at, total, "points", float(score.before_veto))
        before, veto, final = (f"{xl_col_to_name(at + step)}{r}" for step in range(3))
        veto_sum = f"=SUMIFS({column('value')},{column('organisation')},$A{r},{column('veto')},1)"
        self._formula(sheet, row, at + 1, veto_sum, "whole", len(score.vetoes))
        self._formula(
            sheet,
            row,
            at + 2,
            f"=IF({veto}>0,MIN({before},{scheme.veto_cap}),{before})",
            "strong",
            float(score.total),
        )
        grade = f'"{report.say(scheme.grades[-1].zh, scheme.grades[-1].en)}"'
        for two in reversed(scheme.grades[:-1]):
            grade = f'IF({final}>={two.limit},"{report.say(two.zh, two.en)}",{grade})'
        self._formula(sheet, row, at + 3, f"={grade}", "text", report.say(score.grade_zh, score.grade_en))
        letter, end = xl_col_to_name(at + 2), len(report.scores) + 1
        rank = f'=1+COUNTIFS($C$2:$C${end},$C{r},$D$2:$D${end},$D{r},${letter}$2:${letter}${end},">"&{final})'
        self._formula(sheet, row, at + 4, rank, "whole", score.place)
        sheet.write_number(row, at + 5, float(score.total), self.formats["points"])
        self._formula(sheet, row, at + 6, f"=ROUND({final}-{xl_col_to_name(at + 5)}{r},2)", "points", 0)
