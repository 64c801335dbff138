import pandas as pd
import pytest

from nascent.config.checks import check_study
from nascent.config.folds import Fold, study_folds
from nascent.errors import ConfigError, NascentError
from nascent.kinds.cells.wells_table import read_wells

STUDY = {"study": "mine", "data": "wells", "target": {"channel": "00_EU"}}


def groups_of(tmp_path, *groups: tuple[str, str]) -> pd.DataFrame:
    rows = "".join(f"{plate}\t{group}\n" for plate, group in groups)
    (tmp_path / "wells.tsv").write_text("plate\twell\n" + rows)
    wells = read_wells(tmp_path / "wells.tsv")
    return wells.assign(group=wells["plate"] + "/" + wells["well"])


@pytest.fixture
def groups(tmp_path):
    return groups_of(tmp_path, ("p", "A01"), ("p", "A02"), ("p", "A03"))


def folds(groups, **splits) -> list[Fold]:
    found = study_folds(check_study(STUDY | {"splits": splits}), groups)
    assert list(found) == [fold.name for fold in found.values()]
    return list(found.values())


@pytest.mark.parametrize("design", ["example", "group", "shuffle"])
def test_a_design_of_one_fold_gives_it_its_name(groups, design):
    assert folds(groups, by=design) == [Fold(design, design)]


def test_each_group_tests_in_turn(groups):
    design = "leave_one_group_out"
    assert folds(groups, by=design) == [
        Fold(f"without_p_{group}", design, f"p/{group}") for group in ("A01", "A02", "A03")
    ]


def test_each_value_of_a_column_of_the_parts_tests_in_turn(tmp_path):
    parts = groups_of(tmp_path, ("p", "A01"), ("p", "A02"), ("q", "A01"))
    found = folds(parts, by="leave_one_group_out", group="plate")
    assert [(fold.name, fold.group) for fold in found] == [("without_p", "p"), ("without_q", "q")]


def test_of_a_column_that_only_the_examples_have_no_value_can_be_left_out(groups):
    with pytest.raises(ConfigError, match=r"splits.by.*not known before the first job"):
        folds(groups, by="leave_one_group_out", group="cell_type")
    assert folds(groups, by="group", group="cell_type") == [Fold("group", "group")]


def test_of_several_designs_the_first_comes_first(groups):
    for designs in (["group", "example"], ["example", "group"]):
        assert [fold.design for fold in folds(groups, by=designs)] == designs
    names = [fold.name for fold in folds(groups, by=["leave_one_group_out", "example"])]
    assert names == ["without_p_A01", "without_p_A02", "without_p_A03", "example"]


def test_one_group_alone_may_test(groups):
    (fold,) = folds(groups, by="leave_one_group_out", fold="A02")
    assert fold == Fold("without_p_A02", "leave_one_group_out", "p/A02")


def test_groups_of_two_plates_with_equal_names_are_told_apart(tmp_path):
    groups = groups_of(tmp_path, ("p", "A01"), ("q", "A01"), ("q", "B02"))
    found = folds(groups, by="leave_one_group_out")
    assert [(fold.name, fold.group) for fold in found] == [
        ("without_p_A01", "p/A01"),
        ("without_q_A01", "q/A01"),
        ("without_q_B02", "q/B02"),
    ]
    (one,) = folds(groups, by="leave_one_group_out", fold="q/A01")
    assert one.name == "without_q_A01"
    with pytest.raises(NascentError, match=r"several groups are called 'A01'.*p/A01, q/A01"):
        folds(groups, by="leave_one_group_out", fold="A01")


def test_groups_whose_folders_would_have_one_name_are_refused_where_each_is_left_out():
    groups = pd.DataFrame({"group": ["a/b_c", "a_b/c", "d"]})
    said = r"groups 'a/b_c' and 'a_b/c' would share the folder 'without_a_b_c'.*Rename one"
    with pytest.raises(ConfigError, match=said):
        folds(groups, by="leave_one_group_out")
    (one,) = folds(groups, by="leave_one_group_out", fold="a_b/c")
    assert one.group == "a_b/c"
    assert folds(groups, by="group")


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        ({"by": "grup"}, r"splits.by: 'grup' is none of .*Did you mean 'group'\?"),
        ({"by": ["example", "grup"]}, r"splits.by.1: 'grup' is none of .*Did you mean 'group'\?"),
        ({"by": []}, r"splits.by: .*at least 1 item"),
        ({"by": 3}, r"splits.by: .*, not 3"),
        ({"by": ["example", "group", "example"]}, "a design is listed twice"),
        ({"by": "group", "fold": "A01"}, "fold: only leave_one_group_out has folds"),
        ({"fold": "A01"}, "fold: only leave_one_group_out has folds"),
    ],
)
def test_designs_that_cannot_be_are_refused(splits, message):
    with pytest.raises(ConfigError, match=message):
        check_study(STUDY | {"splits": splits})


@pytest.mark.parametrize(
    ("number", "splits", "said"),
    [
        (2, {"by": "group"}, "group needs at least 3 groups, there are 2"),
        (2, {"by": ["example", "group"]}, "group needs at least 3 groups, there are 2"),
        (3, {"by": "group"}, None),
        (
            1,
            {"by": "leave_one_group_out"},
            "leave_one_group_out needs at least 2 groups, there are 1",
        ),
        (2, {"by": "leave_one_group_out"}, None),
        (2, {"by": "leave_one_group_out", "fold": "A1"}, r"no group 'A1'. Did you mean 'p/A01'\?"),
        (1, {"by": "example"}, None),
    ],
)
def test_folds_that_the_groups_cannot_give_are_refused_before_the_first_job(
    tmp_path, number, splits, said
):
    groups = groups_of(tmp_path, *[("p", f"A{i + 1:02d}") for i in range(number)])
    if said is None:
        assert folds(groups, **splits)
    else:
        with pytest.raises(NascentError, match=said):
            folds(groups, **splits)
