import pytest

from reference.data_elements import DataElement
from reference.policies import Policy
from reference.strict import DefinitionError, read_csv, read_toml

POLICY = """
code = "plan"
zh = "方案"
en = "Plan"
issuer = "省"
published = 2021-12-19
source = "text"
mark = "S"
[[targets]]
indicator = "hiv_testing_rate"
levels = ["county"]
operator = ">="
value = 95
by = 2025-12-31
valid_from = 2021-12-19
clause = "§1"
mark = "S"
"""


def read_policy(tmp_path, text):
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return read_toml(path, Policy)


def test_a_right_file_is_read(tmp_path):
    assert read_policy(tmp_path, POLICY).targets[0].value == 95


def test_a_wrong_key_names_file_key_and_the_nearest(tmp_path):
    with pytest.raises(DefinitionError, match=r"plan\.toml: .*unknown key 'isuer', did you mean 'issuer'\?"):
        read_policy(tmp_path, POLICY.replace("issuer", "isuer"))


def test_a_missing_key_is_named(tmp_path):
    with pytest.raises(DefinitionError, match=r"plan\.toml: missing key 'targets\.0\.clause'"):
        read_policy(tmp_path, POLICY.replace('clause = "§1"\n', ""))


def test_every_fault_is_told_at_once(tmp_path):
    with pytest.raises(DefinitionError, match=r"'issuer'.*; .*'zhh'"):
        read_policy(tmp_path, POLICY.replace('issuer = "省"\n', "").replace("zh =", "zhh ="))


def test_a_wrong_key_deep_inside_is_met_with_the_keys_of_that_place(tmp_path):
    with pytest.raises(DefinitionError, match=r"'targets\.0\.claus', did you mean 'clause'\?"):
        read_policy(tmp_path, POLICY.replace("clause =", "claus ="))


def test_a_repeated_key_is_an_error(tmp_path):
    with pytest.raises(DefinitionError, match=r"plan\.toml: not a readable TOML file"):
        read_policy(tmp_path, POLICY + 'mark = "K"\n')


def test_a_wrong_value_names_its_key(tmp_path):
    with pytest.raises(DefinitionError, match=r"key 'targets\.0\.operator'"):
        read_policy(tmp_path, POLICY.replace('">="', '"=>"'))


HEADER = "code,zh,en,topic\n"


def read_elements(tmp_path, text):
    path = tmp_path / "data_elements.csv"
    path.write_text(text, encoding="utf-8")
    return read_csv(path, DataElement)


def test_a_csv_is_read_with_a_byte_order_mark_and_empty_cells_as_absent(tmp_path):
    rows = read_elements(tmp_path, "\ufeffcode,zh,en,unit_zh,topic\nlive_births,活产数,Live births,,births\n")
    assert (rows[0].code, rows[0].unit_zh, rows[0].adds) == ("live_births", "", "sum")


@pytest.mark.parametrize(
    "row", ["live_births,活产数,Live births", "live_births,活产数,Live births,births,extra"]
)
def test_a_ragged_row_names_file_and_line(tmp_path, row):
    with pytest.raises(DefinitionError, match=r"data_elements\.csv, line 3: the row has more or fewer cells"):
        read_elements(tmp_path, f"{HEADER}deaths,死亡,Deaths,deaths\n{row}\n")


def test_an_unknown_column_names_the_nearest(tmp_path):
    with pytest.raises(DefinitionError, match=r"line 2: .*unknown key 'topik', did you mean 'topic'\?"):
        read_elements(tmp_path, "code,zh,en,topik\nlive_births,活产数,Live births,births\n")


def test_a_repeated_column_is_an_error(tmp_path):
    with pytest.raises(DefinitionError, match=r"data_elements\.csv: the column 'zh' stands twice"):
        read_elements(tmp_path, "code,zh,en,zh,topic\nlive_births,活产,Live births,活产数,births\n")


def test_a_bad_code_is_an_error(tmp_path):
    with pytest.raises(DefinitionError, match="key 'code'"):
        read_elements(tmp_path, f"{HEADER}Live Births,活产数,Live births,births\n")
