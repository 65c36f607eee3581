import csv
import datetime as dt
from collections import Counter

import pytest

from reference.organisations import (
    AmbiguousOrganisationError,
    Organisation,
    Organisations,
    UnknownOrganisationError,
)
from reference.registry import HOME
from reference.strict import DefinitionError


@pytest.fixture(scope="module")
def tree(registry):
    return registry.organisations


def kind_of(name):
    """The kind of a county-level division, by the ending of its name."""
    return next(ending for ending in ("自治县", "特区", "区", "市", "县") if name.endswith(ending))


def test_guizhou_has_one_province_nine_prefectures_and_88_counties(tree):
    assert [one.code for one in tree.at_level("province")] == ["520000"]
    assert len(tree.at_level("prefecture")) == 9
    # 16 市辖区, 10 县级市, 50 县, 11 自治县, 1 特区: Ministry of Civil Affairs
    kinds = Counter(kind_of(one.zh) for one in tree.at_level("county"))
    assert kinds == {"区": 16, "市": 10, "县": 50, "自治县": 11, "特区": 1}
    assert [one.zh for one in tree.at_level("zone")] == ["贵安新区"]


def test_the_files_have_the_rows_they_should():
    def codes(name):
        with (HOME / name).open(encoding="utf-8", newline="") as handle:
            return (
                [row["code"] for row in csv.DictReader(handle)]
                if name == "organisations.csv"
                else list(handle)
            )

    # 1 + 9 + 88 divisions, 贵安新区, 98 institutions, 小河区; 11 of them with one earlier name each
    assert len(set(codes("organisations.csv"))) == 1 + 9 + 88 + 1 + 98 + 1
    assert len(codes("organisations.csv")) == 198 + 11
    assert len(codes("organisation_changes.csv")) == 1 + 60


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("520204", "520204"),
        ("５２０２０４", "520204"),
        ("520204000000", "520204"),
        ("mch520204", "MCH520204"),
        ("520221", "520204"),
        ("水城县", "520204"),
        ("水城区", "520204"),
        ("520581", "520581"),
        ("520522", "520581"),
        ("522423", "520581"),
        ("黔西县", "520581"),
        ("黔西", "520581"),
        ("黔西南", "522300"),
        ("黔西南州", "522300"),
        ("522401", "520502"),
        ("520202", "520281"),
        ("盘县特区", "520281"),
        ("遵义县", "520304"),
        ("遵义地区", "520300"),
        ("道真县", "520325"),
        ("小河区", "520114"),
        ("贵阳市南明区", "520102"),
        ("贵州省贵阳市 南明区", "520102"),
        ("Kaiyang County", "520121"),
        ("kaiyang", "520121"),
        ("贵安新区", "52GA00"),
        ("贵州省妇幼保健院", "MCH520000"),
        ("黔西县妇幼保健院", "MCH520581"),
        ("贵阳市开阳县妇幼保健院", "MCH520121"),
    ],
)
def test_one_text_one_organisation(tree, text, code):
    assert tree.resolve(text).code == code


@pytest.mark.parametrize(
    ("name", "prefecture", "former_city"),
    [
        ("铜仁市", "520600", "522201"),
        ("毕节市", "520500", "522401"),
        ("安顺市", "520400", "522501"),
        ("遵义市", "520300", "522101"),
    ],
)
def test_a_prefecture_is_never_taken_for_the_county_city_that_bore_its_name(
    tree, name, prefecture, former_city
):
    assert tree.resolve(name).code == prefecture
    district = tree.resolve(former_city)
    assert district.level == "county"
    assert district.parent == prefecture


def test_no_name_in_use_means_two_organisations(tree):
    for one in tree.all:
        if one.tree == "guizhou" and one.valid_to is None:
            assert tree.resolve(one.zh, tree="guizhou").code == one.code
            assert tree.resolve(one.en, tree="guizhou").code == one.code


def test_an_ambiguous_name_names_its_candidates():
    def make(code, parent):
        return Organisation(
            code=code,
            tree="t",
            level="l",
            kind="area",
            zh="城关区",
            en=code,
            parent=parent,
            source="",
            verified="no",
        )

    root = Organisation(
        code="0", tree="t", level="l", kind="area", zh="根", en="root", source="", verified="no"
    )
    tree = Organisations([root, make("1", "0"), make("2", "0")])
    with pytest.raises(AmbiguousOrganisationError, match=r"城关区 \(1\), 城关区 \(2\)"):
        tree.resolve("城关区")
    assert tree.resolve("2").code == "2"


def test_an_unknown_name_offers_the_nearest(tree):
    with pytest.raises(UnknownOrganisationError, match="did you mean '南明区'"):
        tree.resolve("南民区")
    with pytest.raises(
        UnknownOrganisationError, match="no organisation has the code '52010', did you mean '52010"
    ):
        tree.get("52010")


def test_an_unknown_parent_is_refused():
    orphan = Organisation(
        code="1", tree="t", level="l", kind="area", zh="区", en="d", parent="9", source="", verified="no"
    )
    with pytest.raises(DefinitionError, match="unknown parent '9'"):
        Organisations([orphan])


def test_what_adds_into_what(tree):
    assert tree.adds_into("520102") == ("520102", "520100", "520000")
    assert tree.adds_into("MCH520102") == ("MCH520102", "520102", "520100", "520000")
    assert tree.adds_into("MCH520000") == ("MCH520000", "520000")
    # 贵安新区 overlaps three counties that already count its people: it stands on its own
    assert tree.adds_into("52GA00") == ("52GA00",)
    assert tree.ancestors("52GA00") == ("520000",)


def test_the_tree_as_it_was(tree):
    before, after = dt.date(2012, 10, 31), dt.date(2012, 11, 1)
    assert tree.exists("520114", before)
    assert not tree.exists("520114", after)
    assert not tree.exists("520115", before)
    assert tree.exists("520115", after)
    assert {one.code for one in tree.at_level("county", on=before)} ^ {
        one.code for one in tree.at_level("county", on=after)
    } == {"520114", "520115"}
    assert "520114" not in {one.code for one in tree.children("520100")}
    assert tree.get("520581", dt.date(2020, 11, 1)).zh == "黔西县"
    assert tree.get("520581", dt.date(2021, 3, 16)).zh == "黔西市"
    assert tree.get("520600", dt.date(2010, 1, 1)).zh == "铜仁地区"


def test_a_parent_is_dated():
    def make(code, parent="", **dates):
        return Organisation(
            code=code,
            tree="t",
            level="l",
            kind="area",
            zh=code,
            en=code,
            parent=parent,
            source="",
            verified="no",
            **dates,
        )

    moved = dt.date(1996, 1, 1)
    tree = Organisations(
        [
            make("root"),
            make("west", "root"),
            make("east", "root"),
            make("county", "west", valid_to=dt.date(1995, 12, 31)),
            make("county", "east", valid_from=moved),
        ]
    )
    assert tree.adds_into("county", dt.date(1995, 6, 30)) == ("county", "west", "root")
    assert tree.adds_into("county", moved) == ("county", "east", "root")
    assert [one.code for one in tree.children("west")] == []
    assert [one.code for one in tree.children("west", dt.date(1995, 6, 30))] == ["county"]


def test_breaks_in_series_are_known_to_all_they_touch(tree):
    # 2016: ten towns of 遵义县 went to 汇川区 and 红花岗区
    for code in ("520304", "520302", "520303"):
        assert dt.date(2016, 3, 20) in [change.on for change in tree.series_breaks(code)]
    assert [change.year for change in tree.series_breaks("520111")] == [2000, 2012]
    assert tree.series_breaks("520581") == ()  # the notice of 2021 kept the area


def test_every_division_has_one_mch_institution(tree):
    institutions = tree.at_level("institution")
    mch = [one for one in institutions if one.kind == "mch"]
    assert len(mch) == 98
    assert sorted(one.parent for one in mch) == sorted(
        one.code for level in ("province", "prefecture", "county") for one in tree.at_level(level)
    )
    assert all(one.code == f"MCH{one.parent}" for one in mch)


def test_what_is_not_verified_says_so(tree):
    mch = [one for one in tree.at_level("institution") if one.kind == "mch"]
    unsourced = [one for one in mch if "is not verified" in one.source]
    # of 98 names, eight are sourced (one of them weakly, one with two wordings)
    assert len(unsourced) == 90
    assert {one.verified for one in unsourced} == {"no"}
    assert tree.get("MCH520300").verified == "partly"
    assert tree.get("MCH520500").verified == "partly"
    assert tree.get("MCH520304").zh == "遵义市播州区妇幼保健院"


def test_a_unified_code_passes_its_check_digit(tree):
    # GB 32100-2015: weights 3^i mod 31 over 17 characters, without I O S V Z
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes = [one.uscc for one in tree.all if one.uscc]
    assert codes
    for code in codes:
        total = sum(alphabet.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
        assert alphabet[-total % 31] == code[17]


def test_english_names_follow_the_kind(tree):
    assert tree.get("520102").en == "Nanming District"
    assert tree.get("520203").en == "Liuzhi Special District"
    assert tree.get("520325").en == "Daozhen Gelao and Miao Autonomous County"
    assert tree.get("520526").en == "Weining Yi, Hui and Miao Autonomous County"
    assert tree.get("522600").en == "Qiandongnan Miao and Dong Autonomous Prefecture"
    assert tree.get("520581").en == "Qianxi City"


def test_everyday_names_in_both_languages(tree):
    """The autonomous prefectures' whole names are too long for lists and maps; a former name has no short form on record."""
    assert tree.get("522300").short_name() == "黔西南"
    assert tree.get("522300").short_name("en") == "Qianxinan"
    assert tree.get("520424").short_name("en") == "Guanling"
    assert tree.get("520100").short_name("en") == "Guiyang"
    former = tree.get("520500", dt.date(2010, 1, 1))
    assert (former.short_name(), former.short_name("en")) == ("毕节地区", "Bijie Prefecture")
    english = [one.short_name("en") for level in ("prefecture", "county") for one in tree.at_level(level)]
    assert max(map(len, english)) <= 14
