"""Tables as county stations make them, with headers of their own: what each says, and what is told of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl.workbook import Workbook

from tests.workbooks.build import book, bytes_of, sheet_of

Said = (
    dict[tuple[str, int], dict[str, int | str]] | None
)  # organisation and month → element[@breakdown] → value or note
Told = set[tuple[str, str]]
OFFICES: dict[str, tuple[Callable[[], bytes], Said, Told]] = {}
NANMING, YUNYAN = "520102", "520103"
MONTH = ["2026年10月妇幼健康月报"]
SENDER = ["填报单位：南明区"]


def sheet(
    rows: Sequence[Sequence[Any]],
    merges: Sequence[str] = (),
    more: Callable[[Workbook, Any], object] | None = None,
) -> bytes:
    """A workbook of one sheet, with merges, and with what `more` adds to it."""
    made = book(*rows)
    sheet_of(made).title = "Sheet1"
    for one in merges:
        sheet_of(made).merge_cells(one)
    if more:
        more(made, sheet_of(made))
    return bytes_of(made)


def office(said: Said, told: Told) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Register a table with what a person reads in it (None: it must be returned) and all issues it gets."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        OFFICES[make.__name__] = (make, said, told)
        return make

    return register


@office(
    {
        (NANMING, 202610): {
            "live_births": 30,
            "live_births@registered": 20,
            "live_births_male": 16,
            "live_births_female": 14,
            "parturient_women": 30,
            "prenatal_screened_women": 27,
            "prenatal_screened_women@registered": 18,
        }
    },
    {("breakdown_absent", "")},
)
def an_attachment_with_its_filler_and_marks_of_which() -> bytes:
    return sheet(
        [
            ["附件2"],
            ["南明区2026年10月孕产妇及儿童健康情况月报表"],
            ["填报单位（盖章）：南明区妇幼保健院", "", "", "填报人：李某", "审核人：王某"],
            ["序号", "指标名称", "计量单位", "本月合计", "其中：户籍", "备注"],
            [1, "活产数", "人", 30, 20, ""],
            [2, "其中：男", "人", 16, 11, ""],
            [3, "女", "人", 14, 9, ""],
            [4, "产妇数", "人", 30, 20, "双胎1"],
            [5, "产前筛查人数", "人", 27, 18, ""],
            ["说明：本表于每月5日前上报"],
            ["填报日期：2026年11月3日"],
        ]
    )


@office(
    {
        (NANMING, 202609): {
            "screening_live_births": 500,
            "county_metabolic_screened": 495,
            "metabolic_confirmed": 1,
            "county_hearing_screened": 490,
            "hearing_rescreened": 20,
        },
        ("520115", 202609): {"screening_live_births": 300, "metabolic_confirmed": 0},
    },
    set(),
)
def counties_with_a_subtotal_and_a_sender_called_unit() -> bytes:
    return sheet(
        [
            ["贵阳市2026年第3季度新生儿疾病筛查情况统计表"],
            ["单位：贵阳市妇幼保健院", "", "", "单位：人"],
            ["县（市、区）", "活产数", "遗传代谢病筛查", "", "听力筛查", ""],
            ["", "", "筛查人数", "确诊人数", "初筛人数", "复筛人数"],
            ["南明区", 500, 495, 1, 490, 20],
            ["云岩区", 600, 590, 2, 580, 30],
            ["小计", 1100, 1085, 3, 1070, 50],
            ["观山湖区", 300, 299, 0, 298, 10],
            ["合计", 1400, 1384, 3, 1368, 60],
            ["注：确诊人数为当期确诊"],
        ],
        ["A1:F1", "A3:A4", "B3:B4", "C3:D3", "E3:F3"],
    )


@office(
    {
        (NANMING, 202601): {"live_births": 100, "parturient_women": 99, "prenatal_screened_women": 80},
        (NANMING, 202603): {"live_births": 95, "parturient_women": 94, "prenatal_screened_women": 90},
    },
    {("breakdown_absent", "")},
)
def months_across_with_their_total() -> bytes:
    return sheet(
        [
            ["2026年南明区妇幼健康工作月报汇总"],
            ["填报单位：南明区"],
            ["项目", "1月", "2月", "3月", "合计"],
            ["活产数", 100, 90, 95, 285],
            ["产妇数", 99, 89, 94, 282],
            ["产前筛查人数", 80, 85, 90, 255],
        ]
    )


@office({(NANMING, 202609): {"marriage_registrants": 630, "premarital_examined": 600}}, set())
def months_of_a_quarter_beside_their_sum() -> bytes:
    return sheet(
        [
            ["2026年第三季度婚前医学检查统计表"],
            ["填报单位：南明区"],
            ["指标", "7月", "8月", "9月", "合计"],
            ["结婚登记人数", 200, 210, 220, 630],
            ["婚前医学检查人数", 190, 200, 210, 600],
        ]
    )


@office(
    {
        (YUNYAN, 202610): {
            "live_births": 123,
            "parturient_women": 122,
            "prenatal_screened_women": "dash",
            "high_risk_women": "not_collected",
            "maternal_deaths": 0,
            "neonatal_deaths": 0,
        }
    },
    {("breakdown_absent", ""), ("none_is_zero", "B8")},
)
def full_width_digits_and_signs_for_nothing() -> bytes:
    return sheet(
        [
            ["二〇二六年十月县区妇幼健康月报"],
            ["填报单位：云岩区妇幼保健院"],
            ["项目", "数量"],
            ["活产数", "１２３"],
            ["产妇数", "１２２"],
            ["产前筛查人数", "—"],
            ["高危产妇人数", "/"],
            ["孕产妇死亡数", "无"],
            ["新生儿死亡数（0～27天）", "０"],
        ]
    )


@office({(YUNYAN, 202610): {"live_births": 123, "parturient_women": 122}}, {("breakdown_absent", "")})
def a_year_of_two_digits() -> bytes:
    return sheet(
        [
            ["县区妇幼健康月报"],
            ["填报单位：云岩区", "", "填报月份：26年10月"],
            ["项目", "数量"],
            ["活产数", 123],
            ["产妇数", 122],
        ]
    )


@office({("MCH520102", 202610): {"parturient_women": 100, "live_births": 101}}, {("sheet_unknown", "")})
def a_cover_that_says_the_period() -> bytes:
    def more(wb: Workbook, ws: Any) -> None:
        c = wb.create_sheet("封面", 0)
        c.append(["贵州省妇幼健康监测报表"])
        c.append(["填报单位：南明区妇幼保健院"])
        c.append(["报告期：2026年10月"])
        c.append(["联系人"])
        n = wb.create_sheet("填表说明")
        n.append(["一、本表由县级妇幼保健机构填报"])
        n.append(["二、活产数：指……"])
        n.append(["1", 1, 2, 3, 4, 5])

    return sheet(
        [["助产机构月报"], ["医疗机构名称", "产妇数", "活产数"], ["南明区妇幼保健院", 100, 101]], (), more
    )


@office(
    {
        (NANMING, 202610): {
            "live_births": 30,
            "live_births@nonregistered": 10,
            "parturient_women": 30,
            "prenatal_screened_women": 27,
        }
    },
    set(),
)
def a_cover_that_says_all() -> bytes:
    def more(wb: Workbook, ws: Any) -> None:
        c = wb.create_sheet("封面", 0)
        c.append(["县区妇幼健康月报"])
        c.append(["填报单位：南明区妇幼保健院"])
        c.append(["报告期：2026年10月"])

    return sheet(
        [
            ["项目", "合计", "户籍", "非户籍"],
            ["活产数", 30, 20, 10],
            ["产妇数", 30, 20, 10],
            ["产前筛查人数", 27, 18, 9],
        ],
        (),
        more,
    )


@office(
    {(NANMING, 202610): {"live_births": 101, "parturient_women": 100, "prenatal_screened_women": 90}},
    {("breakdown_absent", "")},
)
def this_month_among_others() -> bytes:
    return sheet(
        [
            ["2026年10月妇幼健康月报"],
            ["填报单位：南明区"],
            ["指标", "本月数", "上月数", "去年同期", "同比增减%", "1-10月累计"],
            ["活产数", 101, 99, 110, -8.2, 1000],
            ["产妇数", 100, 98, 109, -8.3, 990],
            ["产前筛查人数", 90, 88, 80, 12.5, 880],
        ]
    )


@office(
    {(NANMING, 202610): {"live_births": 101, "parturient_women": 100, "prenatal_screened_women": 90}},
    {("row_unknown", "A7"), ("breakdown_absent", ""), ("row_unknown", "A8")},
)
def rates_among_counts() -> bytes:
    return sheet(
        [
            ["2026年10月妇幼健康月报"],
            ["填报单位：南明区"],
            ["指标", "数值"],
            ["活产数（人）", 101],
            ["产妇数（人）", 100],
            ["产前筛查人数（人）", 90],
            ["产前筛查率（%）", 90.0],
            ["孕产妇死亡率（/10万）", 0],
            ["剖宫产率", 38.5],
        ]
    )


@office(
    {
        (NANMING, 202608): {"live_births": 100, "parturient_women": 99, "prenatal_screened_women": 90},
        (NANMING, 202610): {"live_births": 120, "parturient_women": 119, "prenatal_screened_women": 99},
    },
    set(),
)
def months_as_rows_of_one_county() -> bytes:
    return sheet(
        [
            ["南明区2026年妇幼健康月报"],
            ["月份", "活产数", "产妇数", "产前筛查人数"],
            ["8月", 100, 99, 90],
            ["9月", 110, 109, 95],
            ["10月", 120, 119, 99],
            ["合计", 330, 327, 284],
        ]
    )


@office(
    {(NANMING, 202610): {"live_births": 101, "parturient_women": 100, "under7_children": 32000}},
    {("breakdown_absent", "")},
)
def one_row_in_ten_thousands() -> bytes:
    return sheet(
        [
            ["2026年10月妇幼健康月报"],
            ["填报单位：南明区", "", "单位：人"],
            ["指标", "数量"],
            ["活产数", 101],
            ["产妇数", 100],
            ["7岁以下儿童数（万人）", 3.2],
        ]
    )


@office(
    {
        (NANMING, 202610): {"live_births": 101, "parturient_women": 100},
        (YUNYAN, 202610): {"live_births": 201, "parturient_women": 200},
    },
    {("breakdown_absent", "")},
)
def sheets_named_after_counties() -> bytes:
    def more(wb: Workbook, ws: Any) -> None:
        ws.title = "南明区"
        b = wb.create_sheet("云岩区")
        for r in [["2026年10月县区妇幼健康月报"], ["项目", "数量"], ["活产数", 201], ["产妇数", 200]]:
            b.append(r)

    return sheet(
        [["2026年10月县区妇幼健康月报"], ["项目", "数量"], ["活产数", 101], ["产妇数", 100]], (), more
    )


@office(
    {
        (NANMING, 202609): {"live_births": 101, "parturient_women": 100},
        (NANMING, 202610): {"live_births": 201, "parturient_women": 200},
    },
    {("breakdown_absent", "")},
)
def sheets_named_after_months() -> bytes:
    def more(wb: Workbook, ws: Any) -> None:
        ws.title = "9月"
        b = wb.create_sheet("10月")
        for r in [
            ["2026年县区妇幼健康月报"],
            ["填报单位：南明区"],
            ["项目", "数量"],
            ["活产数", 201],
            ["产妇数", 200],
        ]:
            b.append(r)

    return sheet(
        [
            ["2026年县区妇幼健康月报"],
            ["填报单位：南明区"],
            ["项目", "数量"],
            ["活产数", 101],
            ["产妇数", 100],
        ],
        (),
        more,
    )


@office(
    {
        ("MCH520102", 202610): {
            "parturient_women": 100,
            "deliveries": 100,
            "vaginal_deliveries": 60,
            "caesarean_deliveries": 40,
            "live_births": 101,
            "live_births_male": 50,
            "live_births_female": 51,
            "stillbirths": 0,
        }
    },
    set(),
)
def a_quality_report_with_deep_headers() -> bytes:
    return sheet(
        [
            ["附件1：2026年10月贵阳市助产机构产科质量报表"],
            ["填报单位：贵阳市妇幼保健院", "", "", "", "", "", "", "", "填表人：张", "审核人：李"],
            ["序号", "机构名称", "产妇数", "分娩数", "", "", "活产数", "", "", "死胎死产数"],
            ["", "", "", "合计", "阴道分娩", "剖宫产", "合计", "男", "女", ""],
            [1, "南明区妇幼保健院", 100, 100, 60, 40, 101, 50, 51, 0],
            [2, "云岩区妇幼保健院", 200, 200, 120, 80, 201, 100, 101, 1],
            ["", "合计", 300, 300, 180, 120, 302, 150, 152, 1],
        ],
        ["A3:A4", "B3:B4", "C3:C4", "D3:F3", "G3:I3", "J3:J4", "A1:J1"],
    )


@office(
    {
        (NANMING, 202609): {
            "screening_live_births": 500,
            "county_metabolic_screened": 495,
            "metabolic_suspected": 5,
            "metabolic_confirmed": 1,
            "county_hearing_screened": 490,
            "hearing_rescreened": 20,
        }
    },
    set(),
)
def groups_beside_labels() -> bytes:
    return sheet(
        [
            ["2026年第3季度新生儿疾病筛查季报"],
            ["填报单位：南明区"],
            ["类别", "项目", "数量"],
            ["", "期内活产数", 500],
            ["遗传代谢病", "筛查人数", 495],
            ["", "可疑阳性人数", 5],
            ["", "确诊人数", 1],
            ["听力", "初筛人数", 490],
            ["", "复筛人数", 20],
        ],
        ["A5:A7", "A8:A9"],
    )


@office({(NANMING, 202610): {"live_births": 101, "parturient_women": 100}}, {("breakdown_absent", "")})
def the_days_of_the_month() -> bytes:
    return sheet(
        [
            ["县区妇幼健康月报"],
            ["填报单位：南明区", "统计时间：2026年10月1日—10月31日"],
            ["指标", "数量"],
            ["活产数", 101],
            ["产妇数", 100],
        ]
    )


@office({(NANMING, 202610): {"live_births": 101, "parturient_women": 100}}, {("breakdown_absent", "")})
def sender_and_date_in_cells_of_their_own() -> bytes:
    return sheet(
        [
            ["县区妇幼健康月报"],
            ["填报单位：", "南明区", "报告期：", dt.datetime(2026, 10, 1)],
            ["指标", "数量"],
            ["活产数", 101],
            ["产妇数", 100],
        ]
    )


@office(
    {
        (NANMING, 202610): {
            "parturient_women": 100,
            "antenatal_examined_women": 99,
            "early_antenatal_examined_women": 95,
            "live_births": 101,
            "live_births_male": 50,
            "live_births_female": 51,
            "under5_deaths": 1,
            "infant_deaths": 1,
            "neonatal_deaths": 1,
        }
    },
    {("breakdown_absent", ""), ("row_unknown", "A6")},
)
def parts_under_their_label() -> bytes:
    return sheet(
        [
            ["2026年10月妇幼健康月报"],
            ["填报单位：南明区"],
            ["指标", "数量"],
            ["一、孕产妇保健", ""],
            ["产妇数", 100],
            ["  其中：初产妇", 60],
            ["  产前检查人数", 99],
            ["    其中：孕早期检查人数", 95],
            ["二、儿童保健", ""],
            ["活产数", 101],
            ["  其中：男", 50],
            ["        女", 51],
            ["5岁以下儿童死亡数", 1],
            ["  其中：婴儿死亡数", 1],
            ["    其中：新生儿死亡数", 1],
        ]
    )


@office(
    {
        (NANMING, 202609): {
            "live_births": 100,
            "parturient_women": 99,
            "prenatal_screened_women": 90,
            "high_risk_women": 10,
        }
    },
    {("column_unknown", "G3"), ("column_unknown", "E3")},
)
def rates_between_columns() -> bytes:
    return sheet(
        [
            ["贵阳市2026年9月妇幼健康月报"],
            ["地区", "活产数", "产妇数", "产前筛查", "", "高危产妇", ""],
            ["", "", "", "人数", "率(%)", "人数", "比例(%)"],
            ["南明区", 100, 99, 90, 90.9, 10, 10.1],
            ["云岩区", 200, 199, 180, 90.5, 20, 10.1],
        ],
        ["A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2"],
    )


@office(
    {(NANMING, 202610): {"live_births": 101, "parturient_women": 100, "prenatal_screened_women": 90}},
    {("breakdown_absent", "")},
)
def a_target_beside_what_was_done() -> bytes:
    return sheet(
        [
            ["2026年10月妇幼健康月报"],
            ["填报单位：南明区"],
            ["指标", "目标数", "完成数", "完成率"],
            ["活产数", 120, 101, "84%"],
            ["产妇数", 119, 100, "84%"],
            ["产前筛查人数", 110, 90, "82%"],
        ]
    )


@office(
    {(NANMING, 202610): {"live_births": 101, "parturient_women": 100, "prenatal_screened_women": 90}},
    {("breakdown_absent", "")},
)
def the_same_month_of_the_year_before_beside() -> bytes:
    return sheet(
        [
            ["妇幼健康月报（10月）"],
            ["填报单位：南明区"],
            ["指标", "2025年10月", "2026年10月"],
            ["活产数", 99, 101],
            ["产妇数", 98, 100],
            ["产前筛查人数", 80, 90],
        ]
    )


@office(
    {(NANMING, 202610): {"live_births": 30, "live_births@registered": 20, "live_births@nonregistered": 10}},
    {("column_unknown", "B3")},
)
def residents_registered_and_not() -> bytes:
    return sheet(
        [
            ["2026年10月妇幼健康月报"],
            ["填报单位：南明区"],
            ["指标", "常住", "户籍", "流动"],
            ["活产数", 30, 20, 10],
            ["产妇数", 30, 20, 10],
        ]
    )


@office(
    {
        (NANMING, 202610): {"live_births": 100, "parturient_women": 99, "prenatal_screened_women": 90},
        ("520302", 202610): {"live_births": 150, "parturient_women": 149, "prenatal_screened_women": 140},
    },
    set(),
)
def prefectures_left_of_counties() -> bytes:
    return sheet(
        [
            ["2026年10月妇幼健康月报"],
            ["市州", "县区", "活产数", "产妇数", "产前筛查人数"],
            ["贵阳市", "南明区", 100, 99, 90],
            ["", "云岩区", 200, 199, 180],
            ["", "小计", 300, 298, 270],
            ["遵义市", "红花岗区", 150, 149, 140],
            ["", "小计", 150, 149, 140],
            ["合计", "", 450, 447, 410],
        ],
        ["A3:A5", "A6:A7"],
    )


@office(
    {
        (NANMING, 202609): {
            "childcare_institutions": 20,
            "childcare_places": 1200,
            "childcare_affordable_places": 800,
            "childcare_enrolled": 600,
            "childcare_staff": 150,
        }
    },
    set(),
)
def a_column_of_units() -> bytes:
    return sheet(
        [
            ["2026年第3季度托育服务情况统计表"],
            SENDER,
            ["项目", "单位", "数量"],
            ["托育服务机构数", "家", 20],
            ["托位数", "个", "1,200"],
            ["其中：普惠托位数", "个", "８００"],
            ["在托婴幼儿数", "人", 600],
            ["从业人员数", "人", 150],
        ]
    )


@office(
    {
        (NANMING, 202609): {
            "cervical_due": 100,
            "cervical_screened": 90,
            "cervical_hpv_positive": 5,
            "breast_due": 100,
            "breast_screened": 95,
            "common_disease_due": 500,
        }
    },
    set(),
)
def groups_before_the_first_known_label() -> bytes:
    return sheet(
        [
            ["2026年第3季度两癌检查情况统计表"],
            ["填报单位：南明区妇幼保健院"],
            ["检查项目", "指标", "本季度", "累计"],
            ["宫颈癌", "应筛查人数", 100, 300],
            ["", "实际筛查人数", 90, 280],
            ["", "HPV阳性人数", 5, 15],
            ["乳腺癌", "应筛查人数", 100, 300],
            ["", "实际筛查人数", 95, 285],
            ["妇女常见病", "应筛查人数", 500, 1500],
        ],
        ["A4:A6", "A7:A8"],
    )


@office({(NANMING, 202609): {"screening_live_births": 500, "county_metabolic_screened": 495}}, set())
def sender_and_quarter_in_one_cell() -> bytes:
    return sheet(
        [
            ["新生儿疾病筛查统计表"],
            ["填报单位：南明区     2026年第3季度"],
            ["指标", "本季", "上季", "本年累计"],
            ["期内活产数", 500, 480, 1450],
            ["遗传代谢病筛查人数", 495, 470, 1440],
        ]
    )


@office({(NANMING, 202610): {"live_births": 101, "parturient_women": 100}}, {("breakdown_absent", "")})
def the_senders_code_alone() -> bytes:
    return sheet([MONTH, ["填报单位代码：520102"], ["指标", "数量"], ["活产数", 101], ["产妇数", 100]])


@office(
    {
        (NANMING, 202610): {
            "live_births": 30,
            "live_births@registered": 20,
            "parturient_women": 30,
            "parturient_women@nonregistered": 10,
        }
    },
    set(),
)
def the_year_so_far_before_the_month() -> bytes:
    return sheet(
        [
            ["2026年10月县区妇幼健康月报"],
            SENDER,
            ["项目", "1-10月累计", "", "", "10月", "", ""],
            ["", "合计", "户籍", "非户籍", "合计", "户籍", "非户籍"],
            ["活产数", 300, 200, 100, 30, 20, 10],
            ["产妇数", 300, 200, 100, 30, 20, 10],
        ],
        ["A3:A4", "B3:D3", "E3:G3"],
    )


@office(
    {
        (NANMING, 202610): {"live_births": 100, "parturient_women": 99},
        (YUNYAN, 202610): {"live_births": 200, "parturient_women": 199},
    },
    set(),
)
def the_year_so_far_before_the_month_over_counties() -> bytes:
    return sheet(
        [
            ["2026年10月贵阳市妇幼健康月报"],
            ["县区", "1-10月", "", "10月", ""],
            ["", "活产数", "产妇数", "活产数", "产妇数"],
            ["南明区", 1000, 990, 100, 99],
            ["云岩区", 2000, 1990, 200, 199],
        ],
        ["A2:A3", "B2:C2", "D2:E2"],
    )


@office(
    {
        (NANMING, 202610): {"live_births": 100, "parturient_women": 99},
        (YUNYAN, 202610): {"live_births": 200, "parturient_women": 199},
    },
    set(),
)
def last_year_before_this_over_counties() -> bytes:
    return sheet(
        [
            ["2026年10月贵阳市妇幼健康月报"],
            ["县区", "2025年", "", "2026年", ""],
            ["", "活产数", "产妇数", "活产数", "产妇数"],
            ["南明区", 90, 89, 100, 99],
            ["云岩区", 190, 189, 200, 199],
        ],
        ["A2:A3", "B2:C2", "D2:E2"],
    )


@office(
    {
        (NANMING, 202610): {
            "live_births@registered": 90,
            "live_births@nonregistered": 10,
            "live_births": 100,
            "parturient_women": 98,
        },
        (YUNYAN, 202610): {"live_births": 210, "parturient_women": 208},
    },
    set(),
)
def registered_and_not_over_counties() -> bytes:
    return sheet(
        [
            ["2026年10月贵阳市妇幼健康月报"],
            ["县区", "户籍", "", "非户籍", ""],
            ["", "活产数", "产妇数", "活产数", "产妇数"],
            ["南明区", 90, 89, 10, 9],
            ["云岩区", 190, 189, 20, 19],
        ],
        ["A2:A3", "B2:C2", "D2:E2"],
    )


@office(None, {("formula_without_value", "B4")})
def a_formula_never_calculated_among_breakdowns() -> bytes:
    return sheet(
        [
            ["2026年10月妇幼健康月报"],
            ["填报单位：南明区"],
            ["指标", "合计", "户籍", "非户籍"],
            ["活产数", "=C4+D4", 90, 11],
            ["产妇数", 100, 89, 11],
        ]
    )


@office(None, {("organisation_unknown", "A4"), ("organisation_unknown", "A3")})
def townships_that_report_to_nobody_here() -> bytes:
    return sheet(
        [
            ["南明区2026年10月妇幼健康月报"],
            ["乡镇（街道）", "活产数", "产妇数", "产前筛查人数"],
            ["新华路街道", 10, 10, 9],
            ["西湖路街道", 20, 20, 19],
            ["合计", 30, 30, 28],
        ]
    )


@office(None, {("breakdown_absent", ""), ("number_with_remark", "B4")})
def a_remark_in_a_cell_of_a_number() -> bytes:
    return sheet(
        [
            ["2026年10月妇幼健康月报"],
            ["填报单位：南明区"],
            ["指标", "数量"],
            ["活产数", "101（其中双胎2）"],
            ["产妇数", "100人"],
            ["孕产妇死亡数", "0例"],
        ]
    )


@office(None, {("may_not_report", "A2"), ("breakdown_absent", "")})
def a_prefectures_own_numbers() -> bytes:
    return sheet(
        [
            ["贵阳市2026年10月妇幼健康月报"],
            ["填报单位：贵阳市妇幼保健院"],
            ["指标", "数量"],
            ["活产数", 1010],
            ["产妇数", 1000],
        ]
    )


@office(None, {("row_unknown", "A7"), ("breakdown_absent", ""), ("row_missing", "")})
def breakdowns_in_labels() -> bytes:
    return sheet(
        [
            MONTH,
            SENDER,
            ["指标", "数量"],
            ["活产数（户籍）", 90],
            ["活产数（非户籍）", 11],
            ["产妇数", 100],
            ["孕产妇产前筛查人数（户籍）", 80],
        ]
    )


@office(None, {("row_unknown", "A10"), ("row_unknown", "A7"), ("row_missing", "")})
def illnesses_with_names_like_others() -> bytes:
    return sheet(
        [
            ["2026年10月5岁以下儿童死亡情况月报表"],
            SENDER,
            ["死因", "例数"],
            ["5岁以下儿童死亡合计", 5],
            ["肺炎死亡", 1],
            ["腹泻死亡", 1],
            ["白血病死亡", 1],
            ["溺水死亡", 1],
            ["其他疾病死亡", 1],
            ["5岁以下儿童肺炎死亡数", 1],
        ]
    )


@office(
    {(NANMING, 202610): {"live_births": 101, "parturient_women": 100, "maternal_deaths": 1}},
    {("row_unknown", "A7"), ("breakdown_absent", "")},
)
def kidneys_are_no_liver() -> bytes:
    return sheet(
        [
            MONTH,
            SENDER,
            ["指标", "数量"],
            ["活产数", 101],
            ["产妇数", 100],
            ["孕产妇死亡数", 1],
            ["妊娠合并肾病死亡", 1],
        ]
    )


@office(None, {("row_unknown", "A7"), ("breakdown_absent", ""), ("row_missing", "")})
def running_totals_in_labels() -> bytes:
    return sheet(
        [
            MONTH,
            SENDER,
            ["指标", "数量"],
            ["活产数（本月）", 101],
            ["活产数（本年累计）", 1000],
            ["产妇数", 100],
            ["孕产妇产前筛查人数累计", 900],
        ]
    )


@office(
    {(NANMING, 202610): {"live_births": 101, "parturient_women": 100}},
    {("breakdown_absent", ""), ("row_unknown", "A6")},
)
def positives_are_not_all_screened() -> bytes:
    return sheet(
        [MONTH, SENDER, ["指标", "数量"], ["活产数", 101], ["产妇数", 100], ["孕产妇产前筛查阳性人数", 5]]
    )


@office(None, {("breakdown_absent", ""), ("period_missing", "")})
def a_month_of_filling_in_is_no_period() -> bytes:
    return sheet(
        [
            ["县区妇幼健康月报"],
            ["填报单位：南明区", "填报时间：2026年11月"],
            ["指标", "数量"],
            ["活产数", 101],
            ["产妇数", 100],
        ]
    )


@office(None, {("column_other_time", "B3")})
def a_column_of_another_month() -> bytes:
    return sheet([MONTH, SENDER, ["指标", "9月"], ["活产数", 101], ["产妇数", 100]])


@office(None, {("column_other_time", "B3")})
def a_column_of_rates_only() -> bytes:
    return sheet([MONTH, SENDER, ["指标", "完成率（%）"], ["活产数", 98], ["产妇数", 97]])


@office(None, {("breakdown_absent", ""), ("period_wrong_length", "A1")})
def half_a_year_in_a_months_return() -> bytes:
    return sheet([["2026年上半年妇幼健康月报"], SENDER, ["指标", "数量"], ["活产数", 600], ["产妇数", 590]])


COUNTED = [["指标", "数量"], ["活产数", 101], ["产妇数", 100]]
HOUSE = ["填报单位：南明区妇幼保健院"]
OCTOBER = ["报告期：2026年10月"]
HOSPITAL = ["助产机构月报"]
COLUMNS = ["产妇数", "活产总数", "男性活产数", "女性活产数", "孕产妇死亡数"]
IN_COUNTY: Said = {(NANMING, 202610): {"live_births": 101, "parturient_women": 100}}
IN_HOUSE: Said = {
    ("MCH520102", 202610): {
        "parturient_women": 100,
        "live_births": 101,
        "live_births_male": 50,
        "live_births_female": 51,
        "maternal_deaths": 0,
    }
}
WHOLE_ONLY = ("breakdown_absent", "")


@office(IN_COUNTY, {WHOLE_ONLY})
def year_and_month_in_cells_of_their_own() -> bytes:
    return sheet([["县区妇幼健康月报"], SENDER, [2026, "年", 10, "月"], *COUNTED])


@office(IN_COUNTY, {WHOLE_ONLY})
def year_and_month_in_cells_beside_their_label() -> bytes:
    return sheet([["县区妇幼健康月报"], SENDER, ["报告期", 2026, "年", 10, "月"], *COUNTED])


@office(IN_COUNTY, {WHOLE_ONLY})
def year_and_month_as_two_words_beside_their_label() -> bytes:
    return sheet([["县区妇幼健康月报"], SENDER, ["报告期：", "2026年", "10月", "填报人：李某"], *COUNTED])


@office(IN_COUNTY, {WHOLE_ONLY})
def a_year_in_the_title_and_its_month_below() -> bytes:
    return sheet([["2026年县区妇幼健康月报"], SENDER, ["", 2026, "年", 10, "月份"], *COUNTED])


@office({(NANMING, 202609): {"live_births": 101}}, {WHOLE_ONLY})
def a_month_in_the_title_before_cells_of_another() -> bytes:
    return sheet([["2026年9月县区妇幼健康月报"], SENDER, [2026, "年", 10, "月"], *COUNTED])


@office(None, {WHOLE_ONLY, ("period_wrong_length", "A3")})
def cells_from_one_month_to_another() -> bytes:
    return sheet([["县区妇幼健康月报"], SENDER, ["报告期", 2026, "年", 1, "月", "至", 10, "月"], *COUNTED])


@office(None, {WHOLE_ONLY, ("period_missing", "")})
def cells_of_a_day_that_was_left_blank() -> bytes:
    return sheet([["县区妇幼健康月报"], SENDER, [2026, "年", 11, "月", "日"], *COUNTED])


@office(None, {WHOLE_ONLY, ("period_missing", "")})
def cells_of_the_month_of_signing() -> bytes:
    return sheet([["县区妇幼健康月报"], SENDER, ["填表人：李某", 2026, "年", 11, "月"], *COUNTED])


@office(IN_HOUSE, set())
def one_row_that_needs_no_name() -> bytes:
    return sheet([HOSPITAL, HOUSE, OCTOBER, COLUMNS, [100, 101, 50, 51, 0], ["填表人：李某"]])


@office(None, {("row_without_organisation", "A4")})
def one_row_whose_sender_nobody_names() -> bytes:
    return sheet([HOSPITAL, OCTOBER, COLUMNS, [100, 101, 50, 51, 0]])


@office(None, {("column_unclear", "B3")})
def two_rows_without_names() -> bytes:
    return sheet([HOSPITAL, HOUSE, OCTOBER, COLUMNS, [100, 101, 50, 51, 0], [7, 8, 4, 4, 0]])


@office(None, {("column_unclear", "C3")})
def one_row_that_names_another_under_no_header() -> bytes:
    return sheet([HOSPITAL, HOUSE, OCTOBER, ["", *COLUMNS], ["云岩区妇幼保健院", 100, 101, 50, 51, 0]])


@office(IN_HOUSE, {("organisation_understood", "B4"), ("none_is_zero", "G4")})
def a_house_by_its_older_name() -> bytes:
    names = ["序号", "机构名称", *COLUMNS]
    return sheet([HOSPITAL, OCTOBER, names, [1, "南明区妇幼保健所", 100, 101, 50, 51, "无"]])


@office(IN_HOUSE, {("organisation_understood", "A2")})
def a_sender_by_its_older_name() -> bytes:
    return sheet([HOSPITAL, ["填报单位：南明区妇幼保健所"], OCTOBER, COLUMNS, [100, 101, 50, 51, 0]])


@office(None, {("organisation_unknown", "A4")})
def an_older_name_of_no_house() -> bytes:
    return sheet([HOSPITAL, OCTOBER, ["机构名称", *COLUMNS], ["某某区妇幼保健所", 100, 101, 50, 51, 0]])


@office(None, {("organisation_unknown", "B3")})
def an_older_name_above_a_column() -> bytes:
    across = ["指标", "南明区妇幼保健所", "云岩区妇幼保健院", "花溪区妇幼保健院"]
    rows = [["产妇数", 1, 2, 3], ["活产总数", 1, 2, 3], ["男性活产数", 1, 1, 1], ["女性活产数", 0, 1, 2]]
    return sheet([HOSPITAL, OCTOBER, across, *rows])


@office({(NANMING, 202610): {"maternal_deaths": "dash", "high_risk_women": "not_collected"}}, {WHOLE_ONLY})
def nothing_said_of_deaths_is_no_zero() -> bytes:
    return sheet([MONTH, SENDER, *COUNTED, ["孕产妇死亡数", "—"], ["高危产妇人数", "无"]])
