"""The workbook's sheets over its totals: domains with native charts, ranking, change on the year before, schemes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from dashboard.exports.assessment import RULE_WORDS
from dashboard.exports.assessment_dress import ACCENT
from dashboard.exports.assessment_sheet import Sheets
from dashboard.exports.assessment_words import line_name
from dashboard.exports.safety import safe

SERIES = (ACCENT, "#9CC5D5", "#C8501E")


class Summaries(Sheets):
    """Writes them."""

    def domains(self, sheet: Any, totals: str) -> None:
        """Means by scheme and domain, and how many reached each grade; with native charts."""
        report, say = self.report, self.say
        self._page(sheet)
        heads = [(say("方案", "Scheme"), 34 if report.language == "zh" else 54), (say("单位数", "Number"), 9)]
        heads += [
            (f"{one.name(report.language)}\n{say('平均得分率（%）', 'mean share (%)')}", 14)
            for one in report.domains
        ]
        heads += [
            (say("平均总分", "Mean total"), 11),
            (say("最低", "Lowest"), 9),
            (say("最高", "Highest"), 9),
        ]
        self._heads(sheet, 0, heads)
        end, t = len(report.scores) + 1, f"'{totals}'!"
        final = xl_col_to_name(4 + 2 * len(report.domains) + 2)
        for row, scheme in enumerate(report.schemes.values(), 1):
            mine = [one for one in report.scores if one.scheme == scheme.code]
            sheet.write_string(row, 0, scheme.name(report.language), self.formats["text"])
            where = f'{t}$C$2:$C${end},"{scheme.code}"'
            self._formula(sheet, row, 1, f"=COUNTIFS({where})", "whole", len(mine))
            for place, domain in enumerate(report.domains):
                w, s = (xl_col_to_name(4 + 2 * place + step) for step in range(2))
                share = f"SUMIFS({t}${s}$2:${s}${end},{where})/SUMIFS({t}${w}$2:${w}${end},{where})"
                self._formula(
                    sheet,
                    row,
                    2 + place,
                    f'=IFERROR(100*{share},"")',
                    "points",
                    _mean_share(mine, domain.code),
                )
            at, totals_ = 2 + len(report.domains), [float(one.total) for one in mine]
            area = f"{t}${final}$2:${final}${end}"
            self._formula(
                sheet, row, at, f"=AVERAGEIFS({area},{where})", "points", sum(totals_) / max(len(totals_), 1)
            )
            for step, name in enumerate(("MIN", "MAX"), 1):
                formula = f"=SUMPRODUCT({name}(({t}$C$2:$C${end}=\"{scheme.code}\")*{area}" + ("" if name == "MAX" else f"+1000*({t}$C$2:$C${end}<>\"{scheme.code}\")") + "))"  # fmt: skip
                self._formula(
                    sheet, row, at + step, formula, "points", (min if step == 1 else max)(totals_, default=0)
                )
        self._charts(sheet, len(report.schemes), totals)

    def _charts(self, sheet: Any, schemes: int, totals: str) -> None:
        report, say = self.report, self.say
        name = sheet.get_name()
        chart = self.book.add_chart({"type": "column"})
        for row in range(1, schemes + 1):
            chart.add_series({
                "fill": {"color": SERIES[(row - 1) % len(SERIES)]},
                "name": [name, row, 0], "categories": [name, 0, 2, 0, 1 + len(report.domains)],
                "values": [name, row, 2, row, 1 + len(report.domains)], "gap": 80,
                "data_labels": {"value": True, "num_format": "0", "font": {"size": 8}},
            })  # fmt: skip
        chart.set_title(
            {
                "name": say("各维度平均得分率（%）", "Mean share of points by domain (%)"),
                "name_font": {"size": 12},
            }
        )
        chart.set_y_axis(
            {"min": 0, "max": 100, "major_gridlines": {"visible": True, "line": {"color": "#E5E8EB"}}}
        )
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 900, "height": 320})
        sheet.insert_chart(schemes + 3, 0, chart)
        row = schemes + 21
        self._grades(sheet, row, totals)

    def _grades(self, sheet: Any, row: int, totals: str) -> None:
        report, say = self.report, self.say
        name, end = sheet.get_name(), len(report.scores) + 1
        grades = list(dict.fromkeys(report.say(one.zh, one.en) for scheme in report.schemes.values() for one in scheme.grades))  # fmt: skip
        letter = xl_col_to_name(4 + 2 * len(report.domains) + 3)
        sheet.write_string(row, 0, say("等次", "Grade"), self.formats["head"])
        sheet.write_string(row, 1, say("单位数", "Number"), self.formats["head"])
        for step, grade in enumerate(grades, 1):
            sheet.write_string(row + step, 0, grade, self.formats["text"])
            count = sum(report.say(one.grade_zh, one.grade_en) == grade for one in report.scores)
            self._formula(
                sheet,
                row + step,
                1,
                f"=COUNTIF('{totals}'!${letter}$2:${letter}${end},$A{row + step + 1})",
                "whole",
                count,
            )
        chart = self.book.add_chart({"type": "bar"})
        chart.add_series({"categories": [name, row + 1, 0, row + len(grades), 0], "values": [name, row + 1, 1, row + len(grades), 1],
                          "fill": {"color": ACCENT}, "gap": 60, "data_labels": {"value": True}})  # fmt: skip
        chart.set_title({"name": say("各等次单位数", "Organisations by grade"), "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#E5E8EB"}}})
        chart.set_size({"width": 560, "height": 260})
        sheet.insert_chart(row, 3, chart)

    def ranking(self, sheet: Any) -> None:
        """Places with their intervals, and who cannot be told apart."""
        report, say = self.report, self.say
        self._page(sheet, heads=1)
        heads = [(say("代码", "Code"), 12), (say("单位", "Organisation"), self._wide("name", 32)), (say("方案", "Scheme"), 17), (say("同组", "Peers"), 36), (say("总分", "Total"), 9)]  # fmt: skip
        heads += [(say("名次", "Place"), 8), (say("并列", "Tied"), 7), (say("同组家数", "Of"), 8), (say("名次区间下限", "From place"), 10), (say("名次区间上限", "To place"), 10)]  # fmt: skip
        heads += [(say("与之无法区分的同组单位数", "Peers not told apart"), 14)]
        heads += (
            [(say("上年总分", "Total a year before"), 10), (say("较上年", "Change"), 9)]
            if report.changes
            else []
        )
        self._heads(sheet, 0, heads)
        for row, place in enumerate(report.ordered, 1):
            score, rank = report.scores[place], report.rankings[place]
            for column, text in enumerate(
                (score.organisation, report.name(score.organisation), score.scheme, report.peer(score))
            ):
                sheet.write_string(row, column, safe(text), self.formats["text"])
            self._tall(sheet, row, [(report.name(score.organisation), self._wide("name", 32))])
            sheet.write_number(row, 4, float(score.total), self.formats["points"])
            for column, number in enumerate(
                (rank.place, rank.tied, rank.peers, rank.low, rank.high, len(rank.like)), 5
            ):
                sheet.write_number(row, column, number, self.formats["whole"])
            if score.organisation in report.changes:
                moved = report.changes[score.organisation]
                sheet.write_number(row, 11, float(moved.before), self.formats["points"])
                self._formula(
                    sheet, row, 12, f"=ROUND(E{row + 1}-L{row + 1},2)", "points", float(moved.moved)
                )
        sheet.autofilter(0, 0, len(report.scores), len(heads) - 1)

    def changes(self, sheet: Any) -> None:
        """One row an organisation and line: points of the total that came or went on the year before, and by what."""
        report, say = self.report, self.say
        self._page(sheet, heads=1)
        heads = [(say("代码", "Code"), 12), (say("单位", "Organisation"), self._wide("name", 32)), (say("指标", "Line"), 36)]  # fmt: skip
        heads += [(say("上年得分", "Points before"), 10), (say("上年权重", "Weight before"), 10), (say("今年得分", "Points now"), 10), (say("今年权重", "Weight now"), 10)]  # fmt: skip
        heads += [(say("因得分率", "By score"), 10), (say("因权重", "By weight"), 10), (say("合计", "Together"), 10)]  # fmt: skip
        self._heads(sheet, 0, heads)
        row = 0
        for place in report.ordered:
            score = report.scores[place]
            held = report.changes.get(score.organisation)
            for one in held.lines if held else ():
                row += 1
                texts = (
                    score.organisation,
                    report.name(score.organisation),
                    line_name(report, score.scheme, one.code),
                )
                for column, text in enumerate(texts):
                    sheet.write_string(row, column, safe(text), self.formats["text"])
                sides = [
                    getattr(side, name, None)
                    for side in (one.before, one.after)
                    for name in ("points", "weight")
                ]
                for column, number in enumerate((*sides, one.by_score, one.by_weight), 3):
                    if number is not None:
                        sheet.write_number(row, column, float(number), self.formats["points"])
                self._formula(sheet, row, 9, f"=H{row + 1}+I{row + 1}", "points", float(one.moved))
        sheet.autofilter(0, 0, max(row, 1), len(heads) - 1)

    def schemes(self, sheet: Any) -> None:
        """The schemes' lines with weights and rules."""
        report, say = self.report, self.say
        self._page(sheet, heads=1)
        heads = [(say("方案", "Scheme"), 17), (say("维度", "Domain"), 20), (say("指标代码", "Line"), 20), (say("指标", "Name"), 34), (say("国家监测", "Monitored"), 9)]  # fmt: skip
        heads += [(say("权重", "Weight"), 8), (say("规则", "Rule"), 34), (say("目标", "Target"), 11), (say("下限", "Floor"), 9), (say("分档", "Bands"), 40), (say("数据来源", "Source"), 46)]  # fmt: skip
        self._heads(sheet, 0, heads)
        row = 1
        for scheme in report.schemes.values():
            for domain in scheme.domains:
                for line in domain.lines:
                    target = (
                        say("现行目标", "in force") if line.target == "in_force" else str(line.target or "")
                    )
                    bands = "；".join(f"{one.limit}→{one.share * 100:.0f}%" for one in line.bands)
                    source = line.indicator or (f"({' + '.join(line.numerator)}) / ({' + '.join(line.denominator)}) × {line.multiplier}" if line.numerator else say("自评与专家核定", "answered, confirmed by evaluators"))  # fmt: skip
                    texts = (scheme.code, domain.name(report.language), line.code, line.name(report.language), "★" if line.monitored else "")  # fmt: skip
                    for column, text in enumerate(texts):
                        sheet.write_string(row, column, safe(text), self.formats["text"])
                    sheet.write_number(row, 5, float(line.weight), self.formats["points"])
                    for column, text in enumerate((report.pick(RULE_WORDS[line.rule]), target, str(line.floor if line.floor is not None else ""), bands, source), 6):  # fmt: skip
                        sheet.write_string(row, column, text, self.formats["text"])
                    self._tall(sheet, row, [(line.name(report.language), 34), (bands, 40), (source, 46)])
                    row += 1
        sheet.autofilter(0, 0, row - 1, len(heads) - 1)


def _mean_share(scores: Sequence[Any], domain: str) -> float:
    held = [two for one in scores for two in one.domains if two.code == domain and two.score is not None]
    weight = sum(float(one.weight) for one in held)
    return 100 * sum(float(one.score) for one in held) / weight if weight else 0
