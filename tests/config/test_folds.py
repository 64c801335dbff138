import pandas as pd
import pytest

from nascent.config.checks import check_study
from nascent.config.folds import Fold, study_folds
from nascent.errors import ConfigError, NascentError
from nascent.kinds.cells.wells_table import read_wells

STUDY = {"study": "mine", "data": "wells"}


def wells_of(tmp_path, *wells: tuple[str, str]) -> pd.DataFrame:
    rows = "".join(f"{plate}\t{well}\n" for plate, well in wells)
    (tmp_path / "wells.tsv").write_text("plate\twell\n" + rows)
    return read_wells(tmp_path / "wells.tsv")


@pytest.fixture
def wells(tmp_path):
    return wells_of(tmp_path, ("p", "A01"), ("p", "A02"), ("p", "A03"))


def folds(wells, **splits) -> list[Fold]:
    found = study_folds(check_study(STUDY | {"splits": splits}), wells)
    assert list(found) == [fold.name for fold in found.values()]
    return list(found.values())


@pytest.mark.parametrize("design", ["cell", "well", "shuffle"])
def test_a_design_of_one_fold_gives_it_its_name(wells, design):
    assert folds(wells, by=design) == [Fold(design, design)]


def test_each_well_tests_in_turn(wells):
    design = "leave_one_well_out"
    assert folds(wells, by=design) == [
        Fold(f"without_p_{well}", design, well) for well in ("A01", "A02", "A03")
    ]


def test_of_several_designs_the_first_comes_first(wells):
    for designs in (["well", "cell"], ["cell", "well"]):
        assert [fold.design for fold in folds(wells, by=designs)] == designs
    names = [fold.name for fold in folds(wells, by=["leave_one_well_out", "cell"])]
    assert names == ["without_p_A01", "without_p_A02", "without_p_A03", "cell"]


def test_one_well_alone_may_test(wells):
    (fold,) = folds(wells, by="leave_one_well_out", fold="A02")
    assert fold == Fold("without_p_A02", "leave_one_well_out", "A02")


def test_wells_of_two_plates_with_equal_names_are_told_apart(tmp_path):
    wells = wells_of(tmp_path, ("p", "A01"), ("q", "A01"), ("q", "B02"))
    found = folds(wells, by="leave_one_well_out")
    assert [(fold.name, fold.well) for fold in found] == [
        ("without_p_A01", "p/A01"),
        ("without_q_A01", "q/A01"),
        ("without_q_B02", "B02"),
    ]
    (one,) = folds(wells, by="leave_one_well_out", fold="q/A01")
    assert one.name == "without_q_A01"
    with pytest.raises(NascentError, match=r"several plates have a well 'A01'.*p/A01, q/A01"):
        folds(wells, by="leave_one_well_out", fold="A01")


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        ({"by": "wel"}, r"splits.by: 'wel' is none of .*Did you mean 'well'\?"),
        ({"by": ["cell", "wel"]}, r"splits.by.1: 'wel' is none of .*Did you mean 'well'\?"),
        ({"by": []}, r"splits.by: .*at least 1 item"),
        ({"by": 3}, r"splits.by: .*, not 3"),
        ({"by": ["cell", "well", "cell"]}, "a design is listed twice"),
        ({"by": "well", "fold": "A01"}, "fold: only leave_one_well_out has folds"),
        ({"fold": "A01"}, "fold: only leave_one_well_out has folds"),
    ],
)
def test_designs_that_cannot_be_are_refused(splits, message):
    with pytest.raises(ConfigError, match=message):
        check_study(STUDY | {"splits": splits})


@pytest.mark.parametrize(
    ("number", "splits", "said"),
    [
        (2, {"by": "well"}, "well needs at least 3 wells, there are 2"),
        (2, {"by": ["cell", "well"]}, "well needs at least 3 wells, there are 2"),
        (3, {"by": "well"}, None),
        (1, {"by": "leave_one_well_out"}, "leave_one_well_out needs at least 2 wells, there are 1"),
        (2, {"by": "leave_one_well_out"}, None),
        (2, {"by": "leave_one_well_out", "fold": "A1"}, r"no well 'A1'. Did you mean 'A01'\?"),
        (1, {"by": "cell"}, None),
    ],
)
def test_folds_that_the_wells_cannot_give_are_refused_before_the_first_job(
    tmp_path, number, splits, said
):
    wells = wells_of(tmp_path, *[("p", f"A{i + 1:02d}") for i in range(number)])
    if said is None:
        assert folds(wells, **splits)
    else:
        with pytest.raises(NascentError, match=said):
            folds(wells, **splits)
