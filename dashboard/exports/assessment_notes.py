"""What the workbook's sheet of notes says."""

from __future__ import annotations

from dashboard.exports.assessment import Report


def note_lines(report: Report) -> list[tuple[bool, str]]:
    """The notes: (is a title, words)."""
    say = report.say
    found = [
        (True, say("怎样算分", "How scores come about")),
        (False, say("每项得分＝权重×得分率，四舍五入到两位小数；得分率保留四位，指标值保留四位。所有舍入均为“逢五进一（远离零）”，与电子表格的 ROUND 相同。", "Points of a line are its weight times its share, to two decimals; shares and values have four. Every rounding is half away from zero, as ROUND does.")),
        (False, say("维度得分＝维度权重×（计入指标得分之和÷计入指标权重之和）：不适用或按方案不计的指标，其权重由本维度其余指标按比例分担；整个维度都不计时，由其他维度分担。", "A domain's score is its weight times the points of the lines that count over their weights: the weight of a line left out goes to the rest of its domain, that of a whole domain to the others.")),
        (False, say("总分＝100×各维度得分之和÷计入维度权重之和。发生一票否决的，总分不超过方案规定的上限。", "The total is 100 times the sum of the domains' scores over the weights of the domains that count. A veto caps it as the scheme says.")),
        (False, say("“分项得分”表中的值、得分率、得分，“总分”表中的各栏都是公式：改动分子、分母或权重，总分随之变化；“差”一栏与签发总分核对，应为 0。", "Values, shares and points under 'Lines' and all of 'Totals' are formulas: change a numerator, a denominator or a weight and the totals follow. 'Difference' holds them against the totals as signed and should be 0.")),
        (False, say("先汇总分子、分母，再相除；缺报不作零。金额以 0.01 万元计。★为国家监测指标。", "Numerators and denominators are summed first and divided last; what is missing is never zero. Amounts are in hundredths of 10,000 yuan. ★ marks nationally monitored lines.")),
        (True, say("名次", "Places")),
        (False, say("名次只在同一方案、同一规模组内比较。名次区间：把每个率在其二项或泊松抽样误差内（Jeffreys 后验）反复抽取，每次重新计分排序，取 95% 区间；抽取次数和随机种子写在方案里，可重复。专家评分、凭佐证的指标和按区间计分的指标不参与抽取。", "Places are among peers of the same scheme and size. Their intervals: every rate is drawn again and again within its binomial or Poisson uncertainty (Jeffreys posterior), scored and ranked each time; 95% of the places. Number of draws and seed stand in the scheme. Expert scores, evidence lines and lines judged by their interval are not drawn.")),
        (False, say("名次区间重叠很多的单位，名次高低可能只是偶然。", "Where intervals overlap widely, who stands higher may be chance.")),
        (True, say("核验", "Checking")),
        (False, say(f"在系统中运行 mch assess verify {report.code}，或在考核页面输入核验码，可由留存的原始输入重算全部得分，并与签发结果逐位比对。", f"Run mch assess verify {report.code}, or type the check code on the assessment page: all scores are recomputed from the inputs kept and compared to the last digit.")),
        (True, say("来源", "Sources")),
    ]  # fmt: skip
    for scheme in report.schemes.values():
        found.append(
            (
                False,
                f"{scheme.name(report.language)}：{scheme.document}。{say(scheme.note_zh, scheme.note_en)}",
            )
        )
        found.append((False, say(f"抽取 {scheme.draws} 次，种子 {scheme.seed}，置信水平 {scheme.confidence}。", f"{scheme.draws} draws, seed {scheme.seed}, confidence {scheme.confidence}.")))  # fmt: skip
    return found
