import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nascent.errors import ConfigError
from nascent.kinds.cells.crops.quality import (
    Step,
    add_losses,
    read_excluded,
    removal_table,
    rule_steps,
)

CELLS = pd.DataFrame(
    {
        "is_border": [0, 1, 0, 1],
        "is_polynuclei_184A1": [0.0, 1.0, np.nan, 0.0],
        "cell_cycle": ["G1", None, "S", "S"],
    }
)


def holds(column, value):
    (step,) = rule_steps(CELLS, [{"column": column, "value": value}], where="metadata.csv")
    return step.holds.tolist()


def test_rules_match_numbers_text_and_missing():
    assert holds("is_border", 1) == [False, True, False, True]
    assert holds("is_border", True) == [False, True, False, True]
    assert holds("is_polynuclei_184A1", 1) == [False, True, False, False]
    assert holds("is_polynuclei_184A1", None) == [False, False, True, False]
    assert holds("cell_cycle", "S") == [False, False, True, True]
    assert holds("cell_cycle", None) == [False, True, False, False]
    for spelling in (float("nan"), "nan", "NaN"):
        assert holds("cell_cycle", spelling) == [False, True, False, False]


def test_flags_with_gaps_are_still_flags():
    # A column of true and false is one of objects as soon as a value is missing.
    for flags in ([True, False, None, True], ["1", "0", None, "1"], ["true", "FALSE", None, "1.0"]):
        cells = pd.DataFrame({"flag": pd.Series(flags, dtype=object)})
        for value in (1, 1.0, True, "1"):
            (step,) = rule_steps(cells, [{"column": "flag", "value": value}], where="metadata.csv")
            assert step.holds.tolist() == [True, False, False, True], (flags, value)
        for value in (0, False, "2", 3):
            (step,) = rule_steps(cells, [{"column": "flag", "value": value}], where="metadata.csv")
            assert step.holds.tolist() == [False, value in (0, False), False, False], (flags, value)


def test_a_rule_on_an_unknown_column_names_the_nearest():
    with pytest.raises(ConfigError, match=r"'is_boarder'.*Did you mean 'is_border'"):
        rule_steps(CELLS, [{"column": "is_boarder", "value": 1}], where="metadata.csv")


@given(
    st.integers(0, 30).flatmap(
        lambda n: st.lists(
            st.tuples(hnp.arrays(bool, n), st.booleans()), min_size=0, max_size=5
        ).map(lambda steps: (n, steps))
    )
)
def test_counts_add_up_from_step_to_step(drawn):
    cells, drawn_steps = drawn
    steps = [Step("rule", f"r{i}", h, removes) for i, (h, removes) in enumerate(drawn_steps)]
    table = removal_table("p", "A01", steps, cells)
    rows, total = table.iloc[:-1], table.iloc[-1]
    assert (table["cells_in"] - table["removed"] == table["cells_out"]).all()
    chain = [cells, *rows["cells_out"]]
    assert rows["cells_in"].tolist() == chain[:-1]
    assert total["cells_in"] == cells
    assert total["cells_out"] == chain[-1]
    assert rows["removed"].sum() == total["removed"]
    gone = np.zeros(cells, bool)
    for step in steps:
        gone |= step.holds & step.removes
    assert total["removed"] == gone.sum()
    for step, alone in zip(steps, rows["removed_alone"], strict=True):
        assert alone == (step.holds.sum() if step.removes else 0)


def test_cells_lost_to_another_well_are_a_step_of_their_own():
    steps = [Step("rule", "r", np.array([True, False, False]))]
    tables = pd.concat([removal_table("p", well, steps, 3) for well in ("A01", "A02")])
    table = add_losses(tables, {("p", "A02"): 1})
    step = table[table["step"] == "duplicates_across_wells"]
    assert step["removed"].tolist() == [0, 1]
    assert step["cells_out"].tolist() == [2, 1]
    total = table[table["step"] == "all"]
    assert total["cells_in"].tolist() == [3, 3]
    assert total["removed"].tolist() == [1, 2]
    assert total["cells_out"].tolist() == [2, 1]


def test_the_list_of_cells_to_leave_out_may_have_comments(tmp_path):
    (tmp_path / "out.txt").write_text("# double nuclei\n277420\n\n 195486  # seen by eye\n")
    assert read_excluded(tmp_path / "out.txt") == {"277420", "195486"}
    with pytest.raises(ConfigError, match="no such list"):
        read_excluded(tmp_path / "none.txt")
